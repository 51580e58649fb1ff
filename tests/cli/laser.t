#!/bin/sh
# mk-laser: what is burnt, what is refused, and what is known when it goes wrong.
. "${0%/*}/../lib.sh"
setup_store
export MK_OPERATOR=eva

# Wait, without sleeping, for a command to succeed.
await() {
	i=0
	until "$@" 2>/dev/null; do
		i=$((i + 1))
		[ $i -lt 300000 ] || { echo "# waited in vain: $*"; return 1; }
	done
}
beam() { read -r state <"$2/.beam" && [ "$state" = "$1" ]; }
# /proc is no snapshot: a look at it can miss a process while others come and go
child_of() {
	tries=0
	while [ $tries -lt 100 ]; do
		for p in /proc/[0-9]*; do
			while read -r key val; do
				if [ "$key" = PPid: ]; then
					[ "$val" != "$1" ] || { echo "${p#/proc/}"; return; }
					break
				fi
			done 2>/dev/null <"$p/status"
		done
		tries=$((tries + 1))
	done
}
# kill returns before the killed has died; a zombie's files are closed
dead() {
	while read -r key val; do
		[ "$key" != State: ] || case $val in Z*|X*) return 0 ;; *) return 1 ;; esac
	done 2>/dev/null <"/proc/$1/status"
	return 0
}
without_times() { sed 's/_time:[^	]*/_time:T/g'; }

mk-serial take bracket -n 30 lot=L1 | mk-layout -t bracket.lay >jobs
part() { sed -n "${1}p" jobs; }
code() { field code "$(part "$1")"; }

# ---- a part is burnt ----

part 1 | sed 's/^/leak_result:pass	note:a\\tb	/' >in
try mk-laser -d sim:pix <in
is "a part is burnt" "$st $err" "0 "
is "its fields stay, its job goes, the mark's come" \
	"$(without_times <out)" \
	"$(sed 's/	job:.*//' in)	$(printf %s "mark_time:T	mark_result:ok	mark_site:ankara-1	mark_line:L3	mark_station:ST40	mark_operator:eva	mark_shift:$(field mark_shift "$out")	mark_day:$(field mark_day "$out")	mark_device:sim:$scratch/pix	mark_attempt:1	mark_vectors:$(field mark_vectors "$out")	mark_mm:$(field lay_mark_mm "$out")	mark_crc:$(field job "$(cat in)" | sed 's/.*crc=\([0-9a-f]*\).*/\1/')	mark_pens:P400,30000,1000	mark_recipe_hash:$(field recipe_hash "$(cat in)")	mark_ms:$(field lay_ms "$out")	mark_image:pix/01_09506000134352_21_000000001.png")"
is "the vectors are counted" "$(field mark_vectors "$out")" "$(field job "$(cat in)" | tr ' ' '\n' | grep -c ^L)"
is "its picture says its code" "$(dmtxread -N1 -m 2000 "$(field mark_image "$out")" 2>/dev/null)" "$(code 1)"
is "the mark is in the store" "$(mk-trace find mark_result:ok --columns id)" "id:$(field id "$(part 1)")"
ok "the beam is off" beam off pix

part 1 | sed 's/	job:/	op:B	mark_result:refused	mark_reason:field	mark_old:x&/' >in
try mk-laser -d sim:pix --operator=max --day=2026-01-02 <in
is "its face B too, with another picture, operator and day; old mark fields go" \
	"$st $err $(field mark_image "$out") $(field mark_operator "$out") $(field mark_day "$out") $(field mark_result "$out") $(field mark_reason "$out")$(field mark_old "$out")" \
	"0  pix/01_09506000134352_21_000000001-B.png max 2026-01-02 ok "

part 2 >in
mk-laser --no-store -d sim:a <in >/dev/null && mk-laser --no-store -d sim:a <in >out
is "without a store one can mark twice, and no picture is overwritten" "$(ls a; field mark_image "$(cat out)")" \
	"01_09506000134352_21_000000002-2.png
