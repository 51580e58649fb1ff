#!/bin/sh
# mk-serial: random and listed pools, resets, beats, orders taken once, what is
# pending, what runs out.
. "${0%/*}/../lib.sh"
setup_store
echo 'clock trust' >>mk.conf
pool() { printf '%b' "$1" >p.pool; mk-serial define p.pool; }
bad() { # NAME MESSAGE LINES
	printf '%b' "$3" >bad.pool
	run "$1" 2 "" "mk-serial: bad.pool:$2" mk-serial define bad.pool
}
ids() { sed 's/^id:\([^	]*\).*/\1/'; }

# ---- random ----
umask 077
printf '2B7E151628AED2A6ABF7158809CF4F3C\n' >key
r="name r\norder random\nkey $scratch/key\npattern R-{n:7:base33}\nto 2000000\nguess 1/100\n"
ok "a random pool" pool "$r"
mk-serial take r -n 5000 >out
is "5000 of them, none twice" "$(ids <out | sort -u | wc -l)" 5000
mk-serial take r -n 5000 | ids >more
is "5000 more, none twice" "$(ids <out | sort - more | uniq -d | wc -l)" 0
ok "they do not follow each other" sh -c '! sort -c more 2>/dev/null'
is "all in the alphabet" "$(ids <out | grep -c '[IOQ]')" 0
run "the guess bound" 2 "" "mk-serial: pool r: 10001 numbers are asked for, 10000 are left before the next one could be guessed too easily (guess)" \
	mk-serial take r -n 10001
run "the list tells it" 0 "pool:r	order:random	used:10000	left:1990000	total:2000000	guess:0.005	state:ok" "" \
	mk-serial list r --columns pool,order,used,left,total,guess,state
ok "up to the bound" sh -c 'mk-serial take r -n 10000 >rest'
run "then it stops" 1 "r	stop" "" sh -c 'mk-serial list --check -o tsv --columns pool,state | tail -n +2 | grep . ; mk-serial list --check >/dev/null'
chmod 640 key
run "a key that others can read" 2 "" "mk-serial: r:3:5: $scratch/key: others can read this key: chmod 600 it, and let it belong to who runs mk-serial" mk-serial take r
printf '2B7E151628AED2A6ABF7158809CF4F3D\n' >key; chmod 600 key
run "another key" 2 "" "mk-serial: pool r: $scratch/key is not the key that it was defined with: put the right one back" mk-serial take r
printf 'xyz\n' >key
run "who may not read it may look" 0 "pool:r	used:20000" "" mk-serial list r --columns pool,used
run "no key" 2 "" "mk-serial: r:3:5: $scratch/key: a key is 32, 48 or 64 hexadecimal digits" mk-serial take r
bad "a bound that leaves none" "5:7: of so few numbers not one may be issued: let to be larger" "name b\npattern {n:5}\norder random\nto 99\nguess 1/100\nkey $scratch/key\n"
bad "random without a key" "3:7: a random order needs a key: key FILE" 'name b\npattern {n:5}\norder random\nto 99999\n'
bad "a key without random" "3:5: only a random order has a key and a guess" 'name b\npattern {n:5}\nkey /k\nto 99999\n'
bad "a key by its short name" "3:5: write the whole path of the key file, from '/' on" 'name b\npattern {n:5}\nkey k\nto 99999\n'

