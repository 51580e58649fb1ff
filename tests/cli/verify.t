#!/bin/sh
# mk-verify: the mark is read back, and compared with what the part should bear.
. "${0%/*}/../lib.sh"
setup_store
export MK_OPERATOR=eva
V="mk-verify --standard none --image-field mark_image"	# grade.t has the grades

# The verdict's fields, in their order, without times.
verdict() { printf '%s\n' "$1" | tr '\t' '\n' | sed -n '/^verify_/p' | sed 's/_time:.*/_time:T/; s/_ms:[0-9]*$/_ms:N/; s/_engine:.*/_engine:E/'; }
context() { echo "verify_site:ankara-1
verify_line:L3
verify_station:ST40
verify_operator:eva
verify_shift:$(field verify_shift "$1")
verify_day:$(field verify_day "$1")"; }
id() { cut -f1 | sed 's/^id://'; }

mk-serial take bracket -n 6 lot=L1 | mk-layout -t bracket.lay >jobs
mk-laser -d 'sim:pix?weak=2:15&skip=3:60' <jobs >marked
part() { sed -n "${1}p" marked; }

part 1 | sed 's/^/leak_result:pass	note:a\\tb	/; s/$/	later:1/' >in
try $V <in
is "a good mark" "$st $err" "0 "
is "what was there stays, the verdict comes behind" "$(sed 's/	verify_time.*//' out)" "$(cat in)"
is "the verdict" "$(verdict "$out")" "verify_time:T
verify_result:ok
$(context "$out")
verify_symbol:datamatrix-18x18
verify_engine:E
verify_ms:N"
like "its time is RFC 3339" "$(field verify_time "$out")" "20??-??-??T??:??:??.???+00:00"
cp out again
try $V --operator=max --day=2026-01-02 <again
is "verified again: the old verdict goes" "$st $(field verify_operator "$out") $(field verify_day "$out") $(printf '%s\n' "$out" | tr '\t' '\n' | grep -c '^verify_result:')" "0 max 2026-01-02 1"

# fails NAME REASON MESSAGE EXTRA: the record in the file in
fails() {
	try $V <in
	is "$1" "$st $err" "1 mk-verify: $(id <in): fail: $3"
	is "$1: the verdict" "$(verdict "$out")" "verify_time:T
verify_result:fail
verify_reason:$2
$(context "$out")${4:+
$4}
verify_ms:N"
}
part 2 >in
fails "an under-powered mark" noread "no code can be read"
part 3 >in
fails "missing strokes" noread "no code can be read"
part 1 | sed "s/code:[^	]*/$(part 4 | tr '\t' '\n' | grep ^code:)/" >in
fails "another part's mark" mismatch "the mark says something else" "verify_symbol:datamatrix-18x18
verify_engine:E
verify_read:$(field code "$(part 1)")"
part 1 | sed 's/code:\([^	]*\)/code:\1x/' >in
fails "a code that is longer" mismatch "the mark says something else" "verify_symbol:datamatrix-18x18
verify_engine:E
verify_read:$(field code "$(part 1)")"
part 1 | sed 's/code:[^	]*/code:0/' >in
fails "a code that the mark begins with" mismatch "the mark says something else" "verify_symbol:datamatrix-18x18
verify_engine:E
verify_read:$(field code "$(part 1)")"
part 1 | sed 's/^id:[^	]*/id:B-1/' >in
fails "FNC1 where none belongs" fnc1 "the symbol begins with FNC1, but the id is no GS1 id" "verify_symbol:datamatrix-18x18
verify_engine:E"

sed 's/^text.*//' bracket.lay >plain.lay
printf 'id:B-2\tcode:B-2\n' | mk-layout -t plain.lay | mk-laser -d sim:pix >in
run "a plain symbol for a plain id" 0 ok "" sh -c "$V --columns verify_result <in | sed s/verify_result://"
sed 's/^id:[^	]*/id:(01)09506000134352(21)7/' in >in2 && mv in2 in
fails "FNC1 is missing" fnc1 "the symbol does not begin with FNC1, as GS1 demands" "verify_symbol:datamatrix-10x10
verify_engine:E"

# ---- pictures that are none ----

bad() { # NAME STDERR-PATTERN
	try $V <in
	like "$1: said" "$st $err" "1 mk-verify: $2
mk-verify: $(id <in): fail: its picture cannot be read"
	is "$1" "$(verdict "$out")" "verify_time:T
verify_result:fail
verify_reason:image
$(context "$out")
verify_ms:N"
}
image() { part 1 | sed "s#mark_image:[^	]*#mark_image:$1#" >in; }
image none.png; bad "no file" "none.png: *No such file or directory"
image pix; bad "a folder" "pix: cannot read: Is a directory"
image mk.conf; bad "no picture file" "mk.conf: no *: *"
: >empty.png; image empty.png; bad "an empty file" "empty.png: no usable picture: *"
head -c 3000 "$(field mark_image "$(part 1)")" >cut.png; image cut.png; bad "a picture cut short" "cut.png: no usable PNG: *"

# ---- nothing to verify ----

refused() { # NAME REASON MESSAGE
	try $V <in
	is "$1" "$st $err" "1 mk-verify: $3"
	is "$1: the verdict" "$(verdict "$out")" "verify_time:T
verify_result:refused
verify_reason:$2
$(context "$out")"
}
part 1 | sed 's/^id:[^	]*	//' >in
refused "no id" no_id "a record without an id: refused: no id"
part 1 | sed 's/	code:[^	]*//' >in
refused "no code" no_code "$(id <in): refused: no code to compare with"
part 1 | sed 's/	code:[^	]*/	code:/' >in
refused "an empty code" no_code "$(id <in): refused: no code to compare with"
part 1 | sed 's/	mark_image:[^	]*//' >in
refused "no picture" no_image "$(id <in): refused: no picture"
part 1 | sed 's/mark_image:[^	]*/mark_image:a\\x00b/' >in
refused "a name that is none" no_image "$(id <in): refused: no picture"
part 1 | sed 's/mark_result:ok/mark_result:unknown/' >in
run "a part that failed elsewhere passes untouched" 0 "$(cat in)" "" $V <in
part 1 | sed 's/^/verify_result:fail	verify_reason:mismatch	/' >in
try $V <in
is "its own old verdict is no obstacle" "$st $(field verify_result "$out")$(field verify_reason "$out")" "0 ok"
try $V <marked
is "a failed part stops no stream" "$st $(cut -f1 out | tr '\n' ' ')" "1 $(cut -f1 marked | tr '\n' ' ')"
is "each has its verdict" "$(for l in 1 2 3 4 5 6; do field verify_result "$(sed -n ${l}p out)"; done | tr '\n' ' ')" "ok fail fail ok ok ok "

# ---- wrong use, output that does not arrive ----

: >none
use='see mk-verify --help'
run "no pictures" 2 "" "mk-verify: no pictures: say --image-field KEY, such as --image-field mark_image, -c SPEC or -r PROFILE: $use" mk-verify <none
run "a field's name" 2 "" "mk-verify: --image-field: 'Mark' is no field name: $use" mk-verify --image-field Mark <none
run "a time" 2 "" "mk-verify: --time-limit: '1s' is not a whole number" $V --time-limit 1s <none
run "a longer time" 2 "" "mk-verify: --time-limit: 60001 is out of range: 10 to 60000" $V --time-limit 60001 <none
run "an operand" 2 "" "mk-verify: x: no argument expected: $use" $V x <none
run "nothing to do" 0 "" "" $V <none
{ part 1; part 4 | tr -d '\n'; } >in
try $V <in
is "an unterminated last line is no part" "$st $(wc -l <out)" "2 1"
like "says so" "$err" "mk-verify: stdin:2:*"
part 1 >in
$V <in >/dev/full 2>err; st=$?
is "a full disk" "$st $(cat err)" "3 mk-verify: standard output: cannot write: No space left on device"
{ i=0; until [ -e gone ]; do i=$((i + 1)); [ $i -lt 300000 ] || break; done; $V <in 2>err; echo $? >st; } | { exec <&-; : >gone; }
is "a reader that is gone" "$(cat st) $(cat err)" "3 "

mkfifo to from
$V <to >from & verify=$!
exec 8>to 9<from
part 1 >&8
IFS= read -r line <&9
is "a part goes on before the next one comes" "$(field verify_result "$line")" ok
for p in /proc/[0-9]*; do
	while read -r key val; do
		[ "$key $val" != "PPid: $verify" ] || { kill -KILL "${p#/proc/}"; break; }
	done 2>/dev/null <"$p/status"
done
part 4 >&8
IFS= read -r line <&9
part 5 >&8
IFS= read -r line2 <&9
exec 8>&- 9<&-
wait $verify; st=$?
like "its reader's process is killed: an answer, no end" "$st $(field verify_result "$line") $(field verify_reason "$line")" "[01] [of][ka]*"
is "and the next part is read" "$(field verify_result "$line2")" ok
plan