01_09506000134352_21_000000002.png
a/01_09506000134352_21_000000002-2.png"
ok "the same job gives the same picture" cmp -s a/01_09506000134352_21_000000002.png a/01_09506000134352_21_000000002-2.png
mk-laser --no-store -d 'sim:a?seed=7' <in >out
ok "another seed another one" test "$(cmp -s a/01_09506000134352_21_000000002.png "$(field mark_image "$(cat out)")"; echo $?)" = 1

# ---- a part is not burnt ----

part 3 | sed 's/	job:/	verify_result:fail&/' >in
run "a part that failed elsewhere passes untouched" 0 "$(cat in)" "" mk-laser -d sim:pix <in

# refused NAME REASON MESSAGE: the record in the file in
refused() {
	try mk-laser -d sim:pix <in
	is "$1" "$st $(without_times <out)
$err" "1 $(sed 's/	job:.*//' in)	mark_time:T	mark_result:refused	mark_reason:$2	mark_site:ankara-1	mark_line:L3	mark_station:ST40	mark_operator:eva	mark_shift:$(field mark_shift "$out")	mark_day:$(field mark_day "$out")
mk-laser: $3"
}
id3=$(field id "$(part 3)")
part 3 | sed 's/^id:[^	]*	//' >in
refused "no id" no_id "a record without an id: refused: no id: give each part one (mk-serial take)"
part 3 | sed 's/^id:[^	]*/id:/' >in
refused "an empty id" no_id "a record without an id: refused: no id: give each part one (mk-serial take)"
part 3 | sed 's/	job:.*//' >in
refused "no job" no_job "$id3: refused: no job: run it through mk-layout"
part 3 | sed 's/ L[-0-9]*/&0/' >in
try mk-laser -d sim:pix <in
is "a damaged job" "$st $(field mark_reason "$out") ${err%%crc*}" "1 job mk-laser: $id3: refused: job: "
part 3 | cut -c1-2000 | sed 's/ [^ ]*$//' >in
try mk-laser -d sim:pix <in
is "a job cut short" "$st $(field mark_result "$out") $(field mark_reason "$out")" "1 refused job"
printf 'id:X\tjob:v1 n=2 crc=67baff48 P400,30000,1000 M0,0\n' >in
try mk-laser -d sim:pix <in
is "a job that marks nothing" "$st $(field mark_reason "$out") $err" \
	"1 job mk-laser: X: refused: job: it marks nothing"
sed 's/field=[0-9,]*/field=4,110/' mk.conf >small.conf
part 3 >in
try mk-laser --conf small.conf -d sim:pix <in
like "a job beyond the field of mk.conf" "$st $(field mark_reason "$out") $err" \
	"1 field mk-laser: $id3: refused: job: op *: [ML]*,* is outside the field of 4 x 110 mm"
part 1 >in
try mk-laser -d sim:pix <in
is "a part that was marked before" "$st $(field mark_result "$out") $(field mark_reason "$out") $err" \
	"1 refused begun mk-laser: $(field id "$(part 1)"): refused: its mark was begun before (ok): a part is marked once for each op"
part 3 >in
try mk-laser -d sim:pix <in
is "what was refused was not begun" "$st $(field mark_result "$out")" "0 ok"
{ part 4; printf 'id:Y\n'; part 5; } >in
try mk-laser -d sim:pix <in
is "a refused part stops no stream" "$st $(cut -f1 out | tr '\n' ' ')" \
	"1 $(part 4 | cut -f1) id:Y $(part 5 | cut -f1) "

# ---- wrong use ----

