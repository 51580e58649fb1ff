#!/bin/bash
# Two writers and ten readers at once, one of the readers stuck like find | less: all
# that was printed is there, the audit passes, no writer waits for more than a second,
# and nobody keeps the store open.
. "${0%/*}/../lib.sh"
setup_store
many=${MK_TORTURE:+2000}
many=${many:-60}
# a line of the past, so that the readers have something to read
i=0; while [ $i -lt 2000 ]; do i=$((i + 1)); printf 'id:OLD%d\tlot:L0\tnote:%0200d\tmark_time:2026-11-22T08:00:00Z\tmark_result:ok\n' $i 0; done | mk-trace add -q

# One part at a time, as on a line; the longest wait for an acknowledgement, in ms.
writer() { # NAME
	coproc LINE { mk-trace add; }
	local longest=0 k began now line
	for ((k = 1; k <= many; k++)); do
		began=${EPOCHREALTIME/[.,]/}
		printf 'id:%s%d\tlot:L1\tmark_time:2026-11-22T09:00:00Z\tmark_result:ok\tassemble_time:2026-11-22T09:00:01Z\tassemble_into:U\n' "$1" $k >&"${LINE[1]}"
		IFS= read -r line <&"${LINE[0]}" || break
		now=${EPOCHREALTIME/[.,]/}
		printf '%s\n' "${line%%	*}" >>"printed.$1"
		((now - began > longest)) && longest=$((now - began))
	done
	eval "exec ${LINE[1]}>&-"
	wait "$LINE_PID"
	echo $((longest / 1000)) >"longest.$1"
}

# stuck: it has read a line and does not come back for more
mkfifo stuck
mk-trace find lot:L0 >stuck & find=$!
exec 4<stuck
IFS= read -r line <&4
like "the stuck reader has begun" "$line" "id:OLD*"

reader() { while [ ! -e stop ]; do "$@" >/dev/null 2>>reader.err || echo "$*: $?" >>reader.err; done; }
pids=
for r in 1 2 3; do
	reader mk-trace history OLD$r & pids="$pids $!"
	reader mk-trace find lot:L1 mark_result:ok & pids="$pids $!"
	reader mk-trace export --after 1990 & pids="$pids $!"
done
writer A & a=$!
writer B & b=$!
wait $a $b
: >stop
# shellcheck disable=SC2086
wait $pids
is "no reader failed" "$(grep -v ': 1$' reader.err)" ""
is "all was printed" "$(cat printed.A printed.B | sort -u | wc -l)" $((2 * many))
is "and is there" "$(mk-trace find lot:L1 --columns id | sort | comm -13 - <(sort printed.A printed.B))" ""
run "the audit passes" 0 "$((2000 + 4 * many)) events, 0 seals and anchors: nothing was altered" "" mk-trace audit
try mk-trace rebuild
is "what is derived is right" "$st $(grep -v 'wrong:0	missing:0' out)" "0 "
echo "# longest waits: $(cat longest.A) and $(cat longest.B) ms"
longest=$(cat longest.A longest.B | sort -n | tail -1)
if [ "$longest" -ge 1000 ]; then	# alone, then: is it the machine?
	writer C
	alone=$(cat longest.C)
	if [ "$alone" -ge 200 ]; then skip "no writer waited for a second" "alone it waited for $alone ms"
	else fail "no writer waited for a second ($longest ms, alone $alone ms)"; fi
else
	pass "no writer waited for a second"
fi
is "the stuck reader holds nothing: the WAL can be emptied" \
	"$(sqlite3 line.db 'PRAGMA wal_checkpoint(TRUNCATE)')" "0|0|0"
ok "though it is still there" kill -0 $find
cat <&4 >rest
wait $find
is "and goes on where it was, with all that was there" "$? $(wc -l <rest)" "0 1999"
plan
