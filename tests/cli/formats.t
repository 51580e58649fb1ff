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
is 'table: control characters do not reach the terminal' "$(one 'a\x1b[31m\n' table | tail -1)" 'P1  a\x1b[31m\n'
is 'ltsv: as it is' "$(one '=a"b<c>\x1b' ltsv)" "id:P1${T}note:=a\"b<c>\\x1b"

# SQL is text, too: as a value, and as a question.
evil="'; DROP TABLE event; --"
printf "id:Q2\tnote:%s\tmove_time:2026-11-22T09:00:00Z\n" "$evil" | mk-trace add -q
run 'sql in a value' 0 "note:$evil" '' mk-trace find "note:$evil" --columns note
run 'sql in an id' 1 '' "mk-trace: $evil: no such part in the store" mk-trace history "$evil"
plan
