#!/bin/sh
# mk-serial: parse and check.
. "${0%/*}/../lib.sh"

parse() { printf '%b\n' "$1" | mk-serial parse; }
right() { # NAME LINE RECORD
	run "$1" 0 "$3" "" parse "$2"
}
wrong() { # NAME LINE RECORD MESSAGE
	run "$1" 1 "$3" "mk-serial: stdin:1: $4" parse "$2"
}

# What it is.
gs1='scheme:gs1	id:(01)09506000134352(10)AB(21)123	code:010950600013435210AB\x1d21123	hri:(01)09506000134352(10)AB(21)123	gtin:09506000134352	lot:AB	sn:123	parse_result:ok'
right "GS1, a raw GS" '010950600013435210AB\0035' 'scheme:gs1	id:(01)09506000134352(10)AB	code:010950600013435210AB	hri:(01)09506000134352(10)AB	gtin:09506000134352	lot:AB	parse_result:ok'
for sep in '\0035' '\\x1d' '\\u001D' '<GS>' '{GS}' '<FNC1>' '\0342\0220\0235'; do
	right "GS1, GS as $sep" "010950600013435210AB${sep}21123" "$gs1"
done
right "GS1, AIM and CR LF" ']d2010950600013435210AB<GS>21123\r' "aim:d2	$gs1"
right "GS1, STX and ETX" '\0002010950600013435210AB<GS>21123\0003' "$gs1"
right "GS1, brackets" '(01)09506000134352(10)AB(21)123' "$gs1"
right "GS1, FNC1 sent in front" '<GS>010950600013435210AB<GS>21123' "$gs1"
right "GS1 that only the symbol tells" ']C1800400614141ABC' 'aim:C1	scheme:gs1	id:(8004)00614141ABC	code:800400614141ABC	hri:(8004)00614141ABC	giai:00614141ABC	parse_result:ok'
right "the same without it" '800400614141ABC' 'scheme:plain	id:800400614141ABC	code:800400614141ABC	hri:800400614141ABC	parse_result:ok'
right "EPC" 'urn:epc:id:sgtin:0614141.712345.32a%2Fb' 'scheme:gs1	id:(01)70614141123451(21)32a/b	code:01706141411234512132a/b	hri:(01)70614141123451(21)32a/b	gtin:70614141123451	sn:32a/b	parse_result:ok'
right "Digital Link" 'https://id.gs1.org/01/09521234543213/10/A%2FB/21/1%252?11=261122' 'scheme:link	id:https://id.gs1.org/01/09521234543213/10/A%2FB/21/1%252?11=261122	code:https://id.gs1.org/01/09521234543213/10/A%2FB/21/1%252?11=261122	hri:https://id.gs1.org/01/09521234543213/10/A%2FB/21/1%252?11=261122	gtin:09521234543213	lot:A/B	sn:1%2	made:2026-11-22	parse_result:ok'
right "IUID" '[)><RS>12<GS>MFR 0CVA5<GS>SER 674A36458<RS><EOT>' 'scheme:iuid	id:D0CVA5674A36458	code:[)>\x1e12\x1dMFR 0CVA5\x1dSER 674A36458\x1e\x04	hri:(MFR)0CVA5 (SER)674A36458	cage:0CVA5	sn:674A36458	iac:D	construct:1	parse_result:ok'
right "ISO 15434" '[)><RS>06<GS>P1<GS>Q5<RS><EOT>' 'scheme:iso15434	id:[06][P]1[Q]5	code:[)>\x1e06\x1dP1\x1dQ5\x1e\x04	hri:(P)1 (Q)5	part:1	qty:5	parse_result:ok'
right "HIBC" '+A123BJC5D6E71G' 'scheme:hibc	id:+A123BJC5D6E71G	code:+A123BJC5D6E71G	hri:+A123BJC5D6E71G	lic:A123	pcn:BJC5D6E7	uom:1	parse_result:ok'
right "SEMI" 'ABCDEFGHXYC3' 'scheme:semi	id:ABCDEFGHXYC3	code:ABCDEFGHXYC3	hri:ABCDEFGHXYC3	sn:ABCDEFGH	vendor:XY	parse_result:ok'
right "a thing" 'station:ST40' 'scheme:thing	id:station:ST40	code:station:ST40	hri:station:ST40	parse_result:ok'
right "plain" 'H-A7-00100' 'scheme:plain	id:H-A7-00100	code:H-A7-00100	hri:H-A7-00100	parse_result:ok'
right "plain, any bytes" 'a\tb\\c\0377' 'scheme:plain	id:a\tb\\c\xff	code:a\tb\\c\xff	hri:a\tb\\c\xff	parse_result:ok'
right "an empty line is none" '\r\n' ''
run "the last line need not end" 0 "id:A7" "" sh -c 'printf A7 | mk-serial parse --columns id'
printf 'A7\nA8\n' >codes
run "a file" 0 "id:A7
id:A8" "" mk-serial parse --columns id codes

