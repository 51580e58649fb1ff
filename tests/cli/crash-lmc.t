#!/bin/sh
# mk-laser -d lmc: killed, it or its driver's process, by each signal, before each
# transfer that the board gets, and at each writing system call, in a run of ten
# parts: the store accounts for every part that the board saw lit, and the board saw
# its beam turned off. In full under MK_TORTURE=1; else every so many.
. "${0%/*}/../lib.sh"
[ -x "$MK_BUILD/tests/sim/lmcboard" ] || { echo "1..0 # SKIP no emulated board: umockdev, or libusb, is missing"; exit 0; }
setup_store
dev='lmc:usb?lens=110&timeout=200'
PATH=$MK_BUILD/tests/sim:$PATH
parts=10
# a sanitizer has handlers of its own for some signals
asan=detect_leaks=0:verify_asan_link_order=0:handle_segv=0:handle_sigfpe=0:handle_sigill=0:handle_abort=0
on() { ASAN_OPTIONS=$asan lmcboard "$@"; }

# Part K is a line at x = K mm: the board's log says whose light it was.
k=1
while [ $k -le $parts ]; do
	ops="P500,30000,1000 M${k}000,0 L${k}000,5000"
	crc=$(printf '%s' "$ops" | gzip -c | tail -c 8 | od -An -tx4 | awk '{ print $1 }')
	echo "v1 n=3 crc=$crc $ops"
	k=$((k + 1))
done >jobs
run=0 dark=0 struck_runs=0 bad='' faults=''
: >lit
: >printed
# burn SETTING... -- COMMAND...: ten parts of their own, and what the board saw
burn() {
	run=$((run + 1))
	awk -v r=$run '{ print "id:R" r "P" NR "\tjob:" $0 }' jobs >in
	on "$@" <in >out 2>err; st=$?
	sed -n 's/^id:\([^	]*\).*	mark_result:\([^	]*\).*/\1 \2/p' out >>printed
	awk -v r=$run '$1 == "mark" { print "R" r "P" int(($3 - 32768) * 110 / 65535 + 0.5) }' board.log | sort -u >>lit
	[ "$(tail -n 1 board.log)" = 'end beam=0 mo=0 port=0' ] || dark="$dark $what"
	faults="$faults$(sed -n "s|^fault|$what|p" board.log)"
}
what=whole
burn -- mk-laser -d "$dev"
is "the run without a kill" "$st $(grep -c 'mark_result:ok' out)$(cat err)" "0 $parts"
transfers=$(grep -c '^cmd\|^list' board.log)
ok "it takes many transfers ($transfers)" test "$transfers" -gt 150

# ---- before each transfer, by each signal ----
if [ -n "${MK_TORTURE:-}" ]; then step=1; else step=131; fi
# those that end a process; the driver's process ignores a terminal's
for who in parent child; do
	for sig in 1 2 3 4 6 8 9 10 11 12 13 14 15 24; do
		at=$((sig * step / 15 + 1))
		while [ $at -le "$transfers" ]; do
			what="$who/$sig/$at"
			burn kill=$at:$sig:$who -- mk-laser -d "$dev"
			case $who:$sig:$st in
			# its own parts come to a known end, then it dies as signals do
			parent:*:0|parent:*:$((128 + sig))) ;;
			child:*:0|child:*:3) ;;
			*) bad="$bad $what:$st" ;;
			esac
			[ "$st" = 0 ] || struck_runs=$((struck_runs + 1))
			at=$((at + step))
		done
	done
done
ok "killed $struck_runs times out of $run" test $struck_runs -ge $((run / 3))
is "each ends as it should" "$bad" ""

# ---- at each writing system call ----
# sweep_calls STEP FOLLOW CALL...: the parent, and with -f the driver's process, too
sweep_calls() {
	step=$1 follow=$2
	[ -z "${MK_TORTURE:-}" ] || step=1
	shift 2
	for call in "$@"; do
		when=$((step / 4 + 1))
		while [ $when -lt 5000 ]; do
			what="$call$follow/$when"
			rm -f strace.log
			burn -- strace -qq $follow -o strace.log -e trace=$call \
				-e inject=$call:signal=KILL:when=$when -- mk-laser -d "$dev"
			grep -q 'killed by SIGKILL' strace.log || break
			kills=$((kills + 1))
			when=$((when + step))
		done
	done
}
if have_strace; then
	kills=0
	sweep_calls 61 '' write pwrite64 fsync fdatasync
	sweep_calls 97 '' sendto
	sweep_calls 331 -f sendto
	ok "killed at $kills system calls" test $kills -ge 10
fi
is "the board saw its beam turned off, each time" "$dark" 0
is "and nothing that a board would take amiss" "$faults" ""

# What is still open is found by the next start; all of it is known then.
on -- mk-laser -d "$dev" </dev/null >out 2>err
is "no part came out of nothing" "$(cat out)" ""
mk-trace find "mark_device:lmc:usb:1-1" --columns id,mark_result | tr '\t' ' ' | sed 's/id://; s/mark_result://' |
	sort >stored
is "every part that saw light ($(sort -u lit | wc -l)) has one event, ok or unknown" \
	"$(sort -u lit | comm -23 - "$scratch/ids" 2>/dev/null)$(sort lit | uniq -d)$(
	awk '{ n[$1]++; r[$1] = $2 } END { for (i in n) if (n[i] != 1 || (r[i] != "ok" && r[i] != "unknown")) print i, n[i], r[i] }' stored)$(
	awk 'FNR == NR { has[$1] = 1; next } !($1 in has)' stored lit)" ""
is "what was printed is what is stored" "$(sort printed | grep -v ' refused$' | comm -23 - stored)" ""
ok "some are in doubt" grep -q unknown stored
is "a part that is ok was lit" "$(awk 'FNR == NR { lit[$1] = 1; next } $2 == "ok" && !($1 in lit)' lit stored)" ""
plan
