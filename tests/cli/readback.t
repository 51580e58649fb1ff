#!/bin/sh
# What others read from the strokes of jobs is what was to be marked, byte for byte:
# every kind and size of symbol, GS1 with several AIs, ISO 15434, any bytes. Two readers
# that share no code with these tools: ZXingReader, and for Data Matrix dmtxread.
. "${0%/*}/../lib.sh"
: >mk.conf
MK_CONF=mk.conf
export MK_CONF
if ! command -v dmtxread >/dev/null || ! command -v ZXingReader >/dev/null; then
	skip 'symbols read by others' 'dmtxread or ZXingReader is missing'
	plan
	exit
fi
count=42	# each symbol once
[ "${MK_TORTURE-}" ] && count=500
printf 'workarea 200 200\npen p power=40 freq=30000 speed=1000 line=0.05\n' >head

awk -v n=$count -f "$top/tests/payloads.awk" </dev/null >payloads
: >got
# one kind of symbol after the other: a template each
cut -f2,3 payloads | sort -u >kinds
while IFS=$T read -r type set; do
	{ cat head; echo "symbol $type at=0,0 module=0.25 pen=p data={code} ${set#-}"; } >one.lay
	awk -F'\t' -v t="$type" -v s="$set" '$2 == t && $3 == s' payloads >some
	cut -f5- some | mk-layout -t one.lay >laid 2>said
	# 5 pixels a module are few for the middle of an Aztec code
	scale=0.02
	[ "$type" != aztec ] || scale=0.04
	awk -v line=50 -v pad=4000 -v scale=$scale -v to=p -f "$top/tests/raster.awk" <laid
	i=0
	cut -f1,4 some | while IFS=$T read -r number hex; do
		i=$((i + 1))
		if [ ! -e p$i.pgm ]; then
			printf '%s\trefused\t%s\n' "$number" "$(sed -n "${i}s/.*lay_reason:\([a-z]*\).*/\1/p" laid)"
			continue
		fi
		z=$(ZXingReader p$i.pgm | sed -n 's/^Bytes: *//p' | tr -d ' \n' | tr A-F a-f)
		d=-
		case $type in datamatrix*)
			d=$(dmtxread -N 1 -G 232 -m 20000 p$i.pgm | od -An -v -tx1 | tr -d ' \n') ;;
		esac
		printf '%s\tread\t%s\t%s\n' "$number" "$z" "$d"
		rm p$i.pgm
	done >>got
	sed 's/^/# /' said
done <kinds

# dmtxread tells FNC1 as e8, which no GS1 string has
while IFS=$T read -r number type set hex record; do
	want="$number${T}read${T}$hex$T-"
	case $type in datamatrix*)
		case $record in
		'id:('*) want="$number${T}read${T}$hex${T}e8$(echo "$hex" | sed 's/\(..\)/\1 /g;s/1d /e8 /g' | tr -d ' ')" ;;
		*) want="$number${T}read${T}$hex$T$hex" ;;
		esac ;;
	esac
	case $type:$record in pdf417:'id:('*) want="$number${T}refused${T}data" ;; esac
	is "$number: $type $set, $((${#hex} / 2)) bytes" "$(grep "^$number$T" got)" "$want"
done <payloads
echo "# $count payloads: $(grep -c "${T}read$T" got) read back, $(grep -c "${T}refused$T" got) refused"

# what a reader would get wrong is refused
{ cat head; echo 'symbol qr at=0,0 module=0.25 pen=p data={code}'; } >one.lay
printf 'id:(01)09506000134352(21)1%%2\tcode:0109506000134352211%%2\n' >in
try mk-layout -t one.lay <in
is 'a GS1 QR code with a percent sign is refused' "$st $(field lay_reason "$out")" '1 data'
plan
