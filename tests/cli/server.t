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

# ---- who asks is interrupted, or the server goes away ----
mk-trace init --store f.db 2>/dev/null
running() { [ "$(pg_sql plain "SELECT COUNT(*) FROM pg_stat_activity WHERE query LIKE '%generate_series%1000000000000%' AND pid <> pg_backend_pid()")" = "$1" ]; }
mk-trace sql 'SELECT count(*) FROM generate_series(1, 1000000000000)' --store "$plain" >out 2>err & asker=$!
ok 'a long question' await running 1
kill -TERM $asker; { wait $asker; } 2>/dev/null
ok 'ends in the server when who asked is gone' await running 0
mk-trace sql 'SELECT count(*) FROM generate_series(1, 1000000000000)' --store "$plain" >out 2>err & asker=$!
await running 1
pg_down immediate
wait $asker
is 'the server goes away in the midst of it' "$? $(cat out) $(sed 's/.*: the server/the server/' err)" '3  the server or the network is gone: try again'
pg_up

# ---- roles ----
roled=$(pg_uri roled)
mk-trace init --store "$roled"
printf 'name seq\npattern S{n:6}\nto 999999\n' >seq.pool
mk-serial define seq.pool --store "$roled"
run 'schema --roles, of a file' 2 '' 'mk-trace: a file has no roles: its owner and its mode say who may write it (chown, chmod)' \
	sh -c 'mk-trace init --store x.db && mk-trace schema --roles --store x.db'
mk-trace schema --roles --store "$roled" >roles.sql
for i in 1 2; do
	run "the roles, time $i" 0 '' '' psql -X -q -v ON_ERROR_STOP=1 -h "$pg_dir" -U mk -d roled -f roles.sql
done
for r in line reader admin; do pg_sql roled "CREATE USER $r IN ROLE mk_$r"; done
as() { echo "postgresql://$1@/roled?host=$pg_dir"; }
denied() { # NAME USER SQL
	try psql -X -q -v ON_ERROR_STOP=1 -h "$pg_dir" -U "$2" -d roled -c "$3"
	like "$1" "$st $err" '1 ERROR:  *permission denied*'
}
mk-trace init --store l.db
here() { MK_STORE=l.db "$@"; }
day() { # FROM TO: of many kinds
	seq -f "id:P%03.0f${T}part:A${T}lot:L1${T}mark_time:$at${T}mark_result:ok${T}assemble_time:$at${T}assemble_result:ok${T}assemble_into:U1" "$1" "$2"
	printf 'id:P%03d\tremove_time:%s\tremove_from:U1\n' "$1" $at
	printf 'id:lot:G\tload_time:%s\tload_at:ST1\n' $at
	printf 'id:lot:G\tunload_time:%s\n' $at
	printf 'id:P%03d\tmark_time:%s\tmark_result:unknown\n' "$2" $at
	printf 'id:P%03d\thold_time:%s\thold_result:ok\thold_reason:look\n' "$2" $at
}
for i in 1 2; do
	day ${i}00 ${i}20 | here mk-trace add -q
	run "a line pushes, time $i" 0 '' '' here mk-trace push --to "$(as line)"
done
here mk-serial define seq.pool
run 'and is lent numbers' 0 '' '' here mk-serial alloc seq --size 5 --from "$(as line)"
run 'and gives them back' 0 '' '' here mk-serial alloc seq --return --from "$(as line)"
run 'and pulls' 0 '' '' here mk-trace pull --from "$(as line)"
pg_sql roled "SELECT tablename FROM pg_tables WHERE schemaname = 'public'" >tables
for r in line reader; do
	sed 's/.*/DELETE FROM &;\nTRUNCATE &;/' tables >no.sql
	[ $r = line ] || sed 's/.*/INSERT INTO & DEFAULT VALUES;/' tables >>no.sql
	psql -X -q -h "$pg_dir" -U $r -d roled -f no.sql >out 2>err
	is "a $r deletes nothing (of $(wc -l <tables) tables)" "$(grep -c 'ERROR:  permission denied' err)" "$(wc -l <no.sql)"
	ok 'of as many tables as there are' test "$(wc -l <tables)" -gt 25
done
for t in event item step word ctx alias seal meta; do
	c=$(pg_sql roled "SELECT attname FROM pg_attribute WHERE attrelid = '$t'::regclass AND attnum = 2")
	denied "a line alters no $t" line "UPDATE $t SET $c = $c"
