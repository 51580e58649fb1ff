#!/bin/sh
# mk-serial: define and take.
. "${0%/*}/../lib.sh"
setup_store

first='id:(01)09506000134352(21)000000001	code:010950600013435221000000001	hri:(01)09506000134352(21)000000001	gtin:09506000134352	sn:000000001	pool:bracket	n:1'
run "one identity" 0 "$first" "" mk-serial take bracket
run "more of them, with fields" 0 "sn:000000002	n:2	lot:L1	note:a\\tb
sn:000000003	n:3	lot:L1	note:a\\tb" "" \
	mk-serial take bracket -n 2 lot=L1 "note=a${T}b" --columns sn,n,lot,note
run "-n 0010 is ten" 0 10 "" sh -c 'mk-serial take bracket -n 0010 | wc -l'

try sh -c "printf 'x:1\tjob:v\nid:P1\ty:2\nmark_result:fail\n' | mk-serial take bracket -"
is "take -: a record with an id: status 1" "$st" 1
is "take -: fields are kept, job stays last" "$(sed -n 1p out | tr '\t' '\n' | sed -n '1p;$p' | tr '\n' ' ')" "x:1 job:v "
is "take -: a record with an id is refused" "$(field issue_result "$(sed -n 2p out)") $(field issue_reason "$(sed -n 2p out)")" "refused has_id"
is "take -: a failed record passes untouched" "$(sed -n 3p out)" "mark_result:fail"
is "take -: and it says so" "$err" "mk-serial: P1: it has an id already: refused"

run "define again: the same is fine" 0 "" "" mk-serial define bracket.pool
sed 's/{n:9}/{n:8}/;s/999999999/99999999/' bracket.pool >other.pool
run "define again: another is refused once numbers are out" 2 "" \
	"mk-serial: pool bracket has issued 14 numbers under another definition: give the changed one another name" \
	mk-serial define other.pool

# Every wrong definition: its message, status 2, and nothing kept.
bad() { # NAME MESSAGE LINES
	printf '%b' "$3" >bad.pool
	run "$1" 2 "" "mk-serial: $2" mk-serial define bad.pool
}
ok3='name p\npattern a{n:3}\nto 999\n'
bad "unknown word" "bad.pool:4:1: unknown word 'colour': see mkpool(5)" "${ok3}colour red\n"
bad "twice" "bad.pool:4:1: to was set in line 3: keep one of the two" "${ok3}to 5\n"
bad "no value" "bad.pool:4:5: from needs a value" "${ok3}from\n"
bad "two values" "bad.pool:4:8: from takes one value: quote it if it has blanks" "${ok3}from 1 2\n"
bad "no number" "bad.pool:4:6: '1x' is not a whole number" "${ok3}from 1x\n"
bad "too large" "bad.pool:1:4: 1000000000000000000 is out of range: 0 to 999999999999999999" "to 1000000000000000000\n"
bad "step 0" "bad.pool:4:6: 0 is out of range: 1 to 999999999999999999" "${ok3}step 0\n"
bad "to below from" "bad.pool:3:4: to is below from" "${ok3}from 1000\n"
bad "unknown order" "bad.pool:4:7: order 'odd' is not known: sequential, random and list are" "${ok3}order odd\n"
bad "unknown scheme" "bad.pool:4:8: scheme 'x' is not known: see mkpool(5)" "${ok3}scheme x\n"
bad "no pattern" "bad.pool: a pool needs name, pattern and to: pattern is missing" 'name p\nto 9\n'
bad "no number in the pattern" "bad.pool:2:9: column 1: the pattern needs {n} exactly once: it is what makes identities differ" 'name p\npattern abc\nto 9\n'
bad "too narrow" "bad.pool:2:9: column 2: {n:3} is too narrow for 1000, the pool's last number" 'name p\npattern a{n:3}\nto 1000\n'
bad "open brace" "bad.pool:2:9: column 2: a { that does not close: write {{ for the character" 'name p\npattern a{n\nto 9\n'
bad "no such format" "bad.pool:2:9: column 5: {lot:x}: no such format" 'name p\npattern {n}-{lot:x}\nto 9\n'
bad "no such date code" "bad.pool:2:9: column 10: '%Q' is no date code: use %Y %y %m %d %j %H %M %S %V %G %g %u %b %B %1 %v %i %o" 'name p\npattern {n}{date:%Q}\nto 9\n'
bad "wrong check digit" "bad.pool:3:9: AI (01): '09506000134351': the check digit is wrong (csum)" 'name p\nscheme gs1\npattern (01)09506000134351(21){n}\nto 9\n'
bad "no such AI" "bad.pool:3:9: (05) is no GS1 application identifier" 'name p\nscheme gs1\npattern (05)1(21){n}\nto 9\n'
mkdir data && sed 's/N10,latitude/N10,altitude/' "$MK_DATA/gs1-syntax-dictionary.txt" >data/gs1-syntax-dictionary.txt
shipped=$MK_DATA MK_DATA=$scratch/data
bad "an AI whose check is missing" "bad.pool:3:9: AI (4309): its check 'altitude' is not in this program, so it is refused" 'name p\nscheme gs1\npattern (4309)02790858483015297971(21){n}\nto 9\n'
MK_DATA=$shipped
bad "an AI that needs another" "bad.pool:3:9: (21) needs (01) or (03) or (8006) beside it" 'name p\nscheme gs1\npattern (21){n}\nto 9\n'
# What is known is checked although a field is not.
bad "a check digit beside a field" "bad.pool:3:9: AI (01): '09506000134353': the check digit is wrong (csum)" 'name p\nscheme gs1\npattern (01)09506000134353(10){lot}(21){n}\nto 9\n'
bad "an AI whose value is a field" "bad.pool:3:9: (05) is no GS1 application identifier" 'name p\nscheme gs1\npattern (01)09506000134352(05){lot}(21){n}\nto 9\n'
bad "what a field's AI needs" "bad.pool:3:9: (10) needs (01) or (02) or (03) or (8006) or (8026) beside it" 'name p\nscheme gs1\npattern (10){lot}\(1\){n}\nto 9\n'
bad "a number too long for its AI" "bad.pool:3:9: AI (21): '0000000000000000000000009' is too long by 5" 'name p\nscheme gs1\npattern (01)09506000134352(10){lot}(21){n:25}\nfrom 9\nto 9\n'
bad "the rest of a list's identities" "bad.pool:4:9: AI (01): '09506000134353': the check digit is wrong (csum)" 'name p\nscheme gs1\norder list\npattern (01)09506000134353(21){n}\n'
bad "a character of a link" "bad.pool:3:9: character 20 cannot be in a link: write it as %5E" 'name p\nscheme link\npattern https://x.example/{lot}^{n}\nto 9\n'
run "a file that is not there" 2 "" "mk-serial: nix.pool: cannot open: No such file or directory" mk-serial define nix.pool
try mk-serial take p
is "none of them was kept" "$err" "mk-serial: no pool 'p': mk-serial define makes one"

