# mk-trace push of a million events of a plant (plant.c) into PostgreSQL, beside COPY of
# the rows that come of it into tables with the same indexes there: at least half the
# rate. Wall time, and the CPU time of the program and of the server, whose disk is synced.
# BENCH_PUSH_PARTS says how many parts (320000 make a million events).
set -eu
. "${0%/*}/common"
scratch=$dir
pg_fsync=on
. "$top/tests/pg.sh"
cd "$dir"
pg_start
# as a server of a plant would have it, for both
printf 'shared_buffers = 512MB\nmax_wal_size = 4GB\n' >>"$pg_dir/data/postgresql.conf"
pg_down; pg_up
"$bench/plant" line.db "${BENCH_PUSH_PARTS:-320000}" >/dev/null
centre=$(pg_uri centre)
mk-trace init --store "$centre"
pid=$(head -n 1 "$pg_dir/data/postmaster.pid")
# what the server has used, its processes that ended included, in seconds
server() { awk -v t="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($12 + $13 + $14 + $15) / t }' "/proc/$pid/stat"; }
# timed LABEL COMMAND…: its wall time, in $wall, and all its CPU time, in $cpu
timed() {
	label=$1; shift
	pg_sql centre CHECKPOINT
	s0=$(server)
	bash -c 'TIMEFORMAT="%R %U %S"; time "$@"' x "$@" 2>used
	read -r wall user sys <used
	pg_sql postgres 'SELECT pg_sleep(0.3)' >/dev/null	# the server reaps its process
	s1=$(server)
	cpu=$(echo "$user $sys $s0 $s1" | awk '{ print $1 + $2 + $4 - $3 }')
	echo "$label" | awk -v n="$n" -v w="$wall" -v u="$user" -v s="$sys" -v s0="$s0" -v s1="$s1" '{
		printf "%-28s %8.0f events/s: %.2f s, CPU %.2f s and %.2f s of the server\n", $0, n / w, w, u + s, s1 - s0 }'
}
n=$(sqlite3 line.db 'SELECT seq FROM origin')
export MK_STORE="$dir/line.db"
timed 'mk-trace push' mk-trace push --to "$centre"
push=$wall push_cpu=$cpu
[ "$(pg_sql centre 'SELECT count(*) FROM event')" = "$n" ]
# the events alone, and the rows of all tables that an event has made
tables="event item state edge_up edge_down word run tally alias ctx loaded"
: >events.sql; : >all.sql
for t in $tables; do
	pg_sql centre "CREATE TABLE same_$t (LIKE $t INCLUDING ALL)"
	psql -X -q -h "$pg_dir" -U mk -d centre -c "\\copy $t TO $t.rows WITH (FORMAT binary)"
	printf '%s\n' "\\copy same_$t FROM $t.rows WITH (FORMAT binary)" >>all.sql
done
head -n 1 all.sql >events.sql
timed 'peer: COPY of these events' psql -X -q -v ON_ERROR_STOP=1 -h "$pg_dir" -U mk -d centre -f events.sql
events=$wall events_cpu=$cpu
pg_sql centre 'TRUNCATE same_event'
timed 'peer: COPY of all its rows' psql -X -q -v ON_ERROR_STOP=1 -h "$pg_dir" -U mk -d centre -f all.sql
ratio() { awk -v l="ratio, by $1" -v p="$2" -v e="$3" -v a="$4" 'BEGIN {
	printf "%-28s %8.2f of the events alone, %.2f of all rows (0.5 is asked for)\n", l, e / p, a / p }'; }
ratio 'wall time' "$push" "$events" "$wall"
ratio 'CPU time' "$push_cpu" "$events_cpu" "$cpu"
