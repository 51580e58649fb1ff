#!/bin/sh
# mk-serial take, killed at every writing system call: nothing is printed twice,
# nothing that was printed is issued again, and the pool goes on.
. "${0%/*}/../lib.sh"
have_strace || { echo "1..0 # SKIP strace cannot kill here"; exit 0; }
setup_store

# What a take costs: one transaction, however many; printed when it is on the disk.
calls() { strace -qq -o strace.log -e trace=fsync,fdatasync,pwrite64,write mk-serial take bracket -n "$1" >out 2>err; }
calls 1
one=$(grep -c sync strace.log)
calls 50000
is "fifty thousand cost the transaction that one costs ($one syncs)" "$(grep -c sync strace.log)" "$one"
is "and are printed after the high-water file's" "$(awk '/mk-state/ { file = NR } /sync/ && file && !safe { safe = NR }
	/^write\(1,/ && !first { first = NR } END { print (safe > 0 && safe < first) }' strace.log)" 1
is "all of them" "$(sort -u out | wc -l)" 50000
printf 'name dated\npattern {date:%%y%%j}-{n}\nto 9\n' >dated.pool
mk-serial define dated.pool
run "a clock that is not synchronised" 3 "" \
	"mk-serial: pool dated has a date in it, and the clock is not synchronised: start NTP, or write 'clock trust' in mk.conf" \
	env ASAN_OPTIONS=detect_leaks=0 strace -qq -o strace.log -e trace=clock_adjtime,adjtimex -e inject=clock_adjtime,adjtimex:error=EPERM mk-serial take dated
echo 'clock trust' >>mk.conf
run "unless it is trusted" 0 1 "" sh -c 'ASAN_OPTIONS=detect_leaks=0 strace -qq -o strace.log -e trace=clock_adjtime,adjtimex \
	-e inject=clock_adjtime,adjtimex:error=EPERM mk-serial take dated | sed "s/.*n://"'

whole_lines() { sed -n 's/^id:\([^	]*\).*	n:[0-9]*$/\1/p' "$1"; }

umask 077; echo 2B7E151628AED2A6ABF7158809CF4F3C >key
printf 'name rnd\npattern R{n:8}\nto 99999999\norder random\nkey %s/key\n' "$scratch" >rnd.pool
printf 'name lst\npattern L-{n}\norder list\n' >lst.pool
mk-serial define rnd.pool lst.pool
seq -f 's%05.0f' 1 20000 >numbers
mk-serial import lst numbers >imported
: >printed

# One taker is killed, three others go on at the same time.
take() {
	for k in 1 2 3; do mk-serial take $pool -n 3 >out.$k 2>err.$k & done
	under mk-serial take $pool -n 3 >out 2>err
	wait
	whole_lines out >>printed
	for k in 1 2 3; do
		whole_lines out.$k >took.$k
		cat took.$k >>printed
		[ "$(wc -l <took.$k)" = 3 ] || bad="$bad $call/$when"
	done
}
for pool in bracket rnd lst; do
	bad=
	sweep take $writes
	ok "$pool: one of four takers was killed many times ($kills)" test "$kills" -ge 12
	is "$pool: the three others had theirs" "$bad" ""
	is "$pool: no identity was printed twice" "$(sort printed | uniq -d)" ""
done
run "the pool goes on after it" 0 1 "" sh -c 'mk-serial take bracket | grep -c "^id:"'

# An import is all or nothing.
import() {
	i=$((i + 1))
	seq -f "i$i-%03.0f" 1 700 >more
	under mk-serial import lst more >out 2>err
	total=$(mk-serial list lst --columns total)
	case $total in "total:$before") ;; "total:$((before + 700))") before=$((before + 700)) ;;
	*) bad="$bad $call/$when:$total" ;; esac
}
i=0 before=20000 bad=
sweep import $writes
ok "import was killed many times ($kills)" test "$kills" -ge 12
is "all of a file was taken, or none" "$bad" ""

# The same with records from standard input.
stream() {
	printf 'a:1\na:2\na:3\n' | under mk-serial take bracket - >out 2>err
	sed -n 's/^a:[0-9]	id:\([^	]*\).*	n:[0-9]*$/\1/p' out >>printed
}
sweep stream $writes
ok "take - was killed many times ($kills)" test "$kills" -ge 12
is "no identity was printed twice by take -" "$(sort printed | uniq -d)" ""

