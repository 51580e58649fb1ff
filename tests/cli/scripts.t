#!/bin/sh
# What lines use beside the tools: line, mk-unescape, deps.
. "${0%/*}/../lib.sh"

# ---- line ----
run 'all well' 0 out '' line 'echo out | cat'
run 'the highest status wins' 3 '' 'line: exit 1 3 0' line '(exit 1) | (exit 3) | cat'
run 'also before the last' 2 x 'line: exit 2 0' line '(echo x; exit 2) | cat'
run 'a single command' 4 '' 'line: exit 4' line '(exit 4)'
run 'quotes and variables' 0 'a  b|c' '' line 'x="a  b"; printf "%s|%s" "$x" c | cat'
run 'several lines' 1 x 'line: exit 0 1' line 'echo x |
	(cat; exit 1)'
run 'a folder before the pipe' 0 / '' line 'cd / && pwd | cat'
try line 'cd none && pwd | cat'
is 'and one that is not there' "$st $out" '1 '
like 'is told' "$err" '*cd: none: *
line: exit 1'
try line 'kill -9 $BASHPID | cat'
is 'a killed command counts' "$st" 137
try line 'no-such-command-here | cat'
is 'so does one that is not there' "$st" 127
try line 'echo x | | cat'
is 'no pipe: status' "$st" 2
like 'no pipe: message' "$err" '*syntax error*line: this is no pipe*'
run 'no argument' 2 '' "line: give one pipe as one argument: line 'mk-serial take POOL -n 20 | mk-layout …'" line
try line cat x
is 'two arguments' "$st" 2
try line 'cat | tr a-z A-Z' <<-END
	input
END
is 'standard input is the first command'"'s" "$st $out" '0 INPUT'

# ---- mk-unescape ----
hex() { od -An -v -tx1 | tr -d ' \n'; }
un() { # NAME VALUE BYTES
	got=$(printf '%s\n' "$2" | mk-unescape 2>err | hex)
	is "unescape: $1" "$got$(cat err)" "$3"
}
un 'plain' 'abc' 616263
un 'nothing' '' ''
un 'GS before digits' 'a\x1d0109' 611d30313039
un 'the short ones' '\\\t\n\r' 5c090a0d
un 'NUL and bytes from 0x80' '\x00\x80\xff' 0080ff
un 'a NUL in between' 'a\x00b' 610062
un 'not twice' '\\x1d\\\x1d' 5c7831645c1d
un 'percent signs' '%d%%\x1d%' 256425251d25
un 'UTF-8 stays' 'ü' c3bc
un 'blanks stay' ' a  b ' 206120206220
try sh -c 'printf "a\\\\q\n" | mk-unescape'
is 'unescape: no such escape' "$st $out$err" '2 mk-unescape: stdin:1:2: not an escape: see mkrec(5)'
try sh -c 'printf "a\\\\x1D\n" | mk-unescape'
is 'unescape: upper-case digits' "$st $out$err" '2 mk-unescape: stdin:1:2: not an escape: see mkrec(5)'
try sh -c 'printf "a\\\\" | mk-unescape'
is 'unescape: cut short' "$st $out$err" '2 mk-unescape: stdin:1:2: not an escape: see mkrec(5)'
try sh -c 'printf "a\nb\n" | mk-unescape'
is 'unescape: two values' "$st $out$err" '2 mk-unescape: stdin:2:1: one value only: run it once for each'
try mk-unescape x
is 'unescape: an argument' "$st" 2

# ---- deps ----
mkdir bin
log=$scratch/log
fake() { printf '#!/bin/sh\n%s\n' "$2" >"bin/$1"; chmod +x "bin/$1"; }
fake apt-get 'echo "apt-get $*" >>'"$log"
fake dpkg-query 'shift 3; for p; do [ "$p" = make ] || printf "installed:%s " "$p"; done'
fake sudo 'echo "sudo $1" >>'"$log"'; case $1 in -n) shift ;; esac; exec "$@"'
fake id 'echo 0'
try env PATH="$scratch/bin:$PATH" deps core
is 'deps: root, one missing' "$st $out$err" '0 deps: installing make'
is 'deps: update, then install, once each' \
	"$(grep -o -w -e update -e 'install -y --no-install-recommends make$' log)" \
	"update
install -y --no-install-recommends make"
rm log
fake dpkg-query 'shift 3; printf "installed:%s " "$@"'
run 'deps: all there' 0 '' '' env PATH="$scratch/bin:$PATH" deps core
ok 'deps: then nothing is installed' test ! -e log
fake dpkg-query 'exit 1'
fake id 'echo 1000'
try env PATH="$scratch/bin:$PATH" deps core </dev/null
is 'deps: not root: sudo' "$st $(grep -c 'sudo -n' log)" '0 2'
fake apt-get 'exit 100'
try env PATH="$scratch/bin:$PATH" deps core </dev/null
is 'deps: an install that fails' "$st" 3
like 'deps: says what to do' "$err" '*apt-get install failed: install these packages by hand*libzint-dev*'
run 'deps: left out' 0 '' '' env PATH="$scratch/bin:$PATH" MK_NO_DEPS=1 deps
run 'deps: a wrong word' 2 '' "deps: 'all': what to install is core or check" deps all

# ---- lint-sql ----
run 'lint-sql: the sources are good' 0 '' '' lint-sql
while IFS='|' read -r why sql; do
	printf 'int f(void)\n{\n\treturn db(st, "%s");	/* "x */\n}\n' "$(echo "$sql" | sed 's/ /" COLS\n\t\t" /3')" >bad.c
	try lint-sql bad.c
	like "lint-sql: $why" "$st $out" "1 bad.c:3: SQL: $why*"
done <<'X'
no triggers|CREATE TRIGGER a BEFORE UPDATE ON event
no domains|CREATE DOMAIN a AS TEXT
no range types|CREATE TABLE a(b INT8RANGE)
no advisory locks|SELECT pg_advisory_xact_lock(1)
no deferrable|CREATE TABLE a(b TEXT, UNIQUE(b) DEFERRABLE)
no generated columns|CREATE TABLE a(b TEXT, c TEXT GENERATED ALWAYS AS (b) STORED)
no SERIAL|CREATE TABLE a(b BIGSERIAL)
no division|SELECT SUM(n) / 2 FROM a
no recursion|WITH RECURSIVE a AS (SELECT 1)
no foreign keys|CREATE TABLE a(b BIGINT REFERENCES item(id))
rows are held|SELECT id FROM event FOR UPDATE
SQLite alone|INSERT OR IGNORE INTO a VALUES(1)
PostgreSQL alone|SELECT a::text FROM b WHERE c
no join of tables|SELECT 1, 2, 3, 4 FROM event v JOIN item i ON i.id = v.item
ON CONFLICT names|INSERT INTO a(b) VALUES(1) ON CONFLICT DO UPDATE SET b = 1
X
printf 'a("SELECT x FROM y WHERE z = %s/%s");\n' "'" "'" >good.c
run 'lint-sql: what is quoted is no SQL' 0 '' '' lint-sql good.c
plan
