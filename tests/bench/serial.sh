#!/bin/sh
# A million identities, by CPU time, beside seq: at most 2 times as much in sequence,
# 6 times as much at random. Ten million in flat memory.
set -eu
top=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
MK_BUILD=${MK_BUILD:-$top/build/default}
bench=$MK_BUILD/tests/bench
PATH=$MK_BUILD:$PATH
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
umask 077
export MK_STORE="$dir/s.db" MK_STATE="$dir/state" MK_DATA="$top/libmark/ident"
echo 2B7E151628AED2A6ABF7158809CF4F3C >"$dir/key"
printf 'name seq\npattern {n:8}\nto 99999999\n' >"$dir/seq.pool"
printf 'name rnd\npattern {n:8}\nto 99999999\norder random\nkey %s\n' "$dir/key" >"$dir/rnd.pool"
mk-trace init
mk-serial define "$dir/seq.pool" "$dir/rnd.pool" "$top/scripts/examples/bracket.pool"
n=1000000
: >"$dir/none"
b() { label=$1; shift; "$bench/cpu" "$label" "$dir/none" $n "$@"; }
b 'identities in sequence (2 x seq)' mk-serial take seq -n $n
b 'identities at random (6 x seq)' mk-serial take rnd -n $n
b 'identities of GS1' mk-serial take bracket -n $n
b 'peer: seq' seq -f 'id:%07.0f' $n
# memory: the limit is on all that the process may map (dash has -v, too)
# shellcheck disable=SC3045
(ulimit -v 100000; mk-serial take seq -n 10000000 | tail -1 | cut -c1-30)
