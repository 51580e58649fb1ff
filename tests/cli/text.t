#!/bin/sh
# mk-laser -d text: markers that hold the template, played by scripts on a pty (through
# libserialport) and on TCP: what they are sent, byte by byte, and what is known then.
. "${0%/*}/../lib.sh"
setup_store
export MK_OPERATOR=eva
profiles=$top/libmark/port/profiles
sed 's/^field     text .*/field     text    "{sn}" max=9/; s/2000/300/; s/timeout 5000/timeout 300/' \
	"$profiles/keyence-md.profile" >md.profile
mk-serial take bracket -n 20 >parts
part() { sed -n "${1}p" parts; }

select='expect "WX,ProgramNo=0001\r"
send "WX,OK\r"'
set_text() { # SN [ECHO]
	echo "$select
expect \"WX,PRG=0001,BLK=000,CharacterString=$1\\r\"
trickle \"WX,OK\\r\"
expect \"RX,PRG=0001,BLK=000,CharacterString\\r\"
send \"RX,OK,${2-$1}\\r\""
}
ready='expect "RX,Ready\r"
send "RX,OK,0\r"'
busy='expect "RX,Ready\r"
send "RX,OK,2\r"'
start='expect "WX,StartMarking\r"
send "WX,OK\r"'

# marks NAME PART HOW: a part through a marker that follows the file script
marks() {
	peer "$3" script
	part "$2" >in
	try preloaded mk-laser -d "text:md.profile?port=$place" <in
	peer_end
}
# result: what the record says, then what the peer says
result() { echo "$st $(field mark_result "$out") $(field mark_reason "$out") $(field mark_ack "$out") | $said"; }

# ---- all is well ----