# What is wrong, and where.
right "a check digit that is wrong, in an unknown symbol" '010950600013435121A' 'scheme:plain	id:010950600013435121A	code:010950600013435121A	hri:010950600013435121A	parse_result:ok'
wrong "a month" '010950600013435217261301' "scheme:gs1	code:010950600013435217261301	parse_result:fail	parse_reason:malformed	parse_at:19	parse_text:AI (17): '261301': there is no such month (yymmd0)" "AI (17): '261301': there is no such month (yymmd0)"
wrong "a check digit, in a GS1 symbol" ']d2010950600013435121A' "aim:d2	scheme:gs1	code:010950600013435121A	parse_result:fail	parse_reason:malformed	parse_at:3	parse_text:AI (01): '09506000134351': the check digit is wrong (csum)" "AI (01): '09506000134351': the check digit is wrong (csum)"
wrong "what an AI needs" ']d221123' "aim:d2	scheme:gs1	code:21123	parse_result:fail	parse_reason:malformed	parse_at:1	parse_text:(21) needs (01) or (03) or (8006) beside it" "(21) needs (01) or (03) or (8006) beside it"
wrong "HIBC's check" '+A123BJC5D6E71H' "scheme:hibc	code:+A123BJC5D6E71H	parse_result:fail	parse_reason:malformed	parse_at:15	parse_text:the check character is 'H', it should be 'G'" "the check character is 'H', it should be 'G'"
wrong "an envelope cut short" '[)><RS>06<GS>P1' 'scheme:iso15434	code:[)>\x1e06\x1dP1	parse_result:fail	parse_reason:malformed	parse_at:10	parse_text:format 06 has no RS at its end' "format 06 has no RS at its end"

# A lost separator.
lost="a separator (GS) was lost: set the scanner to send it"
wrong "a lost separator" ']d2010950600013435210ABCDEFGHIJ21123456789' "aim:d2	scheme:gs1	code:010950600013435210ABCDEFGHIJ21123456789	parse_result:fail	parse_reason:lost_separator	parse_at:39	parse_text:$lost	parse_maybe:(01)09506000134352(10)ABCDEFGHIJ(21)123456789" "$lost"
right "one that may be lost" '010950600013435210AB21123' 'scheme:gs1	id:(01)09506000134352(10)AB21123	code:010950600013435210AB21123	hri:(01)09506000134352(10)AB21123	gtin:09506000134352	lot:AB21123	parse_result:ok	parse_maybe:(01)09506000134352(10)AB(21)123'
right "a serial number that looks so" '010950600013435221000000101' 'scheme:gs1	id:(01)09506000134352(21)000000101	code:010950600013435221000000101	hri:(01)09506000134352(21)000000101	gtin:09506000134352	sn:000000101	parse_result:ok'

# Keyboards of other countries.
typed="typed through a keyboard set to"
mend="set the scanner, or the host, to the other's country"
keyboard() { # COUNTRY LINE MAYBE
	wrong "a keyboard: $1" "$2" "scheme:plain	parse_keyboard:$1	code:$2	parse_result:fail	parse_reason:keyboard	parse_at:1	parse_text:$typed '$1': $mend	parse_maybe:$3" "$typed '$1': $mend"
}
keyboard de '+d2010950600013435221ZX-' '(01)09506000134352(21)YX/'
keyboard de 'httpsÖ--example.com-a_b´1' 'https://example.com/a?b=1'
keyboard fr 'à&àç(à-ààà&"'\''"(éé&QZ' '(01)09506000134352(21)AW'
keyboard tr 'httpsŞ..exampleçcom.a:b-1' 'https://example.com/a?b=1'
wrong "Caps Lock" '+a123bjc5d6e71g' 'scheme:plain	parse_keyboard:caps	code:+a123bjc5d6e71g	parse_result:fail	parse_reason:keyboard	parse_at:1	parse_text:small and capital letters are swapped: Caps Lock is on	parse_maybe:+A123BJC5D6E71G' "small and capital letters are swapped: Caps Lock is on"

