#!/bin/sh
# mk-layout: templates and records to jobs.
. "${0%/*}/../lib.sh"

pen='pen p power=40 freq=30000 speed=1000 line=0.1'
printf 'workarea 20 20\n%s\ntext at=0,0 height=2.1 pen=p data={code}\n' "$pen" >i.lay
printf 'workarea 110 110\n%s\nsymbol datamatrix at=0,0 size=8 pen=p data={code}\n' "$pen" >dm.lay
: >mk.conf
MK_CONF=mk.conf
export MK_CONF

# ---- one job, small enough to read ----
# I: from its bearing of 0.4 mm up; L: up and along
job='v1 n=6 crc=ff4299d9 P400,30000,1000 M400,0 L400,2100 M1200,2100 L1200,0 L2400,0'
printf 'code:IL\tkeep:\\x1d äö\n' >in
hash=$( (cat i.lay; echo) | sha256sum | cut -d' ' -f1)
run 'a job' 0 "code:IL${T}keep:\\x1d äö${T}recipe:i${T}recipe_rev:${hash%"${hash#????????}"}${T}recipe_hash:$hash${T}lay_ms:6.5${T}\
lay_mark_mm:5.4${T}lay_jump_mm:1.2${T}lay_strokes:2${T}job:$job" '' mk-layout -t i.lay <in

# what an earlier mk-layout left goes, whatever else is there stays where it was
printf 'job:old\tlay_result:refused\tlay_reason:glyph\tcode:IL\tlayer:2\tlay_x:1\n' >in
try mk-layout -t i.lay <in
is 'old fields of its own go, the job is last' "$(printf '%s\n' "$out" | sed 's/:[^\t]*//g')" \
	"code${T}layer${T}recipe${T}recipe_rev${T}recipe_hash${T}lay_ms${T}lay_mark_mm${T}lay_jump_mm${T}lay_strokes${T}job"

# ---- the time model and the recipe's hash ----
cat >mk.conf <<-'E'
	site here
	device fast jump=10000 jump_us=0 on_us=0 off_us=0 corner_us=0
	device slow jump=1000
E
printf 'code:IL\n' >in
try mk-layout -t i.lay <in
is 'the first device counts' "$(field lay_ms "$out")" 5.5
is 'the hash is of template and device line' "$(field recipe_hash "$out")" \
	"$( (cat i.lay; printf '\ndevice fast jump=10000 jump_us=0 on_us=0 off_us=0 corner_us=0') |
		sha256sum | cut -d' ' -f1)"
try mk-layout -t i.lay --device slow <in
is 'another device' "$(field lay_ms "$out") $st" '7.4 0'
run 'a device that is not there' 2 '' "mk-layout: --device lmc: mk.conf has no such device line: \
see mk-layout --help" mk-layout -t i.lay --device lmc <in
echo 'device lmc on_us=x' >bad.conf
run 'a time that is none' 2 '' "mk-layout: mk.conf:1: device lmc: on_us: 'x' is not a decimal number" \
	mk-layout -t i.lay --conf bad.conf <in

# ---- symbols, read by others from the job's strokes ----
reads() { # NAME SYMBOL ID-FIELDS BYTES-IN-HEX AIM
	printf '%s\n' "$3" >in
	mk-layout -t dm.lay <in >laid
	is "$1: the size" "$(field lay_symbol "$(cat laid)")" "$2"
	awk -v line=100 -f "$top/tests/raster.awk" <laid >dm.pgm
	is "$1: dmtxread" "$(dmtxread -m 5000 -N 1 -G 232 dm.pgm | od -An -v -tx1 | tr -d ' \n')" "$4"
	is "$1: ZXingReader" "$(ZXingReader dm.pgm | sed -n 's/^Bytes: *//p;s/^Identifier: *//p' |
		tr -d ' ' | tr A-F a-f)" "$(echo "$4" | sed 's/^e8//;s/e8/1d/g')
