#!/bin/sh
# mk-trace's asking verbs beyond the story: operands, formats, neighbours, rings,
# numbers that were published.
# (both kinds of store)
. "${0%/*}/../lib.sh"
setup_store
at() { printf '2026-11-22T%s+00:00' "$1"; }
# ev ID STEP TIME RESULT [FIELD…]: an event; fields are of the step
ev() {
	id=$1 step=$2 time=$3 result=$4; shift 4
	printf 'id:%s\t%s_time:%s\t%s_result:%s' "$id" "$step" "$(at "$time")" "$step" "$result"
	for f; do printf '\t%s_%s' "$step" "$f"; done
	echo
}
fresh() { place line; init_store; }

# ---- operands ----
for n in 1 2 3; do printf 'id:P%d\tlot:L%d\tmark_time:%s\tmark_result:ok\tmark_station:ST%d\n' $n $((n / 2)) "$(at 0$n:00:00.000)" $n; done |
	mk-trace add -q
run 'identities from standard input: typed, and records' 0 "id${T}station
P1${T}ST1
P2${T}ST2" '' sh -c 'printf "P1\nid:P2\tlot:x\n" | mk-trace where - -o tsv --columns id,station'
run 'one of them is not there: the others are told' 1 "id${T}state
P1${T}stock" 'mk-trace: P9: no such part in the store' mk-trace where P9 P1 -o tsv --columns id,state
run 'an unterminated line' 2 '' 'mk-trace: stdin:1: the last line does not end: the tool before this one was cut short' \
	sh -c 'printf P1 | mk-trace why -'
run 'recall -: of nobody' 1 'state:all	goods:0	parts:0' '' sh -c 'mk-trace recall - </dev/null'
run 'find -: of those, the ones of which the terms hold' 0 'id:P2' '' \
	sh -c 'printf "P1\nP2\n" | mk-trace find - lot:L1 --columns id'
run '-S and -U' 0 'id:P2' '' mk-trace find -S 2026-11-22T02:00 -U 2026-11-22T03:00 --columns id
run '-U before -S' 2 '' 'mk-trace: --until is not after --since: see mk-trace find --help' mk-trace find -S today -U yesterday
run '-S nonsense' 2 '' "mk-trace: --since: 'soon' is no time: write 2026-11-22T09:00:00+03:00, 2026-11-22, 2026-W48, today, mon, now, -2h, shift:2026-11-22/2, or A..B" \
	mk-trace find -S soon
run 'count' 0 2 '' mk-trace count lot:L1
run 'count none' 1 0 '' mk-trace count lot:L7
run 'count --by' 0 'lot:L0	n:1
lot:L1	n:2' '' mk-trace count --by lot
run 'count --events' 0 3 '' mk-trace count --events step:mark
run 'terms of one happening hold in one event' 1 '' '' mk-trace find station:ST1 date:2026-11-22T02:00
run 'or, not' 0 'id:P1
id:P3' '' mk-trace find lot:L0 or lot:L1 not station:ST2 --columns id

# ---- new since ----
run 'checkpoint: the first time all' 0 'id:P1
id:P2
id:P3' '' mk-trace find --checkpoint seen --columns id
run 'checkpoint: nothing new' 1 '' '' mk-trace find --checkpoint seen --columns id
ev P2 verify 04:00:00.000 ok | mk-trace add -q
run 'checkpoint: what something happened to' 0 'id:P2' '' mk-trace find --checkpoint seen --columns id
echo x >bad
run 'checkpoint: another file' 2 '' 'mk-trace: bad: no checkpoint: name another file, or remove it to begin anew' mk-trace find --checkpoint bad
echo '0123456789abcdef 7' >bad
run 'checkpoint: of another store' 2 '' 'mk-trace: bad: a checkpoint of another store (0123456789abcdef): name another file' mk-trace find --checkpoint bad
is 'and it stays as it was' "$(cat bad)" '0123456789abcdef 7'
mkfifo pipe
mk-trace find -f lot:L1 --columns id >pipe &
follower=$!
exec 4<pipe
read -r one <&4; read -r two <&4
ev P3 verify 05:00:00.000 ok | mk-trace add -q
read -r three <&4
is 'find -f: what there is, then what comes in' "$one $two $three" 'id:P2 id:P3 id:P3'
kill $follower; wait $follower 2>/dev/null
exec 4<&-

