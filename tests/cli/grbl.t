#!/bin/sh
# mk-laser -d grbl: a controller that counts bytes and light (tests/sim/grbl.c), on a
# pty through libserialport and on TCP: what it is told, and what happens to a part when
# it fails in any way that controllers fail.
. "${0%/*}/../lib.sh"
setup_store
export MK_OPERATOR=eva
echo 'workarea 60 60
pen fine power=40 freq=30000 speed=50
pen bold power=72.5 freq=30000 speed=20
symbol datamatrix at=0,0 size=8 pen=fine data={id} fill=hatch pitch=0.5
text at=-3,-8 height=2 pen=bold data={id}' >line.lay
seq -f 'id:P%g' 60 | mk-layout -t line.lay >jobs || exit 1
part() { sed -n "${1}p" jobs; }
p=0

# controller HOW KEY=VALUE…: in the background; $place is where it is
controller() {
	rm -f place
	"$MK_BUILD/tests/sim/grbl" "$1" place speed=40 "$@" >log 2>&1 & ctl=$!
	await test -s place && place=$(cat place)
}
# burn HOW 'DEVICE SETTINGS' KEY=VALUE…: the next part, through such a controller
burn() {
	p=$((p + 1))
	part $p >in
	how=$1 settings=$2; shift 2
	controller "$how" "$@"
	try preloaded mk-laser -d "grbl:$place$settings" <in
	wait $ctl; ctlst=$?
	max=$(sed -n 's/^end max=\([0-9]*\).*/\1/p' log)
}
# The vectors of the job of the file in, as the controller must burn them.
want() { # X0 Y0: where the centre is
	field job "$(cat in)" | tr ' ' '\n' | awk -v x0="$1" -v y0="$2" '
		/^P/ { split(substr($0, 2), v, ","); s = v[1]; f = v[3] * 60 }
		/^[ML]/ { split(substr($0, 2), v, ","); x = x0 + v[1] / 1000; y = y0 + v[2] / 1000
			if (/^L/) printf "burn %.3f %.3f %.3f %.3f %.10g %.10g\n", px, py, x, y, s, f
			px = x; py = y }'
}
burnt() { grep '^burn' log; }
beam_off() { [ "$(grep -E '^(on|off)' log | tail -n 1 | cut -c 1-3)" != on ] && ! grep -qE '^(overrun|hangup on|unplugged on|unheard)' log; }
whole() { # NAME: all is well, and all vectors are there
	is "$1: marked" "$st $err $(field mark_result "$out") $ctlst" "0  ok 0"
	is "$1: each vector, with its power and speed" "$(burnt)" "$(want 100 100)"
	ok "$1: the beam is off" beam_off
}

# ---- all is well ----

for how in pty tcp; do
	for hal in 0 1; do
		burn $how '' hal=$hal
		whole "$how hal=$hal"
		ok "$how hal=$hal: its buffer was used ($max), never overrun" test "$max" -ge 60 -a "$max" -le 127
		ok "$how hal=$hal: it stood still when it was reset" test -z "$(grep moving log)"
	done
done
is "the mark says what was burnt" "$(field mark_vectors "$out") $(field mark_device "$out")" "$(burnt | wc -l | tr -d ' ') grbl:$place"
like "and how long it took, by the clock" "$(field mark_ms "$out")" "[0-9]*.0"
burn pty '' rx=48 plan=2
whole "a small window"
ok "a small window ($max)" test "$max" -ge 20 -a "$max" -le 47
burn tcp '' rx=33 plan=1 split=1
whole "the smallest, replies in pieces"
ok "the smallest ($max)" test "$max" -le 32
burn tcp '' rx=64 hal=1 late=20
whole "late replies"
burn pty '' bf=0 banner=-1
whole "no Bf, no banner"
burn pty '' banner=300
whole "a late banner"
burn tcp '' hal=1 banner=30
whole "one behind TCP lives on: it was heard to its last word"
burn pty '' boot=600 banner=200
whole "one that starts with its line, and reads nothing for a while"
burn tcp '' boot=600 hal=1
whole "the same, by TCP"
burn pty '' opt=0
whole "one that does not tell its buffers"
for hal in 0 1; do
	burn tcp '?check=yes' hal=$hal
	whole "looked through before, hal=$hal"
	burn tcp '?home=yes' locked=1 hal=$hal
	whole "homed before, hal=$hal"
done
burn tcp '?origin=60.5,40' travel=120
is "another origin" "$(burnt)" "$(want 60.5 40)"

controller tcp hal=1
run "test tells what it is" 0 "device:grbl:$place${T}state:ok${T}field:200x200${T}version:1.1f.20250813:${T}options:VNML+${T}window:127${T}s_max:1000${T}speed_max:100" "" \
	mk-laser test -d "grbl:$place"