# ---- lists ----
ok "a list" pool 'name l\norder list\nscheme gs1\npattern (01)09506000134352(21){n}\n'
run "it is empty" 2 "" "mk-serial: pool l: 1 numbers are asked for, 0 of 0 are left" mk-serial take l
printf 'AB1\nAB(2\r\n\nAB3\n' >serials
run "import" 0 "pool:l	imported:3	total:3" "" mk-serial import l serials
run "in their order" 0 "(01)09506000134352(21)AB1
(01)09506000134352(21)AB\\\\(2" "" sh -c 'mk-serial take l -n 2 | sed "s/^id:\([^	]*\).*/\1/"'
printf 'AB4\nAB1\nx y\nAB4\n' >serials
run "wrong ones are told by line, none is taken" 2 "" "mk-serial: serials:3: AI (21): character 2 is not allowed here: only GS1 set 82
mk-serial: serials:2: this number is there already
mk-serial: serials:4: this number is there already
mk-serial: serials: 3 numbers are wrong: none of the file was taken" mk-serial import l serials
printf 'AB4\n' >serials
run "so it is free" 0 "pool:l	imported:1	total:4" "" mk-serial import l serials
run "the rest, and no more" 0 "sn:AB3	n:3
sn:AB4	n:4" "" mk-serial take l -n 2 --columns sn,n
run "used up" 2 "" "mk-serial: pool l: 1 numbers are asked for, 0 of 4 are left" mk-serial take l
run "import is for lists" 2 "" "mk-serial: pool bracket has no list: its order is not 'list': see mk-serial import --help" mk-serial import bracket serials
printf 'name b\norder list\npattern {n}\nto 5\n' >bad.pool
run "a list has its own numbers" 2 "" "mk-serial: bad.pool: a list has its own numbers: leave out from, to, step, beat and reset" mk-serial define bad.pool

sed 's/^name .*/name again/' bracket.pool >again.pool
run "a pool with the identities of another" 2 "" "mk-serial: again.pool: pool bracket has this pattern and some of these numbers: they would be issued twice" \
	mk-serial define again.pool

# ---- step, beat, alphabets, check characters ----
ok "step and beat" pool 'name sb\npattern S{n:3}-{beat}\nfrom 10\nto 99\nstep 5\nbeat 2\n'
run "each number twice, by fives" 0 "S010-1	10	1
S010-2	10	2
S015-1	15	1" "" sh -c 'mk-serial take sb -n 3 -o tsv --columns id,n,beat | tail -n +2'
ok "a beat without {beat}" pool 'name sb2\npattern S{n:3}\nto 99\nbeat 2\n'
run "is another operation on the same part" 0 "S001	1
S001	2
S002	1" "" sh -c 'mk-serial take sb2 -n 3 -o tsv --columns id,op | tail -n +2'
ok "check characters" pool 'name ch\npattern 7992739{n:3}{check:luhn}\nfrom 871\nto 999\n'
run "Luhn's own example" 0 "id:79927398713" "" mk-serial take ch --columns id
ok "of a GS1 element" pool 'name gc\nscheme gs1\npattern (01)0950600013{n:3}{check:mod10}(21)A\nfrom 435\nto 999\n'
run "covers the element" 0 "id:(01)09506000134352(21)A" "" mk-serial take gc --columns id
ok "inside what follows" pool 'name vin\npattern 1M8GDM9A{check:vin}KP{n:6}\nfrom 42788\nto 99999\n'
run "the vehicle of the textbooks" 0 "id:1M8GDM9AXKP042788" "" mk-serial take vin --columns id
bad "no such check" "2:9: column 5: {check:foo}: no such check characters: see mkpool(5)" 'name b\npattern a{n}{check:foo}\nto 5\n'
ok "an alphabet of its own" pool 'name al\npattern {n:4}\nalphabet XYZ\nto 80\nfrom 79\n'
run "its digits" 0 "id:ZZZY" "" mk-serial take al --columns id
bad "too narrow in its base" "2:9: column 1: {n:3} is too narrow for 80, the pool's last number" 'name b\npattern {n:3}\nalphabet XYZ\nto 80\n'
bad "a character twice" "3:10: 'a' is twice in the alphabet" 'name b\npattern {n:3}\nalphabet aba\nto 5\n'

# ---- resets ----
bad "the period must be in the pattern" "2:9: column 1: numbers begin anew, so the pattern must tell the periods apart: put {day} or {date:%y%j} into it (%1, %v and %i come again after some years)" 'name b\npattern {date:%1%j}-{n}\nto 5\nreset day\n'
bad "the week by its own year" "2:9: column 1: numbers begin anew, so the pattern must tell the periods apart: put {date:%g%V} into it (%1, %v and %i come again after some years)" 'name b\npattern {date:%y%V}-{n}\nto 5\nreset week\n'
bad "the shift by its day" "2:9: column 1: numbers begin anew, so the pattern must tell the periods apart: put {shift} and {day} or {day:%y%j} into it (%1, %v and %i come again after some years)" 'name b\npattern {date:%y%j}{shift}-{n}\nto 5\nreset shift\n'
bad "the field" "2:9: column 1: numbers begin anew with each lot, so the pattern needs {lot}" 'name b\npattern {n}\nto 5\nreset lot\n'
ok "by lot" pool 'name lot\npattern {lot}-{n}\nto 5\nreset lot\n'
run "each lot from 1" 0 "A-1
A-2
B-1
A-3" "" sh -c 'for l in A A B A; do mk-serial take lot lot=$l --columns id; done | sed s/id://'
run "in a stream, too" 0 "B-2
A-4
C-1
C-2" "" sh -c 'printf "lot:B\nlot:A\nlot:C\nlot:C\n" | mk-serial take lot - | sed "s/.*id:\([^	]*\).*/\1/"'
ok "by shift" pool 'name sh\npattern {day:%y%j}{shift}{n:2}\nto 50\nreset shift\n'
run "each shift of each day from 1" 0 "26326A01
26326B01
26327A01
26326A02" "" sh -c 'for x in 22/A 22/B 23/A 22/A; do
	mk-serial take sh --day 2026-11-${x%/*} --shift ${x#*/} --columns id; done | sed s/id://'

# ---- --once ----
run "an order has its identities once" 0 "3 3 same" "" sh -c '
	mk-serial take bracket -n 3 lot=L1 --once 4711-10 >a; mk-serial take bracket -n 3 --once 4711-10 >b
	cmp -s a b && echo "$(wc -l <a) $(wc -l <b) same"'
run "another number of them is another order" 2 "" "mk-serial: order 4711-10 had 3 identities, not 4: give a new order a new name" \
	mk-serial take bracket -n 4 --once 4711-10
head -1 a | mk-layout -t bracket.lay | mk-laser -d sim:pics >/dev/null
run "what was begun is not printed again" 0 "000000002
000000003" "" sh -c 'mk-serial take bracket -n 3 --once 4711-10 --columns sn | sed s/sn://'
printf 'line:10\nline:11\n' >orders
run "by field, in a stream" 0 "line:10	n:4
line:11	n:5" "" sh -c 'mk-serial take bracket - --once line <orders | sed "s/id:.*	n:/n:/"'
printf 'line:11\nline:12\n' >orders
run "the same and a new one" 0 "line:11	n:5
line:12	n:6" "" sh -c 'mk-serial take bracket - --once line <orders | sed "s/id:.*	n:/n:/"'
run "a record without that field" 2 "" "mk-serial: stdin:1: the record has no field 'line' to name its order" \
	sh -c 'echo a:1 | mk-serial take bracket - --once line'

# ---- pending, void, peek ----
run "pending: issued, never begun" 0 "2 3 4 5 6 " "" sh -c 'mk-serial pending bracket --columns n | sed s/n:// | tr "\n" " "'
run "with what it was taken for" 0 "n:2	lot:L1" "" sh -c 'mk-serial pending bracket --columns n,lot | head -1'
run "void needs a reason" 2 "" "mk-serial: void needs a --reason: see mk-serial void --help" mk-serial void X
run "void" 0 "void_result:ok	void_reason:order cancelled	void_operator:eva" "" \
	mk-serial void '(01)09506000134352(21)000000002' --reason 'order cancelled' --operator eva --columns void_result,void_reason,void_operator
run "it is void once" 1 "" "mk-serial: (01)09506000134352(21)000000002: it is void already" \
	mk-serial void '(01)09506000134352(21)000000002' --reason again
run "what was begun cannot be void" 1 "" "mk-serial: (01)09506000134352(21)000000001: its mark was begun, so it cannot be made void: its history goes on (mk-trace history)" \
	mk-serial void '(01)09506000134352(21)000000001' --reason x
run "the rest is pending" 0 "3 4 5 6 " "" sh -c 'mk-serial pending bracket --columns n | sed s/n:// | tr "\n" " "'
run "a pool that cannot be asked" 2 "" "mk-serial: X: r:3:5: $scratch/key: a key is 32, 48 or 64 hexadecimal digits" mk-serial void X --reason x
printf '2B7E151628AED2A6ABF7158809CF4F3C\n' >key; chmod 600 key
run "what was never issued cannot" 1 "" "mk-serial: (01)09506000134352(21)000000099: no pool of this store has issued it" \
	mk-serial void '(01)09506000134352(21)000000099' --reason x
run "by what a scanner reads" 0 "id:(01)09506000134352(21)000000006" "" mk-serial void ']d2010950600013435221000000006' --reason x --columns id
run "it is pending no more" 0 "3 4 5 " "" sh -c 'mk-serial pending bracket --columns n | sed s/n:// | tr "\n" " "'
mk-serial take bracket --once line7 >voided
mk-serial void "$(ids <voided)" --reason x >/dev/null
try sh -c 'mk-layout -t bracket.lay <voided | mk-laser -d sim:pics'
is "a void part is refused by the laser" "$st $(field mark_result "$out") $(field mark_reason "$out") $err" "1 refused void mk-laser: $(ids <voided): refused: it was made void (mk-serial void)"
run "an order's void part is not printed again" 0 "" "" mk-serial take bracket --once line7
# One identity of each kind of pool is found again, and only that.
kinds() {
	pool "name $1\n$2\n" && mk-serial take "$1" -n 3 >of && id=$(sed -n 2p of | ids | sed 's/\\\\/\\/g') &&
		mk-serial void "$id" --reason x >/dev/null && mk-serial pending "$1" | ids | sort >left &&
		ids <of | sed 2d | sort | cmp -s - left
}
ok "void: random" kinds v1 "order random\nkey $scratch/key\npattern v{n:9:base36}x\nto 999999999"
ok "void: beats" kinds v2 'pattern v{n:2}-{beat}\nto 99\nbeat 2'
ok "void: a UII" kinds v3 'scheme iuid\npattern [12][MFR]0CVA5[PNO]P-17[SEQ]{n:5}\nto 99999'
ok "void: HIBC" kinds v4 'scheme hibc\npattern +A123BJC5D6E71/S{n:4}{check:mod43}\nto 9999'
ok "void: SEMI" kinds v5 'scheme semi\npattern W{n:7}XY{check:semi}\nto 9999999'
ok "void: a link" kinds v6 'scheme link\npattern https://id.example.com/{n}\nto 9999'
ok "void: AIAG" kinds v7 'scheme aiag\npattern [06][P]12345678[12V]123456789[1T]{n:6}\nto 9999'
ok "void: a thing" kinds v8 'scheme thing\npattern tool:T{n}\nto 9999'
ok "void: a vehicle" kinds v9 'pattern 1M8GDM9B{check:vin}KP{n:6}\nto 99999'
ok "a list again" pool 'name v10\norder list\nscheme gs1\npattern (01)09506000134352(21)v{n}\n'
printf 'x\nA(1)\nz\n' >serials; mk-serial import v10 serials >/dev/null
ok "void: of a list" kinds v10 'order list\nscheme gs1\npattern (01)09506000134352(21)v{n}'
printf 'name p0\npattern {n}\nto 9\nwarn 5\nstop 2\nkind setup\n' >p0.pool
mk-serial define p0.pool
run "nothing is pending" 1 "" "" mk-serial pending p0
run "peek" 0 "1 2 " "" sh -c 'mk-serial peek p0 -n 2 --columns n | sed s/n:// | tr "\n" " "'
run "peek reserves nothing" 0 "id:1	kind:setup" "" mk-serial take p0 --columns id,kind

# ---- what runs out ----
run "it warns" 0 "5" "mk-serial: pool p0: 4 numbers are left" sh -c 'mk-serial take p0 -n 4 | tail -1 | sed "s/.*	n:\([0-9]*\).*/\1/"'
run "list --check says so" 1 "pool:p0	left:4	state:warn" "" sh -c 'mk-serial list p0 --check --columns pool,left,state'
run "stop keeps the last ones" 2 "" "mk-serial: pool p0: 3 numbers are asked for, 2 are left before those that stop keeps" mk-serial take p0 -n 3
run "a limit may change" 0 "" "" sh -c 'sed "s/stop 2/stop 1/" p0.pool >p1.pool; mk-serial define p1.pool'
run "and holds" 0 "3" "mk-serial: pool p0: 1 numbers are left" sh -c 'mk-serial take p0 -n 3 | wc -l'

printf 'name p3\npattern w{n}\nto 100\nwarn 3d\n' >p3.pool
mk-serial define p3.pool
run "days are far away" 0 "20" "" sh -c 'mk-serial take p3 -n 20 | wc -l'
run "they come near" 0 "w60" "mk-serial: pool p3: 40 numbers are left, for 0.7 days" sh -c 'mk-serial take p3 -n 40 | tail -1 | sed "s/id:\([^	]*\).*/\1/"'
run "and are told" 1 "pool:p3	left:40	per_day:60.0	days_left:0.7	state:warn" "" mk-serial list --check p3 --columns pool,left,per_day,days_left,state
run "once in a stream" 0 "a:2	id:w62" "mk-serial: pool p3: 38 numbers are left, for 0.6 days" sh -c '
	printf "a:1\na:2\n" | mk-serial take p3 - | tail -1 | cut -f1,2'

# ---- the record of what was issued is by range ----
i=0; while [ $i -lt 20 ]; do i=$((i + 1)); mk-serial take bracket lot=L7; done >/dev/null
is "equal takes that touch are one row" "$(sqlite3 line.db "SELECT count(*) FROM issue i JOIN pool p ON p.id = i.pool WHERE p.name = 'bracket' AND fields = 'lot:L7'" 2>/dev/null || echo 1)" 1

# ---- the clock ----
printf 'id:F\tmove_time:2026-11-22T09:00:00Z\n' | mk-trace add -q
sqlite3 line.db "UPDATE issue SET last = '2099-01-01T00:00:00.000+00:00'" 2>/dev/null || sql=no
if [ "${sql:-}" = no ]; then skip "a clock that fell back" "no sqlite3"; else
	try mk-serial take bracket
	is "a clock that fell back: status 3" "$st" 3
	like "and says so" "$err" "mk-serial: the clock says *, but the store has heard of 2099-01-01T00:00:00.000+00:00: set the clock"
fi
plan
