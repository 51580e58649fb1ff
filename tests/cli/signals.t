#!/bin/bash
# mk-line's signals: parts that arrive by a modem line or a command, pulses of OK, a
# heartbeat; a device that goes is the end, and no part is invented.
. "${0%/*}/../lib.sh"
# shellcheck disable=SC2016,SC2154
[ -x "$MK_BUILD/tests/sim/peer" ] || { echo "1..0 # SKIP without serial lines"; exit 0; }
trap 'kill $inp_pid $outp_pid 2>/dev/null; cd /; rm -rf "$scratch"' EXIT
inp_pid='' outp_pid=''
mkdir lines
export MK_PTY_LINES=$scratch/lines
: >quiet

await() { # COMMAND…: until it succeeds, a minute at most
	local end=$((SECONDS + 60))
	until "$@" 2>/dev/null; do
		[ $SECONDS -lt $end ] || { echo "# waited in vain: $*"; return 1; }
	done
}
# pty NAME: a serial port in $NAME, its number in $NAME_n, its far end in $NAME_pid.
pty() {
	rm -f "place.$1"
	"$MK_BUILD/tests/sim/peer" pty "place.$1" quiet >"peer.$1" 2>&1 &
	eval "$1_pid=$!"
	await test -s "place.$1"
	eval "$1=$(cat "place.$1") $1_n=$(sed 's/.*\///' "place.$1")"
	eval "rm -f lines/\$$1_n.*"
}
# lines NAME LINES: these are high from now on; until the tool has seen them often enough
# to believe it. flash NAME LINES: until it has seen them.
level() { eval "echo \"\$2\" >lines/new; mv lines/new lines/\$$1_n.in"; }
saw() { # NAME LINES TIMES
	local times=0 seen=
	eval "read -r times seen <lines/\$$1_n.seen" && [ "$seen" = "${2:-none}" ] && [ "$times" -ge "$3" ]
}
lines() { level "$1" "$2"; await saw "$1" "$2" "${3:-$enough}"; }
flash() { lines "$1" "$2" 1; }
enough=5
outputs() { eval "cat lines/\$$1_n.out"; }
count() { [ "$(grep -c "$1" "$2")" -ge "$3" ]; }