wait $ctl
is "and gives no light" "$(grep -c on log)" 0

# ---- refused before the first byte ----

none() { # NAME STATUS MESSAGE: no light
	is "$1" "$st $err" "$2 mk-laser: grbl:$place: $3"
	is "$1: no light" "$(grep -E '^(on|burn)' log)" ""
}
burn tcp '' laser=0
none "laser mode off" 2 "laser mode is off: set \$32=1, or its beam would stay on between strokes"
burn tcp '' rx=16
none "a buffer that holds no line" 3 "its buffer of 15 bytes is too small: 32 are needed"
burn tcp '' mute=1
none "one that says nothing" 3 "no answer: is this GRBL 1.1 or grblHAL, its power on, and the baud rate right?"
burn tcp '' locked=1
none "a locked one" 3 "the controller's state is Alarm: see to the machine, then home it (\$H, or home=yes) or unlock it (\$X)"
burn tcp '' locked=1 hal=1
none "a locked grblHAL" 3 "the controller's state is Alarm:11: see to the machine, then home it (\$H, or home=yes) or unlock it (\$X)"
burn tcp '?home=yes' locked=1 homing=0
none "one that cannot be homed" 3 "it does not home (\$H): error:5: is it set up for that (\$22)?"
burn tcp '?home=yes' locked=1 homing=2
none "one that fails to" 3 "ALARM:8: see to the machine"
burn tcp '' drop=32
none "no laser mode" 3 "it does not tell its setting \$32: GRBL 1.1 or grblHAL with a variable spindle is needed"
burn tcp '?origin=0,0'
none "an origin on the edge" 2 "origin=0,0 is not inside the travel of \$130=200 by \$131=200 mm"
refused() { # NAME MESSAGE
	is "$1" "$st $(field mark_result "$out") $(field mark_reason "$out") ${err##*refused: }" "1 refused field $2"
	is "$1: no light" "$(grep -E '^(on|burn)' log)" ""
}
burn tcp '' rate=1500
refused "too fast" "job: op 1: P: 50 mm/s is over the 25 mm/s that this device can do"
burn tcp '' smin=500
refused "too weak" "job: op 1: P: 40 % is under the 50 % that is this device's least"
burn tcp '' travel=12
like "too far" "$st $(field mark_reason "$out") $err" "1 field *is outside the field of 12 x 12 mm"
# by_hand ID OP...: its job is the next
by_hand() {
	id=$1; shift
	mv jobs most
	printf 'id:%s\tjob:v1 n=%d crc=%s %s\n' "$id" $# \
		"$(printf %s "$*" | gzip -c | tail -c 8 | od -An -tx4 -N4 | tr -d ' ')" "$*" >jobs
	was=$p p=0
}
by_hand dot P400,30000,50 M0,0 D500
burn tcp ''
refused "a dot" "job: op 3: D: this device marks no dots: draw lines"
mv most jobs; p=$was
by_hand wait P400,30000,50 M0,0 L1000,0 W3000000 L2000,0
burn tcp ''
whole "a long wait, in which it is Idle"
mv most jobs; p=$was

: >in
run "a wrong setting" 2 "" "mk-laser: device grbl:/dev/ttyX: lens=1: no such setting: there is origin, home, check, baud, bits, parity, stop, flow" \
	mk-laser -d 'grbl:/dev/ttyX?lens=1' <in
run "no such port" 3 "" "mk-laser: /dev/ttyX: there is no such port: is it plugged in? mk-laser list shows what there is" \
	mk-laser -d grbl:/dev/ttyX <in
run "no port at all" 2 "" "mk-laser: device grbl:ttyX: 'ttyX': a port is /dev/NAME, tcp:HOST:PORT or listen:PORT" \
	mk-laser -d grbl:ttyX <in

# ---- it fails in the middle: at once off, in doubt, and the store knows ----

doubt() { # NAME MESSAGE
	is "$1: in doubt" "$st $(field mark_result "$out") $(field mark_reason "$out") ${err#mk-laser: "grbl:$place: "}" \
		"3 unknown device $2"
	is "$1: the store knows" "$(mk-trace find "id:P$p" --columns mark_result)" mark_result:unknown
	ok "$1: the beam is off" beam_off
}
for how in pty tcp; do
	burn $how '' error=25
	doubt "$how, error" "the controller refused a line: error:20"
	ok "$how, error: nothing was sent behind it but what was on its way" test "$(burnt | wc -l)" -le 60
	burn $how '' alarm=25
	doubt "$how, ALARM" "ALARM:1: the controller is locked: see to the machine, then home it (\$H) or unlock it (\$X)"
	burn $how '' reset=25
	doubt "$how, reset" "the controller was reset in the middle: look at its supply and its cable"
