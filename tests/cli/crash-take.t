#!/bin/sh
# mk-serial take, killed at every writing system call: nothing is printed twice,
# nothing that was printed is issued again, and the pool goes on.
. "${0%/*}/../lib.sh"
have_strace || { echo "1..0 # SKIP strace cannot kill here"; exit 0; }
setup_store

whole_lines() { sed -n 's/^id:\([^	]*\).*	n:[0-9]*$/\1/p' "$1"; }

take() {
	under mk-serial take bracket -n 3 >out 2>err
	whole_lines out >>printed
}
: >printed
sweep take $writes
ok "it was killed many times ($kills)" test "$kills" -ge 12
ok "identities were printed in some of the runs" test -s printed
is "no identity was printed twice" "$(sort printed | uniq -d)" ""
run "the pool goes on after it" 0 1 "" sh -c 'mk-serial take bracket | grep -c "^id:"'

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
cp line.db old.db
mk-serial take bracket -n 5 >more
mv old.db line.db; rm -f line.db-wal line.db-shm
try mk-serial take bracket
is "a store copied back is refused" "$st" 4
like "and the message says what to do" "$err" "mk-serial: the store is behind its high-water file *--after-restore*"
next=$(sed -n 's/.*	n://p' more | tail -1)
whole_lines more >>printed
run "--after-restore goes on at the floor" 0 "n:$((next + 1))" "" \
	mk-serial take bracket --after-restore $((next + 1)) --columns n
mv state "state.away"
try mk-serial take bracket
is "a high-water file that is gone is refused" "$st" 4
like "and named" "$err" "mk-serial: $scratch/state/* cannot open the high-water file*"
plan