# ---- at a glance ----
run 'last' 0 'time                           id  lot  step    result  reason  station  operator
2026-11-22T04:00:00.000+00:00  P2       verify  ok
2026-11-22T05:00:00.000+00:00  P3       verify  ok' '' mk-trace last -n 2 -o table
like 'status' "$(mk-trace status -o table)" 'last_id         P3
*last_result     ok
*in_doubt        0
*clock *'
ev P1 verify 06:00:00.000 fail reason:noread | mk-trace add -q
run 'why' 0 'P1: verify failed on 2026-11-22 06:00 (noread). Next: look at the mark; clean it and verify again, else rework or scrap the part.
P2 is good: the last was verify on 2026-11-22 04:00. Next: nothing.' '' mk-trace why P1 P2
is 'why, as a record' "$(mk-trace why P2 -o json | jq -r .why)" 'P2 is good: the last was verify on 2026-11-22 04:00. Next: nothing.'
run 'compare: as diff does' 1 'of    field          a       b
part  lot            L0      L1
part  mark_station   ST1     ST2
part  verify_result  fail    ok
part  verify_reason  noread' '' mk-trace compare P1 P2 -o table

at_line mk-serial take bracket -n 1 >taken
sed "s/\$/\tmark_time:$(at 07:00:00.000)\tmark_result:ok/" taken | mk-trace add -q
for scan in '(01)09506000134352(21)000000001' ']d2010950600013435221000000001' 010950600013435221000000001 '21)000000001' \
	"$(printf ']C1010950600013435221000000001')"; do
	is "a part may be called $scan" "$(mk-trace where "$scan" --columns id)" 'id:(01)09506000134352(21)000000001'
done

# ---- genealogy: diamonds, rings, many levels, new numbers ----
fresh
{
	ev a assemble 01:00:00.000 ok into:b
	ev a assemble 01:00:01.000 ok into:c
	ev b assemble 01:00:02.000 ok into:d
	ev c assemble 01:00:03.000 ok into:d
	ev d assemble 01:00:04.000 ok into:a
	i=1; while [ $i -lt 300 ]; do ev "k$i" assemble 02:00:00.000 ok "into:k$((i + 1))"; i=$((i + 1)); done
	ev old assemble 03:00:00.000 ok into:unit
	ev old replace 03:10:00.000 ok by:new reason:scratched
	ev new ship 03:20:00.000 ok to:ACME doc:D1
} | mk-trace add -q
run 'a ring and a diamond end' 0 "depth:0	id:a
depth:1	id:b
depth:2	id:d
depth:1	id:c" '' mk-trace used-in a --columns depth,id
is 'and so does a recall of them' "$(mk-trace recall id:a -o tsv --columns id | sed 1d | sort | tr '\n' ' ')" 'a b c d '
is 'a chain of 300' "$(mk-trace used-in k1 --columns depth | tail -1)" depth:299
is '--depth' "$(mk-trace used-in k1 --depth 3 --columns depth | tail -1)" depth:3
is 'a new number: the unit of the old one' "$(mk-trace used-in new --columns id | tr '\n' ' ')" 'id:new id:old id:unit '
is 'a new number: history' "$(mk-trace history old --own -o table --columns step | sed 1,2d | tr '\n' ' ')" 'assemble replace ship '
is 'a new number: recall of the old one' "$(mk-trace recall id:old -o tsv --columns id,state | sed 1d | sort | tr '\t\n' '  ')" \
	'new shipped old replaced unit stock '
run 'what a part that is used nowhere is used in' 1 'depth:0	id:unit' '' mk-trace used-in unit --columns depth,id

