#!/bin/sh
# mk-laser: one part in every way it can go: marked again, tried without light, stopped
# by an interlock, too long, on a tray.
. "${0%/*}/../lib.sh"
setup_store
echo 'workarea 100 100
pen fine power=40 freq=30000 speed=1000
line from=0,0 to=8,0 pen=fine' >line.lay
seq -f 'id:P%g' 40 | mk-layout -t line.lay >jobs
part() { sed -n "${1}p" jobs; }
dev='sim:pix?size=64x48&px=5'
stored() { mk-trace find "id:$1" mark_result:ok --columns id | wc -l; }
results() { sed -n 's/^id:\([^	]*\).*	mark_result:\([a-z]*\)\(	mark_reason:\([a-z]*\)\)\{0,1\}.*/\1 \2 \4/p' "$@" | sed 's/ *$//'; }
beam() { read -r state <pix/.beam && [ "$state" = "$1" ]; }
await() {
	i=0
	until "$@" 2>/dev/null; do
		i=$((i + 1))
		[ $i -lt 100000 ] || { echo "# waited in vain: $*"; return 1; }
	done
}

# ---- again ----
part 1 >in
mk-laser -d "$dev" <in >/dev/null
try mk-laser -d "$dev" <in
is 'once is enough' "$st $(results out)" '1 P1 refused begun'
try mk-laser -d "$dev" --remark 'too faint' <in
is 'but for a reason' "$st $err $(results out) $(field mark_attempt "$out") $(field mark_remark "$out")" \
	'0  P1 ok 2 too faint'
try mk-laser -d "$dev" --remark 'still' <in
is 'they are counted' "$(field mark_attempt "$out")" 3
is 'and stored' "$(mk-trace history P1 | grep -c mark_attempt)" 3
run 'no reason is none' 2 '' 'mk-laser: --remark: say why: see mk-laser --help' mk-laser -d "$dev" --remark '' <in
part 2 >in
try mk-laser -d "$dev" --remark 'never was' <in
is 'the first time is no other one' "$st $(field mark_attempt "$out")$(field mark_remark "$out")" '0 1'
printf 'workarea 9 9\npen a power=40 freq=30000 speed=1000\npen b power=5.5 freq=20000 speed=200 pulse=30\nline from=0,0 to=1,0 pen=a\nline from=0,1 to=1,1 pen=b\nline from=0,2 to=1,2 pen=a\n' >pens.lay
echo id:pens | mk-layout -t pens.lay >in
try mk-laser -d "$dev" <in
is 'the pens that were used' "$(field mark_pens "$out")" 'P400,30000,1000 P55,20000,200,30'
is 'the recipe' "$(field mark_recipe_hash "$out")" "$(field recipe_hash "$(cat in)")"

# ---- without light ----
{ part 3; part 1; printf 'id:none\n'; } >in
try mk-laser -d "$dev" --dry-run <in
is 'a dry run tells what would be refused' "$st $(sed 's/.*mark_dry://;s/	.*//' out | paste -sd ' ' -)
$err" '1 ok begun no_job
mk-laser: P1: refused: its mark was begun before (ok)
mk-laser: none: refused: no job: run it through mk-layout'
is 'jobs stay, no event is made' "$(grep -c job:v1 out) $(grep -c mark_time out) $(mk-trace find id:P3 | wc -l)" '2 0 0'
part 3 >in
mk-laser -d "$dev" --dry-run <in >tried
mk-laser -d "$dev" <tried >out
is 'it can be burnt then' "$(results out)$(field mark_dry "$(cat out)")" 'P3 ok'
head -n 3 jobs >in
try mk-laser -d lmc:usb --estimate --conf mk.conf -o tsv <in
is 'an estimate needs no device' "$st $out $err" "0 id	mark_vectors	mark_mm	mark_ms
P1	1	8.0	8.3
P2	1	8.0	8.3
P3	1	8.0	8.3 mk-laser: 3 parts: 0.0 s"

# ---- a device that fails ----
sed -n 4,7p jobs >in
try mk-laser -d "$dev&fail=2" --on-fail continue <in
is 'on with the next part' "$st $(results out | paste -sd ' ' -)
$err" '1 P4 ok P5 unknown device P6 ok P7 ok
mk-laser: sim:pix: the device failed, as it was told to'
is 'all are known' "$(stored P4)$(stored P6)$(stored P7) $(mk-trace find id:P5 --columns mark_result)" '111 mark_result:unknown'
{ part 1; part 8; } >in
try mk-laser -d "$dev" --on-fail stop <in
is 'or stop with the first that fails' "$st $(results out)" '1 P1 refused begun'
run 'one of the two' 2 '' 'mk-laser: --on-fail ask: say stop or continue: see mk-laser --help' mk-laser -d "$dev" --on-fail ask <in
sed -n 8,9p jobs >in
try mk-laser -d "$dev&hang=1" --timeout 0.2 --on-fail continue <in
is 'a job that takes too long is stopped, and in doubt' "$st $(results out | paste -sd ' ' -)
$err" '1 P8 unknown timeout P9 ok
mk-laser: sim:pix: not ready after 0.2 s: look at the device, then start again'
ok 'the beam is off' beam off
part 10 >in
try mk-laser -d "$dev&hang=1" --timeout 0.2 <in
is 'then it ends' "$st $(results out)" '3 P10 unknown timeout'

