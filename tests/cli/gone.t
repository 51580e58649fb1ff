#!/bin/sh
# Readers that go away in mid-stream, and an output that never was.
. "${0%/*}/../lib.sh"
setup_store

{ mk-serial take bracket -n 5000; echo $? >st; } | head -1 >/dev/null
is "mk-serial: its reader went away: 0" "$(cat st)" 0
mk-serial take bracket -n 30 lot=L2 | mk-layout -t bracket.lay >jobs
{ mk-laser -d sim:pics <jobs 2>err; echo $? >st; } | head -1 >/dev/null
is "mk-laser: its reader went away: 3" "$(cat st)" 3
marks=$(mk-trace find mark_result:ok lot:L2 | wc -l)
ok "it stopped early ($marks)" test "$marks" -lt 30
is "and each picture has its part in the store" "$marks" "$(find pics -name '*.png' | wc -l)"
mk-trace find lot:L2 >marked
i=0; while [ $i -lt 100 ]; do cat marked; i=$((i + 1)); done >many
{ mk-verify --image-field mark_image <many 2>err; echo $? >st; } | head -1 >/dev/null
is "mk-verify: its reader went away: 3" "$(cat st)" 3

mkfifo hold; exec 9<>hold
mk-line gate --token T <hold >/dev/null 2>&1 9>&- & gate=$!
mk-line wait --on none -n 1 --token T >/dev/full 2>err; st=$?
exec 9>&-; kill $gate 2>/dev/null
is "mk-line wait: a full disk" "$st $(cat err)" "3 mk-line: standard output: cannot write: No space left on device"
try sh -c 'mk-trace find lot:L2 >&-'
is "a closed stdout is no success" "$st" 3
plan