# ---- neighbours ----
fresh
{
	ev station:ST1 calibrate 00:30:00.000 ok station:ST1
	for m in 0 1 2 3 4 5 6 7 8 9; do
		printf 'id:N%d\tlot:L%d\tmark_time:%s\tmark_result:ok\tmark_station:ST1\n' $m $((m / 5)) "$(at 01:${m}0:00.000 | sed 's/01:60/02:00/;s/01:70/02:10/;s/01:80/02:20/;s/01:90/02:30/')"
	done
	ev station:ST1 calibrate 02:15:00.000 ok station:ST1
} | mk-trace add -q
near() { mk-trace recall id:N3 "$@" -o tsv --columns id,why | sed 1d | sort | tr '\t\n' ' ;'; }
is 'no neighbours unless asked for' "$(near)" 'N3 suspect;'
is '--same station,±10m' "$(near --same station,±10m)" 'N2 neighbour;N3 suspect;N4 neighbour;'
is '--same lot,station,+-30m: not the next lot' "$(near --same lot,station,+-30m)" \
	'N0 neighbour;N1 neighbour;N2 neighbour;N3 suspect;N4 neighbour;'
is '--same lot' "$(near --same lot)" 'N0 neighbour;N1 neighbour;N2 neighbour;N3 suspect;N4 neighbour;'
is '--since-last calibrate:ok' "$(near --since-last calibrate:ok | tr -d 'a-z ')" 'N0;N1;N2;N3;N4;N5;N6;N7;'
run '--since-last of no step' 2 '' "mk-trace: 'calibrte' is no step: write STEP:RESULT, such as calibrate:ok" \
	mk-trace recall id:N1 --since-last calibrte:ok
run '--same nothing' 2 '' "mk-trace: '±30m' says nothing that is the same: write lot,station,±30m" mk-trace recall id:N3 --same ±30m

# ---- the orange-juice chart: 30 samples of 50, published limits ----
fresh
awk 'BEGIN {
	n = split("12 15 8 10 4 7 16 9 14 10 5 6 17 12 22 8 10 5 13 11 20 18 24 15 9 12 7 13 9 6", bad, " ")
	for (i = 1; i <= n; i++)
		for (k = 1; k <= 50; k++)
			printf "id:can-%d-%d\tlot:S%02d\tinspect_time:2026-11-%02dT%02d:00:00Z\tinspect_result:%s\n", i, k, i,
				1 + i / 24, i % 24, k <= bad[i] ? "fail" : "ok"
}' | mk-trace add -q
try mk-trace spc p --by lot --step inspect --rules 3s --freeze limits -o tsv --columns lot,value,lcl,centre,ucl,violates
is 'orange juice: status' "$st$err" 1
is 'orange juice: limits' "$(printf '%s\n' "$out" | sed -n 2p | cut -f 3-5)" "0.052428${T}0.231333${T}0.410239"
is 'orange juice: points out' "$(printf '%s\n' "$out" | awk '$6 == "3s" { print $1 }' | tr '\n' ' ')" 'S15 S23 '
try mk-trace spc p --by lot --step inspect --rules 3s --without 15,23 -o tsv --columns lot,value,lcl,centre,ucl,violates
is 'orange juice: without these' "$(printf '%s\n' "$out" | sed -n 2p | cut -f 3-5)" "0.040703${T}0.215000${T}0.389297"
is 'orange juice: then 21 is out' "$(printf '%s\n' "$out" | awk '$6 == "3s" { print $1 }' | tr '\n' ' ')" 'S15 S21 S23 '
is 'frozen limits are the same to the last digit' \
	"$(mk-trace spc p --by lot --step inspect --rules 3s --limits limits | md5sum)" \
	"$(mk-trace spc p --by lot --step inspect --rules 3s | md5sum)"
run 'limits of another chart' 2 '' 'mk-trace: limits:1:9: these are the limits of another chart (p)' \
	mk-trace spc u --by lot --step inspect --limits limits
run 'no chart' 2 '' "mk-trace: 'x' is no chart: p (share of bad parts), u (faults per part) or c (faults)" mk-trace spc x
run 'yield of an hour' 0 'lot:S01	step:inspect	units:50	ok_at_first:38	fpy:0.7600	attempts:50	setup:0	rty:0.7600' '' \
	mk-trace yield lot:S01 --by lot
