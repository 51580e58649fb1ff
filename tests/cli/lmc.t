#!/bin/sh
# mk-laser -d lmc: against an emulated board behind the real libusb
# (tests/sim/board): the sequences are EZCAD2's, the drawing is the job, and what
# goes wrong is known.
. "${0%/*}/../lib.sh"
[ -x "$MK_BUILD/tests/sim/lmcboard" ] || { echo "1..0 # SKIP no emulated board: umockdev, or libusb, is missing"; exit 0; }
setup_store
dev='lmc:usb?lens=110'

# on SETTING... -- COMMAND...: a command beside a board; its log is board.log
on() { ASAN_OPTIONS=verify_asan_link_order=0:${ASAN_OPTIONS:-} lmcboard "$@"; }
PATH=$MK_BUILD/tests/sim:$PATH
faults() { sed -n 's/^fault //p' board.log; }
cmds() { sed -n 's/^cmd 00//p; s/^list.*/list/p' board.log; }
ops() { sed -n 's/^op //p' board.log; }
crc() { printf '%s' "$1" | gzip -c | tail -c 8 | od -An -tx4 | awk '{ print $1 }'; }
# job ID OP...: a record
job() {
	who=$1; shift
	printf 'id:%s\tjob:v1 n=%d crc=%s %s\n' "$who" $# "$(crc "$*")" "$*"
}

# ---- start-up and run, opcode by opcode ----
# devices.md has them as captured from EZCAD2: for a start without a correction
# table, at 110 mm, 1000 mm/s, 30 kHz, 50 %.
job P1 P500,30000,1000 M0,0 L10000,0 L10000,10000 L0,0 M-5000,5000 D1000 W2500 >in
try on -- mk-laser -d "$dev" <in
is "a part is burnt" "$st $err" "0 "
is "the board found no fault" "$(faults)" ""
startup='09 0000 0000 0000 0000 0000
07 0000 0000 0000 0000 0000
34 0000 0000 0000 0000 0000
03 0000 0000 0000 0000 0000
15 0000 0000 0000 0000 0000
04 0000 0000 0000 0000 0000
16 0000 0000 0000 0000 0000
1b 0001 0000 0000 0000 0000
17 0001 0000 0000 0000 0000
1c 0001 0000 0000 0000 0000
1d 07d0 0014 0000 0000 0000
1a 00c8 0000 0000 0000 0000
1e 007d 0000 0000 0000 0000
06 007d 0000 0000 0000 0000
33 0000 0000 0000 0000 0000
07 0000 0000 0000 0000 0000
2e 0ffb 0001 0199 0064 0000
32 0000 0063 03e8 0019 0000
21 0000 0000 0000 0000 0000
3a 0000 0000 0000 0000 0000
22 07ff 0000 0000 0000 0000
3a 0000 0000 0000 0000 0000'
is "the start-up is EZCAD2's (after one look whether the board is idle)" \
	"$(cmds | sed -n '1,23p')" "07 0000 0000 0000 0000 0000
$startup"
is "the run is EZCAD2's" "$(cmds | sed -n '24,$p' | sed '/^41/q')" '34 0000 0000 0000 0000 0000
07 0000 0000 0000 0000 0000
12 0000 0000 0000 0000 0000
0c 0000 0000 0000 0000 0000
0d 8000 8000 0000 0000 0000
07 0000 0000 0000 0000 0000
list
19 0000 0000 0000 0000 0000
07 0000 0000 0000 0000 0000
05 0000 0000 0000 0000 0000
16 0001 0000 0000 0000 0000
07 0000 0000 0000 0000 0000
21 0000 0000 0000 0000 0000
33 0000 0000 0000 0000 0000
41 0003 0000 0000 0000 0000'
# 10 mm are 5957.7 counts; turns of 90 and 135 degrees are 32768 and 49152
is "the list: settings, then steps with their angles and distances" "$(ops | sed '/^8011 0000/q')" \
'8051 0000 0000 0000 0000 0000
8006 094f 0000 0000 0000 0000
8007 0064 0000 0000 0000 0000
8008 0096 0000 0000 0000 0000
800d 0008 0000 0000 0000 0000
800f 000a 0000 0000 0000 0000
8011 0001 0000 0000 0000 0000
801b 029b 0000 0000 0000 0000
8012 07ff 0000 0000 0000 0000
800c 0253 0000 0000 0000 0000
8021 0001 0000 0000 0000 0000
8004 0320 0000 0000 0000 0000
8001 8000 8000 0000 0000 0000
8005 8000 9746 0000 1746 0000
8005 9746 9746 8000 1746 0000
8005 8000 8000 c000 20ea 0000
8001 8ba3 745d 8000 1075 0000
8003 0064 0000 0000 0000 0000
8004 00fa 0000 0000 0000 0000
8004 001e 0000 0000 0000 0000
8021 0000 0000 0000 0000 0000
8011 0000 0000 0000 0000 0000'
is "the abort: stop, oscillator, list, an empty one, gate" "$(cmds | sed '1,/^41/d' | sed '/^21/q')" \
'1f 0000 0000 0000 0000 0000
33 0000 0000 0000 0000 0000
12 0000 0000 0000 0000 0000
list
19 0000 0000 0000 0000 0000
05 0000 0000 0000 0000 0000
07 0000 0000 0000 0000 0000
21 0000 0000 0000 0000 0000'
is "the time is the board's own" "$(field mark_device "$out") $(field mark_ms "$out")" \
	"lmc:usb:1-1 $(awk '$1 == "cmd" && $2 == "0041" { n++ } END { print n == 1 ? "'"$(field mark_ms "$out")"'" : "not asked" }' board.log)"
