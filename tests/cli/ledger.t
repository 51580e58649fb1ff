#!/bin/sh
# The ledger: whatever is altered in the store is named; exports make the same store;
# proofs need none; an older store becomes a new one.
# (both kinds of store)
. "${0%/*}/../lib.sh"
setup_store

parts() { # FIRST LAST
	i=$1
	while [ "$i" -le "$2" ]; do
		printf 'id:P%03d\tpart:A\tlot:L%d\tmark_time:2026-11-22T09:%02d:%02d.000+03:00\tmark_result:%s\tmark_station:ST1\n' \
			"$i" $((i / 100)) $((i / 60 % 60)) $((i % 60)) "$([ $((i % 7)) = 0 ] && echo fail || echo ok)"
		i=$((i + 1))
	done
}
parts 1 300 >in
mk-trace add -q <in
origin=$(ask line 'SELECT name FROM origin')
if served; then
	zeros() { echo "decode(repeat('00', $1), 'hex')"; }
	flip() { echo "chr(ascii(substr(line, $1, 1)) + 1)"; }
else
	zeros() { echo "zeroblob($1)"; }
	flip() { echo "char(unicode(substr(line, $1, 1)) + 1)"; }
fi

run "a whole store" 0 "300 events, 0 seals and anchors: nothing was altered" "" mk-trace audit
mk-trace seal >anchor 2>err
is "seal: its size" "$(field seal_size "$(cat anchor)") $(cat err)" "300 "
is "its key is its owner's alone" "$(stat -c %a state/*.key)" 600
is "nothing new: the same seal" "$(mk-trace seal)" "$(cat anchor)"
parts 301 320 | mk-trace add -q
run "audit with a seal and an anchor" 0 "320 events, 2 seals and anchors: nothing was altered" "" mk-trace audit --anchor anchor

# A certificate and a proof, checked where no store is.
mk-trace proof P007 >proof 2>err
is "proof: status and silence" "$? $(cat err)" "0 "
key=$(field seal_key "$(cat anchor)")
without() { env -u MK_STORE -u MK_CONF HOME=/nonexistent "$@"; }
run "check-proof without a store" 0 "id:P007" "mk-trace: as it was sealed at $(field seal_time "$(cat anchor)"): 1 event" \
	without mk-trace check-proof proof --key "$key" --anchor anchor --columns id
mk-trace cert P007 >cert.txt; mk-trace cert --html P007 >cert.html
for f in cert.txt cert.html; do
	try without mk-trace check-proof $f --key "$key" --columns id
	is "$f has its proof inside" "$st $out" "0 id:P007"
