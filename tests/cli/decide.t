#!/bin/sh
# mk-verify decides: gates, runs of failures, duplicates, drifts, pictures kept, and reads
# paired with waiting records. What a reader sends is scripted (tests/sim/peer).
. "${0%/*}/../lib.sh"
setup_store
V="mk-verify --image-field mark_image"
cat >graded.profile <<'E'
kind    reader
frame   "{body}\r"
state read
	send    LON
	expect  none ERROR
	expect  ok   {code}:{grade:0-9.}
	expect  ok   {code}
	timeout 60000
E

# reader SCRIPT: a reader on TCP that follows the script in the file; $at is its place
reader() {
	rm -f place peer.out
	"$MK_BUILD/tests/sim/peer" tcp place "$1" >peer.out 2>&1 9<&- & peer=$!
	until [ -s place ]; do :; done
	at=graded.profile@$(cat place)
}
# sends ID:GRADE…: a script in which it reads these
sends() { for s in "$@"; do printf 'expect "LON\\r"\nsend "%s\\r"\n' "$s"; done >script; reader script; }
parts() { for p in "$@"; do printf 'id:%s\tcode:%s\n' "$p" "$p"; done; }
# each part's result and reason
results() { sed 's/^id:\([^	]*\).*	verify_result:\([a-z]*\)\(	verify_reason:\([a-z_]*\)\)*.*/\1:\2:\4/' out | tr '\n' ' '; }

# ---- grades ----

sends A1:3.2 A2:1.9 A3
parts A1 A2 A3 >in
try mk-verify -r "$at" --min-grade 2 <in
is "a grade too low, and none at all" "$st $(results)" "1 A1:ok: A2:fail:grade A3:fail:grade "
is "said" "$err" "mk-verify: A2: fail: grade is 1.9: below 2 is failed
mk-verify: A3: fail: it has no grade"
is "the grade is in the record, and what failed" "$(field verify_grade "$(sed -n 1p out)") $(field verify_gate "$(sed -n 2p out)")" "3.2 grade"
is "the reason stands behind the result" "$(sed -n 2p out | tr '\t' '\n' | sed -n '/^verify_re/p' | tr '\n' ' ')" "verify_result:fail verify_reason:grade "

cat >line.gate <<'E'
# what a mark must be
grade  fail<1.5 warn<2.5
ms     warn>100000
E
sends A1:3.2 A2:1.9 A3:1.4
try mk-verify -r "$at" --gate line.gate <in
is "a gate file: warnings and failures" "$st $(results)$(for l in 1 2 3; do field verify_warn "$(sed -n ${l}p out)"; done)" "1 A1:ok: A2:ok: A3:fail:grade grade"
gate() { # NAME MESSAGE TEXT
	printf "$3" >bad.gate
	run "a gate file: $1" 2 "" "mk-verify: bad.gate$2" mk-verify -c cmd:true --gate bad.gate </dev/null
}
gate "empty" ": no rule: write lines such as grade fail<1.5" ''
gate "no level" ":1:6: no level: write fail<1.5, fail>0.1, warn<2.5 …" 'grade\n'
gate "no parameter" ":2:1: 'Grade' is no parameter: write a field's name without its verify_, such as grade" '#\nGrade fail<1\n'
gate "another word" ":1:7: 'min=1' is no level: write fail<1.5, fail>0.1, warn<2.5 …" 'grade min=1\n'
gate "no number" ":1:7: '1.5x' is not a decimal number" 'grade fail<1.5x\n'
gate "two directions" ":1:15: '<' and '>' in one rule: what is good, high or low?" 'grade  fail<1 warn>2\n'
gate "the wrong order" ":1:1: grade fails before it warns: exchange the levels" 'grade fail<2 warn<1\n'
gate "twice" ":2:1: a second rule for grade: one is enough" 'grade fail<2\ngrade fail<1\n'
use='see mk-verify --help'
run "a grade that is none" 2 "" "mk-verify: --min-grade: '5' is no grade from 0 to 4: $use" mk-verify -c cmd:true --min-grade 5 </dev/null
run "a trend without a limit" 2 "" "mk-verify: --trend: towards which limit? say --min-grade or --gate, too: $use" mk-verify -c cmd:true --trend 5 </dev/null

