# A recall put to a central store in PostgreSQL, about 640 items at risk, beside one
# recursive query written by hand over the same tables that gives the same numbers: at
# most twice its time. Warm, by wall time of the whole process, and without what it takes
# to connect.
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
least() { # LABEL COMMAND…: in $ms, the least of 21
	label=$1; shift
	"$@" >/dev/null
	ms=$(bash -c 'TIMEFORMAT=%3R; for ((i = 0; i < 21; i++)); do time "$@" >/dev/null; done' x "$@" 2>&1 |
		sort -n | awk 'NR == 1 { print $1 * 1000 }')
	printf '%-34s %8s ms\n' "$label" "$ms"
}
by_hand() { psql -X -q -A -t -h "$pg_dir" -U mk -d centre "$@"; }
least 'mk-trace, and nothing asked' mk-trace sql 'SELECT 1 AS one' --store "$centre"
open=$ms
least 'recall, about 640 items' mk-trace recall lot:ADH000200 --summary --store "$centre"
mine=$ms
mk-trace recall lot:ADH000200 --summary --store "$centre" | head -3
least 'psql, and nothing asked' psql -X -q -h "$pg_dir" -U mk -d centre -c 'SELECT 1'
connect=$ms
least 'peer: a recursive query by hand' psql -X -q -h "$pg_dir" -U mk -d centre -f by-hand.sql
peer=$ms
by_hand -f by-hand.sql
by_hand -c '\timing on' -f by-hand.sql -f by-hand.sql -f by-hand.sql | grep Time
awk -v a="$mine" -v b="$peer" -v o="$open" -v c="$connect" 'BEGIN {
	printf "%-34s %8.2f, and %.2f without what it takes to connect (2 is allowed)\n", "ratio", a / b,
		(a - o) / (b - c > 0.5 ? b - c : 0.5) }'