done
sed 's/lot:L0/lot:L1/' proof >bad
run "an altered proof" 4 "" "mk-trace: bad: line 3: this event is not what was sealed: it, its path or the seal was altered" mk-trace check-proof bad
sed 's/seal_size:300/seal_size:301/' proof >bad
run "an altered seal" 4 "" "mk-trace: bad: line 1: the seal's signature is not good: it was altered" mk-trace check-proof bad
head -2 proof >bad
run "a proof cut short" 4 "" "mk-trace: bad: line 3: the proof was cut short" mk-trace check-proof bad
run "another key" 4 "id:P007" "mk-trace: proof: sealed with another key, $key" mk-trace check-proof proof --key 00 --columns id
run "no proof at all" 2 "" "mk-trace: in: line 1: no seal: a line of mk-trace seal is wanted" mk-trace check-proof in
run "not sealed yet" 1 "" "mk-trace: P310: not sealed yet: 1 event (mk-trace seal)" mk-trace proof P310
printf 'id:<b>&"\tnote:<i>\tobserve_time:2026-11-22T10:00:00Z\n' | mk-trace add -q
mk-trace seal >/dev/null
mk-trace cert --html '<b>&"' >cert.html
is "HTML's signs are text" "$(grep -c '<b>&"\|<i>' cert.html)" 0
try mk-trace check-proof cert.html --columns note
is "and the proof still good" "$st $out" "0 note:<i>"
chmod 644 state/*.key
try mk-trace seal
like "a key that others may read" "$st $err" "2 mk-trace: */state/$origin.key: others may read the key: *"
chmod 600 state/*.key

# Each alteration in a copy of its own; SQL that an administrator could run.
altered() { # NAME WHICH-EVENT SQL
	copy_store line copy
	ask copy "$3"
	try mk-trace audit --store "$store"
	case "$st $out $err" in
	"4  mk-trace: event $origin/$2: "*) pass "$1" ;;
	*) fail "$1"; show "$st $out $err" ;;
	esac
}
id() { echo $((1099511627776 + $1)); }
altered "a line" 17 "UPDATE event SET line = replace(line, 'lot:L0', 'lot:L9') WHERE id = $(id 17)"
altered "a line and all derived of it" 17 "UPDATE event SET line = replace(line, 'part:A', 'part:B') WHERE id = $(id 17)"
altered "the last line" 321 "UPDATE event SET line = replace(line, 'note', 'mote') WHERE id = $(id 321)"
altered "the first line" 1 "UPDATE event SET line = replace(line, 'ST1', 'ST2') WHERE id = $(id 1)"
altered "a time" 20 "UPDATE event SET time = time + 1 WHERE id = $(id 20)"
altered "an offset" 20 "UPDATE event SET time_off = 60 WHERE id = $(id 20)"
altered "when it was recorded" 21 "UPDATE event SET recorded = recorded - 1000 WHERE id = $(id 21)"
altered "the offset of that" 21 "UPDATE event SET recorded_off = 120 WHERE id = $(id 21)"
altered "an item" 22 "UPDATE event SET item = item + 1 WHERE id = $(id 22)"
altered "an item that is none" 22 "UPDATE event SET item = 99999 WHERE id = $(id 22)"
altered "an op" 23 "UPDATE event SET op = 'x' WHERE id = $(id 23)"
altered "a step" 24 "INSERT INTO step VALUES(77, 'scrap'); UPDATE event SET step = 77 WHERE id = $(id 24)"
altered "a context" 25 "UPDATE event SET ctx = 2 WHERE id = $(id 25)"
altered "a result" 28 "UPDATE event SET result = (SELECT result FROM event WHERE id = $(id 1)) WHERE id = $(id 28)"
altered "a hash" 30 "UPDATE event SET prev = $(zeros 32) WHERE id = $(id 30)"
altered "a hash of another length" 31 "UPDATE event SET prev = $(zeros 31) WHERE id = $(id 31)"
altered "a name" 40 "UPDATE item SET name = 'X' WHERE name = 'P040'"
altered "a row deleted" 50 "DELETE FROM event WHERE id = $(id 50)"
altered "the first row deleted" 1 "DELETE FROM event WHERE id = $(id 1)"
altered "the last rows deleted" 320 "DELETE FROM event WHERE id >= $(id 320)"
altered "two rows swapped" 60 "UPDATE event SET id = 1 WHERE id = $(id 60); UPDATE event SET id = $(id 60) WHERE id = $(id 61); UPDATE event SET id = $(id 61) WHERE id = 1"
altered "two rows far apart swapped" 62 "UPDATE event SET id = 1 WHERE id = $(id 62); UPDATE event SET id = $(id 62) WHERE id = $(id 99); UPDATE event SET id = $(id 99) WHERE id = 1"
altered "a row put in at the end" 322 "INSERT INTO event SELECT $(id 322), item, op, step, time, time_off, ctx, result, recorded, recorded_off, prev, line FROM event WHERE id = $(id 321)"
sealed() { # NAME SQL
	copy_store line copy
	ask copy "$2"
	try mk-trace audit --store "$store"
	like "$1" "$st $out $err" "4  mk-trace: the seal of 2*: its signature is not good"
}
sealed "a seal's root" "UPDATE seal SET root = $(zeros 32) WHERE size = 321"
sealed "a seal's time" "UPDATE seal SET time = '2026-01-01T00:00:00.000+00:00' WHERE size = 300"
sealed "a seal's key" "UPDATE seal SET pubkey = $(zeros 32) WHERE size = 300"

# A byte flipped in each column that is text or bytes, in events all over the table.
bad=
for ev in 2 77 150 299 321; do
	for at in 1 5 12 20 40 60; do
		copy_store line copy
		ask copy "UPDATE event SET line = substr(line, 1, $at - 1) || $(flip $at) || substr(line, $at + 1) WHERE id = $(id $ev)"
		try mk-trace audit --store "$store"
		case "$st $err" in "4 mk-trace: event $origin/$ev: "*) ;; *) bad="$bad $ev:$at($st $err)" ;; esac
	done
done
is "a byte flipped anywhere in a line names its event" "$bad" ""

# A tail cut off cleanly, head and all: only what is kept elsewhere shows it.
cut() {
	copy_store line copy
	ask copy "UPDATE origin SET head = (SELECT prev FROM event WHERE id = $(id 291)), seq = 290; DELETE FROM event WHERE id > $(id 290); $1"
}
cut ""
try mk-trace audit --store "$store"
like "a tail cut off below a seal" "$st $err" "4 mk-trace: event $origin/291: the tail was cut off: the seal of * knows 300 events, 290 are here"
cut "DELETE FROM seal; DELETE FROM node"
run "with the seals, too: it looks whole" 0 "290 events, 0 seals and anchors: nothing was altered" "" mk-trace audit --store "$store"
try mk-trace audit --store "$store" --anchor anchor
like "but not to the anchor" "$st $err" "4 mk-trace: event $origin/291: the tail was cut off: the anchor of * knows 300 events, 290 are here"

# The whole chain made anew from event 33 on, by whoever knows how.
mk-trace export | head -32 >new
mk-trace export | sed -n '33,$s/	event_origin.*//p' | sed '1s/lot:L0/lot:L9/' >rest
place copy; init_store
ask copy "UPDATE meta SET value = '$origin' WHERE key = 'origin'; UPDATE origin SET name = '$origin'"
mk-trace add -q --store "$store" <new && mk-trace add -q --store "$store" <rest
run "a chain made anew looks whole" 0 "321 events, 0 seals and anchors: nothing was altered" "" mk-trace audit --store "$store"
try mk-trace audit --store "$store" --anchor anchor
like "but not to an anchor" "$st $err" "4 mk-trace: event $origin/1 to 300: one was altered and the chain made anew: the anchor of * says otherwise"
for t in seal node; do
	if served; then
		pg_sql postgres "INSERT INTO $(pg_schema copy).$t SELECT * FROM $(pg_schema line).$t"
	else
		sqlite3 line.db ".dump $t" | grep INSERT | sqlite3 copy.db
	fi
