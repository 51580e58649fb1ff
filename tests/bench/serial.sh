#!/bin/sh
# A million identities, by CPU time, beside seq: at most 2 times as much in sequence,
# 6 times as much at random. Ten million in flat memory, below 20 MB.
set -eu
. "${0%/*}/common"
export MK_STORE="$dir/s.db"
echo 2B7E151628AED2A6ABF7158809CF4F3C >"$dir/key"
printf 'name seq\npattern {n:9}\nto 999999999\n' >"$dir/seq.pool"
printf 'name rnd\npattern R{n:9}\nto 999999999\norder random\nkey %s\n' "$dir/key" >"$dir/rnd.pool"
mk-trace init
mk-serial define "$dir/seq.pool" "$dir/rnd.pool" "$top/scripts/examples/bracket.pool"
n=1000000
: >"$dir/none"
b() { label=$1; shift; "$bench/cpu" "$label" "$dir/none" $n "$@" | tee -a "$dir/out"; }
b 'peer: seq' seq -f 'id:%07.0f' $n
b 'identities in sequence' mk-serial take seq -n $n
b 'identities at random' mk-serial take rnd -n $n
b 'identities of GS1' mk-serial take bracket -n $n
n=10000000
export RUNS=1
b 'ten million in sequence' mk-serial take seq -n $n
b 'ten million at random' mk-serial take rnd -n $n

echo "store $(cat "$dir"/s.db* | wc -c)" >>"$dir/out"

# The figures beside what they are to be: cpu's lines end in "SECONDS CPU s MB MB peak".
awk '
function told(what, is, most, unit) {
	printf "%-28s %8.2f %s, at most %g: %s\n", what, is, unit, most, is <= most ? "good" : "TOO MUCH"
	bad += is > most
}
$1 == "store" { store = $2 / 1024; next }
{ cpu[NR] = $(NF - 5); peak[NR] = $(NF - 2) }
END {
	told("CPU time in sequence", cpu[2] / cpu[1], 2, "x seq")
	told("CPU time at random", cpu[3] / cpu[1], 6, "x seq")
	told("memory of ten million", peak[5], 20, "MB")
	told("the same at random", peak[6], 20, "MB")
	told("store of 35 million", store, 1000, "kB")
	exit bad > 0
}' "$dir/out"
