#!/bin/sh
# What is the same in every tool: records that pass, ends that are cut, outputs that
# fail, output formats, options.
. "${0%/*}/../lib.sh"

cp "$top"/scripts/examples/* .
MK_CONF=mk.conf MK_STORE=line.db
export MK_CONF MK_STORE
mk-trace init && mk-serial define bracket.pool || { echo "Bail out! no store"; exit 1; }

# Every filter, by name, as it stands in a pipe.
filters='serial layout laser verify trace line'
filter() {
	case $1 in
	serial) mk-serial take bracket - ;;
	layout) mk-layout -t bracket.lay ;;
	laser) mk-laser -d sim:pics ;;
	verify) mk-verify --image-field mark_image ;;
	trace) mk-trace add ;;
	line) mk-line gate --token "token.$2" ;;
	esac
}

# A filter ended well: its status, and standard error in err. gate stands alone here,
# and says so.
alone='mk-line: the pipe ended before mk-line wait did: a tool before this one stopped'
well() {
	if [ "$1" = line ]; then echo "$2 $(cat err)" | sed "s/^3 $alone\$/0 /"; else echo "$2 $(cat err)"; fi
}

# Records, each of which the filter takes.
mk-serial take bracket -n 2 lot=L1 | mk-layout -t bracket.lay >laid
mk-laser -d sim:first <laid >marked
printf 'arrival:r/1\narrival:r/2\n' >for.serial
mk-serial take bracket -n 2 >for.layout
mk-serial take bracket -n 2 | mk-layout -t bracket.lay >for.laser
cp marked for.verify
cp marked for.trace
cp marked for.line

# ---- a last line that does not end ----
for f in $filters; do
	{ cat "for.$f"; printf 'id:cut'; } >in
	filter $f cut <in >out 2>err
	is "$f: a last line without end: status" "$?" 2
	is "$f: is told" "$(tail -n 1 err)" \
		"mk-$f: stdin:3:7: the last line does not end: the tool before this one was cut short"
	is "$f: what came before is not lost" "$(wc -l <out)" 2
	is "$f: what was cut is not guessed" "$(grep -c 'id:cut' out)" 0
done

# ---- a line that is no record ----
for f in $filters; do
	printf 'id:a\tId:b\n' | filter $f wrong >out 2>err
	is "$f: no record: status and place" "$? $(cat out)$(sed 's/ no key.*//' err)" "2 mk-$f: stdin:1:6:"
done

# ---- nothing in, nothing out ----
for f in $filters; do
	: | filter $f empty >out 2>err
	is "$f: an empty stream is one" "$(well $f $?)$(cat out)" '0 '
done

# ---- outputs that fail ----
mk-serial take bracket -n 2 | mk-layout -t bracket.lay >for.laser
for f in $filters; do
	filter $f full <"for.$f" >/dev/full 2>err
	is "$f: a full disk: status" "$?" 3
	like "$f: and message" "$(tail -n 1 err)" "mk-$f: standard output: *No space left*"
done
for v in 'find lot:L1' 'history 000000001'; do
	# shellcheck disable=SC2086
	mk-trace $v >/dev/full 2>err
	is "trace $v: a full disk" "$? $(cat err)" \
		"3 mk-trace: standard output: cannot write: No space left on device"
done

# ---- a reader that is gone ----
mk-serial take bracket -n 2 | mk-layout -t bracket.lay >for.laser
for f in $filters; do
	case $f in laser | verify | trace | line) want=3 ;; *) want=0 ;; esac
	# the reader closes the pipe, then lets the input begin
	mkfifo closed
	{ cat closed; cat "for.$f"; } | { filter $f gone 2>err; echo $? >st; } | { exec <&-; : >closed; }
	rm closed
	is "$f: a reader that is gone" "$(cat st)" $want
done

# ---- fields that a tool does not know ----
odd="a:\\x1d\\\\\\t${T}z9_:${T}u:üß€${T}b:x:y${T}leak_result:pass${T}mark:1${T}verified_by:me"
printf '%s\n' "$odd" | mk-serial take bracket - | mk-layout -t bracket.lay | mk-laser -d sim:odd |
	mk-verify --image-field mark_image | mk-trace add >out 2>err