is "the beam is off" "$(tail -1 board.log)" "end beam=0 mo=0 port=0"

# ---- the drawing is the job ----
mk-serial take bracket -n 1 | mk-layout -t bracket.lay >in
try on memory=4 -- mk-laser -d "$dev&timeout=100" <in
is "a bracket is burnt, by a board with room for four packets" "$st $err" "0 "
is "it found no fault in it" "$(faults)" ""
field job "$(cat in)" | tr ' ' '\n' | awk -F '[MLP,]' '
	/^M/ { x = $2; y = $3 }
	/^L/ { print y, x, $3, $2; x = $2; y = $3 }' >want
awk '$1 == "mark" { print $2, $3, $4, $5, $6, $7, $8 }' board.log >drawn
is "as many strokes as the job has" "$(wc -l <drawn)" "$(wc -l <want)"
paste -d ' ' want drawn | awk '
	{ for (i = 1; i <= 4; i++) { d = $(4 + i) - 32768 - $i * 65535 / 110000; if (d < 0) d = -d
		if (d > worst) worst = d } }
	END { print (worst <= 1 ? "within a count" : "off by " worst) }' >off
is "each stroke lies where the job has it" "$(cat off)" "within a count"
is "with its pen: 40 %, 30 kHz, 1000 mm/s" "$(cut -d ' ' -f 5- drawn | sort -u)" "1638 667 595"
ok "the job did not fit the board at once" test "$(grep -c ^list board.log)" -gt 5
is "execution began when the board was full" "$(awk '/^list/ { n++ } /^cmd 0005/ { print n; exit }' board.log)" 4

# ---- the correction table, transformations, other sources ----
# a .cor file of whole numbers: 0x24 bytes of head, then 65 * 65 pairs
{
	printf 'JCZ_COR_2_1' | sed 's/./&\n/g' | tr '\n' '\000'
	printf '\000\000\000\000\000\000'
	printf '\000\000\000\000\000\240\202\100'	# 596.0 counts per mm
	awk 'BEGIN { for (i = 0; i < 65 * 65; i++) printf "%c%c", 1 + i % 2, 2 }' | sed 's/../&/g' | LC_ALL=C awk '
		{ n = length($0); for (i = 1; i <= n; i++) printf "%s%c%c%c", substr($0, i, 1), 0, 0, 0 }'
} >lens.cor
is "a correction table is made" "$(wc -c <lens.cor)" "$((0x24 + 65 * 65 * 8))"
job P2 P500,30000,1000 M0,0 L1000,0 >in
try on -- mk-laser -d "lmc:usb?cor=lens.cor&swap=yes&flip_y=yes&rotate=90" <in
is "a part through a correction table, whose lens is known by it" "$st $err$(faults)" "0 "
is "the table goes out whole, between on and the laser's enabling" \
	"$(cmds | sed -n '/^15/,/^04/p' | uniq -c | awk '{ print $1, $2, $3, $4, $5 }')" \
'1 15 0001 0000 0000
1 10 0001 0002 0000
1 10 0002 0002 0001'"$(awk 'BEGIN { for (i = 2; i < 65 * 65; i++) print "\n1 10", i % 2 ? "0002" : "0001", "0002 0001" }' | grep .| sed '1s/^/\n/')
1 04 0000 0000 0000"
is "the mark is turned, turned round and exchanged" "$(grep ^mark board.log | cut -d ' ' -f 2-5)" \
	"32768 32768 32768 32172"
