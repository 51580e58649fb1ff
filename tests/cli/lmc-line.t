#!/bin/sh
# A line whose pedal, lamps and guard hang on the marking board: mk-line at both ends
# reaches it through the mk-laser in the middle, with real libusb on an emulated board.
. "${0%/*}/../lib.sh"
[ -x "$MK_BUILD/tests/sim/lmcboard" ] || { echo "1..0 # SKIP no emulated board: umockdev, or libusb, is missing"; exit 0; }
setup_store
PATH=$MK_BUILD/tests/sim:$PATH
on() { ASAN_OPTIONS=verify_asan_link_order=0:${ASAN_OPTIONS:-} lmcboard "$@"; }
echo 'workarea 60 60
pen fine power=40 freq=30000 speed=1000
text at=0,0 height=2 pen=fine data={n}' >line.lay
# input 15 is the pedal, 2 the guard; output 5 says OK, 6 not OK
cat >line.sh <<'EOF'
{ mk-line wait --on lmc:15 -n 2 --token T "$@"; echo $? >wait.st; } 2>wait.err |
	mk-serial take bracket - | mk-layout -t line.lay |
	{ mk-laser -d 'lmc:usb?lens=110' --interlock lmc:2; echo $? >laser.st; } 2>laser.err |
	mk-trace add |
	{ mk-line gate --ok lmc:5 --nok lmc:6 --pulse 30 --token T; echo $? >gate.st; } 2>gate.err >gated
EOF
# line SETTING...: two parts, with such a board
line() {
	rm -f T
	on input=0x8000 "$@" -- sh line.sh 2>all.err
	ends="$(cat wait.st) $(cat laser.st) $(cat gate.st)"
}
results() { # of each part that came out
	while IFS= read -r l; do printf '%s/%s ' "$(field mark_result "$l")" "$(field mark_reason "$l")"; done <gated
}
# what was raised on the output port, from the first pedal's look on
pulses() { sed -n 's/^cmd 0021 00\([246]\)0 .*/\1/p' board.log | tr '\n' ' '; }

line toggle=40 steady=4
is "two steps on the pedal: two parts, marked" "$ends $(results)$(cat all.err wait.err laser.err gate.err)" "0 0 0 ok/ ok/ "
is "their arrivals are in the store" "$(mk-trace find mark_result:ok --columns arrival | sed 's/.*\///' | sort | tr '\n' ' ')" "1 2 "
is "each got its OK, and nothing else" "$(pulses)$(grep -c '^fault' board.log)" "2 2 0"
is "the board's last word" "$(tail -n 1 board.log)" "end beam=0 mo=0 port=0"

line toggle=40
is "the guard is open: nothing is marked" "$ends $(results)$(grep -c '^beam on' board.log)" "0 1 0 refused/interlock refused/interlock 0"
is "and each is told: not OK" "$(pulses)" "4 4 "

line toggle=40 steady=4 drop=1 chunk=1
is "the guard opens while the beam is on: stopped, in doubt, and that is the end" \
	"$ends $(results)$(grep -c '^beam on' board.log)" "3 3 3 unknown/estop 1"
is "why, and what to do" "$(cat laser.err)" \
	"mk-laser: lmc:usb:1-1: stopped, lmc:2 is low: look at the machine and at the part, then start with --reset"
like "the ends of the line say who is gone" "$(cat wait.err gate.err)" "mk-line: *"
is "no OK; the beam is off" "$(pulses)$(tail -n 1 board.log)" "end beam=0 mo=0 port=0"
line toggle=40 steady=4
is "the next start is refused" "$ends $(results)$(sed 's/.*look/look/' laser.err)" \
	"3 3 3 look at the machine and at the part, then start with --reset"
rm -f line.db.stopped.*

was=$(mk-trace find --count 2>/dev/null || mk-trace find 'id:*' | wc -l)
line input=0 steady=4 fault=gone:80
is "the board is unplugged before a part came: wait ends with 3" "$ends" "3 0 3"
is "and says why" "$(cat wait.err)" "mk-line: lmc:usb: it was unplugged, or lost its power"
is "no part was invented" "$(wc -l <gated) $(mk-trace find 'id:*' | wc -l)" "0 $was"
plan