# ---- runs, drifts, duplicates ----

sends A1 ERROR ERROR A4
parts A1 A2 A3 A4 >in
try mk-verify -r "$at" --stop-after 2 <in
is "two in a row: the second is passed on, then it ends" "$st $(results)" "1 A1:ok: A2:fail:noread A3:fail:noread "
is "it says why" "$(tail -1 err)" "mk-verify: 2 parts in a row failed: the run ends, as --stop-after says"
sends ERROR A2 ERROR A4
try mk-verify -r "$at" --stop-after 2 <in
is "not in a row" "$st $(results)" "1 A1:fail:noread A2:ok: A3:fail:noread A4:ok: "

sends A1:3.4 A2:3.2 A3:3.1 A4:2.8 A5:2.7 A6:2.5 A7:2.4
parts A1 A2 A3 A4 A5 A6 A7 >in
try mk-verify -r "$at" --trend 5 --min-grade 2 <in
is "a drift is no failure" "$st $(field verify_trend "$(sed -n 4p out)")|$(field verify_trend "$(sed -n 5p out)")" "0 |grade"
is "it is said once, before the limit is met" "$err" "mk-verify: grade drifts: the mean of the last 5 parts is 3.04, and it meets its limit 2 in about 4 parts"
sends A1:3.4 A2:3.2 A3:3.3 A4:3.4 A5:3.2 A6:3.3 A7:3.2
try mk-verify -r "$at" --trend 5 --min-grade 2 <in
is "no drift, no word" "$st $err" "0 "

parts A1 A2 A1 >in
printf 'id:A1\tcode:A1\top:b\n' >>in
sends A1 A2 A1 A1
try mk-verify -r "$at" <in
is "a code that was good before, but not on another face" "$st $(results)" "1 A1:ok: A2:ok: A1:fail:duplicate A1:ok: "
sends A1 A2 A1 A1
try mk-verify -r "$at" --duplicates off <in
is "not asked for" "$st" 0
sends A1
parts A1 | mk-verify -r "$at" | mk-trace add -q
sends A1 A2
parts A1 A2 >in
try mk-verify -r "$at" --duplicates store <in
is "good before, as the store knows" "$st $(results)" "1 A1:fail:duplicate A2:ok: "
run "no such way" 2 "" "mk-verify: --duplicates: 'all' is none of run, store, off: $use" mk-verify -c cmd:true --duplicates all </dev/null

# ---- a window ----

cat >timed.profile <<'E'
kind    reader
frame   "{body}\r"
state read
	expect  ok   {code}
	timeout 300
E
# belt SECONDS-FREE LINES: what passes the reader by itself
belt() {
	printf '%s\n' "$@" >script
	reader script
	at=timed.profile@$(cat place)
}
belt 'send "A1\rA3\rA4\r"'
parts A1 A2 A3 A4 >in
try mk-verify -r "$at" --window 2 <in
is "a part is lifted off: it is missing, and shifts nothing" "$st $(results)" "1 A1:ok: A3:ok: A4:ok: A2:fail:missing "
belt 'send "A1\rA3\rA2\rA4\r"'
try mk-verify -r "$at" --window 2 <in
is "and put back behind the next: out of order" "$st $(results)" "1 A1:ok: A3:ok: A2:fail:out_of_order A4:ok: "
belt 'send "A1\rX9\rA2\rA3\rA4\r"'
try mk-verify -r "$at" --window 2 <in
is "a part that no record waits for" "$st $(results)" "1 A1:ok: A2:ok: A3:ok: A4:ok: "
is "is told" "$err" "mk-verify: unexpected: a part that no record waits for says X9"
belt 'send "A1\r"' hangup
try mk-verify -r "$at" --window 2 <in
is "the reader is gone" "$st $(results)" "3 A1:ok: A2:fail:reader A3:fail:reader A4:fail:reader "
run "a window on pictures" 2 "" "mk-verify: --window: what is read must come by itself: say -c or -r: $use" $V --window 3 </dev/null

