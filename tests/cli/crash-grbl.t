#!/bin/sh
# mk-laser on a GRBL controller, killed by signals where it or its driver's process
# writes to the line, and the first by SIGKILL at each of its writing system calls: the
# controller saw the beam go off after each of the runs, and the store knows every part
# that it lit. MK_TORTURE=1: every signal at every write.
. "${0%/*}/../lib.sh"
have_strace || { echo "1..0 # SKIP strace cannot kill here"; exit 0; }
setup_store
# leaks cannot be looked for under strace
shim=$shim:detect_leaks=0

# A part's job: a stroke there and back at a height of its own.
job() {
	ops="P400,30000,20 M0,${1}00 L1000,${1}00 L0,${1}00"
	crc=$(printf %s "$ops" | gzip -c | tail -c 8 | od -An -tx4 -N4 | tr -d ' ')
	printf 'id:P%d\tjob:v1 n=4 crc=%s %s\n' "$1" "$crc" "$ops"
}
"$MK_BUILD/tests/sim/grbl" pty place keep=1 speed=4 travel=2000 hal=1 banner=0 >log 2>&1 & ctl=$!
await test -s place && place=$(cat place)
hangups() { grep -c ^hangup log; }
rests() { [ "$(hangups)" -gt "$1" ]; }

p=0 bad='' struck=0 dark=0
# hit SIGNAL N PARTS [CALL]: so many parts; the Nth write to the line is the end of who
# writes, or the Nth CALL of mk-laser that of itself
hit() {
	: >in
	for i in $(seq "$3"); do p=$((p + 1)); job $p >>in; done
	was=$(hangups)
	inject="-e trace=${4-write} -e inject=${4-write}:signal=$1:when=$2"
	follow="-f -P $place"
	[ -z "${4-}" ] || follow=
	# shellcheck disable=SC2086
	under env $shim mk-laser -d "grbl:$place" <in >out 2>err; st=$?
	# who ended at its first write may not have got a byte out: nobody saw it come or go
	if [ "$2${4-}" != 1 ] && [ "$2${4-}" != 1write ]; then await rests "$was"; else await flock -n "$place" true; fi
	cat out >>printed
	[ "$(grep -E '^(on|off)' log | tail -n 1 | cut -c 1-3)" != on ] || { dark=$((dark + 1)); bad="$bad $1/$2:lit"; }
	! grep -q '^hangup on' log || bad="$bad $1/$2:left on"
	case $st in 0|3|1[2-5]?) ;; *) bad="$bad $1/$2:$st" ;; esac
	grep -q "SIG$1 *{\|killed by SIG$1" strace.log || return 1
	struck=$((struck + 1))
}
: >printed
if [ -n "${MK_TORTURE-}" ]; then
	for s in KILL TERM INT HUP QUIT PIPE ALRM USR1 USR2; do
		# ten parts for the two that come from outside
		k=1 parts=3
		case $s in KILL|TERM) parts=10 ;; esac
		while hit $s $k $parts && [ $k -lt 400 ]; do k=$((k + 1)); done
		echo "# $s: $k"
	done
	for call in write pwrite64 fsync fdatasync sendto; do
		k=1
		while hit KILL $k 10 $call && [ $k -lt 1000 ]; do k=$((k + 1)); done
		echo "# KILL at $call: $k"
	done
	least=400
else
	# the start, the first light, its middle, the second part, the end; of who writes
	for k in 3 7 13 16 18 20 25 33; do hit KILL $k 2; done
	hit TERM 17 2
	hit TERM 5 2
	hit USR1 17 2
	hit INT 19 2
	hit HUP 18 2
	hit PIPE 17 2
	hit ALRM 18 2
	for k in 2 9 14 20; do hit KILL $k 2 pwrite64; done
	hit KILL 3 2 fdatasync
	hit KILL 2 2 sendto
	hit KILL 11 2 write
	least=18
fi
echo "# $struck signals struck, $p parts"
ok "signals struck ($struck)" test "$struck" -ge $least
is "each time the beam went off, and the status says what happened" "$bad" ""
is "the buffer was never overrun" "$(grep overrun log)" ""

: >in
try preloaded mk-laser -d "grbl:$place" <in
is "the next start finds what is open" "$st $out" "0 "
lost=
for y in $(sed -n 's/^burn [^ ]* \([^ ]*\) .*/\1/p' log | sort -u); do
	id=$(awk -v y="$y" 'BEGIN { printf "P%d", (y - 1000) * 10 + .5 }')
	k=$(mk-trace find "id:$id" --columns mark_result | grep -c 'mark_result:\(ok\|unknown\)')
	[ "$k" = 1 ] || lost="$lost $id:$k"
done
is "each part that it lit is known, once" "$lost" ""
lost=
for id in $(mk-trace find mark_result:ok --columns id | sed 's/id://'); do
	y=$(awk -v p="${id#P}" 'BEGIN { printf "%.3f", 1000 + p / 10 }')
	[ "$(grep -c "^burn [^ ]* $y " log)" = 2 ] || lost="$lost $id"
done
is "each part that is said to be marked was burnt whole, once" "$lost" ""
lost=
sed -n 's/^id:\([^	]*\).*	mark_result:\([^	]*\).*/\1 \2/p' printed >said
while read -r id result; do
	[ "$(mk-trace find "id:$id" --columns mark_result)" = "mark_result:$result" ] || lost="$lost $id"
done <said
is "what was printed is what is stored" "$lost" ""
kill $ctl
plan