: >none
use='see mk-laser --help'
run "no device" 2 "" "mk-laser: no device: say -d KIND:PLACE, such as -d sim:out: $use" mk-laser <none
run "an operand" 2 "" "mk-laser: x: no such verb: there is list, test, stop, red: $use" mk-laser -d sim:pix x <none
try mk-laser -d lsr:1 <none
like "no such device" "$st $out $err" "2  mk-laser: device 'lsr:1': no such kind of device: there is sim:, *"
run "a wrong setting" 2 "" "mk-laser: device sim:o2: px=x: 'x' is not a whole number" mk-laser -d 'sim:o2?px=x' <none
run "a wrong field" 2 "" "mk-laser: bad.conf:5: device sim: field=4: '4' is not A,B" \
	sh -c 'sed "s/field=[0-9,]*/field=4/" mk.conf >bad.conf; mk-laser --conf bad.conf -d sim:o2' <none
run "a store in a server" 2 "" "mk-laser: the store is in a server: a station with a laser has its own, in a file, that no network can keep waiting; name that one, and let mk-trace push send it on" \
	mk-laser --store postgresql://centre/mk -d sim:pix
run "no store" 2 "" "mk-laser: no store: say --store FILE, set MK_STORE, or write 'store FILE' in mk.conf (mk-trace init makes one); --no-store marks without one, and nobody will know what was marked" \
	env -u MK_STORE mk-laser -d sim:o2 <none
ok "nothing was made" test ! -e o2
try mk-laser --store none.db -d sim:pix <none
like "a store that is not there" "$st $err" "[23] mk-laser: none.db: *"
run "nothing to do" 0 "" "" mk-laser -d sim:pix <none

part 6 | tr -d '\n' >tail
{ part 5 | sed 's/^id:/id:Z/'; cat tail; } >in
try mk-laser -d sim:pix <in
is "an unterminated last line is no part" "$st $(cut -f1 out) ${err%%:*}" "2 $(cut -f1 in | head -1) mk-laser"
like "says so" "$err" "mk-laser: stdin:2:*"
is "and it was not begun" "$(part 6 | mk-laser -d sim:pix | grep -c mark_result:ok)" 1

# ---- output that does not arrive ----

mk-serial take bracket -n 20 | mk-layout -t bracket.lay >jobs
part 1 >in
mk-laser -d sim:pix <in >/dev/full 2>err; st=$?
is "a full disk" "$st $(cat err)" "3 mk-laser: standard output: cannot write: No space left on device"
is "the part is in the store" "$(mk-trace find "id:$(field id "$(part 1)")" --columns mark_result)" "mark_result:ok"
part 2 >in
{ await test -e gone && mk-laser -d sim:pix <in 2>err; echo $? >st; } | { exec <&-; : >gone; }
is "a reader that is gone" "$(cat st) $(cat err)" "3 "
is "that part is in the store" "$(mk-trace find "id:$(field id "$(part 2)")" --columns mark_result)" "mark_result:ok"

# ---- one device, one process; each part goes on at once ----

mkfifo to from
mk-laser -d sim:pix <to >from 2>err.first & first=$!
exec 8>to 9<from
part 3 >&8
IFS= read -r line <&9
is "a part goes on before the next one comes" "$(field mark_result "$line")" ok
part 4 >in
run "a second process on the device is refused" 3 "" \
	"mk-laser: sim:pix: mk-laser, process $first, is using this device: end it first (mk-laser stop)" mk-laser -d sim:pix <in
run "also under another spelling" 3 "" \
	"mk-laser: sim:./pix: mk-laser, process $first, is using this device: end it first (mk-laser stop)" mk-laser -d sim:./pix <in
run "another device is free" 0 "" "" mk-laser -d sim:a <none
kill -TERM $first; wait $first 2>/dev/null; st=$?
exec 8>&- 9<&-
is "idle, a signal ends it as signals do" "$st $(cat err.first)" "143 "

