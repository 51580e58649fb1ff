#!/bin/sh
# Numbers that a central store lends to the stores of lines: in a file and in
# PostgreSQL, whatever is lost, killed, copied or restored.
. "${0%/*}/../lib.sh"
. "$top/tests/pg.sh"
pg_start
umask 077
echo 2B7E151628AED2A6ABF7158809CF4F3C >key
printf 'name seq\npattern S{n:6}\nto 1000\nstop 100\n' >seq.pool
printf 'name rnd\npattern R{n:6}\norder random\nkey %s\nto 1000\n' "$scratch/key" >rnd.pool

printf 'name cen\npattern C{n:6}\nto 1000\nsource centre\n' >cen.pool

line() { l=$1; shift; MK_STORE=$l.db MK_STATE=$scratch/$l.state "$@"; }
new_line() { line "$1" mk-trace init && line "$1" mk-serial define seq.pool rnd.pool; }
alloc() { l=$1; shift; line "$l" mk-serial alloc "$@" --from "$centre"; }
ids() { line "$1" mk-serial take "$2" -n "$3" | cut -f 1; }

lending() { # KIND: $centre is a new place
	kind=$1
	mk-trace init --store "$centre"
	MK_STORE=$centre mk-serial define seq.pool rnd.pool
	is "$kind: a centre with two pools" "$?" 0
	new_line "$kind-a"; new_line "$kind-b"
	run "$kind: a line is lent 2 blocks" 0 '' '' alloc $kind-a seq --size 10
	run "$kind: and none as long as it has them" 0 '' '' alloc $kind-a seq --size 10
	run "$kind: another line" 0 '' '' alloc $kind-b seq --size 10
	MK_STORE=$centre mk-serial leases --columns pool,first,count,returned | sort >out
	is "$kind: what was lent" "$(cat out)" "pool:seq${T}first:0${T}count:10${T}returned:0
pool:seq${T}first:10${T}count:10${T}returned:0
pool:seq${T}first:20${T}count:10${T}returned:0
pool:seq${T}first:30${T}count:10${T}returned:0"
	ids $kind-a seq 15 >a1; ids $kind-b seq 15 >b1
	is "$kind: each issues its own" "$(sed -n '1p;15p' a1; sed -n '1p;15p' b1)" \
		"id:S000001
id:S000015
id:S000021
id:S000035"
	alloc $kind-a seq --size 10
	ids $kind-a seq 10 >a2
	is "$kind: across two leases" "$(tr '\n' ' ' <a2)" \
		"$(seq -f 'id:S0000%02.0f' 16 20 | tr '\n' ' ')$(seq -f 'id:S0000%02.0f' 41 45 | tr '\n' ' ')"
	run "$kind: nothing beyond what was lent" 2 '' \
		"mk-serial: pool seq: 50 numbers are asked for, 5 of 30 are left" \
		line $kind-a mk-serial take seq -n 50
	run "$kind: more than there are" 2 '' \
		"mk-serial: pool seq: 900 numbers are asked for, 850 are left to lend" \
		alloc $kind-a seq --size 900
	run "$kind: the ask that was not answered is asked again" 0 '' '' alloc $kind-a seq --size 10
	run "$kind: an id that was lent can be made void" 0 "void_reason:lost" '' \
		line $kind-a mk-serial void S000016 --reason lost --columns void_reason
	try line $kind-a mk-serial void S000021 --reason lost
	is "$kind: one that was lent elsewhere cannot" "$st$out" 1

	# at random: the lines share one permutation
	alloc $kind-a rnd --size 400 --blocks 1; alloc $kind-b rnd --size 400 --blocks 1
	{ ids $kind-a rnd 400; ids $kind-b rnd 400; } >rnd.ids
	is "$kind: 800 of 1000 at random, none twice" "$(sort -u rnd.ids | wc -l)" 800

	# back: nothing more is issued, nothing is lent again
	run "$kind: what is left comes back" 0 '' '' alloc $kind-b seq --return
	is "$kind: the centre knows" "$(MK_STORE=$centre mk-serial leases --columns pool,first,count,returned | grep 'first:30')" \
		"pool:seq${T}first:30${T}count:10${T}returned:5"
	run "$kind: and again" 0 '' '' alloc $kind-b seq --return
	try line $kind-b mk-serial take seq
	is "$kind: nothing is issued any more" "$st$out" 2
	alloc $kind-b seq --size 10 --blocks 1
	ids $kind-b seq 10 >b2
	is "$kind: a new block is behind all others" "$(sed -n '1p;10p' b2 | tr '\n' ' ')" "id:S000061 id:S000070 "

	# a copy of the store, and of its high-water file
	sqlite3 $kind-a.db 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
	cp $kind-a.db $kind-copy.db; cp -r $kind-a.state $kind-copy.state
	alloc $kind-a seq --size 20
	try alloc $kind-copy seq --size 20
	like "$kind: a second store of the same origin gets nothing" "$st $err" \
		"4 mk-serial: pool seq: this store knows of 4 leases, the centre of *: it was copied or restored: see --after-restore in mk-serial(1)"
	run "$kind: after a restore it goes on with a new block" 0 '' '' \
		alloc $kind-copy seq --size 20 --blocks 1 --after-restore
	cat a1 a2 b1 b2 >all
	ids $kind-copy seq 20 >>all
	is "$kind: nothing was issued twice" "$(sort all | uniq -d)$(sort -u all | wc -l)" 70
}
centre=$scratch/centre.db; lending file
centre=$(pg_uri centre); lending pg

