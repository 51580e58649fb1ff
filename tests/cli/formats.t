#!/bin/sh
# What records hold is text and nothing else, in every output format: TAB, quotes,
# control characters, markup, SQL, and what a spreadsheet would run.
# (both kinds of store)
. "${0%/*}/../lib.sh"
setup_store

# one VALUE: a part whose note is VALUE (as spelt on a line), stored and found
one() {
	ones=$(cat count 2>/dev/null)
	ones=$((ones + 1)); echo $ones >count
	printf 'id:P%d\tnote:%s\tmove_time:2026-11-22T09:00:00Z\n' $ones "$1" | mk-trace add -q
	mk-trace find id:P$ones --columns id,note -o "$2" | sed "s/P$ones/P1/"
}
csv() { # NAME VALUE CELL
	is "csv: $1" "$(one "$2" csv | tr '\r' '~')" "id,note~
P1,$3~"
}
csv 'plain' 'abc' 'abc'
csv 'a comma' 'a,b' '"a,b"'
csv 'a quote' 'a"b' '"a""b"'
csv 'a semicolon, which some take for a comma' 'a;b' '"a;b"'
csv 'a TAB, decoded' 'a\tb' '"a	b"'
csv 'a line end, decoded' 'a\nb' '"a
b"'
csv 'a backslash' 'a\\b' 'a\b'
csv 'control characters stay escaped' 'a\x1d\x00b' 'a\x1d\x00b'
csv 'a formula' '=1+1' "\"'=1+1\""
csv 'a formula by +' '+1+cmd|x' "\"'+1+cmd|x\""
csv 'a formula by -' '-1+cmd|x' "\"'-1+cmd|x\""
csv 'a formula by @' '@SUM(A1)' "\"'@SUM(A1)\""
csv 'a formula behind blanks' '  =1' "\"'  =1\""
csv 'a formula behind a TAB' '\t=1' "\"'	=1\""
csv 'a formula behind a line end' '\n=1' "\"'
=1\""
csv 'a full-width formula' '＝1' "\"'＝1\""
csv 'a formula with quotes' '=HYPERLINK("x")' "\"'=HYPERLINK(\"\"x\"\")\""
csv 'a negative number is a number' '-1.5' '-1.5'
csv 'a number with a sign' '+49' '+49'
csv 'two points are none' '-1.5.2' "\"'-1.5.2\""
csv 'only a sign' '-' "\"'-\""
csv 'nothing' '' ''

html() { # NAME VALUE CELL
	is "html: $1" "$(one "$2" html | grep '<td>')" "<tr><td>P1</td><td>$3</td></tr>"
}
html 'markup' '<script>alert(1)</script>' '&lt;script&gt;alert(1)&lt;/script&gt;'
html 'quotes' "\"'" '&quot;&#39;'
html 'an entity' '&lt;' '&amp;lt;'
html 'a closed cell' '</td></table>' '&lt;/td&gt;&lt;/table&gt;'
html 'control characters' '\x1b\x00\t' '\x1b\x00\t'
html 'text' 'Küçük' 'Küçük'
is 'html: a whole page' "$(one x html | sed -n '1p;$p')" '<!DOCTYPE html>
</body></html>'
is 'html: nothing found, nothing said' "$(mk-trace find lot:none -o html)" ''

json() { # NAME VALUE JSON
	is "json: $1" "$(one "$2" json | jq -c .note)" "$3"
}
json 'quotes and backslashes' '"\\' '"\"\\"'
json 'control characters' '\x1b\x00\t\x7f' '"\u001b\u0000\t\u007f"'
json 'no UTF-8' '\xff' '{"hex":"ff"}'
is 'tsv: TAB, line end, backslash' "$(one 'a\tb\nc\\d' tsv | tail -1)" 'P1	a\tb\nc\\d'
is 'tsv: control characters and no UTF-8, as COPY reads them' "$(one 'a\x1b\x00\xff' tsv | tail -1)" 'P1	a\x1b\x00\xff'
run 'an id with a backslash that is one' 1 '' 'mk-trace: abc\d\: no such part in the store' mk-trace history 'abc\d\'
is 'table: control characters do not reach the terminal' "$(one 'a\x1b[31m\n' table | tail -1)" 'P1  a\x1b[31m\n'
is 'ltsv: as it is' "$(one '=a"b<c>\x1b' ltsv)" "id:P1${T}note:=a\"b<c>\\x1b"
run 'messages: control characters do not reach the terminal' 1 '' 'mk-trace: a\x1b[31m\x09b: no such part in the store' \
	mk-trace history "$(printf 'a\033[31m\tb')"

# SQL is text, too: as a value, and as a question.
evil="'; DROP TABLE event; --"
printf "id:Q2\tnote:%s\tmove_time:2026-11-22T09:00:00Z\n" "$evil" | mk-trace add -q
run 'sql in a value' 0 "note:$evil" '' mk-trace find "note:$evil" --columns note
run 'sql in an id' 1 '' "mk-trace: $evil: no such part in the store" mk-trace history "$evil"