done
try mk-trace audit --store "$store"
like "and the kept nodes say where" "$st $err" "4 mk-trace: event $origin/1 to 256: one was altered and the chain made anew: *"

# export | add
mk-trace export >ex
place new; init_store; new=$store
mk-trace export | mk-trace add -q --store "$new"
is "export | add: the same chain" "$(mk-trace export --store "$new" | cmp - ex; echo $?)" 0
run "it passes the audit" 0 "321 events, 0 seals and anchors: nothing was altered" "" mk-trace audit --store "$new"
for q in "history P014" "find lot:L2" "find mark_result:fail"; do
	# shellcheck disable=SC2086
	is "and answers $q the same" "$(mk-trace $q --store "$new")" "$(mk-trace $q)"
done
run "what is there already is passed over" 0 "" "" sh -c 'mk-trace add -q --store "$1" <ex' - "$new"
sed -n '1s/ST1/ST2/p' ex >bad
try sh -c 'mk-trace add --store "$1" <bad' - "$new"
like "the same number, another event" "$st $err" "4 mk-trace: stdin:1: event $origin/1 is in the store and says something else: *"
place gap; init_store
sed -n '1,9p;11,12p' ex >bad
try sh -c 'mk-trace add --store "$1" <bad' - "$store"
like "a hole in the export" "$st $(echo "$out" | wc -l) $err" "4 9 mk-trace: stdin:10: event $origin/11 does not follow 9, *"
run "export --after" 0 "$(tail -1 ex)" "" mk-trace export --after 320

