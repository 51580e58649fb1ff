# For the tests of the tools: . "${0%/*}/../lib.sh". Each test gets a scratch
# folder of its own as current folder and leaves nothing behind.
#
#   try NAME [STATUS] COMMAND…   run; then look at $out $err $st (files out, err)
#   ok NAME COMMAND…             a check that a command succeeds
#   is NAME GOT WANT             two strings are the same
#   like NAME GOT PATTERN        GOT matches a shell pattern
#   plan                         at the end
set -u
# A test that waits for what will never come fails, rather than hang.
if [ -z "${MK_TEST_LIMIT-}" ]; then
	MK_TEST_LIMIT=600
	[ -z "${MK_TORTURE-}" ] || MK_TEST_LIMIT=36000
	export MK_TEST_LIMIT
	exec timeout -k 10 "$MK_TEST_LIMIT" "$0" "$@"
fi
top=$(CDPATH= cd -- "${0%/*}/../.." && pwd)
MK_BUILD=${MK_BUILD:-$top/build/default}
PATH=$MK_BUILD:$top/scripts:$PATH
LC_ALL=C TZ=UTC
export PATH LC_ALL TZ MK_BUILD top
scratch=$(mktemp -d "${TMPDIR:-/tmp}/mk-test.XXXXXX") || exit 99
trap 'cd /; rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM HUP
cd "$scratch" || exit 99
HOME=$scratch MK_STATE=$scratch/state MK_DATA=$top/libmark/ident
export HOME MK_STATE MK_DATA
unset MK_CONF MK_STORE MK_SITE MK_LINE MK_STATION MK_MACHINE MK_OPERATOR MK_SHIFT MK_DAY
T=$(printf '\t')
n=0

pass() { n=$((n + 1)); printf 'ok %d - %s\n' $n "$1"; }
fail() { n=$((n + 1)); printf 'not ok %d - %s\n' $n "$1"; }
skip() { n=$((n + 1)); echo "ok $n - $1 # SKIP $2"; }
show() { printf '%s\n' "$1" | sed 's/^/#   /'; }

# Run a command; out, err and st get what it did.
try() { "$@" >out 2>err; st=$?; out=$(cat out); err=$(cat err); }

is() {
	if [ "$2" = "$3" ]; then pass "$1"; else
		fail "$1"; echo "# got:"; show "$2"; echo "# want:"; show "$3"; fi
}
like() {
	case $2 in $3) pass "$1" ;; *)
		fail "$1"; echo "# got:"; show "$2"; echo "# want like:"; show "$3" ;;
	esac
}
ok() {
	what=$1; shift
	if "$@"; then pass "$what"; else fail "$what"; echo "# failed: $*"; fi
}
# A command's status, all of stdout and all of stderr.
run() { # NAME STATUS STDOUT STDERR COMMAND…
	name=$1 wst=$2 wout=$3 werr=$4; shift 4
	try "$@"
	if [ "$st" = "$wst" ] && [ "$out" = "$wout" ] && [ "$err" = "$werr" ]; then pass "$name"; else
		fail "$name"
		echo "# status $st, want $wst"
		[ "$out" = "$wout" ] || { echo "# stdout:"; show "$out"; echo "# want:"; show "$wout"; }
		[ "$err" = "$werr" ] || { echo "# stderr:"; show "$err"; echo "# want:"; show "$werr"; }
	fi
}
# The value of a field of one record.
field() { printf '%s\n' "$2" | tr '\t' '\n' | sed -n "s/^$1://p"; }
plan() { echo "1..$n"; }