sn=$(field sn "$(part 1)")
for how in pty tcp; do
	n1=1; [ $how = pty ] || n1=2
	sn=$(field sn "$(part $n1)")
	{ set_text "$sn"; echo "$busy
$ready
$start
$busy
$busy
$ready"; } >script
	marks "a part" $n1 $how
	is "$how: set, read back, compared, triggered, waited for" "$(result) $err" "0 ok  done | done "
	is "$how: the device is the port" "$(field mark_device "$out")" "text:$place"
	is "$how: it has no vectors, but a time" "$(field mark_vectors "$out")$(field mark_crc "$out")" ""
	like "$how: in ms" "$(field mark_ms "$out")" "[0-9]*.0"
	is "$how: the store knows" "$(mk-trace find "id:$(field id "$(part $n1)")" --columns mark_result)" mark_result:ok
done
{ set_text "$(field sn "$(part 3)")"; echo "$ready
$start
$ready"; set_text "$(field sn "$(part 4)")"; echo "$ready
$start
$ready"; } >script
peer tcp script
{ part 3; part 4; } >in
try mk-laser -d "text:md.profile?port=$place" <in
peer_end
is "two parts, one connection" "$st $(cut -f1 out | wc -l) $said" "0 2 done"

# ---- what goes wrong before the trigger: surely no mark, and no trigger was sent ----

sn=$(field sn "$(part 5)")
set_text "$sn" "${sn}X" >script
marks "" 5 pty
is "a wrong echo: no trigger, no mark" "$(result)" "3 fail device  | done"
is "and what is there is said" "$err" "mk-laser: text:md.profile: state readback: the device holds '${sn}X', not '$sn'"
echo "$select
expect \"WX,PRG=0001,BLK=000,CharacterString=$(field sn "$(part 6)")\\r\"
send \"WX,NG,0042,too long\\r\"" >script
marks "" 6 tcp
is "NG: no mark" "$(result)" "3 fail device  | done"
is "in the marker's words" "$err" "mk-laser: text:md.profile: state set: the device says 'WX,NG,0042,too long'"
{ set_text "$(field sn "$(part 7)")"; echo 'expect "RX,Ready\r"
send "RX,OK,1\r"'; } >script
marks "" 7 pty
is "a marker in error: no mark" "$(result) ${err##*md.profile: }" "3 fail device  | done state ready: the device says 'RX,OK,1'"
printf '%s\n' 'expect "WX,ProgramNo=0001\r"' 'expect "WX,ProgramNo=0001\r"' 'expect "WX,ProgramNo=0001\r"' >script
marks "" 8 tcp
is "silence: asked three times, then no mark" "$(result) ${err##*md.profile: }" "3 fail device  | done state select: no answer in time"
printf '%s\n' 'expect "WX,ProgramNo=0001\r"' 'send "\x00\xffgarbage\r"' >script
marks "" 9 pty
is "garbage: no mark" "$(result) ${err##*md.profile: }" \
	"3 fail device  | done state select: an answer that the profile does not expect: '\\x00\\xffgarbage'"
printf '%s\n' 'expect "WX,ProgramNo=0001\r"' hangup >script
marks "" 10 tcp
is "hung up: no mark" "$(result | sed 's/|.*//')${err##*md.profile: }" "3 fail device  state select: $place: the far end hung up"
printf '%s\n' 'expect "WX,ProgramNo=0001\r"' hangup >script
marks "" 11 pty
like "unplugged: no mark" "$(result)${err##*md.profile: }" "3 fail device  |*state select: $place: the device is gone: is its cable in, and its power on*"

# ---- after the trigger everything but done is in doubt, and it is never repeated ----

{ set_text "$(field sn "$(part 12)")"; echo "$ready"; echo 'expect "WX,StartMarking\r"'; } >script
marks "" 12 pty
is "no answer to the trigger: in doubt, and it is not repeated" "$(result) ${err##*md.profile: }" \
	"3 unknown device  | done state trigger: no answer in time"
is "so the store has it" "$(mk-trace find "id:$(field id "$(part 12)")" --columns mark_result,mark_reason)" \
	"mark_result:unknown	mark_reason:device"
part 12 >in
peer tcp script
try mk-laser -d "text:md.profile?port=$place" <in
kill $peer 2>/dev/null; wait $peer 2>/dev/null
like "it is not marked again" "$st $(field mark_reason "$out")" "1 begun"
{ set_text "$(field sn "$(part 13)")"; echo "$ready"; echo 'expect "WX,StartMarking\r"
send "WX,NG,0001,x\r"'; } >script
marks "" 13 tcp
is "NG to the trigger: in doubt" "$(result)" "3 unknown device  | done"
{ set_text "$(field sn "$(part 14)")"; echo "$ready
$start
$busy"; echo 'expect "RX,Ready\r"
send "RX,OK,1\r"'; } >script
marks "" 14 tcp
is "an error while it marks: in doubt" "$(result)" "3 unknown device  | done"
{ set_text "$(field sn "$(part 15)")"; echo "$ready"; echo 'expect "WX,StartMarking\r"
hangup'; } >script
marks "" 15 tcp
is "gone after the trigger: in doubt" "$(result | sed 's/|.*//')" "3 unknown device  "

# ---- what may not be marked is refused before anything is sent ----

: >script
sed 's/charset .*/charset   "0-8"/; s/max=9/max=5/' md.profile >narrow.profile
part 16 >in
peer tcp script
try mk-laser -d "text:narrow.profile?port=$place" <in
peer_end
is "too long a text is refused, not cut" "$st $(field mark_result "$out") $(field mark_reason "$out") $said" "1 refused text done"
is "says where" "$err" "mk-laser: $(field id "$(part 16)"): refused: narrow.profile:13: field text: 9 bytes, and at most 5: it is not cut"
part 16 | sed 's/	sn:[^	]*/	sn:12A/' >in
peer tcp script
try mk-laser -d "text:narrow.profile?port=$place" <in
peer_end
is "a character that cannot be marked is refused" "$st $said ${err##*profile:13: }" "1 done field text: byte 3 (0x41) is not in its charset: it cannot be marked"
part 16 | sed 's/	sn:[^	]*//' >in
peer tcp script
try mk-laser -d "text:md.profile?port=$place" <in
peer_end
is "a field that is not there is refused" "$st $said ${err##*profile:13: }" "1 done field text: the record has no field 'sn'"
: >in
run "no port" 2 "" "mk-laser: device text:md.profile: which port? Say text:md.profile?port=/dev/ttyS0 or ?port=tcp:HOST:PORT" \
	mk-laser -d text:md.profile <in
run "no such profile" 2 "" "mk-laser: none: no such file here, and no profile of that name in $MK_DATA" mk-laser -d text:none <in
run "no such setting" 2 "" "mk-laser: device text:md.profile: lens=1: no such setting: there is port, baud, bits, parity, stop, flow" \
	mk-laser -d 'text:md.profile?lens=1' <in
run "nobody there" 3 "" "mk-laser: tcp:127.0.0.1:1: cannot connect: Connection refused: is the device on, and this its address and port?" \
	mk-laser -d 'text:md.profile?port=tcp:127.0.0.1:1' <in
for p in $(grep -l '^kind *marker' "$profiles"/*.profile); do
	try env MK_DATA="$profiles" mk-laser -d "text:$(basename "$p" .profile)?port=tcp:127.0.0.1:1" <in
	like "$(basename "$p") is a good profile, found by its name" "$st $err" "3 *cannot connect*"
done

# ---- EZCAD2: the marker is the client, and its question is what starts a part ----

port=$((20000 + $$ % 20000))
cat >script <<EOT
send "TCP:Give me string"
expect "$(field hri "$(part 17)")"
pause 40
send "TCP:Give me string"
expect "$(field hri "$(part 18)")"
EOT
peer connect script $port
{ part 17; part 18; } >in
try env MK_DATA="$profiles" mk-laser -d "text:ezcad2-tcp?port=listen:$port" <in
peer_end
is "EZCAD2: each question gets the next text, once" "$st $err $said $(cut -f1 out | wc -l)" "0  done 2"
is "mark_ack says how little it says" "$(field mark_ack "$(sed -n 2p out)") $(field mark_result "$(sed -n 2p out)")" "sent ok"
printf '%s\n' 'send "Hello"' >script
peer connect script $port
part 19 >in
try env MK_DATA="$profiles" mk-laser -d "text:ezcad2-tcp?port=listen:$port" <in
peer_end
is "another question gets nothing: no mark" "$(result) ${err##*ezcad2-tcp: }" \
	"3 fail device  | done state trigger: it asks what the profile does not expect: 'Hello'"

# ---- told to end ----

# ends NAME PART WANT: a marker that says nothing once it got the last thing in the script
ends() {
	peer tcp script
	part "$2" >in
	mk-laser -d "text:slow.profile?port=$place" <in >out 2>err & laser=$!
	await grep -q "done" said
	kill -TERM $laser
	wait $laser 2>/dev/null; st=$?
	wait $peer
	is "$1" "$st $(field mark_result "$(cat out)") $(field mark_reason "$(cat out)")" "$3"
}
sed 's/timeout .*/timeout 60000/; s/retry .*/timeout 60000/' md.profile >slow.profile
echo 'expect "WX,ProgramNo=0001\r"' >script
ends "a signal before the trigger: no mark" 20 "143 fail interrupted"
mk-serial take bracket -n 1 >parts
{ set_text "$(field sn "$(part 1)")"; echo "$ready"; echo 'expect "WX,StartMarking\r"'; } >script
ends "a signal after it: in doubt" 1 "143 unknown interrupted"

# ---- the manual's examples ----

awk '/^\.Bd/ { n++; f = "man" n ".profile"; next } /^\.Ed/ { f = "" } f != "" { gsub(/\\e/, "\\"); print >f }' \
	"$top/man/mkprofile.5"
: >in
try mk-laser -d 'text:man1.profile?port=tcp:127.0.0.1:1' <in
like "the manual's marker is a good profile" "$st $err" "3 *cannot connect*"
run "its reader, too" 2 "" "mk-laser: man2.profile: this profile is of a reader, not of a marker" \
	mk-laser -d text:man2.profile <in
plan
