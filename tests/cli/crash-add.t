#!/bin/sh
# mk-trace add, killed at every writing system call: each line that it printed is in
# the store, and adding the same again stores each event once.
. "${0%/*}/../lib.sh"
have_strace || { echo "1..0 # SKIP strace cannot kill here"; exit 0; }
setup_store

i=0
parts() { # three records of their own for each run
	i=$((i + 1))
	for k in 1 2 3; do
		printf 'id:P%d-%d\tlot:L1\tmark_time:2026-11-22T09:00:0%d.000Z\tmark_result:ok\tverify_time:2026-11-22T09:00:0%d.500Z\tverify_result:ok\n' $i $k $k $k
	done
}
add() {
	parts >in
	under mk-trace add <in >out 2>err
	cat in >>all
	sed -n 's/^id:\([^	]*\).*ok$/\1/p' out >>printed
}
events() { mk-trace find lot:L1 | sed 's/^id:\([^	]*\).*/\1/' | sort; }

: >printed; : >all
sweep add $writes
ok "it was killed many times ($kills)" test "$kills" -ge 10
ok "records were printed in some of the runs" test -s printed
events >stored
sort printed >printed.sorted
is "each printed record is stored" "$(comm -23 printed.sorted stored)" ""

# A full disk, a disk that fails: at each of these calls, too.
struck=INJECTED
faulty() {
	parts >in
	under mk-trace add <in >out 2>err; st=$?
	cat in >>all
	sed -n 's/^id:\([^	]*\).*ok$/\1/p' out >>printed
	case $st in 0|3) ;; *) bad="$bad $call/$when:$st" ;; esac
	if [ $st != 0 ] && ! grep -q '^mk-trace: ' err; then bad="$bad $call/$when:silent"; fi
}
for error in ENOSPC EIO; do
	fault=error=$error bad=
	sweep faulty write pwrite64 fsync fdatasync ftruncate
	ok "$error was met many times ($kills)" test "$kills" -ge 6
	is "$error ends with status 0 or 3, and a message" "$bad" ""
	events >stored
	sort printed >printed.sorted
	is "each printed record is stored, also then" "$(comm -23 printed.sorted stored)" ""
done
try mk-trace audit
is "after all that the audit passes" "$st $err" "0 "
try mk-trace rebuild
is "and what is derived is right" "$st $(grep -v 'wrong:0	missing:0' out)" "0 "

# The sender does not know what came through: it sends all again.
run "all of it added again" 0 "" "" mk-trace add -q <all
is "every part is there" "$(events | wc -l)" "$(wc -l <all)"
mk-trace find lot:L1 | while IFS= read -r line; do
	id=${line%%"$T"*}
	mk-trace history "${id#id:}" | wc -l
done | sort | uniq -c | sed 's/^ *//' >counts
is "each with two events, none twice" "$(cat counts)" "$(wc -l <all) 2"
plan
