#!/bin/sh
# mk-laser, killed where it talks to its driver's process, that process killed at
# every writing system call, and a full disk at each of both's: each part that saw
# light is known, none sees it twice, and the beam is off. crash-mark.t has the kills
# at the store's calls.
. "${0%/*}/../lib.sh"
have_strace || { echo "1..0 # SKIP strace cannot kill here"; exit 0; }
setup_store
dev='sim:pix?size=64x48&px=5'
echo 'workarea 60 60
pen fine power=40 freq=30000 speed=1000
text at=0,0 height=2 pen=fine data=I' >line.lay
seq -f 'id:P%g' 600 | mk-layout -t line.lay >jobs

await() {
	i=0
	until "$@" 2>/dev/null; do
		i=$((i + 1))
		[ $i -lt 20000 ] || { echo "# waited in vain: $*"; return 1; }
	done
}
beam() { read -r state <pix/.beam && [ "$state" = "$1" ]; }
state() { mk-trace find "id:$1" mark_result:"$2" | wc -l; }

p=0 dark=0 bad=
mark() { # a part of its own for each run
	p=$((p + 1))
	sed -n ${p}p jobs >in
	under mk-laser -d "$dev" <in >out 2>err; st=$?
	sed -n 's/^id:\([^	]*\).*	mark_result:\([^	]*\).*/\1 \2/p' out >>printed
	# the driver's process ends by itself when its parent is gone
	if [ -d pix ]; then
		await flock -n pix true
		[ ! -s pix/.beam ] || beam off || dark=$((dark + 1))
	fi
}
: >printed
sweep mark write sendto mkdir
ok "mk-laser was killed around its beam ($kills)" test "$kills" -ge 3

follow="-f -P pix"
child() {
	mark
	case $st in 0|3|137) ;; *) bad="$bad $call/$when:$st" ;; esac
	# the child was killed, not we: the part is in doubt, and said to be
	if [ $st = 3 ] && ! grep -q 'mark_result:unknown	mark_reason:device' out; then bad="$bad $call/$when"; fi
	[ $st != 3 ] || doubts=$((doubts + 1))
}
doubts=0
sweep child linkat openat
follow=-f
sweep child write
ok "and its driver's process ($doubts)" test "$doubts" -ge 5
is "then the part is in doubt, its status 3" "$bad" ""
follow=

fault=error=ENOSPC struck=INJECTED bad=
full() {
	mark
	case $st in 0|3) ;; *) bad="$bad $call/$when:$st" ;; esac
	if [ $st != 0 ] && ! grep -q '^mk-laser: ' err; then bad="$bad $call/$when:silent"; fi
}
sweep full write pwrite64 fsync fdatasync ftruncate
ok "a full disk was met many times ($kills)" test "$kills" -ge 6
is "a full disk ends with status 0 or 3, and a message" "$bad" ""
is "the beam was off after each of the runs" "$dark" 0

# What is still open is found by the next start; all of it is known then.
: >in
mk-laser -d "$dev" <in >out 2>err
is "no part came out of nothing" "$(cat out)" ""
ok "parts were printed in some of the runs" grep -q ok printed
lost=
while read -r id result; do
	[ "$(state "$id" "$result")" = 1 ] || lost="$lost $id:$result"
done <printed
is "what was printed is what is stored" "$lost" ""
lost='' lit=0
for f in pix/*.png; do
	id=${f#pix/}; id=${id%.png}
	lit=$((lit + 1))
	[ $(($(state "$id" ok) + $(state "$id" unknown))) = 1 ] || lost="$lost $id"
done
is "each part that saw light ($lit) has one event" "$lost" ""

head -n $p jobs >in
mk-laser -d "$dev" <in >again 2>err; st=$?
is "all of them once more: each goes on" "$(wc -l <again)" "$p"
is "none is marked twice" "$(find pix -name '*-2.png')" ""
is "those that were begun are refused" "$(grep -c 'mark_reason:begun' again)" \
	"$(($(mk-trace find "mark_device:sim:$scratch/pix" | wc -l) - $(grep -c 'mark_result:ok' again)))"
is "and all have one event now" "$(mk-trace find "mark_device:sim:$scratch/pix" --columns id | sort | uniq -c | sed 's/id.*//' | sort -u | tr -d ' ') $(mk-trace find "mark_device:sim:$scratch/pix" | wc -l)" "1 $p"
plan
