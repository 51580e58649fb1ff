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
is "the beam is off" "$(tail -1 board.log)" "end executing=0 mo=0 port=0"

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
plan
