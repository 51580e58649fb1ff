#!/bin/sh
# What people and scripts say happened: one verb, one event for each part; rules.
# (both kinds of store)
. "${0%/*}/../lib.sh"
cp "$top"/scripts/examples/* .
MK_CONF=$scratch/mk.conf; export MK_CONF
echo "context $scratch/now.txt" >>mk.conf
place line
init_store && MK_STORE=$store; export MK_STORE
W="--time 2026-11-22T10:00:00+03:00 --site S --line L --station ST --operator ayse --shift A --day 2026-11-22"
stamp() { printf '%s_time:2026-11-22T10:00:00.000+03:00\t%s_result:%s\t%s_site:S\t%s_line:L\t%s_station:ST\t%s_operator:ayse\t%s_shift:A\t%s_day:2026-11-22' $1 $1 $2 $1 $1 $1 $1 $1 $1; }
mark() { printf 'id:%s\tpart:%s\torder:%s\tmark_time:2026-11-22T09:00:00+03:00\tmark_result:ok\n' "$1" "$2" "$3" | mk-trace add -q; }
sq() { ask line "$1"; }
state() { sq "SELECT $2 FROM state WHERE item = (SELECT id FROM item WHERE name = '$1')"; }
for i in 1 2 3 4; do mark "(01)09506000134352(21)00$i" P-1 4711; done
mark OTHER P-2 4711

printf ' context\nlot old\n' | tail -1 >/dev/null
run "set: an event of the station" 0 "id:station:ST40	setup_time:T	setup_result:ok	setup_site:ankara-1	setup_line:L3	setup_station:ST40	setup_shift:S	setup_day:D	setup_lot:L 9	setup_operator:ay\"e" "" \
	sh -c "mk-trace set lot='L 9' operator='ay\"e' | sed 's/_time:[^	]*/_time:T/; s/_shift:./_shift:S/; s/_day:[-0-9]*/_day:D/'"
is "set: the file" "$(cat now.txt)" 'field lot "L 9"
operator "ay\"e"'
mk-trace set lot=L10 machine=M >out
is "set: what else it said stays" "$(cat now.txt)" 'operator "ay\"e"
field lot "L10"
machine "M"'
is "the next event bears it" "$(mk-trace log observe 001 --columns observe_operator,observe_machine)" 'observe_operator:ay"e	observe_machine:M'
mk-trace set operator= machine= lot= >out
is "set: an empty value takes it away" "$(cat now.txt)" ''
run "set: no key" 2 "" "mk-trace: 'lot' is no key=value: see mk-trace set --help" mk-trace set lot
grep -v context mk.conf >none.conf
run "set: no file" 2 "" "mk-trace: no context file: add \`context FILE' to mk.conf" mk-trace set lot=1 --conf none.conf

run "log: a step, fields with and without it" 0 "id:(01)09506000134352(21)001	$(stamp inspect fail)	inspect_note:a\\tb	inspect_depth:3" "" \
	mk-trace log inspect ]d2010950600013435221001 result=fail "note=a${T}b" inspect_depth=3 $W
run "log: no such step" 2 "" "mk-trace: nope: no step: see mkrec(5), or add step nope to mk.conf" mk-trace log nope 001
run "log: an unknown part" 2 "" "mk-trace: 999: nothing is known of this part: look at it again, or say --new" mk-trace log inspect 001 999
is "and nothing was stored" "$(mk-trace history 001 | grep -c inspect_time)" 1
run "--new" 0 "id:NEW" "" mk-trace log inspect NEW --new --columns id
run "an ending of several" 2 "" "mk-trace: 00: nothing is known of this part: look at it again, or say --new" mk-trace log inspect 00
run "no identity" 2 "" "mk-trace: log takes a step and one or more identities: see mk-trace log --help" mk-trace log inspect
run "a bad time" 2 "" "mk-trace: --time: 'noon' is not a time: write 2026-11-22T09:00:00.123+03:00" mk-trace log inspect 001 --time noon
run "identities on standard input" 0 "id:(01)09506000134352(21)002
id:(01)09506000134352(21)003" "" sh -c "printf '002\nid:(01)09506000134352(21)003\tx:1\n' | mk-trace log inspect - --columns id"