is 'unknown fields: the chain is silent' "$(cat err)" ''
is 'unknown fields pass byte for byte, in their places' "$(cut -f 1-7 out)" "$odd"
is 'and are found again' "$(mk-trace find leak_result:pass --columns a,z9_,u,b,leak_result,mark,verified_by)" "$odd"

# ---- a record that failed before ----
for r in fail refused unknown; do
	bad="id:B-$r${T}job:no job${T}inspect_time:2026-11-22T09:00:00.000+03:00${T}inspect_result:$r${T}x:1"
	for f in $filters; do
		printf '%s\n' "$bad" | filter $f "failed.$r" >out 2>err
		is "$f: inspect_result:$r passes untouched" "$(well $f $?)$(cat out)" "0 $bad"
	done
	is "inspect_result:$r is stored" "$(mk-trace find "inspect_result:$r" --columns id)" "id:B-$r"
done
is 'and has no picture' "$(find pics -name "*B-*")" ""

# ---- output formats ----
printf 'id:F1\tv:a\\x1d\\t\\\\"b\tload_time:2026-11-22T09:00:00.000+03:00\n' >ev
printf 'id:F2\tv:\\xff\tw:Öl\tload_time:2026-11-22T09:00:00.000+03:00\n' >>ev
mk-trace add -q <ev
f='mk-trace find load_time:2026-11-22T09:00:00.000+03:00'
run 'ltsv with columns: what is there, in that order' 0 "v:a\\x1d\\t\\\\\"b${T}id:F1
w:Öl${T}v:\\xff${T}id:F2" '' $f --columns w,v,id
run 'tsv: as it stands on a line, which is what COPY reads' 0 "id${T}v${T}w
F1${T}a\\x1d\\t\\\\\"b${T}\\N
F2${T}\\xff${T}Öl" '' $f -o tsv --columns id,v,w
run 'json' 0 '{"id":"F1","v":"a\u001d\u0009\\\"b"}
{"id":"F2","v":{"hex":"ff"},"w":"Öl"}' '' $f -o json --columns id,v,w
$f -o json >out
ok 'jq agrees' sh -c 'jq -e . <out >/dev/null'
run 'table: columns as wide as what they hold' 0 'id  w   v
F1      a\x1d\t\\"b
F2  Öl  \xff' '' $f -o table --columns id,w,v
printf 'arrival:r/1\thold_result:fail\narrival:r/2\tb:2\thold_result:fail\n' >held
run 'table: other fields, another table' 0 'arrival  hold_result
r/1      fail

arrival  b  hold_result
r/2      2  fail' '' sh -c 'mk-serial take bracket - -o table <held'
run 'no such format' 2 '' 'mk-trace: -o xml: no such format: see mk-trace find --help' $f -o xml
run 'no field name' 2 '' "mk-trace: --columns: 'A' is no field name: see mk-trace find --help" $f --columns id,A

# ---- options ----
run 'given twice' 2 '' 'mk-trace: --output was given twice: see mk-trace find --help' $f -o json --output ltsv
run 'without its argument' 2 '' 'mk-layout: -t: missing argument: see mk-layout --help' mk-layout -t
run 'a flag with an argument' 2 '' 'mk-trace: --quiet=x: option does not take an argument: see mk-trace add --help' \
	mk-trace add --quiet=x
run 'no store' 2 '' "mk-trace: no store: say --store FILE, set MK_STORE, or write 'store FILE' in mk.conf (mk-trace init makes one)" \
	env -u MK_STORE mk-trace find a:b
run 'a configuration that is not there' 2 '' 'mk-trace: none.conf: cannot open: No such file or directory' \
	mk-trace find a:b --conf none.conf
run 'no octal numbers' 0 10 '' sh -c 'mk-serial take bracket -n 0010 | wc -l'
for count in 0 -1 1.0 0x10 ' 1' 1e3 ''; do
	try mk-serial take bracket -n "$count"
	is "-n '$count' is no count" "$st$out" 2
done
plan
