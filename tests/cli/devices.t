#!/bin/sh
# mk-laser list, test and stop: devices, and no parts.
. "${0%/*}/../lib.sh"
setup_store

# Wait, without sleeping, for a command to succeed.
await() {
	i=0
	until "$@" 2>/dev/null; do
		i=$((i + 1))
		[ $i -lt 300000 ] || { echo "# waited in vain: $*"; return 1; }
	done
}
beam() { read -r state <pix/.beam && [ "$state" = "$1" ]; }

run "test says what a device is" 0 "device:sim:$scratch/pix${T}state:ok${T}field:110x110" "" mk-laser test -d sim:pix
ok "and leaves its beam off" beam off
run "test: no device" 2 "" "mk-laser: no device: say -d KIND:PLACE, such as -d sim:out: see mk-laser test --help" \
	mk-laser test
run "test: no such kind" 2 "" "mk-laser: device 'nope:x': no such kind of device: there is $(
	mk-laser test -d nope:x 2>&1 | sed 's/.*there is //')" mk-laser test -d nope:x
run "test: a place that cannot be" 3 "" "mk-laser: sim:/dev/null: cannot use this folder: Not a directory" \
	mk-laser test -d sim:/dev/null
run "test: one argument too many" 2 "" "mk-laser: pix: no argument expected: see mk-laser test --help" \
	mk-laser test -d sim:pix pix
run "stop turns a beam off that nobody holds" 0 "device:sim:$scratch/pix${T}state:stopped" "" mk-laser stop -d sim:pix

# The beam is on, and stays on, until somebody stops it.
mk-serial take bracket | mk-layout -t bracket.lay >job
mk-laser -d 'sim:pix?hang=1' <job >marked 2>err.burning & burning=$!
await beam on
run "test: who holds it is told" 3 "" \
	"mk-laser: sim:pix: mk-laser, process $burning, is using this device: end it first (mk-laser stop)" \
	mk-laser test -d sim:pix
run "stop ends the one that holds it" 0 "device:sim:$scratch/pix${T}state:stopped${T}ended:$burning" "" \
	mk-laser stop -d sim:pix
wait $burning; st=$?
ok "the beam is off" beam off
is "the other ended as signals end" "$st $(cat err.burning)" "143 "
is "its part is in doubt" "$(field mark_result "$(cat marked)") $(field mark_reason "$(cat marked)")" "unknown interrupted"

exec 7<pix
flock 7
run "stop ends no stranger, and says so" 3 "" \
	"mk-laser: sim:pix: held by a process that is no mk-laser: end it yourself" mk-laser stop -d sim:pix
exec 7<&-

# ---- list ----
run "list: one argument too many" 2 "" "mk-laser: x: no argument expected: see mk-laser list --help" mk-laser list x
try mk-laser list
# a build without libusb looks for no board, and says so
without="mk-laser: usb: this build has no libusb, so it drives no USB board: install libusb-1.0-0-dev, then configure and make again"
case $err in "$without"*) err=${err#"$without"}; err=${err#?} ;; esac
case $st in
0) is "list: each has a device, a name, a node and a state" "$(grep -vc "^device:.*${T}what:.*${T}node:/.*${T}state:." out)$err" 0 ;;
1) is "list: nothing is here" "$out$err" "mk-laser: no serial port and no USB board is here: is it plugged in, and on?" ;;
*) fail "list: status $st"; show "$err" ;;
esac
plan
