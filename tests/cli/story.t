#!/bin/sh
# The story of scripts/story, and what mk-trace makes of it: the story writes down
# what is true as it goes along, and the answers must be that and nothing else.
# (both kinds of store)
. "${0%/*}/../lib.sh"
setup_store
mkdir truth
{
	at_line mk-serial take bracket -n 680 lot=L2611 order=4712 part=BR-7
	at_line mk-serial take bracket -n 100 lot=L2612 order=4712 part=BR-7
	at_line mk-serial take bracket -n 1201 lot=L2611 order=4712 part=BR-7
} | story truth L2612 >typed
run 'the story is stored, as it is typed' 0 '' '' sh typed
day1=$(date -d '2 days ago' +%Y-%m-%d)

# recalled TERM…: what is at risk, as the truth has it
recalled() {
	mk-trace recall "$@" -o tsv --columns id,state,customer | sed -e 1d -e 's/\\N//g' |
		tr '\t' ' ' | sed 's/ *$//' | LC_ALL=C sort
}
for case in 'bad lot:L2612' 'glue lot:ADH77'; do
	LC_ALL=C sort "truth/${case% *}" >want
	recalled "${case#* }" >got
	ok "recall ${case#* }: exactly the planted parts, states and customers" cmp want got
done
is 'the bad lot: 98 good parts and 2 that failed, one of them under two numbers, 14 units' "$(wc -l <truth/bad)" 115
run 'recall: counts first' 0 'state     customer  document  goods  parts
stock                         4      5
shipped   ACME      DN-1001   1      2
shipped   BOLT      DN-1002   11     101
shipped   CRUX      DN-1003   1      2
scrapped                      4      4
replaced                      1      1
all                           22     115' '' mk-trace recall lot:L2612 --summary -o table
run 'recall: for the letter' 0 "$(printf 'id,document,lot\r\nU-0170,DN-1003,\r')" '' \
	mk-trace recall lot:L2612 --goods --customer CRUX -o csv --columns id,document,lot
is 'recall --ever: also the unit that was cleaned' \
	"$(mk-trace recall lot:L2612 --ever --goods -o tsv --columns id | sed 1d | grep -c U-)" 15
is 'recall of suspects from standard input' \
	"$(mk-trace find id:U-0005 | mk-trace recall - --goods -o tsv --columns id,customer | sed 1d)" "U-0005${T}ACME"
run 'recall of everything' 2 '' 'mk-trace: recall takes terms, such as lot:L42: see mk-trace recall --help' mk-trace recall
run 'recall of nothing' 1 'state:all	goods:0	parts:0' '' mk-trace recall lot:none

# Swaps by rework: as it is, as it was.
members() { mk-trace made-from "$@" --depth 1 -o tsv --columns id,lot | sed -e 1,2d | cut -f 2 | sort | uniq -c | tr -s ' '; }
is 'made-from: the guest of the bad lot' "$(members U-0005)" ' 8 L2611
 1 L2612'
is 'made-from --at: before the swaps' "$(members U-0005 --at "${day1}T12:00")" ' 9 L2611'
is 'made-from --ever: ten' "$(mk-trace made-from U-0005 --ever --depth 1 -o tsv --columns id | sed 1,2d | wc -l)" 10
while read -r part unit; do
	echo "$unit $part"
done <truth/units | LC_ALL=C sort | head -90 >want
for u in $(cut -d' ' -f1 want | uniq); do
	mk-trace made-from "$u" --depth 1 -o tsv --columns id | sed 1,2d | sed "s/^/$u /"
done | LC_ALL=C sort >got
ok 'made-from: the members of ten units' cmp want got
part=$(sed -n '1s/ .*//p' truth/units)
run 'used-in: unit and box' 0 "id${T}how
$part${T}\\N
U-0001${T}assemble
box:01${T}pack" '' mk-trace used-in "$part" -o tsv --columns id,how
is 'used-in --stop-at shipped: a shipped unit is the end' \
	"$(mk-trace used-in "$part" --stop-at shipped -o tsv --columns id | wc -l)" 3
is 'where' "$(mk-trace where "$part" -o tsv --columns state,in,outermost,customer,document | sed 1d)" \
	"shipped${T}U-0001${T}box:01${T}ACME${T}DN-1001"
