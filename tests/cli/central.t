#!/bin/sh
# The same answers from a store in PostgreSQL: what is for both kinds of store (lib.sh),
# once more, all of it in one server.
. "${0%/*}/../lib.sh"
served && { echo '1..0 # SKIP this is it already'; exit 0; }
. "$top/tests/pg.sh"
pg_start
MK_TEST_PG=$pg_dir; export MK_TEST_PG
chmod 755 "$scratch"
both=$(grep -l '^# (both kinds of store)$' "$top"/tests/cli/*.t)
again() { # KIND
	for t in $both; do
		name=${t##*/}
		MK_TEST_STORE=$1 "$t" >out 2>err </dev/null; st=$?
		is "$1: $name: $(grep -c '^ok' out) as in a file" "$st $(grep -A 30 '^not ok' out)" '0 '
		like "$1: $name: to its end" "$(tail -n 1 out)" '1..[1-9]*'
	done
}
again pg
# the tables that are spread: what asks and alters most of them; all at full speed
[ -n "${MK_TORTURE-}" ] || both=$(printf '%s\n' "$both" | grep -e asking.t -e ledger.t -e write.t)
ok 'the tests for spread tables are there' test "$(printf '%s\n' "$both" | wc -l)" -ge 3
again pg-distributed
plan