run 'a term that counts do not know' 2 '' 'mk-trace: grade: it is counted by whole values of the context, lot, part, recipe, purpose, step, result and reason, and by date: see mk-trace yield --help' \
	mk-trace yield 'grade:<2'
if command -v gnuplot >/dev/null; then
	mk-trace spc p --by lot --step inspect --plot chart.svg >/dev/null
	like 'a picture' "$(head -c 200 chart.svg)" '*<svg*'
	mk-trace pareto --plot chart.png >/dev/null
	is 'another' "$(head -c 4 chart.png | od -An -c | tr -d ' ')" '211PNG'
else
	skip 'a picture' 'no gnuplot'
	mk-trace spc p --by lot --step inspect --plot chart.svg >out 2>err
	is 'no gnuplot: it is said' "$? $(cat err)" '3 mk-trace: --plot: there is no gnuplot: install gnuplot-nox'
fi
run 'a picture of another kind' 2 '' 'mk-trace: --plot x.pdf: name a file.svg or file.png: see mk-trace pareto --help' mk-trace pareto --plot x.pdf

# A repeat does not count again, a set-up part is apart.
fresh
{
	ev A verify 01:00:00.000 fail; ev A verify 01:01:00.000 ok
	ev B verify 01:02:00.000 ok
	printf 'id:C\tpurpose:setup\tverify_time:%s\tverify_result:fail\n' "$(at 01:03:00.000)"
	ev A mark 00:50:00.000 ok; ev B mark 00:50:00.000 fail
} | mk-trace add -q
run 'first pass: per unit, at its first attempt' 0 'step:mark	units:2	ok_at_first:1	fpy:0.5000	attempts:2	setup:0
step:verify	units:2	ok_at_first:1	fpy:0.5000	attempts:3	setup:1	rty:0.2500' '' mk-trace yield

# ---- sql: reading, and nothing else ----
run 'sql' 0 'n:6' '' mk-trace sql 'SELECT count(*) AS n FROM event'
run 'sql: names become keys' 0 'c:1	x_y:2	x_y_2:3' '' mk-trace sql 'SELECT 1 AS "1", 2 AS "X-y", 3 AS "x.y"'
run 'sql: NULL is no field' 0 "a${T}b
\\N${T}1" '' mk-trace sql 'SELECT NULL AS a, 1 AS b' -o tsv
if served; then
	set -- 'COPY event TO STDOUT' "COPY (SELECT 1) TO PROGRAM 'cat'" 'SET x.y = 1' 'DO $$ BEGIN END $$' \
		"DELETE FROM event RETURNING id" "SELECT nextval('item_id_seq')" 'SELECT 1 FROM event FOR UPDATE' \
		'EXPLAIN ANALYZE DELETE FROM event' 'CREATE TABLE t(x int)' COMMIT
else
	set -- "ATTACH 'x' AS y" 'PRAGMA journal_mode=DELETE' 'CREATE TABLE t(x)'
fi
for q in 'DELETE FROM event' 'DROP TABLE event' BEGIN VACUUM "INSERT INTO meta VALUES('a', 'b')" "$@"; do
	run "sql: not $q" 2 '' 'mk-trace: sql: it may read (SELECT), and nothing else' mk-trace sql "$q"
done
served || like 'sql: no code from elsewhere' "$(mk-trace sql "SELECT load_extension('x')" 2>&1)" '*not authorized*load_extension*'
run 'sql: nothing' 2 '' 'mk-trace: sql: write one SELECT' mk-trace sql ' ;'
run 'sql: one statement' 2 '' 'mk-trace: sql: write one SELECT' mk-trace sql 'SELECT 1; SELECT 2'
like 'sql: what is wrong' "$(mk-trace sql 'SELECT nope' 2>&1)" 'mk-trace: sql: *column* *nope*: see mk-trace schema'
like 'schema' "$(mk-trace schema)" '*CREATE TABLE event(*'

