#!/bin/sh
# mk-verify -r: readers that decode by themselves, scripted on TCP and on a pty.
. "${0%/*}/../lib.sh"
setup_store
P=$top/libmark/port/profiles

# reader HOW LINE…: a reader that follows these lines; $at is its place
reader() {
	how=$1
	shift
	printf '%s\n' "$@" >script
	# one that only sends on a pty does not see that the tool is gone
	[ -z "${peer-}" ] || kill "$peer" 2>/dev/null
	rm -f place peer.out
	"$MK_BUILD/tests/sim/peer" "$how" place script >peer.out 2>&1 & peer=$!
	until [ -s place ]; do :; done
	at=$(cat place)
}
results() { sed 's/^id:\([^	]*\).*	verify_result:\([a-z]*\)\(	verify_reason:\([a-z_0-9]*\)\)*.*/\1:\2:\4/' out | tr '\n' ' '; }
gs1='id:(01)09506000134352(21)7\tcode:010950600013435210A\\x1d217'

for how in tcp pty; do
	reader $how 'expect "LON\r"' 'send "]d2010950600013435210A\x1d217\r"' 'expect "LON\r"' 'send "ERROR\r"' \
		'expect "LON\r"' 'trickle "OK,LON\rX3\r"' 'expect "LON\r"' 'send "Y\r"'
	printf "$gs1"'\nid:X2\tcode:X2\nid:X3\tcode:X3\nid:X4\tcode:X4\n' >in
	try preloaded mk-verify -r "$P/keyence-sr.profile@$at" <in
	is "Keyence SR, $how" "$st $(results)" "1 (01)09506000134352(21)7:ok: X2:fail:noread X3:ok: X4:fail:mismatch "
	is "Keyence SR, $how: what it was" "$(field verify_symbol "$(sed -n 1p out)") $(field verify_engine "$(sed -n 1p out)") $(field verify_read "$(sed -n 4p out)")" "datamatrix reader Y"
	wait $peer
	is "Keyence SR, $how: the peer is content" "$(cat peer.out)" "done"

	reader $how 'expect "||>TRIGGER ON\r\n"' 'send "||0:1[0]\r\n]d1X1\r\n"' 'expect "||>TRIGGER ON\r\n"' 'send "NOREAD\r\n"' \
		'expect "||>TRIGGER ON\r\n"' 'send "||0:1[105]\r\n"'
	printf 'id:X1\tcode:X1\nid:X2\tcode:X2\nid:X3\tcode:X3\nid:X4\tcode:X4\n' >in
	try preloaded mk-verify -r "$P/cognex-dmcc.profile@$at" <in
	is "Cognex DMCC, $how" "$st $(results)" "3 X1:ok: X2:fail:noread X3:fail:reader "
	is "Cognex DMCC, $how: it refuses" "$(sed -n 2p err)" "mk-verify: reader $P/cognex-dmcc.profile@$at: state read: the device says '||0:1[105]'"

	reader $how 'send "X1\r]C0X2\r\n]d1X3\rX4\n"'
	try preloaded mk-verify -r "$P/scanner.profile@$at" <in
	is "a scanner, $how, whatever ends its lines" "$st $(results)" "0 X1:ok: X2:ok: X3:ok: X4:ok: "
	is "a scanner, $how: what it was" "$(field verify_symbol "$(sed -n 2p out)")" code128
done

printf 'id:X1\tcode:X1\nid:X2\tcode:X2\n' >in
reader tcp 'send "X1\r"' 'expect "x"'
printf 'kind reader\nframe "{body}\\r"\nstate read\nexpect ok {code}\ntimeout 100\n' >quick.profile
try mk-verify -r "quick.profile@$at" <in
is "it is silent: the part says so, the run ends" "$st $(results)" "3 X1:ok: X2:fail:reader "
like "and why" "$(cat err)" "mk-verify: reader quick.profile@$at: state read: no answer in time
mk-verify: X2: fail: the reader gave no answer"
reader tcp 'send "X1\r"' hangup
try mk-verify -r "quick.profile@$at" <in
is "it is unplugged" "$st $(results)" "3 X1:ok: X2:fail:reader "
reader tcp 'send "]d2X1\r"' 'pause 50' 'send "]d1X2\r"'
printf "id:X1\tcode:X1\nid:(01)09506000134352(21)7\tcode:X2\n" >in
try mk-verify -r "quick.profile@$at" <in
is "FNC1 by the identifier" "$st $(results)" "1 X1:fail:fnc1 (01)09506000134352(21)7:fail:fnc1 "

# what comes is no code: bytes of every kind, a line without an end
reader tcp 'send "\x00\xff\x1b[31m\x80\r"' 'send "]\r"' 'send "]d\r"'
printf 'id:1\tcode:1\nid:2\tcode:2\nid:3\tcode:3\n' >in
try mk-verify -r "quick.profile@$at" <in
is "bytes of every kind" "$st $(results)" "1 1:fail:mismatch 2:fail:mismatch 3:fail:mismatch "
is "are in the record" "$(field verify_read "$(sed -n 1p out)")" '\x00\xff\x1b[31m\x80'
big=$(awk 'BEGIN { for (i = 0; i < 8000; i++) printf "A" }')
reader tcp "send \"$big\\r\""
try mk-verify -r "quick.profile@$at" <in
is "more than a code holds" "$st $(results)" "3 1:fail:reader "
run "no such profile" 2 "" "mk-verify: nope: no such file here, and no profile of that name in $MK_DATA" mk-verify -r nope@tcp:127.0.0.1:1 <in
run "no place" 2 "" "mk-verify: reader quick.profile: the profile names no port: say PROFILE@PLACE, such as keyence-sr@tcp:192.168.100.100:9004" mk-verify -r quick.profile <in
run "two sources" 2 "" "mk-verify: --image-field, -c, -r: one of them: see mk-verify --help" mk-verify -r quick.profile -c cmd:true <in
kill "$peer" 2>/dev/null
plan
