#!/bin/sh
# Across a network each question costs: a level of a genealogy, hundreds of parts are
# one; and there is an index for each.
. "${0%/*}/../lib.sh"
. "$top/tests/pg.sh"
pg_start
store=$(pg_uri far)
MK_STORE=$store; export MK_STORE
mk-trace init
awk 'BEGIN {
	for (u = 0; u < 300; u++) {
		for (k = 0; k < 10; k++) {
			n = u * 10 + k
			printf "id:P%04d\tpart:A\tlot:L%02d\tmark_time:2026-11-24T%02d:%02d:00.000Z\tmark_result:ok\tmark_station:ST1\tassemble_time:2026-11-24T%02d:%02d:30.000Z\tassemble_result:ok\tassemble_into:U%03d\n", n, n / 100, n / 160, n % 60, n / 160, n % 60, u
		}
		printf "id:U%03d\tpack_time:2026-11-25T10:00:00.000Z\tpack_result:ok\tpack_into:B%02d\n", u, u / 10
	}
	for (b = 0; b < 30; b++)
		printf "id:B%02d\tship_time:2026-11-25T11:00:00.000Z\tship_result:ok\tship_to:ACME\tship_doc:D%d\n", b, b
}' | tee in | mk-trace add -q
mk-trace analyze
mk-trace init --store f.db && mk-trace add -q --store f.db <in

# asked COMMAND…: $out is its answer, $n_asked how many statements the server ran for it
plans='-csession_preload_libraries=auto_explain -cauto_explain.log_min_duration=0 -cenable_seqscan=off'
asked() {
	before=$(wc -l <"$pg_dir/log")
	PGOPTIONS="-clog_min_duration_statement=0 $plans" "$@" >out 2>err; st=$?
	out=$(cat out) err=$(cat err)
	tail -n "+$((before + 1))" "$pg_dir/log" >said
	n_asked=$(grep -c 'LOG:  duration: .* execute s[0-9]*:' said)
}
sorted() { sort "$@"; }
# question MOST COMMAND…
question() {
	most=$1; shift
	asked mk-trace "$@"
	is "$*: as from a file" "$st $(sorted out)$err" "0 $(mk-trace "$@" --store f.db | sorted)"
	ok "$*: $n_asked questions, $(wc -l <out) rows" test "$n_asked" -le "$most" -a "$n_asked" -gt 3
	is "$*: an index for each" "$(grep -oE 'Seq Scan on (event|item|edge_up|edge_down|state|alias|mark)( |$)' said | sort -u)" ''
}
question 60 recall lot:L07
question 90 recall lot:L07 or lot:L08 or lot:L09 or lot:L10
question 60 made-from B05
question 30 used-in P0777
question 60 find lot:L07
question 30 history P0777
question 30 where P0777
question 30 find id:P0777
question 30 history 0777
# ranges of events, many in a row: each is read along its index, not the rest of the table sorted
sorts() { awk '/Limit/ { on = 1 } /Query Text/ { on = 0 } on && /Sort Key: (v\.)?id$/' said | sort | uniq -c; }
for q in audit export 'find lot:L*'; do
	# shellcheck disable=SC2086
	asked mk-trace $q
	is "$q: nothing is sorted" "$st$(sorts)" 0
done
plan
