#!/bin/sh
# The commands of README, in their order, in one folder.
. "${0%/*}/../lib.sh"
. "$top/tests/examples.sh"

ln -s "$top/scripts" "$top/libmark" .
mkdir b && blocks "$top/README" | sed 1d >b/block
ok 'README has commands' grep -q '^\$ ' b/block
run_block "$scratch/b" README 1
plan