done
denied 'nor the name of an origin' line "UPDATE origin SET name = 'x'"
denied 'nor what it was lent' line 'UPDATE lease SET count = 1000'
denied 'nor a pool' line "UPDATE pool SET text = ''"
denied 'nor makes a table' line 'CREATE TABLE x(a int)'
try here mk-trace push --to "$(as reader)"
day 300 301 | here mk-trace add -q
try here mk-trace push --to "$(as reader)"
like 'a reader does not push' "$st $err" "3 mk-trace: *permission denied*: this user's role may not do that: see mk-central(7)"
for q in 'history P101' 'find lot:L1' 'recall lot:L1' 'made-from U1' 'used-in P101' stock yield status last 'why P120' audit \
	'sql SELECT\ 1' schema export 'where P101' 'find -S 2026-11-24'; do
	is "a reader asks as the owner does: $q" "$(eval "mk-trace $q --store '$(as reader)'" 2>&1)" "$(eval "mk-trace $q --store '$roled'" 2>&1)"
done
run 'an admin pushes' 0 '' '' here mk-trace push --to "$(as admin)"
pg_sql roled 'UPDATE state SET n = 9 WHERE item = 3'
try mk-trace rebuild --replace --store "$(as admin)"
is 'an admin rebuilds' "$st $err" '0 '
day 400 401 | here mk-trace add -q
run 'and a line pushes on' 0 '' '' here mk-trace push --to "$(as line)"
denied 'still altering nothing' line "DELETE FROM state"
run 'all is right' 0 "$(here mk-trace count --events) events, 0 seals and anchors: nothing was altered" '' mk-trace audit --store "$roled"

# ---- the crontab of mk-central(7), as cron runs it ----
here mk-serial define seq.pool >/dev/null
day 450 451 | here mk-trace add -q
sed -n 's/^\*\/5 \* \* \* \*  //p' "$top/man/mk-central.7" | sed 's/ bracket / seq /' >cron
is 'it has three lines' "$(wc -l <cron)" 3
while read -r line; do
	run "cron: $line" 0 '' '' env -i HOME="$HOME" PATH="$MK_BUILD:/usr/bin:/bin" MK_STORE="$scratch/l.db" MK_DATA="$MK_DATA" \
		CENTRE="$(as line)" sh -c "$line"
done <cron
is 'and nothing is behind' "$(here mk-trace status -o json | jq -r .not_pushed)" '0 events'

# ---- the audit of what lines pushed ----
here mk-trace seal >seal1
day 500 501 | here mk-trace add -q
here mk-trace seal >seal2
run 'seals go along' 0 '' '' here mk-trace push --to "$(as line)"
run 'once' 0 '' '' here mk-trace push --to "$(as line)"
all=$(here mk-trace count --events)
run 'and are looked at there' 0 "$all events, 2 seals and anchors: nothing was altered" '' mk-trace audit --store "$roled"
name=$(sqlite3 l.db 'SELECT name FROM origin WHERE id = 1')
number=$(pg_sql roled "SELECT id FROM origin WHERE name = '$name'")
ids=$((number << 40))
altered() { # NAME WANT SQL
	pg_sql postgres 'DROP DATABASE IF EXISTS altered WITH (FORCE)' 2>/dev/null
	pg_sql postgres 'CREATE DATABASE altered TEMPLATE roled'
	pg_sql altered "$3"
	try mk-trace audit --store "postgresql://mk@/altered?host=$pg_dir"
	like "audit: $1" "$st $err" "4 mk-trace: $2"
}
altered 'a row of a line' "event $name/17: it was altered *" "UPDATE event SET line = replace(line, 'lot:L1', 'lot:L2') WHERE id = $((ids + 17))"
altered 'a row deleted' "event $name/20: it is missing" "DELETE FROM event WHERE id = $((ids + 20))"
altered 'a column beside the line' "event $name/21: it was altered *" "UPDATE event SET result = 0 WHERE id = $((ids + 21))"
altered 'a tail cut off, head and all' "event $name/$((all - 1)): the tail was cut off*the seal of *" \
	"UPDATE origin SET seq = $((all - 2)), head = (SELECT prev FROM event WHERE id = $((ids + all - 1))) WHERE id = $number;
	DELETE FROM event WHERE id > $((ids + all - 2))"
altered 'a seal' 'the seal of *: its signature is not good' "UPDATE seal SET size = size + 1 WHERE size = (SELECT MIN(size) FROM seal)"