run "assemble" 0 "id:(01)09506000134352(21)001	$(stamp assemble ok)	assemble_into:unit:1	assemble_torque:3
id:(01)09506000134352(21)002	$(stamp assemble ok)	assemble_into:unit:1	assemble_torque:3" "" mk-trace assemble --into unit:1 001 002 torque=3 $W
run "assemble: into what" 2 "" "mk-trace: --into must be said: see mk-trace assemble --help" mk-trace assemble 001
run "remove" 0 "id:(01)09506000134352(21)002	$(stamp remove ok)" "" mk-trace remove 002 $W
edges() { sq "SELECT c.name, p.name, kind, CASE WHEN until < 9223372036854775807 THEN 1 ELSE 0 END FROM edge_up JOIN item c ON c.id = child JOIN item p ON p.id = parent ORDER BY event, child"; }
mk-trace consume --from lot:A 001 -q
mk-trace pack --into box:1 unit:1 OTHER -q
mk-trace pack --into pallet:1 box:1 -q
is "edges, and one that ended" "$(edges)" "(01)09506000134352(21)001|unit:1|1|0
(01)09506000134352(21)002|unit:1|1|1
lot:A|(01)09506000134352(21)001|3|0
unit:1|box:1|2|0
OTHER|box:1|2|0
box:1|pallet:1|2|0"
is "by parent the same" "$(sq "SELECT COUNT(*) FROM edge_up u JOIN edge_down d ON u.child = d.child AND u.parent = d.parent AND u.event = d.event AND u.kind = d.kind AND u.since = d.since AND u.until = d.until AND u.ended = d.ended")" 6

mk-trace load lot:B --at station:ST40 -q --time 2026-11-22T10:00:00Z; mk-trace unload lot:B -q --time 2026-11-22T12:00:00Z
mk-trace load lot:B --at ST40 -q --time 2026-11-22T13:00:00Z
is "load and unload" "$(sq "SELECT place, CASE WHEN until - since < 10800000 THEN 1 ELSE 0 END, CASE WHEN ended > 0 THEN 1 ELSE 0 END FROM loaded ORDER BY event")" "ST40|1|1
ST40|0|0"

{
	printf 'id:lot:C\tload_time:2026-11-22T10:00:00Z\tload_at:ST40\n'
	printf 'id:lot:C\tunload_time:2026-11-22T11:00:00Z\n'
	printf 'id:lot:C\tload_time:2026-11-22T12:00:00Z\tload_at:ST40\n'
} | mk-trace add -q
is "loaded anew in the same batch: it is still there" "$(sq "SELECT until - since, CASE WHEN ended > 0 THEN 1 ELSE 0 END FROM loaded
	WHERE lot = (SELECT id FROM item WHERE name = 'lot:C') ORDER BY event" | sed '$s/^[0-9]*/open/')" "3600000|1
open|0"
refused() { # NAME MESSAGE COMMAND…
	before=$(sq 'SELECT COUNT(*) FROM event'); what=$1 why=$2; shift 2
	run "$what" 1 "" "mk-trace: $why; nothing was stored" "$@"
	is "$what: nothing was stored" "$(sq 'SELECT COUNT(*) FROM event')" "$before"
}
S="mk-trace ship --to ACME --doc D1"
refused "ship: a wrong part in the box" "OTHER: part is P-2, expected is P-1" $S --expect 'order:4711=P-1*2' pallet:1 001
refused "ship: another order" "(01)09506000134352(21)003: order is 4711, expected is 12" $S --expect 'order:12=P-1*1' 003
refused "ship: too few" "1 parts, 2 were expected" $S --expect 'order:4711=P-1*2' 003
mk-trace correct "$(sq "SELECT v.id - 1099511627776 FROM event v JOIN item i ON i.id = item WHERE name LIKE '%004' LIMIT 1")" --reason typo customer=BOLT --operator me -q
printf 'id:(01)09506000134352(21)004\tcustomer:BOLT\tobserve_time:2026-11-22T10:01:00Z\n' | mk-trace add -q
refused "ship: another customer" "(01)09506000134352(21)004: customer is BOLT, expected is ACME" $S --expect 'order:4711=P-1*1' 004
run "ship: no order" 2 "" "mk-trace: --expect is KEY:VALUE=PART*N, such as order:4711=P-100*20: see mk-trace ship --help" $S --expect nonsense 003
run "ship: as expected" 0 "id:(01)09506000134352(21)003	$(stamp ship ok)	ship_to:ACME	ship_doc:D1" "" $S --expect 'order:4711=P-1*1' 003 $W
$S pallet:1 -q
is "what is in it goes along, to any depth" "$(state '(01)09506000134352(21)001' "gone, CASE WHEN customer > 0 THEN 1 ELSE 0 END")$(state unit:1 gone)$(state OTHER gone)" "4|144"
is "what was taken out does not" "$(state '(01)09506000134352(21)002' gone)" 0
mk-trace receive pallet:1 --at WH9 -q
is "and comes back with it" "$(state '(01)09506000134352(21)001' 'gone, customer')" "0|0"
run "unpack all" 0 "id:OTHER
id:unit:1" "" sh -c 'mk-trace unpack --from box:1 --columns id | sort'