$5"
}
hex() { printf %s "$1" | od -An -v -tx1 | tr -d ' \n'; }
if command -v dmtxread >/dev/null && command -v ZXingReader >/dev/null; then
	reads 'GS1' datamatrix-18x18 \
		"id:(01)09506000134352(21)000000001${T}code:010950600013435221000000001" \
		"e8$(hex 010950600013435221000000001)" ']d2'
	reads 'GS1 with a separator' datamatrix-18x18 \
		"id:(01)09506000134352(10)AB(21)7${T}code:010950600013435210AB\\x1d217" \
		"e8$(hex 010950600013435210AB)e8$(hex 217)" ']d2'
	reads 'the same bytes under another id' datamatrix-18x18 \
		"id:P7${T}code:010950600013435210AB\\x1d217" \
		"$(hex 010950600013435210AB)1d$(hex 217)" ']d1'
	reads 'any bytes' datamatrix-16x16 "code:\\x00\\x01\\xff GS\\x1d\\n" 0001ff2047531d0a ']d1'
	reads 'ISO 15434' datamatrix-22x22 \
		"id:x${T}code:[)>\\x1e06\\x1dP12345678\\x1d12V123456789\\x1d1TA2B4C6D8E\\x1e\\x04" \
		"$(hex '[)>')1e$(hex 06)1d$(hex P12345678)1d$(hex 12V123456789)1d$(hex 1TA2B4C6D8E)1e04" ']d1'
	sed -i 's/$/ rotate=90 modules=24/;1,2s/ rotate.*//' dm.lay
	reads 'turned, of a size asked for' datamatrix-24x24 "code:A" 41 ']d1'
else
	skip 'symbols read by others' 'dmtxread or ZXingReader is missing'
fi

# ---- refusals ----
cat >all.lay <<-E
	workarea 20 20
	$pen
	symbol datamatrix at=0,0 size=8 modules=18 pen=p data={code}
	text at=0,-7 height=1 anchor=mid pen=p data={hri}
E
refused() { # NAME REASON MESSAGE FIELDS…
	name=$1 reason=$2 msg=$3; shift 3
	(IFS=$T; printf '%s\n' "$*") >in
	run "refused: $name" 1 "$(cat in)${T}lay_time:TIME${T}lay_result:refused${T}lay_reason:$reason\
${T}lay_site:here${T}lay_day:DAY" "mk-layout: all.lay:$msg" stamped mk-layout -t all.lay
	sed 's/$/\tjob:old/' in >in2 && mv in2 in
	run "  --strict" 2 '' "mk-layout: all.lay:$msg" mk-layout -t all.lay --strict <in
}
stamped() {
	"$@" <in >raw; was=$?
	sed -E 's/lay_time:[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}\+00:00/lay_time:TIME/
		s/lay_day:[0-9]{4}-[0-9]{2}-[0-9]{2}/lay_day:DAY/' raw
	return $was
}
refused 'a field is missing' missing "4: X7: the record has no field 'hri'" id:X7 code:1
refused 'the record has no name' missing "3: stdin:1: the record has no field 'code'" lot:1 hri:x
refused 'too much data' data '3: X7: data: 90 bytes do not fit a datamatrix of 18x18 modules' \
	id:X7 "code:$(printf %090d 7)" hri:x
refused 'no data' data '3: X7: data: empty: a symbol needs at least one byte' id:X7 code: hri:x
refused 'no GS1 data' data '3: (01)1: data: byte 0x20 cannot stand in GS1 data' \
	'id:(01)1' 'code:01 1' hri:x
refused 'no glyph' glyph "4: X7: font futural has no glyph for 'ö' (U+00F6)" id:X7 code:1 hri:Hölle
refused 'outside' area \
	'4: X7: reaches x=11.238: outside the work area of 20 x 20 mm' \
	id:X7 code:1 hri:MMMMMMMMMMMMMMMMMMMM

printf 'code:   \n' >in
try mk-layout -t i.lay <in
is 'nothing to mark' "$st $(field lay_reason "$out") $err" \
	'1 data mk-layout: i.lay:3: stdin:1: job: 0 ops: a job has 1 to 1000000'
printf 'workarea 20 20\n%s\nsymbol datamatrix at=0,0 module=0.1 pen=p data={code}\n' "$pen" >small.lay
printf 'code:1\n' >in
try mk-layout -t small.lay <in
is 'a module that the pen cannot draw' "$st $(field lay_reason "$out") $err" \
	"1 module mk-layout: small.lay:3: stdin:1: a module of 0.100 mm is not larger than the pen's \
line of 0.1 mm"
sed 's/module=0.1/module=5 pitch=0.001/;s/workarea.*/workarea 400 400/' small.lay >fine.lay
printf 'code:%080d\n' 1 >in2
try mk-layout -t fine.lay <in2
is 'more strokes than a job holds' "$st $(field lay_reason "$out") $err" "1 data mk-layout: \
fine.lay:3: stdin:1: more than 500000 strokes: choose a wider pitch, or less to mark"
sed 's/module=0.1/module=0.5/' small.lay >near.lay
echo 'text at=0,-4.9 height=2 anchor=mid pen=p data=I' >>near.lay
try mk-layout -t near.lay <in
is 'a text in the quiet zone' "$st $(field lay_reason "$out") $err" \
	'1 quiet mk-layout: near.lay:4: stdin:1: reaches into the quiet zone of the symbol of line 3'