# ---- passwords, and lines that others can listen to ----
pg_down
port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(LocalAddr => "127.0.0.1", Listen => 1)->sockport')
printf "listen_addresses = '127.0.0.1'\nport = %d\n" "$port" >>"$pg_dir/data/postgresql.conf"
sed -i '1i host all pw 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust' "$pg_dir/data/pg_hba.conf"
pg_up
PGPORT=$port; export PGPORT
pg_sql roled "CREATE USER pw IN ROLE mk_line PASSWORD 'c0rrect'"
tcp=127.0.0.1:$port
said() { # NAME: what a tool printed has no password in it
	case $out$err in *secret* | *c0rrect*) fail "$1: no password in it"; show "$err" ;; *) pass "$1: no password in it" ;; esac
}
umask 077
for p in secret c0rrect; do
	echo "*:*:*:pw:$p" >pass
	try env PGPASSFILE="$scratch/pass" mk-trace count lot:L1 --store "postgresql://pw@$tcp/roled"
	said "a password from PGPASSFILE ($st)"
	[ $p = c0rrect ] || like 'a wrong one' "$st $err" '3 mk-trace: connection to server at "127.0.0.1", port * failed: FATAL:  password authentication failed for user "pw": the server is there and refuses: see mk-central(7)'
	[ $p = secret ] || is 'the right one' "$st $out $err" "0 $(mk-trace count lot:L1 --store "$roled") "
done
try mk-trace count lot:L1 --store "postgresql://pw@$tcp/roled"
is 'none' "$st$out" 3
for uri in "postgresql://pw:secret@$tcp/roled" "postgresql://pw@$tcp/roled?password=secret" \
	"postgresql://pw@$tcp/roled?sslpassword=secret"; do
	try mk-trace count lot:L1 --store "$uri"
	is 'a password in the name' "$st $err" "2 mk-trace: store: a password has no place in a store's name, which ps shows to all: write it into ~/.pgpass (0600), or into the file that PGPASSFILE names"
	said "$uri"
	try here mk-trace push --to "$uri"; said "push $uri"
done
for uri in "postgresql://pw:sec%ret@$tcp/roled" "postgresql://pw:secret@$tcp/roled?x=secret" 'postgresql://pw:secret@[127' \
	'postgresql://h/d?password=secret%'; do
	try mk-trace count lot:L1 --store "$uri"
	is 'a name that is none, with a password in it' "$st $err" '2 mk-trace: store: this is no name of a store in a server: write postgresql://user@host/database'
done
try mk-trace count lot:L1 --store 'postgresql://h/d?x=1'
is 'a name that is none: what is wrong' "$st $err" '2 mk-trace: store: invalid URI query parameter: "x"'
warning='mk-trace: store: what goes to this server and comes from it can be read and altered on the way: add ?sslmode=verify-full to its name, see mk-central(7)'
try mk-trace count lot:L1 --store "postgresql://mk@$tcp/roled"
is 'plain to this PC: no warning' "$st $err" '0 '
far="postgresql://mk@centre.example:$port/roled?hostaddr=127.0.0.1"
try mk-trace count lot:L1 --store "$far"
is 'plain to another: a warning' "$st $err" "0 $warning"
try here mk-trace push --batch 1 --to "$far"
is 'once a run' "$st $err" "0 $warning"
if openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=centre.example -addext subjectAltName=DNS:centre.example \
	-keyout key.pem -out cert.pem 2>/dev/null; then
	cp key.pem cert.pem "$pg_dir/data"; [ "$(id -u)" -ne 0 ] || chown nobody "$pg_dir"/data/*.pem
	printf "ssl = on\nssl_cert_file = 'cert.pem'\nssl_key_file = 'key.pem'\n" >>"$pg_dir/data/postgresql.conf"
	pg_down; pg_up
	for mode in require verify-full; do
		try mk-trace count lot:L1 --store "$far&sslmode=$mode&sslrootcert=$scratch/cert.pem"
		is "sslmode=$mode: no warning" "$st $err" '0 '
	done
	mkdir -p "$HOME/.postgresql" && cp cert.pem "$HOME/.postgresql/root.crt"
	try mk-trace count lot:L1 --store "$far&sslmode=verify-full"
	is 'the certificate in ~/.postgresql' "$st $err" '0 '
	cp pass "$HOME/.pgpass"
	try mk-trace count lot:L1 --store "postgresql://pw@centre.example:$port/roled?hostaddr=127.0.0.1&sslmode=verify-full"
	is 'and the password in ~/.pgpass' "$st $err" '0 '
	try mk-trace count lot:L1 --store "postgresql://mk@other.example:$port/roled?hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert=$scratch/cert.pem"
	like 'another server is not talked to' "$st $err" '3 mk-trace: *does not match host name "other.example"*'
	try mk-trace count lot:L1 --store "$far&sslmode=disable"
	is 'sslmode=disable: the warning' "$st $err" "0 $warning"
else
	skip 'sslmode' 'no openssl here'
fi
plan
