#!/bin/sh
# mk-laser, killed at every writing system call of a mark's begin and end (the parent
# alone, then the parent and the driver's process): every part that may carry a mark
# is known, and none gets two.
. "${0%/*}/../lib.sh"
have_strace || { echo "1..0 # SKIP strace cannot kill here"; exit 0; }
setup_store
cat >tiny.lay <<'E2'
workarea 20 20
pen      p power=40 freq=30000 speed=1000
text     at=0,0 height=1 pen=p data=I
E2
mk-serial take bracket -n 600 lot=L1 | mk-layout -t tiny.lay >jobs
device=sim:out,size=32x32
mkdir out

next=0 bad=
mark() {
	next=$((next + 1))
	sed -n "${next}p" jobs >one
	id=$(sed 's/^id:\([^	]*\).*/\1/' one)
	under mk-laser -d $device <one >printed 2>err
	# the driver's process may still be turning the beam off: it holds the lock
	flock out true
	mk-laser -d $device </dev/null >>recovered.out 2>>recovered || bad="$bad recover:$call/$when"
	state=$(mk-trace history "$id" --columns mark_result 2>/dev/null)
	picture=$(find out -name "*$(printf %09d $next).png")
	said=$(sed -n 's/.*	mark_result:\([a-z]*\).*/\1/p' printed)
	case $state in
	'') # never begun: no picture, nothing printed; it can be marked now
		[ -z "$picture$said" ] || bad="$bad lost:$call/$when"
		mk-laser -d $device <one >again 2>&1
		grep -q 'mark_result:ok' again || bad="$bad notagain:$call/$when"
		;;
	mark_result:ok) # done: whoever asks again is refused
		[ -n "$picture" ] || bad="$bad nopicture:$call/$when"
		mk-laser -d $device <one >again 2>/dev/null
		grep -q 'mark_reason:begun' again || bad="$bad twice:$call/$when"
		;;
	mark_result:unknown) # in doubt, and known to be
		doubts=$((doubts + 1))
		mk-laser -d $device <one >again 2>/dev/null
		grep -q 'mark_reason:begun' again || bad="$bad twice:$call/$when"
		;;
	*) bad="$bad state:$call/$when:$state" ;;
	esac
	[ -z "$said" ] || [ "mark_result:$said" = "$state" ] || bad="$bad printed:$call/$when:$said"
}

doubts=0
sweep mark $writes
ok "the parent was killed many times ($kills)" test "$kills" -ge 20
is "every part is accounted for" "$bad" ""
ok "some were in doubt ($doubts) and said so" grep -q 'in doubt since an earlier run' recovered

follow=-f doubts=0 bad=
sweep mark write fsync fdatasync linkat unlinkat sendto
ok "parent and driver were killed many times ($kills)" test "$kills" -ge 6
is "every part is accounted for then, too" "$bad" ""
ok "some were in doubt then ($doubts)" test "$doubts" -gt 0

unset follow; bad=
fault=error=ENOSPC struck=INJECTED
sweep mark write pwrite64 fdatasync ftruncate
ok "a full disk was met many times ($kills)" test "$kills" -ge 6
is "every part is accounted for with a full disk" "$bad" ""

is "each part has at most one mark event" "$(head -$next jobs | sed 's/^id:\([^	]*\).*/\1/' | while read -r id; do
	mk-trace history "$id" 2>/dev/null | wc -l; done | sort -rn | head -1 | tr -d ' ')" 1
plan