sed 's/4.9/5.1/' near.lay >far.lay
try mk-layout -t far.lay <in
is 'a text beside it' "$st $err" '0 '
sed 's/data={code}/& quiet=0/' near.lay >none.lay
try mk-layout -t none.lay <in
is 'no quiet zone asked for' "$st $err" '0 '

# a date
printf 'workarea 20 20\n%s\ntext at=0,0 height=1 pen=p data={made:%%y%%m%%d}\n' "$pen" >date.lay
printf 'made:2026-11-22\nmade:yesterday\n' >in
try mk-layout -t date.lay <in
is 'a date, and one that is none' "$st $(grep -c job: out) $(sed -n 's/.*lay_reason://p' out | cut -f1) $err" \
	"1 1 data mk-layout: date.lay:3: stdin:2: field 'made': 'yesterday' is not a time: \
write 2026-11-22T09:00:00.123+03:00"

# ---- a stream: a failed part flows on, a refused one does not stop it ----
printf 'n:1\tmark_result:fail\tjob:x\nn:2\tcode:é\nn:3\tcode:IL\n' >in
try mk-layout -t i.lay <in
is 'all records come out' "$st $(cut -f1 out | tr '\n' ' ')" '1 n:1 n:2 n:3 '
is 'a part that failed elsewhere is untouched' "$(sed -n 1p out)" "n:1${T}mark_result:fail${T}job:x"
is 'the last has its job' "$(field job "$(sed -n 3p out)")" "$job"
try mk-layout -t i.lay --strict <in
is '--strict keeps what came before' "$st $(cat out)" "2 n:1${T}mark_result:fail${T}job:x"
printf 'code:IL\ncode:I' >in
try mk-layout -t i.lay <in
is 'an unterminated last line' "$st $(grep -c . out)" '2 1'

# ---- a picture ----
printf 'lot:1\ncode:IL\ncode:LLL\n' >in
try mk-layout -t i.lay --svg job.svg <in
is 'the first job is drawn' "$(sed -n 's/.*<title>\(.*\)<.title>/\1/p' job.svg)" \
	'2 strokes, 5.4 mm marked, 1.2 mm jumped'
like 'in the true width' "$(cat job.svg)" '*stroke-width="0.100"*d="M0.400 0.000L0.400 -2.100M1.2*'
rm job.svg
printf 'lot:1\n' >in
try mk-layout -t i.lay --svg job.svg <in
ok 'no job, no picture' test ! -e job.svg
is '  and that is said' "$st $(tail -n 1 err)" \
	'1 mk-layout: --svg job.svg: not written: no record got a job'
printf 'code:IL\n' >in
try mk-layout -t i.lay --svg nowhere/job.svg <in
is 'a picture that cannot be written' "$st" 3

# ---- usage ----
run 'no template' 2 '' 'mk-layout: no template: say -t FILE: see mk-layout --help' mk-layout <in
run 'no such template' 2 '' 'mk-layout: no.lay: cannot open: No such file or directory' \
	mk-layout -t no.lay <in
run 'an operand' 2 '' \
	"mk-layout: 'in': records are read from standard input: see mk-layout --help" mk-layout -t i.lay in
echo 'txt' >>i.lay
run 'a wrong template' 2 '' "mk-layout: i.lay:4:1: unknown word 'txt': a template has workarea, \
recipe, pen, symbol, text, line, rect, circle, arc, polyline, svg, group, end, array, op, offset and \
sample lines" mk-layout -t i.lay <in
sed -i '$d' i.lay
if [ -e /dev/full ]; then
	mk-layout -t i.lay <in >/dev/full 2>err
	is 'a full disk' "$? $(cat err)" \
		'3 mk-layout: standard output: cannot write: No space left on device'
fi
plan
