# A recall put to a central store in PostgreSQL, about 640 items at risk, beside one
# recursive query written by hand over the same tables that gives the same numbers: at
# most twice its time. Warm, by the CPU time of the whole process and of the server, also
# without what it takes to connect.
# BENCH_CENTRAL_PARTS=5000000 makes 10.5 million edges (plant.c); the default is small.
set -eu
. "${0%/*}/common"
scratch=$dir
. "$top/tests/pg.sh"
cd "$dir"
pg_start
"$bench/plant" line.db "${BENCH_CENTRAL_PARTS:-150000}" | sed 's/^/plant: /'
centre=$(pg_uri centre)
mk-trace init --store "$centre"
# numbers mean the same in both: the tables are copied as they are
for t in $(pg_sql centre "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
	AND relname NOT IN ('meta', 'pull', 'pulled', 'pool', 'counter', 'issue', 'listed')"); do
	columns=$(pg_sql centre "SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute
		WHERE attrelid = '$t'::regclass AND attnum > 0 AND NOT attisdropped")
	# bytes as PostgreSQL writes them
	select=$(echo "$columns" | sed "s/\\b\\(head\\|prev\\|hash\\|root\\|pubkey\\|sig\\)\\b/'\\\\\\\\x' || hex(\\1)/g")
	pg_sql centre "DELETE FROM $t"
	sqlite3 -csv line.db "SELECT $select FROM $t" |
		psql -X -q -h "$pg_dir" -U mk -d centre -c "\\copy $t($columns) FROM STDIN WITH (FORMAT csv)"
done
sqlite3 line.db "SELECT value FROM meta WHERE key = 'origin'" >origin
pg_sql centre "UPDATE meta SET value = '$(cat origin)' WHERE key = 'origin'"
pg_sql centre ANALYZE
cat >by-hand.sql <<'X'
WITH RECURSIVE risk(item) AS (
	SELECT id FROM item WHERE name = 'lot:ADH000200'
	UNION SELECT e.parent FROM risk r JOIN edge_up e ON e.child = r.item)
SELECT s.gone, w.value, count(*) FROM risk r JOIN state s ON s.item = r.item
	LEFT JOIN word w ON w.id = s.customer GROUP BY 1, 2;
X
pid=$(head -n 1 "$pg_dir/data/postmaster.pid")
server() { awk -v t="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($12 + $13 + $14 + $15) / t }' "/proc/$pid/stat"; }
# cost LABEL COMMAND…: of 40 runs, in $ms, each: CPU time of the process and the server
cost() {
	label=$1; shift
	"$@" >/dev/null
	pg_sql postgres 'SELECT pg_sleep(0.3)' >/dev/null	# the server reaps its processes
	s0=$(server)
	bash -c 'TIMEFORMAT="%R %U %S"; time for ((i = 0; i < 40; i++)); do "$@" >/dev/null; done' x "$@" 2>used
	pg_sql postgres 'SELECT pg_sleep(0.3)' >/dev/null
	ms=$(echo "$(cat used) $s0 $(server)" | awk '{ printf "%.2f", ($2 + $3 + $5 - $4) * 25 }')
	echo "$label" | awk -v ms="$ms" -v w="$(cut -d ' ' -f 1 used)" '{ printf "%-34s %8.2f ms CPU, %.2f ms by the clock\n", $0, ms, w * 25 }'
}
by_hand() { psql -X -q -A -t -h "$pg_dir" -U mk -d centre "$@"; }
cost 'mk-trace, and nothing asked' mk-trace sql 'SELECT 1 AS one' --store "$centre"
open=$ms
cost 'recall, about 640 items' mk-trace recall lot:ADH000200 --summary --store "$centre"
mine=$ms
mk-trace recall lot:ADH000200 --summary --store "$centre" | head -3
cost 'psql, and nothing asked' psql -X -q -h "$pg_dir" -U mk -d centre -c 'SELECT 1'
connect=$ms
cost 'peer: a recursive query by hand' psql -X -q -h "$pg_dir" -U mk -d centre -f by-hand.sql
by_hand -f by-hand.sql
awk -v a="$mine" -v b="$ms" -v o="$open" -v c="$connect" 'BEGIN {
	printf "%-34s %8.2f, and %.2f without what it takes to connect (2 is allowed)\n", "ratio, by CPU", a / b,
		(a - o) / (b - c > 0.1 ? b - c : 0.1) }'