# Options.
run "a scheme that it must be" 1 "scheme:gs1	code:A7	parse_result:fail	parse_reason:malformed	parse_at:1	parse_text:byte 1: no GS1 application identifier begins here" \
	"mk-serial: stdin:1: byte 1: no GS1 application identifier begins here" sh -c 'echo A7 | mk-serial parse -s gs1'
echo 'gcp 0614141 9506000' >mk.conf
run "EPC and Digital Link" 0 "epc:urn:epc:id:sgtin:9506000.013435.A%2F1	link:https://x.example/01/09506000134352/21/A%2F1" "" \
	sh -c 'echo 010950600013435221A/1 | mk-serial parse --conf mk.conf --epc --link=https://x.example --columns epc,link'
run "EPC without a prefix" 2 "" "mk-serial: --epc needs the company's prefixes: write 'gcp PREFIX' in mk.conf" mk-serial parse --epc
run "an unknown scheme" 2 "" "mk-serial: scheme 'x' is not known: plain, gs1, iso15434, aiag, iuid, hibc, link, semi and thing are: see mk-serial parse --help" mk-serial parse --scheme=x
run "two files" 2 "" "mk-serial: parse takes one file: see mk-serial parse --help" mk-serial parse a b
run "no such file" 2 "" "mk-serial: nix: cannot open: No such file or directory" mk-serial parse nix
run "no dictionary" 2 "" "mk-serial: the GS1 syntax dictionary (set MK_DATA to its folder): $scratch/gs1-syntax-dictionary.txt: cannot open: No such file or directory" \
	env MK_DATA="$scratch" mk-serial parse codes
run "a line without end" 2 "" "mk-serial: stdin:1: a line over 65536 bytes" \
	sh -c 'head -c 200000 /dev/zero | tr "\0" a | mk-serial parse'
echo 'gcp 123' >bad.conf
run "a prefix that is none" 2 "" "mk-serial: bad.conf:1:5: a GS1 company prefix is of 4 to 12 digits" mk-serial parse --conf bad.conf codes
run "no prefix" 2 "" "mk-serial: bad2.conf:1:4: gcp needs one or more GS1 company prefixes" \
	sh -c 'echo gcp >bad2.conf; mk-serial parse --conf bad2.conf codes'

# check
run "check: right and wrong" 1 "value:12345678901231	valid:yes
value:12345678901232	valid:no	chars:1" "" mk-serial check mod10 12345678901231 12345678901232
run "check: add" 0 "value:AM1664-24A2	chars:A2
value:1M8GDM9AXKP042788	chars:X" "" sh -c 'mk-serial check semi -a AM1664-24; mk-serial check --append vin 1M8GDM9AKP042788'
run "check: lines" 0 "value:5724	valid:yes
value:5724	valid:yes" "" sh -c 'printf "5724\n5724\r\n" | mk-serial check damm'
run "check: a wrong character" 2 "value:5724	valid:yes" "mk-serial: stdin:2: '57a4': character 3 is not allowed for damm: only digits" \
	sh -c 'printf "5724\n57a4\n5724\n" | mk-serial check damm'
run "check: too short" 2 "" "mk-serial: '1M8': 3 characters are too few for vin" mk-serial check vin 1M8
algs="check needs an algorithm: one of mod10 gmn mod43 vin semi iso7064-37-36 iso7064-97-10 iso7064-11-2 luhn damm verhoeff"
run "check: no algorithm" 2 "" "mk-serial: $algs" mk-serial check
run "check: an unknown one" 2 "" "mk-serial: $algs" mk-serial check mod9 1
plan