job P3 P500,30000,1000,200 M0,0 L1000,0 >in
try on -- mk-laser -d "$dev" <in
is "fibre refuses a pulse width" "$st $(field mark_result "$out") $err" "1 refused mk-laser: P3: refused: pen: 200 ns: this source has one pulse width: say source=mopa if it has several"
try on -- mk-laser -d "$dev&source=mopa" <in
is "mopa has it" "$st $err$(faults) $(grep ^mark board.log | cut -d ' ' -f 9)" "0  200"
job P4 P500,5000,300 M0,0 L1000,0 >in
try on -- mk-laser -d "$dev&source=co2" <in
is "co2: period and power ratio" "$st $err$(faults) $(grep ^mark board.log | cut -d ' ' -f 6-7)" "0  2000 2000"
job P5 P500,30000,1000 M0,0 L54000,54000 >in
try on -- mk-laser -d "$dev&rotate=45" <in
is "a vector that leaves the field is refused, and no light is seen" \
	"$st $(field mark_result "$out") $(field mark_reason "$out") $(grep -c '^mark\|^list 1' board.log)" "1 refused device 1"
like "and told" "$err" "mk-laser: P5: refused: job: the point 54,54 comes to lie outside the lens's field: *"

# ---- wrong settings ----
bad() { try on -- mk-laser test -d "$2"; is "$1" "$st $out$err" "$3"; }
bad "no lens" lmc:usb "2 mk-laser: device lmc:usb: the lens is not known: say lens=MM, the width of its field, here or in mk.conf's line 'device lmc'"
bad "no such setting" 'lmc:usb?lens=110&colour=red' "2 mk-laser: device lmc:usb: colour=red: no such setting: there is lens, field, cor, source, swap, flip_x, flip_y, rotate, offset, jump, jump_us, on_us, off_us, corner_us, round_us, mo_ms, ns, red, gate, red_bit, timeout"
bad "no such source" 'lmc:usb?source=yag' "2 mk-laser: device lmc:usb: source=yag: 'yag' is no source: fiber, mopa, co2, uv"
bad "no such table" 'lmc:usb?cor=none.cor' "2 mk-laser: device lmc:usb: none.cor: cannot open: No such file or directory"
bad "no place" 'lmc:pci?lens=110' "2 mk-laser: device lmc:pci: the place is usb, usb:BUSPATH or usb:SERIAL"
bad "no such board" 'lmc:usb:7-7?lens=110' "3 mk-laser: lmc:usb:7-7: no such board is plugged in, or it is in use: mk-laser list shows what is here"

# ---- two boards; a board that is in use ----
try on boards=2 -- mk-laser test -d "$dev"
is "two boards: which?" "$st $err" "2 mk-laser: lmc:usb: 2 boards: say which: lmc:usb:1-2, lmc:usb:1-1"
try on boards=2 -- mk-laser test -d 'lmc:usb:1-2?lens=110'
is "told by the bus path" "$st $(field device "$out") $(field node "$out")" "0 lmc:usb:1-2 /dev/bus/usb/001/003"
try on -- mk-laser test -d 'lmc:usb:000912340000?lens=110'
is "told by the serial number" "$st $(field device "$out") $(field serial "$out")" "0 lmc:usb:1-1 000912340000"
try on boards=2 -- mk-laser test -d 'lmc:usb:000912340000?lens=110'
is "clones share it" "$st $err" "2 mk-laser: lmc:usb:000912340000: 2 boards: say which: lmc:usb:1-2, lmc:usb:1-1"

# ---- the red dot ----
job R1 P500,30000,1000 M-10000,-5000 L10000,-5000 L10000,5000 >in
try on -- mk-laser red -d "$dev" --seconds=1 <in
is "the red dot goes round" "$st $out$err$(faults)" "0 "
ok "many times" test "$(grep -c ^jump board.log)" -gt 50
is "around what the job touches, and never with the laser" \
	"$(awk '$1 == "jump" { print $2, $3 }' board.log | sort -u; grep -c '^mark\|^beam on\|^op 8021' board.log)" \
'29789 26810
29789 38726
35747 26810
35747 38726
0'
is "with the red dot's bit, and off at its end" "$(grep -c '^op 8011 0100' board.log | sed 's/[1-9][0-9]*/some/') $(tail -n 1 board.log)" \
	"some end beam=0 mo=0 port=0"
try on kill=60:15:parent -- mk-laser red -d "$dev" <in
is "a signal ends it, and it is off" "$st $err $(tail -n 1 board.log)" "143  end beam=0 mo=0 port=0"
try mk-laser red -d sim:pix <in
is "the simulator has none" "$st $err" "2 mk-laser: sim:pix: this device has no red dot"
run "red: nothing to show" 2 "" "mk-laser: stdin: no record: give it one with a job (mk-layout)" mk-laser red -d "$dev" </dev/null
run "red: no device" 2 "" "mk-laser: no device: say -d KIND:PLACE, such as -d lmc:usb: see mk-laser red --help" mk-laser red <in
run "red: no seconds" 2 "" "mk-laser: --seconds: '1x' is not a whole number" mk-laser red -d "$dev" --seconds=1x <in

