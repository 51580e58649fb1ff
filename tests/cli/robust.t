#!/bin/sh
# What every tool must stand: a full disk behind stdout, an unterminated last line, a
# reader that goes away.
. "${0%/*}/../lib.sh"
setup_store
mk-serial take bracket -n 3 lot=L1 >ids
mk-layout -t bracket.lay <ids >jobs
mk-laser -d sim:pics <jobs >marked
mk-verify --image-field mark_image <marked >read
mk-serial take bracket -n 40 | mk-layout -t bracket.lay >morejobs
head -3 morejobs >jobs3; sed -n 4,6p morejobs >jobs6; sed -n 7,40p morejobs >jobsmany

# TOOL STATUS INPUT COMMAND…: no room behind stdout.
full() {
	tool=$1 in=$2; shift 2
	"$@" <"$in" >/dev/full 2>err; st=$?
	is "$tool: a full disk is seen" "$st $(grep -c 'No space left on device' err)" "3 1"
}
full mk-serial /dev/null mk-serial take bracket -n 3
full "mk-serial -" ids mk-serial take bracket -
full mk-layout ids mk-layout -t bracket.lay
full mk-laser jobs3 mk-laser -d sim:pics
full mk-verify marked mk-verify --image-field mark_image
full "mk-trace add" read mk-trace add
full "mk-trace find" /dev/null mk-trace find lot:L1
full "mk-trace history" /dev/null mk-trace history 000000001
full "mk-line gate" read mk-line gate --token T
mkfifo hold; exec 9<>hold
mk-line gate --token T2 <hold >/dev/null 2>&1 9>&- & gate=$!
full "mk-line wait" /dev/null mk-line wait --on none -n 1 --token T2
exec 9>&-; kill $gate 2>/dev/null

# An unterminated last line: those before it are done, status 2, the place is named.
cut_() {
	tool=$1 in=$2; shift 2
	head -2 "$in" >cut.in; sed -n 3p "$in" | tr -d '\n' >>cut.in
	"$@" <cut.in >out 2>err; st=$?
	is "$tool: a cut last line is refused" "$st $(grep -c '' out)" "2 2"
	like "$tool: and named" "$(tail -1 err)" "${tool%% *}: stdin:3:*: the last line does not end: the tool before this one was cut short"
}
sed 's/^id:[^	]*/k:v/;s/	code:.*	lot/	lot/' ids >noids
cut_ "mk-serial take" noids mk-serial take bracket -
cut_ mk-layout ids mk-layout -t bracket.lay
cut_ mk-laser jobs6 mk-laser -d sim:pics
cut_ mk-verify marked mk-verify --image-field mark_image
cut_ "mk-trace add" read mk-trace add
cut_ "mk-line gate" read mk-line gate --token T
is "mk-laser did not mark the cut one" "$(mk-trace find pool:bracket n:9 | wc -l)" 0

# A reader that goes away.
{ mk-serial take bracket -n 5000; echo $? >st; } | head -1 >/dev/null
is "mk-serial: its reader went away: 0" "$(cat st)" 0
{ mk-laser -d sim:pics <jobsmany 2>err; echo $? >st; } | head -1 >/dev/null
is "mk-laser: its reader went away: 3" "$(cat st)" 3
marks=$(mk-trace find mark_result:ok pool:bracket | wc -l)
pictures=$(find pics -name '*.png' | wc -l)
is "and each picture has its part in the store" "$marks" "$pictures"
i=0; while [ $i -lt 40 ]; do cat marked; i=$((i + 1)); done >many
{ mk-verify --image-field mark_image <many; echo $? >st; } | head -1 >/dev/null
is "mk-verify: its reader went away: 3" "$(cat st)" 3

# A closed stdout is no success either.
mk-trace find lot:L1 >&- 2>err; st=$?
is "a closed stdout" "$st" 3
plan