# place NAME: $store is where a store of that name may be made, and nothing is there.
# It is a file; under MK_TEST_STORE=pg a database of a PostgreSQL server, the one of
# MK_TEST_PG if that is set. What says "(both kinds of store)" is run both ways.
#   copy_store FROM TO  the same, and what FROM holds is there
#   ask NAME SQL      what its tables hold
#   init_store        make $store
#   served            whether it is in a server
place() {
	store=$scratch/$1.db
	if served; then pg_place "$1"; else rm -f "$store" "$store-wal" "$store-shm"; fi
}
copy_store() {
	if served; then pg_copy "$1" "$2"; return; fi
	place "$2"
	sqlite3 "$1.db" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null && cp "$1.db" "$2.db"
}
ask() { if served; then pg_ask "$@"; else sqlite3 -bail "$1.db" "$2"; fi; }
served() { [ "$MK_TEST_STORE" != file ]; }
init_store() {
	case $MK_TEST_STORE in
	pg-distributed) mk-trace init --store "$store" --distributed >/dev/null ;;
	*) mk-trace init --store "$store" ;;
	esac
}

# The example pool and site in the scratch folder, and a store. A server's issues
# nothing: $line_store is the one that does, and that a laser marks for.
setup_store() {
	cp "$top"/scripts/examples/* . && MK_CONF=$scratch/mk.conf && export MK_CONF || return
	place line && init_store && line_store=$store MK_STORE=$store && export MK_STORE &&
		mk-serial define bracket.pool || return
	served || return 0
	line_store=$scratch/line.db
	mk-trace init --store "$line_store" && mk-serial define bracket.pool --store "$line_store"
}
at_line() { MK_STORE=$line_store "$@"; }

# sweep FUNCTION SYSCALL…: run FUNCTION once for every writing system call that it
# makes: each time with $inject set so that strace kills the command at the N-th
# call of one kind, N rising until none is killed any more. FUNCTION runs
#     under COMMAND…
# and looks at what is left. $kills counts the kills.
sweep() {
	each=$1; shift
	kills=0
	for call in "$@"; do
		when=1
		while :; do
			inject="-e trace=$call -e inject=$call:${fault:-signal=KILL}:when=$when"
			rm -f strace.log
			$each
			grep -q "$struck" strace.log || break
			kills=$((kills + 1))
			when=$((when + 1))
			[ $when -lt 500 ] || { echo "# $call: over 500 kills"; break; }
		done
	done
}
struck='killed by SIGKILL'
writes='write pwrite64 fsync fdatasync ftruncate rename unlink link linkat openat mkdir'
have_strace() {
	strace -qq -o strace.log -e trace=write -e inject=write:signal=KILL:when=1 \
		sh -c 'echo x' >/dev/null 2>&1; grep -q "$struck" strace.log 2>/dev/null
}
under() {
	# shellcheck disable=SC2086
	ASAN_OPTIONS=detect_leaks=0 strace -qq ${follow:-} -o strace.log $inject -- "$@"
}

# preloaded COMMAND…: it can open a pty as a serial port (tests/sim/pty-shim.c). The
# sanitizers' library does not mind that another comes first.
preloaded() {
	# shellcheck disable=SC2086
	env $shim "$@"
}
# env $shim COMMAND… & has the command's own process in $!
shim="LD_PRELOAD=$MK_BUILD/tests/sim/pty-shim.so ASAN_OPTIONS=verify_asan_link_order=0:${ASAN_OPTIONS:-}"

# Wait, without sleeping for a time, until a command succeeds.
await() {
	i=0
	until "$@" 2>/dev/null; do
		i=$((i + 1))
		[ $i -lt 300000 ] || { echo "# waited in vain: $*"; return 1; }
	done
}
# peer HOW SCRIPT: a device that follows the script (tests/sim/peer.c) in the
# background; $place is where it is, $peer its process; it writes to the file said.
# peer_end waits for it and gives what it said to $said.
peer() {
	rm -f place
	"$MK_BUILD/tests/sim/peer" "$1" "${3:-place}" "$2" >said 2>&1 & peer=$!
	[ "$1" = connect ] || { await test -s place && place=$(cat place); }
}
peer_end() { wait "$peer"; said=$(cat said); }
MK_TEST_STORE=${MK_TEST_STORE:-file}
! served || . "$top/tests/pg.sh"
