#!/bin/sh
# The power goes off behind any write of mk-trace add, and what was not synced is lost,
# whole, in part, or not: each line that was printed is there, the audit passes, what
# is derived is right, and the store goes on.
. "${0%/*}/../lib.sh"
shim=$MK_BUILD/tests/sim/disk-shim.so cut=$MK_BUILD/tests/sim/powercut
setup_store
if ! [ -r "$shim" ]; then echo "1..0 # SKIP no shim"; exit 0; fi
first() {
	for k in 1 2 3; do
		printf 'id:P%d\tlot:L1\tmark_time:2026-11-22T09:00:0%d.000Z\tmark_result:ok\tassemble_time:2026-11-22T09:00:0%d.500Z\tassemble_into:U1\n' $k $k $k
	done
}
first | mk-trace add -q
sqlite3 line.db 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
cp line.db start.db
# three transactions, the last ones checkpointed at the close
mkfifo pipe
ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 LD_PRELOAD=$shim DISK_LOG=$scratch/log \
	DISK_MATCH=line.db mk-trace add <pipe >out &
pid=$!
exec 3>pipe
i=3
while [ $i -lt 9 ]; do
	i=$((i + 1))
	printf 'id:P%d\tlot:L2\tmark_time:2026-11-22T09:01:0%d.000Z\tmark_result:ok\tassemble_time:2026-11-22T09:01:0%d.500Z\tassemble_into:U2\n' $i $i $i >&3
	[ $((i % 2)) = 0 ] || while [ "$(wc -l <out)" -lt $((i - 3)) ]; do :; done
done
exec 3>&-
wait $pid
is "it ran" "$?" 0
is "and printed all" "$(wc -l <out)" 6

seeds="0 1"
[ -n "${MK_TORTURE-}" ] && seeds="0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19"
k=0 cuts=0 lost=0 bad=
while :; do
	k=$((k + 1))
	for seed in $seeds; do
		rm -f cut.db*
		"$cut" log start.db cut.db $k $((seed == 0 ? 0 : seed * 1000 + k)) >printed 2>/dev/null || break 2
		cuts=$((cuts + 1))
		try mk-trace audit --store cut.db
		[ "$st" = 0 ] || bad="$bad $k/$seed:audit($err)"
		mk-trace export --store cut.db --columns id | sort -u >have
		sed 's/	.*//' printed | sort -u | comm -23 - have >gone
		[ ! -s gone ] || bad="$bad $k/$seed:lost($(cat gone))"
		[ "$(wc -l <have)" = 9 ] || lost=$((lost + 1))
	done
done
ok "the power went off at many moments ($cuts)" test "$cuts" -ge 20
ok "at some of them parts were not there yet ($lost)" test "$lost" -ge 2
is "whatever was printed is there, and nothing is wrong" "$bad" ""
"$cut" log start.db cut.db $((k / 2)) 77 >/dev/null
try mk-trace rebuild --store cut.db
is "what is derived is right" "$st $(grep -v 'wrong:0	missing:0' out)" "0 "
first | mk-trace add -q --store cut.db
i=3; while [ $i -lt 9 ]; do
	i=$((i + 1))
	printf 'id:P%d\tlot:L2\tmark_time:2026-11-22T09:01:0%d.000Z\tmark_result:ok\tassemble_time:2026-11-22T09:01:0%d.500Z\tassemble_into:U2\n' $i $i $i
done | mk-trace add -q --store cut.db
is "sent again, all is there once" "$(mk-trace export --store cut.db | wc -l)" 18
# This test would see it: on a disk that never syncs, printed lines are lost.
DISK_LIES=1 "$cut" log start.db cut.db $((k - 1)) 0 | sed 's/	.*//' | sort -u >printed
mk-trace export --store cut.db --columns id | sort -u | comm -13 - printed >gone
ok "a disk that lies loses what was printed" test -s gone
plan