mk-laser -d sim:pix <to >from 2>err.first & first=$!
exec 8>to 9<from
part 4 >&8
IFS= read -r line <&9
child=$(child_of $first)
kill -KILL "$child"
await dead "$child"
part 5 >&8
IFS= read -r line <&9
wait $first 2>/dev/null; st=$?
exec 8>&- 9<&-
is "the driver's process dies between two parts" "$st $(field mark_result "$line") $(field mark_reason "$line")
$(cat err.first)" "3 refused device
mk-laser: $(field id "$(part 5)"): refused: sim:pix: the driver's process was killed by signal 9: look at the device, then start again
mk-laser: sim:pix: the driver's process was killed by signal 9: look at the device, then start again"
is "so this part was not begun" "$(part 5 | mk-laser -d sim:pix | grep -c mark_result:ok)" 1

# ---- the beam is on, and something dies ----

# burning N: mk-laser in the background, its beam on part N
burning() {
	{ part "$1"; part "$(($1 + 1))"; } >in
	mk-laser -d 'sim:pix?hang=1' <in >out.bg 2>err.bg & laser=$!
	await beam on pix
}
doubt() { # NAME PART STATUS REASON STDERR
	wait $laser 2>/dev/null; st=$?
	is "$1: the status" "$st" "$3"
	is "$1: the message" "$(cat err.bg)" "$5"
	is "$1: the part goes on, in doubt, the next one does not" \
		"$(cut -f1 out.bg) $(field mark_result "$(cat out.bg)") $(field mark_reason "$(cat out.bg)") $(field job "$(cat out.bg)")" \
		"$(part "$2" | cut -f1) unknown $4 "
	like "$1: how far it came is known" "$(field mark_ops "$(cat out.bg)")" "[0-9]*"
	is "$1: the store knows" "$(mk-trace find "id:$(field id "$(part "$2")")" --columns mark_result,mark_reason)" \
		"mark_result:unknown	mark_reason:$4"
	ok "$1: the beam is off" beam off pix
	part "$2" >in
	try mk-laser -d sim:pix <in
	is "$1: it is not marked again" "$st $(field mark_reason "$out") $err" \
		"1 begun mk-laser: $(field id "$(part "$2")"): refused: its mark was begun before (unknown): a part is marked once for each op"
}
burning 6
kill -KILL "$(child_of $laser)"
doubt "the driver's process is killed" 6 3 device \
	"mk-laser: sim:pix: the driver's process was killed by signal 9: look at the device, then start again"
burning 7
kill -TERM "$(child_of $laser)"
doubt "it is told to end" 7 3 device \
	"mk-laser: sim:pix: the driver's process ended (status 0): look at the device, then start again"
burning 8
kill -TERM $laser
doubt "mk-laser is told to end" 8 143 interrupted ""
burning 9
kill -HUP $laser
doubt "its terminal is gone" 9 129 interrupted ""

burning 10
kill -KILL $laser; wait $laser 2>/dev/null
ok "mk-laser is killed: the beam goes off" await beam off pix
is "and no record came out" "$(cat out.bg)" ""
await sh -c 'mk-laser -d sim:pix <none 2>err; ! grep -q another err'
is "the next start finds the part in doubt" "$(cat err)" \
	"mk-laser: sim:$scratch/pix: 1 part is in doubt since an earlier run ended too soon: stored as mark_result:unknown: look at it"
is "and the store knows" "$(mk-trace find "id:$(field id "$(part 10)")" --columns mark_result,mark_reason)" \
	"mark_result:unknown	mark_reason:interrupted"
run "once" 0 "" "" mk-laser -d sim:pix <none

{ part 11; part 12; part 13; } >in
try mk-laser -d 'sim:pix?fail=2' <in
is "a device that fails" "$st $err" "3 mk-laser: sim:pix: the device failed, as it was told to"
is "at its second part" "$(for l in 1 2; do field mark_result "$(sed -n ${l}p out)"; done) $(wc -l <out)" "ok
unknown 2"
is "all its ops were begun by then" "$(field mark_ops "$(sed -n 2p out)")" \
	"$(field job "$(part 12)" | sed 's/v1 n=\([0-9]*\).*/\1/')"
is "the third was not begun" "$(part 13 | mk-laser -d sim:pix | grep -c mark_result:ok)" 1
plan