# ---- pictures kept ----

mk-serial take bracket -n 4 lot=L1 | mk-layout -t bracket.lay | mk-laser -d 'sim:pix?weak=2:15' >marked
try $V --keep fail --keep-dir kept <marked
is "the picture of the one that failed" "$st $(ls kept | sed 's/\.[0-9]*T[0-9]*\./.T./' | tr '\n' ' ')" "1 01_09506000134352_21_000000002.T.png 01_09506000134352_21_000000002.T.rec "
kept=$(field verify_image "$(sed -n 2p out)")
is "is in its record" "$(field verify_image_sha256 "$(sed -n 2p out)")  $kept" "$(sha256sum "$kept")"
ok "is what was looked at" cmp -s "$kept" "$(field mark_image "$(sed -n 2p marked)")"
ok "with the record beside it" sh -c "sed -n 2p out | cmp -s - ${kept%.png}.rec"
is "not those of the others" "$(grep -c verify_image out)" 1
try $V --keep all --keep-dir kept --keep-size 1 <marked
is "all of them" "$st $(ls kept/*.png | wc -l) $(grep -c verify_image_sha256 out)" "1 5 4"
head -c 900000 /dev/zero >kept/old.20200101T000000000.png
head -c 600000 /dev/zero >kept/holiday.png
touch -d 2020-01-01 kept/holiday.png kept/old.*
head -c 100000 /dev/zero >kept/old2.20200101T000000000.png
try $V --keep all --keep-dir kept --keep-size 1 <marked
is "the oldest go when they are too many" "$(echo kept/old*)" kept/old2.20200101T000000000.png
ok "what is not ours stays" [ -e kept/holiday.png ]
touch -d '3 days ago' kept/old2.*
try $V --keep fail --keep-dir kept --keep-days 2 <marked
ok "or too old" [ ! -e kept/old2.20200101T000000000.png ]
run "kept where" 2 "" "mk-verify: --keep: where? say --keep-dir DIR, too: $use" $V --keep all </dev/null
run "kept what" 2 "" "mk-verify: keep what? say --keep all or --keep fail, too: $use" $V --keep-dir x </dev/null
run "kept how" 2 "" "mk-verify: --keep: 'good' is none of all, fail, none: $use" $V --keep good --keep-dir x </dev/null
mkdir locked
if [ "$(id -u)" -ne 0 ]; then
	chmod 500 locked
	try $V --keep all --keep-dir locked <marked
	like "what cannot be kept is told, the verdict stands" "$st $(results)" "3 *ok*"
fi

# ---- what is looked at ----

one=$(sed -n 1p marked)
pic=$(field mark_image "$one")
printf '%s\n' "$one" >in
try $V --roi 0,0,50,50 <in
is "a region without the mark" "$st $(field verify_reason "$out")" "1 noread"
try mk-verify read "$pic" --columns corners
x=$(field corners "$out" | sed 's/[.,].*//')
try $V --roi $((x - 60)),$((x - 60)),400,400 <in
like "a region with it" "$st $(field verify_result "$out")" "[01] *"
try $V --roi 9000,9000,50,50 <in
like "a region outside" "$st $(field verify_reason "$out") $err" "1 image mk-verify: 50x50+9000+9000 is not inside a picture of *"
for r in 1,2,3 1,2,3,0 a 1,2,3,4,5; do
	run "a region that is none: $r" 2 "" "mk-verify: --roi: '$r' is not X,Y,W,H in pixels: $use" $V --roi $r </dev/null
done
try $V --all <in
is "all codes, and there is but one" "$st $(field verify_result "$out")" "0 ok"
plan