# No room, or a broken disk: an error with status 3, and still nothing twice.
for error in ENOSPC EIO; do
	fault=error=$error struck=INJECTED bad=
	failing() {
		under mk-serial take bracket -n 2 >out 2>err; st=$?
		whole_lines out >>printed
		case $st in 0|3) ;; *) bad="$bad $call/$when:$st" ;; esac
		# what fails says so: silence and success go together
		if [ $st != 0 ] && ! grep -q '^mk-serial: ' err; then bad="$bad $call/$when:silent"; fi
	}
	sweep failing write pwrite64 fsync fdatasync ftruncate
	ok "$error was met many times ($kills)" test "$kills" -ge 6
	is "$error ends with status 0 or 3, and a message" "$bad" ""
	is "no identity was printed twice after $error" "$(sort printed | uniq -d)" ""
done
unset fault; struck='killed by SIGKILL'

# Two at once, many times over.
rm -f a b
for i in 1 2; do
	( for k in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		mk-serial take bracket -n 7 || echo "status:$?"; done ) >took.$i 2>&1 &
done
wait
is "two takers: none failed" "$(cat took.1 took.2 | grep -c -v '^id:')" 0
is "two takers: 280 identities" "$(cat took.1 took.2 | whole_lines /dev/stdin | sort -u | wc -l | tr -d ' ')" 280
whole_lines took.1 >>printed; whole_lines took.2 >>printed
is "two takers: none of them was printed before" "$(sort printed | uniq -d)" ""

# A store copied back from before is refused, until it is told so.
mk-serial take rnd -n 2 >before.rnd
cp line.db old.db
mk-serial take bracket -n 5 >more
mk-serial take rnd -n 4 >>before.rnd
cp line.db-wal old.wal 2>/dev/null
cp line.db nowal.db
mv old.db line.db; rm -f line.db-wal line.db-shm
try mk-serial take bracket
is "a store copied back is refused" "$st" 4
like "and the message says what to do" "$err" "mk-serial: the store is behind its high-water file *--after-restore*"
whole_lines more >>printed
run "--after-restore goes on beyond what was lost" 0 1 "" sh -c '
	mk-serial take bracket --after-restore -n 3 >again
	sed -n "s/^id:\([^	]*\).*/\1/p" again >>printed; sort printed | uniq -d >twice
	cat twice; sort -u again | wc -l | sed s/3/1/'
is "none of them was printed before" "$(sort printed | uniq -d)" ""
try mk-serial take rnd
is "every other pool must be told, too" "$st $err" "4 mk-serial: pool rnd: the store was restored and this pool was not told where to go on: see --after-restore in mk-serial(1)"
ok "told" sh -c 'mk-serial take rnd --after-restore -n 50 >>before.rnd'
is "and it repeats nothing" "$(whole_lines before.rnd | sort | uniq -d)" ""
ok "from then on as ever" sh -c 'mk-serial take rnd >/dev/null && mk-serial take bracket >/dev/null'

# A store that was copied while it was open, without its -wal, is behind as well.
rm -f live.db*; mk-trace init --store live.db; mk-serial define --store live.db bracket.pool
mkfifo in; (exec <in; mk-trace add --store live.db >/dev/null) & exec 9>in	# holds it open
printf 'id:H\tmove_time:2026-11-22T09:00:00Z\n' >&9
until mk-trace history H --store live.db >/dev/null 2>&1; do :; done
mk-serial take --store live.db bracket -n 5 >/dev/null
cp live.db copy.db
exec 9>&-; wait
mk-serial define --store copy.db bracket.pool 2>/dev/null
try mk-serial take --store copy.db bracket
is "a store copied without its -wal is refused" "$st" 4

mv state "state.away"
try mk-serial take bracket
is "a high-water file that is gone is refused" "$st" 4
like "and named" "$err" "mk-serial: $scratch/state/* cannot open the high-water file*"
try mk-serial take bracket --after-restore
is "without it, nobody knows what was lost" "$st" 2
like "and says so" "$err" "mk-serial: $scratch/state/*: the high-water file is gone, so nobody knows how many numbers are lost: say --after-restore=FLOOR*"
mkdir state
run "a floor is believed" 0 "n:777777" "" mk-serial take bracket --after-restore=777777 --columns n
run "and kept" 0 "n:777778" "" mk-serial take bracket --columns n
plan