# What is derived follows from the events, and is put right if it does not.
rebuilt() { sed -n 's/^table:\([a-z_]*\).*wrong:\([0-9]*\)	missing:\([0-9]*\)$/\1 \2 \3/p' out | grep -v ' 0 0$'; }
try mk-trace rebuild
is "rebuild: all that is derived is right" "$st $err $(rebuilt)" "0  "
try mk-trace rebuild --store "$new"
is "in the copy, too" "$st $err $(rebuilt)" "0  "
is "no copy is left" "$(echo *rebuild-*)" "*rebuild-*"
ask new "UPDATE state SET n = 9 WHERE item = 3; DELETE FROM tally WHERE n = 1; INSERT INTO run VALUES(1, 5, 6)"
try mk-trace rebuild --store "$new"
is "what is wrong is told" "$st $(rebuilt | tr '\n' ';') $err" \
	"4 run 1 0;tally 0 1;state 1 1; mk-trace: what is derived is not what the events say: mk-trace rebuild --replace puts it right"
try mk-trace rebuild --replace --store "$new"
is "and put right" "$st $err" "0 "
try mk-trace rebuild --store "$new"
is "once and for all" "$st $err $(rebuilt)" "0  "

run "analyze" 0 "" "" mk-trace analyze
if served; then
	run "backup: by the server" 2 "" "mk-trace: a store in a server is copied by the server's own means: pg_dump -Fc -f copy2.db URI" mk-trace backup copy2.db
	plan
	exit 0
fi
run "backup of a store in use" 0 "" "" mk-trace backup copy2.db
is "it is whole" "$(mk-trace export --store copy2.db | cmp - ex; echo $?)" 0
run "not over a file that is there" 2 "" "mk-trace: copy2.db: cannot make the store: File exists" mk-trace backup copy2.db

# A store of version 1.
sed "s|@STATE@|$scratch/state/v1|" "$top/tests/cli/store-v1.sql" | sqlite3 old.db >/dev/null
try mk-trace history P1 --store old.db
is "an older store is refused" "$st $err" "2 mk-trace: old.db: a store of version 1: mk-trace migrate brings it to version 3"
sqlite3 old.db 'SELECT line FROM event ORDER BY seq' >lines
cp old.db old2.db
run "migrate" 0 "" "" mk-trace migrate --store old.db
is "every line is there" "$(sqlite3 old.db 'SELECT line FROM event ORDER BY id' | cmp - lines; echo $?)" 0
run "the chain is the old one" 0 "8 events, 0 seals and anchors: nothing was altered" "" mk-trace audit --store old.db
is "an open begin, and a mark" "$(sqlite3 old.db 'SELECT name, state FROM mark JOIN item ON id = item ORDER BY 1')" \
	"(01)09506000134352(21)000000001|ok
Q9|open"
is "parts are found" "$(mk-trace find verify_result:fail --store old.db --columns id)" "id:P2"
is "by their codes, too" "$(mk-trace history C-3 --store old.db | wc -l)" 2
is "numbers go on" "$(sqlite3 old.db 'SELECT next FROM counter')" 2
run "a second time there is nothing to do" 0 "" "mk-trace: old.db: it is of the newest version already" mk-trace migrate --store old.db
sqlite3 old2.db "UPDATE event SET line = replace(line, 'lot:L1', 'lot:L7') WHERE seq = 3"
try mk-trace migrate --store old2.db
is "an altered one is not" "$st $err" "4 mk-trace: event $(sqlite3 old2.db 'SELECT name FROM origin_v1')/4 does not follow 3, the last that is here: give the export from there on"
try mk-trace history P1 --store old2.db
is "it stays refused" "$st $err" "2 mk-trace: old2.db: its migration was interrupted: mk-trace migrate goes on with it"
plan
