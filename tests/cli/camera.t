#!/bin/sh
# mk-verify -c: cameras. One is a GigE Vision camera (Aravis' own, tests/sim/camera) on
# the loopback of a network namespace of this test's own, where that is allowed.
case ${MK_NETNS-} in
'')
	if unshare -rn true 2>/dev/null; then MK_NETNS=own exec unshare -rn sh "$0"; fi
	if command -v flock >/dev/null; then MK_NETNS=locked exec flock "${TMPDIR:-/tmp}/mk-camera.lock" sh "$0"; fi
	;;
esac
. "${0%/*}/../lib.sh"
setup_store
C=$MK_BUILD/tests/sim/camera
count=100


mk-serial take bracket -n $count lot=L1 | mk-layout -t bracket.lay | mk-laser -d sim:pix >marked
i=0
while IFS= read -r line; do
	i=$((i + 1))
	field mark_image "$line"
done <marked >pictures

# see PICTURE: the camera is there, and looks at it; turn PICTURE: at another one
turn() { ln -s "$1" view.new && mv -T view.new view.png; }
see() {
	turn "$1"
	rm -f hold ready
	mkfifo hold ready
	"$C" 127.0.0.1 GV01 view.png <hold >ready 2>cam.err &
	cam=$!
	exec 9>hold
	read -r state <ready
}
gone() { exec 9>&-; wait $cam; }
# line SPEC PICTURE…: one part of marked after the other comes before the camera
line() {
	rm -f to from
	mkfifo to from
	mk-verify -c "$1" <to >from 2>err & verify=$!
	exec 8>to 7<from
	shift
	i=0
	for p in "$@"; do
		i=$((i + 1))
		turn "$p"
		sed -n "${i}p" marked >&8
		IFS= read -r reply <&7
		printf '%s\n' "$reply"
	done >out
	exec 8>&- 7<&-
	wait $verify
}

# ---- GigE Vision ----

see none.png
gone
if [ "$state" != ready ]; then
	skip "a GigE camera" "built without Aravis"
else

see none.png
# shellcheck disable=SC2046
line 'aravis:127.0.0.1?exposure=10000&gain=3&region=0,0,384,384&trigger=software' $(cat pictures)
is "$count marks before a GigE camera: status, messages" "$? $(cat err)" "0 "
is "all are grabbed and read" "$(grep -c '	verify_result:ok	' out)" $count
is "and graded" "$(grep -c "	verify_grade:[0-9]" out)" $count
is "each record bears exposure and gain" "$(grep -c '	verify_exposure:10000	verify_gain:3	' out)" $count
gone

see none.png
line aravis:127.0.0.1 "$(sed -n 1p pictures)" "$(sed -n 2p pictures)" unplug
is "unplugged in mid-run: status" $? 3
is "what went before it stands" "$(cut -f1 out | tr '\n' ' ')" "$(head -3 marked | cut -f1 | tr '\n' ' ')"
is "the part's record says so" "$(for l in 1 2 3; do field verify_result "$(sed -n ${l}p out)"; field verify_reason "$(sed -n ${l}p out)"; done | tr '\n' ' ')" "ok ok fail camera "
like "and so do messages" "$(cat err)" "mk-verify: camera aravis:127.0.0.1: *
mk-verify: $(sed -n 3p marked | cut -f1 | sed 's/id://'): fail: no picture could be taken"
gone

see "$(sed -n 1p pictures)"
code=$(field code "$(sed -n 1p marked)")
try mk-verify now -c 'aravis:127.0.0.1?exposure=10000' --save now.png
is "now: what it sees at once" "$st $err $(field code "$out") $(field aim "$out") $(field exposure "$out")" "0  $code ]d2 10000"
run "and it was saved" 0 "$code" "" sh -c "mk-verify read now.png --columns code | sed s/code://"
try mk-verify now -c 'aravis:127.0.0.1?exposure=10'
is "in the dark" "$st $out $err" "1  mk-verify: aravis:127.0.0.1?exposure=10: no code can be read"
for s in 'exposure=1e12 exposure=1e12: *' 'gain=99 gain 99 is out of range: this camera takes 0 to 10' \
	'trigger=Line7 trigger: *' 'speed=3 speed=3: no such setting: *' 'timeout=0 timeout=0: 0 is out of range*'; do
	try mk-verify now -c "aravis:127.0.0.1?${s%% *}"
	like "a wrong setting: ${s%% *}" "$st $err" "[23] mk-verify: camera aravis:127.0.0.1?${s%% *}: ${s#* }"
done
gone
try mk-verify now -c aravis:127.0.0.1
like "nobody there" "$st $out$err" "3 mk-verify: camera aravis:127.0.0.1: not there *"
fi

# ---- a folder into which files are dropped ----

mkdir drop
cp "$(sed -n 5p pictures)" drop/old.png
mkfifo to from
mk-verify -c 'dir:drop?timeout=60000' <to >from 2>err & verify=$!
exec 8>to 7<from
sed -n 1p marked >&8
# it watches once its record of the folder is there
until grep -qs inotify /proc/$verify/fdinfo/*; do :; done
cp "$(sed -n 2p pictures)" drop/.hidden.png
cp "$(sed -n 2p pictures)" drop/x.png.part
{ head -c 100 "$(sed -n 1p pictures)"; tail -c +101 "$(sed -n 1p pictures)"; } >drop/a.png
IFS= read -r line <&7
is "a file that came, neither old ones nor unfinished ones" "$(field verify_result "$line")" ok
cp "$(sed -n 2p pictures)" away.png
mv away.png drop/b.png
sed -n 2p marked >&8
IFS= read -r line <&7
is "one that is moved in, before its record is there" "$(field verify_result "$line")" ok
sed -n 3p marked >&8
rm -r drop
IFS= read -r line <&7
is "the folder is gone: the part says so" "$(field verify_reason "$line")" camera
exec 8>&- 7<&-
wait $verify
is "and the status" $? 3
like "and a message" "$(head -1 err)" "mk-verify: camera dir:drop?timeout=60000: the folder is gone"
mkdir drop
head -1 marked >in
try mk-verify -c 'dir:drop?timeout=5' <in
is "nothing comes" "$st $(field verify_reason "$out")" "3 camera"
like "it says for how long" "$err" "mk-verify: camera dir:drop?timeout=5: no file came within 5 ms*"
run "no folder" 3 "" "mk-verify: camera dir:nowhere: cannot watch the folder: No such file or directory" mk-verify -c dir:nowhere <in

# ---- a command ----

ln -s "$(sed -n 1p pictures)" seen.png
try mk-verify -c 'cmd:cat seen.png' <in
is "a program that prints a picture" "$st $err $(field verify_result "$out")" "0  ok"
for s in 'cmd:exit 3 the command failed with status 3' 'cmd:: the command printed no picture' \
	'cmd:kill $$ the command was ended by signal 15'; do
	spec=${s%% the *}
	try mk-verify -c "$spec" <in
	is "$spec" "$st $err" "3 mk-verify: camera $spec: the ${s#* the }
mk-verify: $(cut -f1 in | sed 's/id://'): fail: no picture could be taken"
done
try mk-verify -c 'cmd:echo no picture' <in
like "what it prints is no picture" "$st $(field verify_reason "$out") $err" "1 image mk-verify: cmd:echo no picture: no *"
run "a kind that is none" 2 "" "mk-verify: camera usb:1: no such kind of camera: write aravis:NAME, dir:PATH or cmd:COMMAND" mk-verify -c usb:1 <in
plan