# ---- a line: cts lets in, rts is OK, dtr is not ----
pty inp
pty outp
level inp ''
mkfifo part; exec 7<>part
ends() { cat w.st g.st | tr '\n' ' '; }
gate() { preloaded mk-line gate --token T "$@" >gated 2>g.err; echo $? >g.st; }
letin() { rm -f lines/*.seen; preloaded mk-line wait --token T "$@" 2>w.err; echo $? >w.st; }
# The line itself: what is written to the FIFO part is what was done to the part.
work() {
	while IFS= read -r arrival; do
		echo in >>log
		read -r result <&7
		printf '%s\t%s\n' "$arrival" "$result"
	done
}
: >log
enough=110	# looks, every 5 ms
letin --on "serial:$inp:cts" -n 3 --debounce 500 tray=7 | work |
	gate --ok "serial:$outp:rts" --nok "serial:$outp:dtr" --pulse 60 &
job=$!
await saw inp '' $enough
lines inp cts
await count in log 1
echo 'mark_result:ok	verify_result:ok' >&7
await count 'rts 0' "lines/$outp_n.out" 2
lines inp ''
flash inp cts
lines inp ''
is "a level that does not last is no part" "$(wc -l <log)" 1
lines inp cts
await count in log 2
echo 'mark_result:ok	verify_result:fail' >&7
await count 'dtr 0' "lines/$outp_n.out" 2
lines inp cts 220
is "a level that lasts is one part" "$(wc -l <log)" 2
lines inp ''; lines inp cts
await count in log 3
echo 'leak_result:ok' >&7
wait $job
is "three parts went through: both ends end well" "$(ends)$(cat w.err)" "0 0 "
is "OK; not OK; nothing done: not OK" "$(outputs outp)" "rts 0
dtr 0
rts 1
rts 0
dtr 1
dtr 0
dtr 1
dtr 0"
is "the pulses last" "$(awk '$3 == 1 { from = $1 } $3 == 0 && from { print ($1 - from >= 60 && $1 - from < 5000); from = 0 }' \
	"lines/$outp_n.times" | sort | uniq -c | tr -s ' ')" " 3 1"
is "wait's operands are fields" "$(cut -f 2 gated | sort -u)" "tray:7"
like "gate says why not" "$(cat g.err)" "mk-line: */2: no OK: verify_result:fail
mk-line: */3: no OK: no step has a result"
enough=5
# ---- a part that is there at the start, one that goes by ----
: >log
level inp cts
letin --on "serial:$inp:cts" -n 2 --debounce 1 | work | gate &
job=$!
await saw inp cts 5
is "what is high at the start has not come" "$(wc -l <log)" 0
lines inp ''; lines inp cts
await count in log 1
lines inp ''; lines inp cts; lines inp ''; lines inp cts
echo a:1 >&7
await count in log 2
echo a:2 >&7
wait $job
is "one that comes meanwhile is next, one before it has gone by" "$(wc -l <gated) $(ends)$(cat w.err)" \
	"2 0 0 mk-line: a part went by while the one before was in the line: it is not marked"

# ---- what is lost ----
: >log
level inp ''
letin --on "serial:$inp:cts" | work | gate &
job=$!
await saw inp '' 5
kill "$inp_pid"
wait $job
is "the input is unplugged: 3 at both ends, no part" "$(ends)$(wc -l <log) $(wc -l <gated)" "3 3 0 0"
like "and said" "$(cat w.err)" "mk-line: $inp: cannot read its lines: *"
pty inp
rm "lines/$outp_n.out"
(mkfifo go; preloaded mk-line gate --ok "serial:$outp:rts" <go >gated 2>g.err; echo $? >g.st) &
job=$!
await test -p go; exec 8>go
printf 'id:A\tmark_result:ok\n' >&8
await count 'rts 0' "lines/$outp_n.out" 2
kill "$outp_pid"
printf 'id:B\tmark_result:ok\n' >&8
wait $job; exec 8>&-
is "the output is unplugged: the part went on without OK, 3" "$(cut -f 1 gated | tr '\n' ' ')$(cat g.st)" "id:A id:B 3"
like "and said" "$(cat g.err)" "mk-line: $outp: cannot set RTS: *"
pty outp

# ---- a port has one owner ----
mkfifo go2
(preloaded mk-line gate --ok "serial:$outp:rts" --heartbeat "serial:$outp:dtr" --pulse 600 <go2 >gated 2>g.err; echo $? >g.st) &
job=$!
exec 8>go2
await count 'dtr 1' "lines/$outp_n.out" 1
run "a port has one owner" 3 "" "mk-line: --ok: $outp: another process has this port: a port has one owner" \
	preloaded mk-line gate --ok "serial:$outp:dtr"
# ---- the heart beats, in a pulse as well ----
printf 'id:A\tmark_result:ok\n' >&8
await count 'rts 0' "lines/$outp_n.out" 2
await count 'dtr 1' "lines/$outp_n.out" 3
exec 8>&-
wait $job
is "the heart beats twice a second" "$(awk '/dtr/ { if (last && ($1 - last < 500 || $1 - last > 900)) bad++; last = $1; n++ }
	/rts 1/ { n = 0; on = 1 } /rts 0/ && on { print (n > 0 ? "in the pulse as well" : "not in the pulse") }' "lines/$outp_n.times")" "in the pulse as well"
is "and stops with gate" "$(tail -n 1 "lines/$outp_n.out") $(cat g.st)" "dtr 0 0"

# ---- killed in a pulse ----
mkfifo go3
: >"lines/$outp_n.out"
(LD_PRELOAD=$MK_BUILD/tests/sim/pty-shim.so ASAN_OPTIONS=verify_asan_link_order=0 \
	mk-line gate --ok "serial:$outp:rts" --pulse 300 <go3 >gated 2>g.err & echo $! >pid; wait $!; echo $? >g.st) 2>/dev/null &
job=$!
exec 8>go3
printf 'id:A\tmark_result:ok\n' >&8
await count 'rts 1' "lines/$outp_n.out" 1
kill -TERM "$(cat pid)"
wait $job; exec 8>&-
is "a signal in a pulse: it ends first, then gate" "$(outputs outp | tail -n 1) $(cat g.st)" "rts 0 143"

# ---- commands ----
printf '#!/bin/sh\nn=$(cat n 2>/dev/null || echo 0); n=$((n + 1)); echo $n >n; echo said\n[ $n -le 2 ]\n' >arrive
chmod +x arrive
letin --on cmd:./arrive | gate --ok 'cmd:echo "$1" >>ok' --pulse 1
is "a command lets in until it ends with 1" "$(wc -l <gated) $(ends)$(cat w.err)" "2 0 0 said
said
said"
printf 'id:A\tmark_result:ok\nid:B\tmark_result:fail\n' | gate --ok 'cmd:echo "$1" >>ok2' --nok 'cmd:echo "$1" >>nok' --pulse 1
is "a command is an output" "$(tr '\n' ' ' <ok2)/ $(tr '\n' ' ' <nok)" "0 1 0 / 0 1 0 "
run "a command that fails is a device that does" 3 "" "mk-line: cmd:exit 7: it ended with status 7" \
	mk-line wait --on 'cmd:exit 7'
run "one that is killed" 3 "" "mk-line: cmd:kill -9 \$\$: it was killed by signal 9" mk-line wait --on 'cmd:kill -9 $$'
run "an output that fails" 3 "" "mk-line: --ok: cmd:false: it ended with status 1" sh -c 'mk-line gate --ok cmd:false </dev/null'
(mk-line wait --on 'cmd:echo $$ >waiter; exec sleep 600' 2>/dev/null & echo $! >pid; wait) 2>/dev/null &
job=$!
await test -s waiter
kill -KILL "$(cat pid)"
gone() { ! kill -0 "$(cat waiter)"; }
ok "a command ends with mk-line, even killed" await gone
wait $job

# ---- enter ----
run "enter: lines of standard input" 0 "2" "" sh -c 'printf "\n\nx" | mk-line wait --on enter | wc -l'
if command -v script >/dev/null; then
	mkfifo keys
	(script -qec 'mk-line wait --on enter -n 1 </dev/null >entered' /dev/null <keys >/dev/null 2>&1) &
	job=$!
	exec 8>keys
	until [ -s entered ]; do echo >&8; sleep 0.05; done	# a person's pace
	wait $job; exec 8>&-
	like "enter: the terminal, if there is no standard input" "$(cat entered)" "arrival:*/1"
else skip "enter: the terminal" "no script"; fi
run "enter: no terminal at all" 3 "" "mk-line: --on: /dev/tty: no terminal to press enter on: No such device or address" \
	setsid -w mk-line wait --on enter </dev/null

# ---- what is no signal ----
inputs="write serial:PORT:cts (or dsr, dcd, ri), lmc:N, enter, none or cmd:COMMAND"
outs="write serial:PORT:rts (or dtr), lmc:N or cmd:COMMAND"
for s in x serial: serial:/dev/ttyS0 serial:/dev/ttyS0:rts cmd: ENTER; do
	run "no input: $s" 2 "" "mk-line: --on: '$s' is no signal: $inputs" mk-line wait --on "$s"
done
for s in x serial:/dev/ttyS0:cts enter none; do
	run "no output: $s" 2 "" "mk-line: --ok: '$s' is no signal: $outs" mk-line gate --ok "$s"
done
run "no such bit" 2 "" "mk-line: --ok: lmc:16: 16 is out of range: 0 to 15" mk-line gate --ok lmc:16
run "no such port" 3 "" "mk-line: --on: /dev/nix: there is no such port: is it plugged in? mk-laser list shows what there is" \
	mk-line wait --on serial:/dev/nix:cts
run "debounce is for levels" 2 "" "mk-line: --debounce is for levels, of serial: and lmc:: see mk-line wait --help" \
	mk-line wait --on none --debounce 5
run "a pulse of nothing" 2 "" "mk-line: --pulse is for --ok and --nok: see mk-line gate --help" mk-line gate --token T --pulse 5
run "a pulse of no length" 2 "" "mk-line: --pulse: 0 is out of range: 1 to 60000" mk-line gate --ok cmd:true --pulse 0
run "a field of its own" 2 "" "mk-line: arrival: mk-line sets this field itself: see mk-line wait --help" mk-line wait --on none arrival=1
run "a field twice" 2 "" "mk-line: a was given twice: see mk-line wait --help" mk-line wait --on none a=1 a=2
run "no key" 2 "" "mk-line: 'A=1' is no key=value: see mk-line wait --help" mk-line wait --on none A=1
plan
