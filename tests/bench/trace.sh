#!/bin/sh
# mk-trace add of a million marks, by CPU time, beside sqlite3 .import of the same rows
# into one table with four indexes: at least 0.7 times its rate. What an event takes on
# the disk, by step, in a plant. MK_BENCH_EVENTS and MK_BENCH_PARTS make it shorter.
set -eu
. "${0%/*}/common"
cd "$dir"
export MK_STORE="$dir/s.db"
n=${MK_BENCH_EVENTS:-1000000}

awk -v n="$n" 'BEGIN {
	for (i = 1; i <= n; i++) {
		t = i * 2
		time = sprintf("2026-%02d-%02dT%02d:%02d:%02d.%03dZ", 1 + int(t / 2419200), 1 + int(t / 86400) % 28,
			int(t / 3600) % 24, int(t / 60) % 60, t % 60, i % 1000)
		printf "id:(01)09506000134352(21)%09d\tsn:%09d\tpart:P-4711\tlot:L%05d\trecipe:bracket\tmark_time:%s" \
			"\tmark_result:ok\tmark_site:ankara-1\tmark_line:L3\tmark_station:ST%d\tmark_operator:op%d" \
			"\tmark_shift:%s\tmark_day:%s\tmark_ms:%d\tmark_vectors:%d\n", i, i, i / 3000, time, 40 + i % 4,
			int(i / 14400) % 9, substr("ABC", 1 + int(t / 28800) % 3, 1), substr(time, 1, 10),
			900 + i % 100, 1500 + i % 300
	}
}' </dev/null >in
# the same rows, a column for each thing that is asked for
awk -F '\t' -v OFS='\t' '{
	line = $0
	gsub(/\t/, " ", line)
	for (i = 1; i <= NF; i++)
		sub(/^[a-z_]*:/, "", $i)
	print NR, $1, "mark", $6, $4, $10, $11, $7, line
}' in >rows
cat >import <<'X'
CREATE TABLE event(seq INTEGER PRIMARY KEY, id TEXT, step TEXT, time TEXT, lot TEXT, station TEXT,
operator TEXT, result TEXT, line TEXT);
CREATE INDEX by_id ON event(id, step, time);
CREATE INDEX by_lot ON event(lot, time);
CREATE INDEX by_station ON event(station, time);
CREATE INDEX by_operator ON event(operator, time);
.mode ascii
.separator "\t" "\n"
.import rows event
X
b() { label=$1; shift; "$bench/cpu" "$label" "$dir/in" "$n" "$@" | tee -a rates; }
b 'mk-trace add (0.7 x the peer)' sh -c 'rm -rf s.db* state; mk-trace init && mk-trace add -q'
b 'peer: sqlite3 .import' sh -c 'rm -f p.db; sqlite3 p.db <import'
awk '{ for (i = 1; i <= NF; i++) if ($i == "records/s") rate[NR] = $(i - 1) }
	END { printf "%-28s %8.2f\n", "ratio", rate[1] / rate[2] }' rates
echo "bytes of each: $(stat -c %s s.db) and $(stat -c %s p.db)"
rm -f p.db rows in s.db*

parts=${MK_BENCH_PARTS:-200000}
"$bench/plant" plant.db "$parts" | sed 's/^/plant: /'
sqlite3 plant.db 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
echo "bytes per event, line alone, by step:"
sqlite3 -separator '	' plant.db "SELECT '  ' || s.name, COUNT(*), AVG(LENGTH(line)) FROM event v JOIN step s
	ON s.id = v.step GROUP BY s.name ORDER BY 2 DESC"
echo "bytes per event, all: $(($(stat -c %s plant.db) / $(sqlite3 plant.db 'SELECT COUNT(*) FROM event')))"
