#!/bin/sh
# Every EXAMPLES block of the manual pages shows what the tools do.
. "${0%/*}/../lib.sh"
. "$top/tests/examples.sh"

# A fresh folder as mk(7) describes it: the example files, a store, a pool.
folder() {
	mkdir "$1" && cd "$1" || exit 99
	cp "$top"/scripts/examples/* .
	HOME=$1 MK_STATE=$1/state MK_CONF=mk.conf MK_STORE=line.db
	export HOME MK_STATE MK_CONF MK_STORE
	if ! { mk-trace init && mk-serial define bracket.pool; } >"$1/setup" 2>&1; then
		echo "Bail out! $(cat "$1/setup")"
		exit 1
	fi
	rm "$1/setup"
}

blocks_seen=0
for page in "$top"/man/*.[1-9]; do
	blocks "$page" >"$scratch/blocks"
	grep -n '^@ [0-9]*$' "$scratch/blocks" >"$scratch/heads"
	while IFS=: read -r first at; do
		blocks_seen=$((blocks_seen + 1))
		mkdir "$scratch/b$blocks_seen"
		sed -n "$first,\$p" "$scratch/blocks" |
			awk 'NR > 1 && /^@ [0-9]+$/ { exit } NR > 1' >"$scratch/b$blocks_seen/block"
		folder "$scratch/d$blocks_seen"
		run_block "$scratch/b$blocks_seen" "${page##*/}" "${at#@ }"
	done <"$scratch/heads"
done
ok 'the pages have examples' test "$blocks_seen" -gt 0
plan