# Every verb in every format, when each field that it may show holds all of that.
place evil; init_store
MK_STORE=$store; export MK_STORE
e="=1+cmd|x\"'<b>&\\t\\x1b\\n,;{}\\\\-- \$(x)"	# as spelt on a line
ctx() { # STEP
	for k in site line station machine operator shift; do printf '\t%s_%s:%s' "$1" $k "$e"; done
	printf '\t%s_day:2026-11-22' "$1"
}
ev() { # ID STEP MINUTE FIELD…
	printf 'id:%s\tpart:%s\tlot:%s\trecipe:%s\t%s_time:2026-11-22T09:%02d:00.000Z%s' "$1" "$e" "$e" "$e" "$2" "$3" "$(ctx "$2")"
	st_=$2; shift 3
	for f; do printf '\t%s_%s' "$st_" "$f"; done
	echo
}
{
	ev "$e" mark 0 result:ok "reason:$e" ms:12; ev "$e" verify 1 result:fail "reason:$e" grade:1.0
	ev "@$e" mark 2 result:fail "reason:$e"; ev "@$e" mark 3 result:ok attempt:2
	ev "@$e" assemble 4 "into:+$e" result:ok; ev "+$e" inspect 5 result:ok "note:$e"
	ev "+$e" pack 6 "into:box:$e" result:ok; ev "box:$e" ship 7 "to:$e" "doc:$e" result:ok
	ev "-$e" mark 8 result:ok; ev "-$e" move 9 "to:$e" result:ok; ev "-$e" hold 10 "reason:$e" result:fail
	ev "lot:$e" load 11 "at:station:$e" result:ok; ev "$e" observe 12 "alias:~$e" result:ok
	ev "0$e" mark 13 result:unknown; ev "1$e" mark 14 result:ok; ev "1$e" replace 15 "by:$e" "reason:$e" result:ok
} >evil
run 'evil fields are stored' 0 '' '' mk-trace add -q --conf /dev/null <evil
is 'all of them' "$(mk-trace count --events)" 16
mk-trace seal >/dev/null 2>&1
ctrl=$(printf '[\001-\010\013\014\016-\037\177]')
look() { # FORMAT: what is wrong in out
	[ -z "$err" ] || printf 'said %s\n' "$err"
	[ "$st" -le 1 ] && [ -s out ] || echo "status $st"
	! grep -q "$ctrl" out || echo 'a control character'
	case $1 in
	json) jq -e . out >/dev/null || echo 'no JSON' ;;
	csv) ! grep -q '\(^\|,\)"\{0,1\}[ ]*[=+@]' out || echo 'a formula' ;;
	html) ! grep -q "<b>\|'\|&[^aqlg#]" out || echo 'markup' ;;
	tsv) [ "$(awk -F '\t' '{ print NF }' out | sort -u | wc -l)" = 1 ] || echo 'a column too many' ;;
	ltsv) ! awk -F '\t' '{ for (i = 1; i <= NF; i++) if ($i !~ /^[a-z][a-z0-9_]*:/) exit 1 }' out && echo 'no record' ;;
	esac
}
: >wrong
while read -r verb; do
	for f in ltsv tsv json table csv html; do
		eval "try mk-trace $verb -o $f"
		case "$st$err" in 2*'no such format'*) continue ;; esac
		look $f | sed "s/^/-o $f: /" >found
		[ ! -s found ] || { printf '%s ' "$verb"; cat found; } >>wrong
	done
done <<'END'
last -n 3 --columns id,step,result,reason,station,operator
find mark_result:ok --columns id,lot,recipe,mark_station,mark_operator
find result:fail --columns id,lot,mark_reason,mark_station
history "$e"
where "$e" "0$e"
made-from "+$e"
used-in "@$e"
recall "lot:=$e"
recall "lot:=$e" --summary
recall "lot:=$e" --goods
recall open "$f$e" "lot:=$e" --hold --operator "$e"
recall status "$f$e"
recall status "$f$e" --summary
stock
stock --list
shipments
shipments --list
reconcile
yield
yield --by shift,station,lot,operator
pareto
spc p --by operator
compare "$e" "@$e"
sql 'SELECT name AS x, NULL AS y FROM item'
END
is 'each verb, each format: text and nothing else' "$(cat wrong)" ''
is 'why is one line, without controls' "$(mk-trace why "$e" | grep -vc "$ctrl")" 1
mk-trace history "@$e" -o dot >g.dot
if command -v dot >/dev/null; then
	ok 'dot: a graph of such names is one' dot -Tsvg -o g.svg g.dot
else
	skip 'dot: a graph of such names is one' 'no graphviz here'
fi
mk-trace cert --html "$e" >cert.html 2>/dev/null
is 'cert: text in a page' "$(grep -c '<b>&' cert.html)" 0
mk-trace cert "$e" >cert.txt
is 'cert: no controls' "$(grep -c "$ctrl" cert.txt)" 0
if command -v gnuplot >/dev/null; then
	mk-trace spc p --by operator --plot e.svg >/dev/null && mk-trace pareto --by reason --plot f.svg >/dev/null
	is 'plot: labels are text' "$?$(cat e.svg f.svg | grep -c '<b>')" 00
else
	skip 'plot: labels are text' 'no gnuplot here'
fi
plan
