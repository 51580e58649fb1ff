#!/bin/bash
# The whole chain: in a batch, and one part at a time between the ends of a line.
# (both kinds of store)
. "${0%/*}/../lib.sh"
set -o pipefail
setup_store

batch() { # DEVICE N
	at_line mk-serial take bracket -n "$2" lot=L1 | mk-layout -t bracket.lay |
		at_line mk-laser -d "$1" | mk-verify --image-field mark_image | mk-trace add
}
batch sim:p-good 4 >good 2>good.err
is "all good: status 0 under pipefail" "$?" 0
is "four parts, read back" "$(grep -c 'mark_result:ok.*verify_result:ok' good)" 4
is "and nothing was said" "$(cat good.err)" ""
is "each has a picture" "$(ls p-good | wc -l)" 4
batch 'sim:p-bad?weak=2:8&skip=3:60' 4 >bad 2>bad.err
is "two spoilt: status 1 under pipefail" "$?" 1
is "all four flow on" "$(grep -c 'mark_result:ok.*verify_result:' bad)" 4
is "the spoilt ones failed" "$(grep 'verify_result:fail.*verify_reason:noread' bad | sed 's/.*	n:\([0-9]*\).*/\1/' | tr '\n' ' ')" "6 7 "
is "every part is in the store" "$(mk-trace find lot:L1 | wc -l)" 8
is "with a mark and a reading each" "$(for n in 1 2 3 4 5 6 7 8; do mk-trace history 00000000$n --columns mark_result,verify_result; done | sort | uniq -c | tr -s ' \n' ' ')" \
	" 8 mark_result:ok 2 verify_result:fail 6 verify_result:ok "

# The same, one part at a time.
stage() { while IFS= read -r line; do echo "$1" >>log; printf '%s\n' "$line"; done; }
: >log
mk-line wait --on none -n 20 --token T | stage in | at_line mk-serial take bracket - |
	mk-layout -t bracket.lay | at_line mk-laser -d 'sim:line?weak=7:8' | mk-verify --image-field mark_image 2>verify.err |
	mk-trace add | stage out | mk-line gate --token T >line.out 2>line.err
is "strict lock-step: status 1 for the spoilt part" "${PIPESTATUS[*]}" "0 0 0 0 0 1 0 0 0"
is "20 parts came out" "$(wc -l <line.out)" 20
is "never two in flight" "$(sort -u log | tr '\n' ' ')$(uniq log | wc -l)" "in out 40"
is "the 7th of them failed" "$(grep -n 'verify_result:fail' line.out | sed 's/:.*//')" 7
is "each under its arrival and its id" "$(grep -c '^arrival:[0-9a-f]*/[0-9]*	id:' line.out)" 20
is "all in the store" "$(mk-trace find pool:bracket | wc -l)" 28

# A device that goes away stops the line: both ends know.
mk-line wait --on none -n 5 --token T 2>/dev/null | at_line mk-serial take bracket - | mk-layout -t bracket.lay |
	at_line mk-laser -d sim:gone 2>/dev/null | sed -u 2q | mk-verify --image-field mark_image |
	mk-trace add | mk-line gate --token T >/dev/null 2>&1
ends=("${PIPESTATUS[@]}")
is "a stop in the middle: wait and gate end with 3" "${ends[0]} ${ends[7]}" "3 3"
plan