done
burn tcp '' noise=25
doubt "noise" "noise instead of an answer: 'o??k?': is the baud rate right, and the cable shielded?"
burn tcp '' silent=25
doubt "silence" "the controller fell silent: is its cable in, and its power on?"
burn tcp '' lost=25
doubt "a lost answer" "answers of the controller were lost: is the cable good?"
burn pty '' door=25
doubt "a door" "the controller's state is Door:1: see to the machine"
burn pty '' unplug=25
is "unplugged: in doubt" "$st $(field mark_result "$out") $err" \
	"3 unknown mk-laser: grbl:$place: $place: the device is gone: is its cable in, and its power on?"
burn tcp '?check=yes' refuse=25
is "refused in the check: not marked, no light" "$st $(field mark_result "$out") ${err##*: check }$T$(grep -c '^on' log)" \
	"3 fail (\$C): the controller refused a line: error:20${T}0"

# ---- a tray in one run: what is surely finished is known ----

{ echo 'workarea 60 60
array cols=3 rows=1 dx=12 dy=10 order=rows'; sed -n '2p;4p' line.lay; } >tray.lay
seq -f 'id:T%g' 3 | mk-layout -t tray.lay >in
n1=$(field job "$(sed -n 1p in)" | tr ' ' '\n' | grep -c ^L)
controller tcp unplug=$((n1 * 2 + 40))
try mk-laser -d "grbl:$place" --per tray <in
wait $ctl
is "a tray, unplugged in its third part: only that one is in doubt" \
	"$st $(for l in 1 2 3; do field mark_result "$(sed -n ${l}p out)"; done | tr '\n' ' ')" "3 ok ok unknown "
ok "the others were burnt whole" test "$(burnt | wc -l)" -ge $((n1 * 2))
seq -f 'id:U%g' 3 | mk-layout -t tray.lay >in
controller tcp unplug=$((n1 + 5))
try mk-laser -d "grbl:$place" --per tray <in
wait $ctl
is "unplugged right after the first: nobody knows what it had planned" \
	"$st $(for l in 1 2; do field mark_result "$(sed -n ${l}p out)"; done | tr '\n' ' ')" "3 unknown unknown "

# ---- --on-fail continue: after each of these it is asked anew, and goes on ----
for fault in error=5 reset=5 noise=5; do
	p=$((p + 2))
	sed -n "$((p - 1)),${p}p" jobs >in
	controller tcp $fault
	try mk-laser -d "grbl:$place" --on-fail continue <in
	wait $ctl
	is "continue after $fault: the first in doubt, the second marked" \
		"$st $(while IFS= read -r l; do field mark_result "$l"; done <out | tr '\n' ' ')" "1 unknown ok "
	is "continue after $fault: the second whole" "$(burnt | tail -n "$(sed 1d in | tr ' ' '\n' | grep -c ^L)")" \
		"$(sed 1d in >in.2; mv in.2 in; want 100 100)"
done

# ---- signals ----

# lit [HOW]: mk-laser in the background, the beam on
lit() {
	p=$((p + 1))
	part $p >in
	controller ${1-pty} speed=1
	# shellcheck disable=SC2086
	env --default-signal=INT $shim mk-laser -d "grbl:$place" <in >out 2>err & laser=$!
	await grep -q '^burn' log
}
for sig in INT TERM HUP; do
	lit
	kill -$sig $laser
	wait $laser 2>/dev/null
	wait $ctl
	ok "SIG$sig: held, stopped, then reset" test "$(grep -E '^(off|reset)' log | tail -n +3 | head -n 2 | tr '\n' ' ')" != "" \
		-a -z "$(grep moving log)"
	ok "SIG$sig: the beam is off" beam_off
	is "SIG$sig: in doubt" "$(field mark_result "$(cat out)") $(field mark_reason "$(cat out)")" "unknown interrupted"
done
# behind TCP nobody else is let in: who is refused must not even knock
for how in pty tcp; do
	lit $how
	part 1 >in2
	run "$how: a second mk-laser is refused" 3 "" "mk-laser: grbl:$place: mk-laser, process $laser, is using this device: end it first (mk-laser stop)" \
		preloaded mk-laser -d "grbl:$place" <in2
	is "$how: and the first goes on" "$(grep -c '^off reset\|^hangup' log)" 0
	try preloaded mk-laser stop -d "grbl:$place"
	case $how in
	pty) is "mk-laser stop" "$st $(field state "$out") $(field ended "$out")" "0 stopped $laser" ;;
	# the controller of the tests takes one connection in its life
	tcp) like "mk-laser stop, by TCP" "$st $err" "3 mk-laser: process $laser was ended, its beam off, but now: $place: cannot connect: *" ;;
	esac
	wait $laser 2>/dev/null
	wait $ctl
	ok "$how: stops the beam" beam_off
	is "$how: in doubt" "$(field mark_result "$(cat out)")" unknown
done
plan