like 'why: shipped' "$(mk-trace why "$part")" '* was shipped to ACME with DN-1001. *'
like 'why: scrapped' "$(mk-trace find verify_result:fail | head -1 | mk-trace why -)" '* was scrapped at ST50 on * (noread). *'
is 'history: also of the unit and the box' "$(mk-trace history "$part" -o table --columns step,details | tail -n +3 | tr -s ' ')" \
	'mark
verify grade=3.1
assemble into=U-0001
inspect U-0001
pack U-0001 into=box:01
ship box:01 to=ACME doc=DN-1001'
is 'history --own' "$(mk-trace history "$part" --own | wc -l)" 3
is 'history -o dot: a graph' "$(mk-trace history "$part" -o dot | grep -c -e '->')" 2

# Quality: the planted shift.
run 'yield' 0 'shift  step      units  ok_at_first  fpy     attempts  setup  rty
A      assemble  1805   1805         1.0000  1815      0
A      inspect   200    200          1.0000  200       0
A      mark      661    661          1.0000  661       0
A      verify    661    647          0.9788  661       0      0.9788
B      mark      660    660          1.0000  660       0
B      verify    660    647          0.9803  660       0      0.9803
C      mark      660    660          1.0000  660       0
C      verify    660    577          0.8742  660       0      0.8742' '' mk-trace yield --by shift -o table
is 'spc names it' "$(mk-trace spc p --by shift --rules 3s -o tsv --columns shift,bad,violates | sed 1d)" \
	"A${T}14${T}3s
B${T}13${T}3s
C${T}83${T}3s"
is 'frozen limits, made without it' "$(mk-trace spc p --by shift --without 3 --freeze limits >/dev/null
	mk-trace spc p --by shift --limits limits -o tsv --columns shift,violates | sed 1d)" "A${T}\\N
B${T}\\N
C${T}3s"
is 'pareto' "$(mk-trace pareto -o tsv | sed 1d)" "verify${T}noread${T}110${T}1.0000${T}1.0000"

# Stock and shipments.
run 'stock' 0 'place  part   lot    hold  n
ST50   BR-7   L2611        66
ST70   BR-7   L2612        2
WH1    ASM-9               20' '' mk-trace stock -o table
is 'stock, of a lot' "$(mk-trace stock lot:L2612 --list | wc -l)" 2
is 'shipments' "$(mk-trace shipments -o tsv --columns customer,document,n | sed 1d)" "ACME${T}DN-1001${T}70
BOLT${T}DN-1002${T}60
CRUX${T}DN-1003${T}50"
is 'shipments to one' "$(mk-trace shipments ship_to:CRUX --list | wc -l)" 5
# numbers are issued at the line; a centre knows what it lent
if served; then issued=0; else issued=1981; fi
run 'reconcile' 0 "pool:bracket	issued:$issued	begun:1981	never_begun:0	marked:1981	verified:1981	good:1871	gone:112" '' \
	mk-trace reconcile

# A case: the list is frozen, what is here is held, and then things happen.
mk-trace recall open C-17 lot:L2612 --hold >opened
is 'recall open: five are held' "$(mk-trace find case:C-17 hold_case:C-17 --columns id | wc -l)" 5
like 'and say why' "$(mk-trace why 000000687)" '* is on hold: recall at ST40 on *'
run 'the same case again' 2 '' "mk-trace: C-17: there is such a case: see mk-trace recall status C-17, or take another name" \
	mk-trace recall open C-17 lot:L2612
mk-trace recall contacted C-17 ACME
printf 'id:U-0005\treceive_time:%s\treceive_result:ok\treceive_at:WH2\n' "$(date +%Y-%m-%dT%H:%M:%S.000+00:00)" | mk-trace add -q
printf 'id:U-0170\tscrap_time:%s\tscrap_result:ok\n' "$(date +%Y-%m-%dT%H:%M:%S.000+00:00)" | mk-trace add -q
run 'recall status' 0 'state     customer  listed  contacted  returned  destroyed  released  outstanding
replaced            1       0          0         0          0         1
scrapped            4       0          0         4          0         0
shipped   ACME      2       2          2         0          0         0
shipped   BOLT      101     0          0         0          0         101
shipped   CRUX      2       0          0         2          0         0
stock               5       0          0         0          0         5' '' mk-trace recall status C-17 --summary -o table
run 'no such case' 2 '' 'mk-trace: C-18: no such case: mk-trace recall open makes one' mk-trace recall status C-18
plan
