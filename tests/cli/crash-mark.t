#!/bin/sh
# mk-laser, killed at every writing system call of a run of parts: the store accounts for
# each part that the laser saw lit, the beam is off after each death, and nothing is
# marked twice. Two parts, and a tray of two; ten and six under MK_TORTURE.
. "${0%/*}/../lib.sh"
have_strace || { echo "1..0 # SKIP strace cannot kill here"; exit 0; }
setup_store
dev='sim:pix?size=64x48&px=5'
few=2 nests=2
[ "${MK_TORTURE-}" ] && few=10 nests=6
echo 'workarea 60 60
pen fine power=40 freq=30000 speed=1000
line from=0,0 to=5,0 pen=fine' >line.lay
{ cat line.lay; echo "array cols=$nests rows=1 dx=6"; } >tray.lay
awk 'BEGIN { for (i = 1; i <= 12000; i++) print "id:P" i }' </dev/null | mk-layout -t line.lay >single
awk 'BEGIN { for (i = 1; i <= 12000; i++) print "id:T" i }' </dev/null | mk-layout -t tray.lay >trays

await() {
	i=0
	until "$@" 2>/dev/null; do
		i=$((i + 1))
		[ $i -lt 20000 ] || { echo "# waited in vain: $*"; return 1; }
	done
}
beam_off() { read -r state <pix/.beam && [ "$state" = off ]; }

# batch COUNT FILE OPTION…: a run of the next COUNT parts of FILE
p=0 lit=0
batch() {
	count=$1 file=$2; shift 2
	sed -n "$((p + 1)),$((p + count))p" $file >in
	p=$((p + count))
	under mk-laser -d "$dev" "$@" <in >out 2>err
	if [ -d pix ]; then
		await flock -n pix true
		[ ! -s pix/.beam ] || beam_off || lit=$((lit + 1))
	fi
	sed -n 's/^id:\([^	]*\).*	mark_result:\([^	]*\).*/\1 \2/p' out >>printed
}
singles() { batch $few single; }
tray() { batch $nests trays --per tray; }
# The results in the store, one line each: ID RESULT.
stored() { mk-trace find "mark_device:sim:$scratch/pix" --columns id,mark_result | sed 's/id:\([^	]*\)	mark_result:/\1 /' | sort; }

# check NAME: after the kills of one kind
check() {
	ok "$1: killed at $kills calls" test "$kills" -ge 15
	: >in
	mk-laser -d "$dev" <in >out 2>err
	is "$1: the beam was off after each" "$lit" 0
	stored >known
	sort printed | comm -23 - known >lost
	is "$1: what was printed is what is stored" "$(cat lost)" ''
	cut -d' ' -f1 known | uniq -d >twice
	is "$1: each has one mark" "$(cat twice)" ''
}

: >printed
calls='write pwrite64 fsync fdatasync ftruncate sendto'
# shellcheck disable=SC2086
sweep singles $calls
check 'part by part'
ls pix | sed -n 's/\.png$//p' | sort >seen
cut -d' ' -f1 known | comm -13 - seen >lost
is 'each part that saw light is known' "$(cat lost)" ''
is 'in doubt or well, and nothing else' "$(cut -d' ' -f2 known | sort -u | paste -sd ' ' -)" 'ok unknown'
head -n $p single >in
mk-laser -d "$dev" <in >again 2>err
is 'once more, all of them: each is marked once' "$(find pix -name '*-2.png')$(wc -l <again)" "$p"
is 'and those that were not begun are marked now' "$(stored | wc -l)" "$p"

rm -rf pix printed; : >printed
p=0 lit=0
# shellcheck disable=SC2086
sweep tray $calls
check 'a tray'
head -n $p trays >in
mk-laser -d "$dev" --per tray <in >again 2>err
is 'a tray: once more, all are known' "$(stored | grep -c '^T') $(wc -l <again)" "$p $p"
plan