# Wrong at take: nothing is reserved.
printf 'name lotted\nscheme gs1\npattern (01)09506000134352(10){lot}(21){shift}{n}\nto 5\n' >lotted.pool
ok "a pool that needs fields" mk-serial define lotted.pool
run "a field is missing" 2 "" "mk-serial: pool lotted: the record has no field 'lot'" mk-serial take lotted
run "a character that the scheme forbids" 2 "" \
	"mk-serial: pool lotted: AI (10): character 2 is not allowed here: only GS1 set 82" \
	mk-serial take lotted "lot=a b" --shift A
run "a bracket in a value" 0 "id:(01)09506000134352(10)a\\\\(1\\\\)(21)A1	code:010950600013435210a(1)\\x1d21A1	lot:a(1)" "" \
	mk-serial take lotted "lot=a(1)" --shift A --columns id,code,lot
run "more than are left" 2 "" "mk-serial: pool lotted: 5 numbers are asked for, 4 of 5 are left" \
	mk-serial take lotted -n 5 lot=1 --shift A
run "all that are left" 0 "n:2
n:3
n:4
n:5" "" mk-serial take lotted -n 4 lot=1 --shift A --columns n
run "and then it is empty" 2 "" "mk-serial: pool lotted: 1 numbers are asked for, 0 of 5 are left" \
	mk-serial take lotted lot=1 --shift A
run "a field that contradicts the id" 2 "" \
	"mk-serial: pool bracket: field sn is '5', but the id says '000000015'" mk-serial take bracket sn=5
run "a reserved field" 2 "" "mk-serial: id: mk-serial sets this field itself: see mk-serial take --help" mk-serial take bracket id=5
run "no key=value" 2 "" "mk-serial: 'Lot=5' is no key=value: see mk-serial take --help" mk-serial take bracket Lot=5
run "no such pool" 2 "" "mk-serial: no pool 'nix': mk-serial define makes one" mk-serial take nix
run "no pool" 2 "" "mk-serial: take needs a pool: see mk-serial take --help" mk-serial take
try sh -c "printf 'a:1\nb:2\nc:3' | mk-serial take bracket - --columns n"
is "an unterminated last line: those before it got theirs" "$st $out" "2 n:15
n:16"
is "and it is named" "$err" "mk-serial: stdin:3:4: the last line does not end: the tool before this one was cut short"
try env -u MK_STORE mk-serial take bracket
is "no store" "$st $err" "2 mk-serial: no store: say --store FILE, set MK_STORE, or write 'store FILE' in mk.conf (mk-trace init makes one)"
printf 'operator anna\nfield lot L77\n' >context
echo "context $scratch/context" >>mk.conf
run "the context file gives fields" 0 "n:17	lot:L77" "" mk-serial take bracket --columns n,lot
run "an argument goes before it" 0 "n:18	lot:L5" "" mk-serial take bracket lot=L5 --columns n,lot
plan
