#!/bin/sh
# A store in a server: how its tables are spread over machines, in what database it may
# be, who may do what, and what is never told.
. "${0%/*}/../lib.sh"
. "$top/tests/pg.sh"
pg_start
at=2026-11-24T10:00:00.000+03:00

# ---- tables for engines that spread them ----
spread=$(pg_uri spread)
try mk-trace init --distributed --store "$spread"
is 'init --distributed' "$st $err" '0 '
is 'says that this is no Citus' "$(head -n 1 out)" '-- This server has no Citus: it is for one that has.'
sed -n "s/^SELECT create_distributed_table('\(.*\)', '\(.*\)');$/\1 \2/p" out >by
sed -n "s/^SELECT create_reference_table('\(.*\)');$/\1/p" out >everywhere
is 'and nothing else' "$(wc -l <out)" "$(($(wc -l <by) + $(wc -l <everywhere) + 1))"
is 'each table is named once' "$( (cut -d' ' -f 1 by; cat everywhere) | LC_ALL=C sort)" \
	"$(pg_sql spread "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename COLLATE \"C\"")"
: >lack
while read -r table column; do
	pg_sql spread "SELECT indexrelid::regclass FROM pg_index i WHERE indrelid = '$table'::regclass AND indisunique
		AND NOT (SELECT attnum FROM pg_attribute WHERE attrelid = indrelid AND attname = '$column') = ANY(indkey)"
	[ "$(pg_sql spread "SELECT COUNT(*) FROM pg_index WHERE indrelid = '$table'::regclass AND indisprimary")" = 1 ] ||
		echo "$table has no key"
done <by >lack
is 'each unique key has the column by which its table is spread' "$(cat lack)" ''
is 'no keys across tables, no triggers' "$(pg_sql spread "SELECT conname FROM pg_constraint WHERE contype = 'f'
	UNION SELECT tgname FROM pg_trigger")" ''
plain=$(pg_uri plain)
run 'init' 0 '' '' mk-trace init --store "$plain"
is 'without it, there is such a key' "$(pg_sql plain "SELECT indexrelid::regclass FROM pg_index i WHERE
	indrelid = 'event'::regclass AND indisunique AND NOT 2 = ANY(indkey)")" event_pkey
like 'schema shows the tables as they are' "$(mk-trace schema --store "$spread")" '*PRIMARY KEY(item, id)*'
run 'a file lies on one machine' 2 '' "mk-trace: a store in a file lies on one machine: name one in a server (postgresql://...)" \
	mk-trace init --distributed --store x.db
ok 'and none was made' test ! -e x.db

# ---- the database ----
for enc in LATIN1 SQL_ASCII; do
	pg_sql postgres "CREATE DATABASE e_$enc TEMPLATE template0 ENCODING $enc LOCALE 'C'"
	run "a database in $enc" 2 '' "mk-trace: the database's encoding is $enc: make one with createdb -E UTF8 -T template0" \
		mk-trace init --store "postgresql://mk@/e_$(echo $enc | tr A-Z a-z)?host=$pg_dir"
done
# a database whose texts are in the order of a language
if pg_sql postgres "CREATE DATABASE lang TEMPLATE template0 ENCODING UTF8 LOCALE_PROVIDER icu ICU_LOCALE 'en' LOCALE 'C'"; then
	lang="postgresql://mk@/lang?host=$pg_dir"
	mk-trace init --store "$lang"
	for i in a-1 A-2 B-1 b-2 'x y-3' x-y4 ö-5 "aö12345" Zö-x12345; do
		printf 'id:%s\tmark_time:%s\tmark_result:ok\n' "$i" $at
	done | tee in | mk-trace add -q --store "$lang"
	mk-trace init --store f.db && mk-trace add -q --store f.db <in
	for q in 'find id:a*' 'find id:A*' 'find id:x*' 'find id:ö*' 'history -5' 'history 45' 'history y4' 'find id:=x*' 'find id:aö*'; do
		# shellcheck disable=SC2086
		is "in the order of a language: $q" "$(mk-trace $q --store "$lang" 2>&1)" "$(mk-trace $q --store f.db 2>&1)"
	done
else
	skip 'in the order of a language' 'no ICU in this server'
fi
plan