mk-trace move --to WH1 001 -q; mk-trace hold --reason scratch 001 -q
is "hold" "$(state '(01)09506000134352(21)001' '(SELECT value FROM word WHERE id = hold), (SELECT value FROM word WHERE id = place)')" "scratch|WH1"
mk-trace release 001 -q; is "release" "$(state '(01)09506000134352(21)001' hold)" 0
run "scrap: why" 2 "" "mk-trace: --reason must be said: see mk-trace scrap --help" mk-trace scrap 002
mk-trace scrap --reason bent 002 -q; is "scrap" "$(state '(01)09506000134352(21)002' gone)" 1
run "replace" 0 "id:OTHER	$(stamp replace ok)	replace_by:NEW-1	replace_reason:unreadable" "" mk-trace replace OTHER --by NEW-1 --reason unreadable $W
is "replace: an edge" "$(edges | tail -1)" "OTHER|NEW-1|4|0"
mk-trace alias 003 MAC-00:1b -q
is "alias" "$(mk-trace history MAC-00:1b --columns id | tail -1)" "id:(01)09506000134352(21)003"
run "resolve: as what" 2 "" "mk-trace: --as is marked, partial or unmarked, not 'good': see mk-trace resolve --help" mk-trace resolve 003 --as good --by operator --reason x
printf 'id:D\tmark_time:2026-11-22T09:00:00Z\tmark_result:unknown\n' | mk-trace add -q
is "in doubt" "$(state D doubt)" 1
mk-trace resolve D --as unmarked --by operator --reason seen -q
is "resolved" "$(state D doubt) $(sq "SELECT state FROM mark")" "0 unmarked"
run "correct: by whom" 2 "" "mk-trace: who corrects? Say --operator, or set it: see mk-trace correct --help" mk-trace correct 1 --reason x lot=2
run "correct: why" 2 "" "mk-trace: --reason must be said: see mk-trace correct --help" mk-trace correct 1 lot=2 --operator me
run "correct: what" 2 "" "mk-trace: 9999: no such event in the store" mk-trace correct 9999 --reason x lot=2 --operator me
origin=$(sq 'SELECT name FROM origin')
run "correct" 0 "id:(01)09506000134352(21)001	$(stamp correct ok)	correct_event:$origin/1	correct_reason:typo	correct_part:P-9" "" mk-trace correct $origin/1 --reason typo part=P-9 $W
is "the event stays, and is found by what it should have said" "$(mk-trace find correct_part:P-9 --columns part)" "part:P-1"

# Rules: add stores and holds, may and the verbs refuse.
cat >>mk.conf <<'X'
rules unknown route shipped held failed
route R mark verify assemble
X
may() { try mk-trace may "$@"; echo "$st $out$err"; }
mark R1 R 1
is "may: the next step" "$(may verify R1)" "0 "
is "may: not yet" "$(may assemble R1)" "1 route: verify comes before assemble on its route"
is "may: unknown" "$(may verify R9)" "1 unknown: nothing is known of this part"
is "may: a first step" "$(may mark R9)" "0 "
run "a verb refuses" 1 "" "mk-trace: R1: route: verify comes before assemble on its route; nothing was stored" mk-trace assemble --into unit:2 R1
run "add stores and holds" 0 "id:R1	assemble_time:2026-11-22T10:00:00Z	hold_result:fail	hold_reason:route" "" sh -c \
	"printf 'id:R1\tassemble_time:2026-11-22T10:00:00Z\n' | mk-trace add --columns id,assemble_time,hold_result,hold_reason"