# ---- the centre is restored from a backup that knows less than the lines ----
centre=$scratch/past.db
mk-trace init --store "$centre" && mk-serial define seq.pool --store "$centre"
new_line p
alloc p seq --size 10 --blocks 1; ids p seq 10 >p.ids
sqlite3 past.db 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null; cp past.db past.copy
for i in 1 2; do
	alloc p seq --size 10 --blocks 1; ids p seq 4 >>p.ids
	rm past.db*; cp past.copy past.db
	try alloc p seq --size 10
	like "restored $i: the line is told" "$st $err" '4 mk-serial: pool seq: this store knows of * leases, the centre of 1: *'
	sqlite3 past.db "UPDATE alloc SET next = $((i * 100))"	# as mk-central(7) says
	run "restored $i: it goes on with a new block" 0 '' '' alloc p seq --size 10 --blocks 1 --after-restore
	ids p seq 10 >>p.ids
	run "restored $i: and gives back" 0 '' '' alloc p seq --return
done
is 'nothing was issued twice' "$(sort p.ids | uniq -d)$(wc -l <p.ids)" 38

# ---- what is refused ----
centre=$scratch/centre.db
new_line c
line c mk-serial take seq >/dev/null
run 'a pool that issues by itself' 2 '' \
	'mk-serial: pool seq has issued 1 numbers that nobody lent: only a new pool can be lent to' alloc c seq
sed 's/1000/2000/' seq.pool >other.pool
line d mk-trace init; line d mk-serial define other.pool
run 'another definition' 2 '' \
	'mk-serial: pool seq: the centre defines it otherwise: define the same here and there' alloc d seq --size 10
printf 'name day\npattern D{date:%%y%%j}{n:3}\nto 999\nreset day\n' >day.pool
line d mk-serial define day.pool
run 'a pool with reset' 2 '' \
	'mk-serial: pool day: only a pool in sequence or at random, without reset, can be lent to' alloc d day
run 'no centre' 2 '' 'mk-serial: --from STORE is missing: see mk-serial alloc --help' line d mk-serial alloc seq
run 'no such pool' 2 '' "mk-serial: no pool 'nope': mk-serial define makes one" alloc d nope
run 'a server that is not there' 3 '' \
	'mk-serial: centre: connection to server at "127.0.0.1", port 1 failed: Connection refused: is the server up, and the name right?' \
	line c mk-serial alloc rnd --from postgresql://mk@127.0.0.1:1/x
run 'a password in the name' 2 '' \
	'mk-serial: centre: store: a password has no place in a store'"'"'s name, which ps shows to all: write it into ~/.pgpass (0600), or into the file that PGPASSFILE names' \
	line c mk-serial alloc rnd --from postgresql://mk:secret@127.0.0.1:1/x
run 'a centre issues nothing itself' 2 '' \
	"mk-serial: a central store issues nothing, it lends (mk-serial alloc): name the line's own store" \
	mk-serial take seq --store "$(pg_uri y && mk-trace init --store "postgresql://mk@/y?host=$pg_dir" && mk-serial define seq.pool --store "postgresql://mk@/y?host=$pg_dir")"

# ---- killed at every writing system call: nothing is lent or issued twice ----
have_strace || { skip 'kills' 'no strace here'; plan; exit 0; }
centre=$(pg_uri killed)
mk-trace init --store "$centre"
sed 's/1000/999999/' seq.pool >seq2.pool
MK_STORE=$centre mk-serial define seq2.pool
line k mk-trace init; line k mk-serial define seq2.pool
line m mk-trace init; line m mk-serial define seq2.pool
: >all; : >errors
once() {
	line k under mk-serial alloc seq --size 3 --blocks 1 --from "$centre" >/dev/null 2>&1
	alloc m seq --size 2 --blocks 1 2>>errors
	alloc k seq --size 3 --blocks 1 2>>errors
	ids k seq 3 >>all; ids m seq 2 >>all
}
sweep once $writes sendto
ok "killed $kills times while it was lent to" test "$kills" -gt 20
is 'each went on' "$(cat errors)" ''
is 'nothing was issued twice' "$(sort all | uniq -d)" ''
is 'nothing was lent twice' "$(MK_STORE=$centre mk-serial leases -o tsv --columns first,count |
	sed 1d | sort -n | awk '$1 < end { print "overlap at", $1 } { end = $1 + $2 }')" ''

# ---- a pool that issues nothing of its own ----
centre=cen.db
MK_STORE=$centre MK_STATE=$scratch/cen.state mk-trace init
MK_STORE=$centre MK_STATE=$scratch/cen.state mk-serial define cen.pool
for l in c1 c2; do line $l mk-trace init; line $l mk-serial define cen.pool; done
try line c1 mk-serial take cen
like 'before any number was lent none is issued' "$st $out$err" '2 mk-serial: pool cen: 1 numbers are asked for, 0 are left before the first one that is lent (mk-serial alloc)'
alloc c2 cen --size 10
is 'then those that were' "$(ids c2 cen 1)" 'id:C000001'
alloc c1 cen --size 10
is 'and other ones to another line' "$(ids c1 cen 1)" 'id:C000021'
printf 'name x\npattern C{n:6}\nto 1000\nsource here\n' >x.pool
run 'another source' 2 '' "mk-serial: x.pool:4:8: source takes one value, centre" line c1 mk-serial define x.pool
printf 'name x\npattern {day:%%d}C{n:6}\nto 1000\nreset day\nsource centre\n' >x.pool
run 'of a pool with a reset' 2 '' "mk-serial: x.pool:5:8: only a pool in sequence or at random, without reset, can be lent to" line c1 mk-serial define x.pool
plan
