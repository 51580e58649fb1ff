#!/bin/sh
# mk-line doctor: each thing that a line needs, well and not well, with what to do.
. "${0%/*}/../lib.sh"
setup_store
line() { # CHECK: its line, without the check itself
	mk-line doctor "$@" -o tsv --columns check,state,what,do | sed -n "s/^$check	//p"
}
tells() { # NAME CHECK LINE OPTIONS…: what it says of one thing
	name=$1 check=$2 want=$3; shift 3
	like "$name" "$(line "$@")" "$want"
}

tells "the configuration" configuration "ok	$scratch/mk.conf, station ST40	*"
tells "the store" store "ok	$scratch/line.db	*"
tells "its room" space "ok	* MB are free beside $scratch/line.db	*"
tells "its high-water file" high-water "ok	$scratch/state/*"
tells "the pools" pools "ok	none runs out	*"
tells "a camera that is not named" camera "ok	not looked for	name it with -c to look for it"
mk-line doctor >ltsv; st=$?
is "the status says if anything is wrong" "$st" "$(grep -c -m 1 'state:warn\|state:bad' ltsv)"
is "it is one screen" "$([ "$(wc -l <ltsv)" -le 24 ] && echo yes)" yes

# What is wrong.
: >empty.conf
tells "a station without a name" configuration "warn	empty.conf, station unknown	write 'station NAME' into it" --conf empty.conf
unset MK_STORE
tells "no store" store "bad	no store	say --store FILE, set MK_STORE, *" --conf empty.conf
export MK_STORE="$scratch/line.db"
tells "a store that is not there" store "bad	nix.db: *	look at its path; mk-trace init makes a store" --store nix.db
echo hello >no.db
tells "no store at all" store "bad	*" --store no.db
printf 'name small\npattern S{n}\nto 20\nwarn 10\nstop 2\n' >small.pool
mk-serial define small.pool; mk-serial take small -n 15 >parts 2>err
tells "a pool that runs out" pool "warn	small: 5 numbers are left, for 0.3 days	define the next pool, or import more numbers"
mk-serial take small -n 3 >parts 2>err
tells "one that has" pool "bad	small: 2 numbers are left, for 0.1 days	it issues no more: define another pool, or import more numbers"
tells "a camera that is not there" camera "bad	*dir:nix*	look at its name, and its cable" -c dir:nix
tells "one that is" camera "ok	dir:.	*" -c dir:.
if [ -d /dev/shm ] && [ "$(stat -f -c %T /dev/shm)" = tmpfs ] && ram=$(mktemp -d /dev/shm/mk-test.XXXXXX); then
	mk-trace init --store "$ram/s.db" --state "$scratch/state2"
	tells "a store in memory" disk "bad	$ram/s.db is on tmpfs, which is gone at the next boot	move the store to a disk of this PC" --store "$ram/s.db"
	rm -rf "$ram"
else skip "a store in memory" "no tmpfs"; fi
if have_strace; then
	quiet() { strace -qq -o strace.log -e trace=clock_adjtime,adjtimex -e inject=clock_adjtime,adjtimex:"$1" \
		mk-line doctor -o tsv --columns check,state,do | sed -n 's/^clock	//p'; }
	is "a clock that is not synchronised" "$(quiet error=EPERM)" \
		"warn	start NTP (timedatectl set-ntp true), or write 'clock trust' in mk.conf"
	echo 'clock trust' >>mk.conf
	is "but trusted" "$(quiet error=EPERM)" "ok	not synchronised, trusted by mk.conf"
else skip "a clock" "no strace"; fi
cp line.db old.db
mk-serial take bracket >parts
cp old.db line.db; rm -f line.db-wal line.db-shm
tells "a store that was copied back" high-water "bad	the store is behind its high-water file (*"
mv state state.away
tells "a high-water file that is gone" high-water "bad	$scratch/state/*	put it back, or see --after-restore in mk-serial(1)"
run "no argument" 2 "" "mk-line: doctor takes no argument: see mk-line doctor --help" mk-line doctor x
plan