# ---- interlocks ----
: >door; : >stop
part 11 >in
try mk-laser -d "$dev" --interlock 'cmd:test -e door' --interlock 'cmd:test -e stop' <in
is 'all is well' "$st $err $(results out)" '0  P11 ok'
rm door
sed -n 12,13p jobs >in
try mk-laser -d "$dev" --interlock 'cmd:test -e stop' --interlock 'cmd:test -e door' <in
is 'no beam while one is low' "$st $(results out | paste -sd ' ' -)
$err" '1 P12 refused interlock P13 refused interlock
mk-laser: P12: refused: cmd:test -e door is low
mk-laser: P13: refused: cmd:test -e door is low'
: >door
try mk-laser -d "$dev" --interlock 'cmd:test -e door' <in
is 'what was refused can be marked' "$st $(results out | paste -sd ' ' -)" '0 P12 ok P13 ok'
# looked at when it is opened, before the begin, and after it
echo 'n=$(($(cat looks) + 1)); echo $n >looks; test $n -ne 3' >second
echo 0 >looks
sed -n 14,15p jobs >in
try mk-laser -d "$dev" --interlock 'cmd:sh ./second' <in
is 'one that drops between the begin and the beam' "$st $(results out | paste -sd ' ' -) $err" \
	'1 P14 refused interlock P15 ok mk-laser: P14: refused: cmd:sh ./second is low'
is 'is known not to be marked' "$(part 14 | mk-laser -d "$dev" | results)" 'P14 ok'
sed -n 16,17p jobs >in
mk-laser -d "$dev&hang=1" --interlock 'cmd:test -e door' <in >out 2>err & laser=$!
await beam on
rm door
wait $laser; st=$?
is 'one that drops while the beam is on' "$st $(results out | paste -sd ' ' -)
$(cat err)" "3 P16 unknown estop
mk-laser: sim:$scratch/pix: stopped, cmd:test -e door is low: look at the machine and at the part, then start with --reset"
ok 'the beam is off' beam off
is 'it is stored' "$(mk-trace find id:P16 --columns mark_reason)" mark_reason:estop
: >door
part 17 >in
try mk-laser -d "$dev" --interlock 'cmd:test -e door' <in
is 'nothing more, though all is well again' "$st $out $err" "3  mk-laser: sim:$scratch/pix: it was stopped with its beam on by cmd:test -e door: look at the machine and at the part, then start with --reset"
try mk-laser -d "$dev" <in
is 'nor without the interlock' "$st $out" '3 '
try mk-laser -d 'sim:other?size=64x48&px=5' <in
is 'another device is free' "$st $(results out)" '0 P17 ok'
part 18 >in
try mk-laser -d "$dev" --interlock 'cmd:test -e door' --reset <in
is 'before somebody says so' "$st $(results out)" '0 P18 ok'
part 19 >in
try mk-laser -d "$dev" --interlock 'cmd:test -e door' <in
is 'once' "$st $(results out)" '0 P19 ok'
: >none
try mk-laser -d "$dev" --interlock 'cat:door' <none
is 'a signal without a level is no interlock' "$(mk-laser -d "$dev" --interlock none <none 2>&1 | cut -c1-22)" \
	'mk-laser: --interlock:'
like 'no such signal' "$st $err" '2 mk-laser: --interlock*cat:door*'

# ---- a tray ----
{ echo 'workarea 100 100
array cols=2 rows=2 dx=10 dy=10 order=rows'; sed 1d line.lay | sed 's/to=8/to=3/'; } >tray.lay
seq -f 'id:T%g' 8 | mk-layout -t tray.lay >in
try mk-laser -d "$dev" --per tray <in
is 'two trays, two pictures, eight marks' "$st $err $(results out | grep -c ok) $(sed 's/.*mark_image://' out | uniq | paste -sd ' ' -)" \
	'0  8 pix/tray-1.png pix/tray-2.png'
is 'each has its begin and end' "$(mk-trace find 'recipe:tray' mark_result:ok --columns id | wc -l)" 8
seq -f 'id:U%g' 4 | mk-layout -t tray.lay >in
try mk-laser -d "$dev" --per tray --skip 2,4 <in
is 'nests left out' "$st $(results out | paste -sd ' ' -)" '1 U1 ok U2 refused skip U3 ok U4 refused skip'
try mk-laser -d "$dev" --per tray <in
is 'can be marked later, the others not again' "$st $(results out | paste -sd ' ' -)" \
	'1 U1 refused begun U2 ok U3 refused begun U4 ok'
seq -f 'id:V%g' 4 | mk-layout -t tray.lay >in
try mk-laser -d "$dev&hang=1" --per tray --timeout 0.2 <in
is 'one that is interrupted: finished, in doubt, not begun' "$st $(results out | paste -sd ' ' -)" \
	'3 V1 ok V2 ok V3 unknown timeout V4 refused timeout'
try mk-laser -d "$dev" --per tray <in
is 'only the nest in doubt is in doubt' "$st $(results out | paste -sd ' ' -)" \
	'1 V1 refused begun V2 refused begun V3 refused begun V4 ok'
run 'per what' 2 '' 'mk-laser: --per lot: say tray: see mk-laser --help' mk-laser -d "$dev" --per lot <in
plan