# ---- pedal and lamp, through the mk-laser of the same process group ----
# it marks a part when the pedal was asked for and the lamp was lit
job G1 P500,30000,1000 M0,0 L1000,0 >in
cat >pipe.sh <<'EOF'
{ ask in 15 in 3 out 5 1 >asked 2>ask.err; ask out 0 1 2>gate.err; cat in; } | mk-laser -d "$1" >marked
EOF
try on input=0x8000 -- sh pipe.sh "$dev"
is "the pedal's bit is high, another is low" "$(tr '\n' ' ' <asked)$(cat ask.err)" "1 0 "
is "the lamp went on, and off with who lit it" \
	"$(grep '^cmd 0021' board.log | sed '1d' | cut -d ' ' -f 3 | sed -n '1,2p' | tr '\n' ' ')" "0020 0000 "
like "the gate is not for others" "$(cat gate.err)" "ask: *bit 0 is the laser's gate: take another"
is "and the part is marked" "$st $err$(faults) $(field mark_result "$(cat marked)")" "0  ok"

# ---- a tray whose driver is killed: what the board was never given is not marked ----
# three parts of 500 strokes, whose second has all the pens: its list is the longest
strokes() { awk -v x=$1 'BEGIN { for (i = 0; i < 500; i++) printf " M%d,%d L%d,%d", x, i * 10, x + 2000, i * 10 }'; }
pens() { awk 'BEGIN { for (i = 0; i < 300; i++) printf " P%d,%d,%d M2000,0 L2000,10", 300 + i, 30000 + i, 500 + i }'; }
tray() {
	# shellcheck disable=SC2046
	{ job "$1a" P500,30000,1000 $(strokes 0); job "$1b" P500,30000,1000 M0,0 L0,10 $(pens)
	job "$1c" P500,30000,1000 $(strokes 5000); } | sed "s/job:/tray:$1	nest:0	job:/"
}
tray T1 >in
try on memory=4 chunk=20 -- mk-laser -d "$dev&timeout=50" --per tray <in
is "a tray is burnt" "$st $err $(cut -f 4- out | grep -c mark_result:ok)" "0  3"
tray T2 >in
at=$(awk '/^list/ { n++ } /^cmd|^list/ { k++ } n == 5 { print k + 1; exit }' board.log)
try on memory=4 chunk=20 kill="$at:9:child" -- mk-laser -d "$dev&timeout=50" --per tray <in
results=$(while IFS= read -r l; do field mark_result "$l"; done <out | tr '\n' ' ')
is "its driver is killed: what was given is in doubt, what was not is not marked" "$st $results" "3 unknown unknown refused "
light() { awk '$1 == "mark" { print int(($3 - 32768) * 110 / 65535 + 0.5) }' board.log | sort -un | tr '\n' ' '; }
ok "and no light fell where the third lies ($(light))" sh -c "! echo ' $(light)' | grep -q ' [567] '"

# ---- faults ----
# A run of one part: transfers 1-23 start the board, 24-29 prepare, 30 is the list,
# 33 tells it to execute, 38 asks for the time.
p=10
# faulty KIND N RESULT MESSAGE
faulty() {
	p=$((p + 1))
	job "F$p" P500,30000,1000 M0,0 L10000,0 >in
	try on fault=$1:$2 -- mk-laser -d "$dev&timeout=100" <in
	is "$1 at transfer $2: status 3, the part is ${3:-not begun}" "$st $(field mark_result "$out")" "3 $3"
	like "$1 at $2: told" "$err" "mk-laser: lmc:usb: $4*"
	is "$1 at $2: the board is off, took nothing amiss, got the list once at most, and began it once" \
		"$(tail -n 1 board.log) $(faults)$(awk '/^op 8005/ { n++ } /^beam on/ { b++ } END { print (n > 1) + 0, (b > 1) + 0 }' board.log)" \
		"end beam=0 mo=0 port=0 0 0"
	is "$1 at $2: the store says so" "$(mk-trace find "id:F$p" --columns mark_result)" "${3:+mark_result:$3}"
}
faulty stall 5 '' 'sending: the board refused the transfer (stall)'
faulty stall 30 unknown 'sending: the board refused the transfer (stall)'
faulty stall 33 unknown 'sending: the board refused the transfer (stall)'
faulty timeout 30 unknown 'sending: no answer within 100 ms'
faulty timeout 35 unknown 'sending: no answer within 100 ms'
faulty mute 33 unknown 'reading: no answer within 100 ms'
faulty mute 38 unknown 'reading: no answer within 100 ms'
faulty short 12 '' 'reading: an answer of 4 bytes, not 8'
faulty short 35 unknown 'reading: an answer of 4 bytes, not 8'
faulty gone 12 '' 'it was unplugged, or lost its power'
faulty gone 30 unknown 'it was unplugged, or lost its power'
faulty gone 35 unknown 'it was unplugged, or lost its power'
plan
