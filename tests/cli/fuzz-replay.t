#!/bin/sh
# Every corpus through its fuzz target.
. "${0%/*}/../lib.sh"

for src in "$top"/tests/fuzz/*.c; do
	name=${src##*/} name=${name%.c}
	[ "$name" != replay ] || continue
	corpus=$top/tests/fuzz/corpus/$name
	files=$(find "$corpus" -type f ! -name '.*' | wc -l)
	ok "$name: has a corpus" test "$files" -ge 10
	case $name in reader) MK_DATA=$top/libmark/port/profiles ;; esac
	try "$MK_BUILD/tests/fuzz/$name" "$corpus"
	is "$name: all $files files, no fault" "$st $(tail -n 1 out)$err" "0 1..$((files))"
done
plan