# ---- hostile values, in the answers of every kind ----
fresh
h="<b>&\"';\\\\t=1"	# as spelt on a line: a backslash and a t
printf 'id:%s\tlot:%s\tpart:%s\tmark_time:%s\tmark_result:ok\tmark_station:%s\tmark_line:%s\tassemble_time:%s\tassemble_result:ok\tassemble_into:U%s\n' \
	"$h" "$h" "$h" "$(at 01:00:00.000)" "$h" "$h" "$(at 02:00:00.000)" "$h" | mk-trace add -q
printf 'id:U%s\tship_time:%s\tship_result:ok\tship_to:%s\tship_doc:%s\n' "$h" "$(at 03:00:00.000)" "$h" "$h" | mk-trace add -q
html='&lt;b&gt;&amp;&quot;&#39;;\\\\t=1'
for verb in "history $h" "find" "made-from U$h" "used-in $h" "recall lot:*" "shipments" "yield --by lot" "where $h" "last"; do
	first=${verb%% *}; rest=${verb#"$first"}; rest=${rest# }
	case $first in
	find) set -- find 'lot:*' ;;
	recall) set -- recall 'lot:*' ;;
	yield) set -- yield --by lot ;;
	shipments|last) set -- "$first" ;;
	*) set -- "$first" "$rest" ;;
	esac
	try mk-trace "$@" -o html
	is "$first -o html: no mark-up of ours" "$st$err $(printf '%s' "$out" | grep -c '<b>')" '0 0'
	ok "$first -o html: but the text" grep -qF "$(printf '%s' "$html" | sed 's/\\\\/\\/g')" out
	try mk-trace "$@" -o json
	is "$first -o json: is JSON" "$(jq -r 'type' out | sort -u)" object
done
is 'csv: a name is not run' "$(mk-trace find "id:=$h" -o csv --columns id | tail -1)" "$(printf '"<b>&""'\'';\\t=1"\r')"
is 'dot: one label each' "$(mk-trace history "$h" -o dot | grep -c -e ' -> ')" 1
if command -v dot >/dev/null; then
	ok 'dot takes it' sh -c 'mk-trace history "$1" -o dot | dot -Tsvg >x.svg' - "$h"
fi

# ---- clocks that were wrong, and corrections ----
place skew; init_store
MK_STORE=$store; export MK_STORE
printf 'id:K%s\tpart:K\tlot:%s\t%s_time:%s\t%s_result:ok\n' \
	1 L1 mark 2026-11-22T09:00:00Z mark 1 L1 verify 2026-11-22T10:00:00Z verify \
	1 L1 inspect 2026-11-22T08:30:00Z inspect 2 L2 mark "$(date -d '+1 hour' +%Y-%m-%dT%H:%M:%SZ)" mark \
	3 L3 mark "$(date -d '+1 minute' +%Y-%m-%dT%H:%M:%SZ)" mark | mk-trace add -q
run 'skew: a clock ahead, by more than five minutes' 0 'id:K2' '' mk-trace find skew:future --columns id
run 'skew: a time before that of the event before' 0 'id:K1' '' mk-trace find skew:behind --columns id
is 'skew: the one event' "$(mk-trace count skew:behind --events) $(mk-trace count skew:behind step:inspect) $(mk-trace count skew:behind step:verify)" '1 1 0'
is 'the last is the one that was stored last' "$(mk-trace last -n 1 --columns id) $(mk-trace sql 'SELECT s.name AS n FROM state t JOIN step s ON s.id = t.step JOIN item i ON i.id = t.item WHERE i.name = '"'K1'")" 'id:K3 n:inspect'
before=$(mk-trace yield --by lot)
mk-trace correct 1 --reason typo --operator me mark_result=fail lot=L9 -q
is 'a correction: the counts are what the line reported' "$(mk-trace yield --by lot step:mark | grep -c 'lot:L9')$(mk-trace yield --by lot lot:L1)" "0$(echo "$before" | grep lot:L1)"
is 'what it says is found' "$(mk-trace find lot:L9 --columns id) $(mk-trace recall lot:L9 -o tsv --columns id | sed 1d)" 'id:K1 K1'
try mk-trace rebuild
is 'and rebuild agrees' "$st $err $(grep -v 'wrong:0	missing:0' out)" '0  '
plan