is "may: held" "$(may assemble R1)" "1 held: it is on hold (route): release it first"
run "the same once more is stored once, and held once" 0 "" "" sh -c "printf 'id:R1\tassemble_time:2026-11-22T10:00:00Z\n' | mk-trace add -q"
is "two holds would be one too many" "$(mk-trace history R1 | grep -c hold_time)" 1
mk-trace release R1 -q; mk-trace log verify R1 result=fail -q
is "may: failed" "$(may assemble R1)" "1 failed: its last verify failed: rework or scrap it"
mk-trace rework R1 -q; mk-trace log verify R1 -q
is "may: after rework and a good one" "$(may assemble R1)" "0 "
is "may: shipped" "$(may verify 003)" "1 shipped: it was shipped to ACME: receive it first"
run "steps of one record are one after the other" 0 "id:R2" "" sh -c \
	"printf 'id:R2\tpart:R\tmark_time:2026-11-22T10:00:00Z\tmark_result:ok\tverify_time:2026-11-22T10:00:01Z\tverify_result:ok\tassemble_time:2026-11-22T10:00:02Z\n' | mk-trace add --columns id,hold_reason"
run "a refusal is no step" 0 "id:R1" "" sh -c \
	"printf 'id:R1\tship_time:2026-11-22T10:00:00Z\tship_result:refused\n' | mk-trace add --columns id,hold_reason"
echo 'rules held nope' >bad.conf
run "an unknown rule" 2 "" "mk-trace: bad.conf:1:12: a rule is unknown, route, shipped, held or failed" mk-trace may verify R1 --conf bad.conf

# Slips: what cannot be true of parts is told, and nothing is stored.
place slips; init_store
MK_STORE=$store; export MK_STORE
: >mk.conf
for i in 1 2 3 4; do printf 'id:S%d\tpart:S\tlot:L%d\tmark_time:2026-11-22T09:00:00Z\tmark_result:ok\n' $i $i; done | mk-trace add -q
slip() { why=$1; shift; run "slip: $*" 1 '' "mk-trace: $why; nothing was stored" mk-trace "$@"; }
slip 'S1: it cannot go into itself' assemble --into S1 S1
slip 'box:1: it cannot go into itself' pack --into box:1 box:1
mk-trace assemble --new --into U1 S1 S2 -q; mk-trace pack --into box:1 U1 S3 -q
slip 'S1: it is in U1 already' assemble --into U1 S1
slip 'S1: it is in U1: mk-trace remove it first' assemble --new --into U2 S1
slip 'S3: it is in box:1: mk-trace unpack it first' pack --into box:2 S4 S3
slip 'U1: S1 is in it' assemble --into S1 U1
slip 'box:1: S1 is in it' pack --into S1 box:1
slip 'S3: it is in no other part' remove S3
slip 'S1: it is not in S4' remove --from S4 S1
slip 'S4: it is in no box' unpack S4
slip 'S3: it is not in box:9' unpack --from box:9 S3
run 'slip: a box with nothing in it' 1 '' 'mk-trace: box:9: nothing is in it' mk-trace unpack --from box:9
slip 'S4: it cannot be replaced by itself' replace S4 --by S4 --reason x
mk-trace replace S4 --by S5 --reason scratched -q
slip 'S4: it was replaced by S5 already' replace S4 --by S6 --reason x
slip 'S5: S4 was itself replaced' replace S5 --by S4 --reason x
run 'slip: the name of a part is not one of another' 2 '' 'mk-trace: S1: there is a part of that name' mk-trace alias S2 S1
run 'slip: a case of nothing' 1 'state:all	goods:0	parts:0' 'mk-trace: C1: nothing is at risk: no case was opened' mk-trace recall open C1 lot:L77
is 'nothing of all that is in the store' "$(mk-trace export | wc -l)" 9
run 'what machines say is stored as it comes' 0 '' '' sh -c "printf 'id:S1\tassemble_time:2026-11-22T10:00:00Z\tassemble_into:S1\n' | mk-trace add -q"
run 'and the question ends' 1 'id:S1' '' mk-trace made-from S1 --columns id

run "after all that the audit passes" 0 "$(ask slips 'SELECT seq FROM origin') events, 0 seals and anchors: nothing was altered" "" mk-trace audit
try mk-trace rebuild
is "and all that is derived is right" "$st $(grep -v 'wrong:0	missing:0' out)" "0 "
plan
