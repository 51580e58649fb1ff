#!/bin/sh
# Questions put to a plant (plant.c), by CPU time of the whole process, warm. Targets
# at 10 million events and 10 million edges: history of a part 2 ms, a recall of 640
# items 5 ms, of 80000 300 ms, yield over all 200 ms. BENCH_PARTS=5000000 makes such a
# plant (15.6 million events); the default is small. BENCH_PLANT names one that is
# there already.
set -eu
. "${0%/*}/common"
parts=${BENCH_PARTS:-200000}
if [ -n "${BENCH_PLANT:-}" ]; then
	MK_STORE=$BENCH_PLANT
else
	MK_STORE=$dir/plant.db
	"$bench/plant" "$MK_STORE" "$parts"
fi
export MK_STORE
q() { "$bench/each" "$@"; }
q 'peer: a program that does nothing' 50 0 true
q 'mk-trace --version: what starting costs' 50 0 mk-trace --version
q 'history of a part' 50 2 mk-trace history P000012345
q 'history of a part that was shipped' 50 0 mk-trace history P000000001
q 'recall, about 640 items' 50 5 mk-trace recall lot:ADH000200 --summary
q 'recall, about 80000 items' 5 300 mk-trace recall lot:RESIN000 --summary
q 'the same, with its list' 2 0 mk-trace recall lot:RESIN000
q 'yield over all of it' 10 200 mk-trace yield
q 'yield by day and shift' 10 0 mk-trace yield --by day,shift
q 'find a lot of 3000' 5 0 mk-trace find lot:L00040
q 'made-from a unit of 10000' 5 0 mk-trace made-from U4-000000001
size=$(wc -c <"$MK_STORE")
events=$(mk-trace sql 'SELECT sum(seq) AS n FROM origin' -o tsv | tail -1)
echo "$((size / events)) bytes per event in all, $events events; the line itself, by step:"
mk-trace sql 'SELECT name AS step, n, bytes / n AS bytes_per_event FROM (SELECT step, count(*) AS n,
	sum(length(line)) AS bytes FROM (SELECT step, line FROM event ORDER BY id DESC LIMIT 200000)
	GROUP BY step) JOIN step ON step.id = step ORDER BY n DESC' -o table
