#!/bin/sh
# mk-verify around the line: the blank part before the laser, kept pictures judged again,
# known parts before a shift; and pictures that are hostile.
. "${0%/*}/../lib.sh"
grep -q '^#define HAVE_LEPTONICA' "$top/config.h" || { echo "1..0 # SKIP built without leptonica"; exit 0; }
setup_store
export MK_OPERATOR=eva
mk-serial take bracket -n 3 lot=L1 | mk-layout -t bracket.lay | mk-laser -d 'sim:pix?weak=2:15' >marked
pic() { field mark_image "$(sed -n "${1}p" marked)"; }
use='see mk-verify --help'

# ---- blank ----

# grey WIDTH HEIGHT DX DY [DEGREES]: a part, a bright rectangle with a dark one in it, as a
# PGM; turned clockwise around the middle
grey() {
	awk -v w="$1" -v h="$2" -v dx="$3" -v dy="$4" -v a="${5-0}" 'BEGIN {
		printf "P5\n%d %d\n255\n", w, h
		s = sin(a * 3.14159265 / 180); co = cos(a * 3.14159265 / 180)
		for (y = 0; y < h; y++)
			for (x = 0; x < w; x++) {
				p = x - dx - w / 2; q = y - dy - h / 2
				u = co * p + s * q + w / 2; v = co * q - s * p + h / 2
				c = (u > 60 && u < 220 && v > 50 && v < 150) ? "x" : "P"
				if (u > 100 && u < 130 && v > 70 && v < 100) c = "\036"
				printf "%s", c
			}
	}' </dev/null
}
grey 300 200 0 0 >right.pgm
grey 300 200 12 -7 >moved.pgm
printf 'arrival:7/1\tmark_image:moved.pgm\tcheck_result:fail\tcheck_time:x\n' >in
try mk-verify --check-blank --image-field mark_image <in
is "a blank part" "$st $err $(field check_result "$out") $(field check_operator "$out") $(field check_dx "$out")" "0  ok eva "
is "what was there stays, an old check goes" "$(printf '%s\n' "$out" | cut -f1,2)$(printf '%s' "$out" | grep -c check_time:x)" "arrival:7/1	mark_image:moved.pgm0"
try mk-verify --check-blank --image-field mark_image --reference right.pgm <in
near() { awk -v a="$1" -v b="$2" -v d="$3" 'BEGIN { exit !(a != "" && a - b < d && b - a < d) }'; }
is "how it lies is told, in pixels" "$st $(field check_dx "$out")" "0 "
ok "to the right: $(field check_dx_px "$out")" near "$(field check_dx_px "$out")" 12 .3
ok "up: $(field check_dy_px "$out")" near "$(field check_dy_px "$out")" 7 .3
ok "not turned: $(field check_rot "$out")" near "$(field check_rot "$out")" 0 .1
printf 'point 0 0\npoint 255 1\npixel 50\n' >cal
grey 300 200 12 -7 3 >turned.pgm
printf 'arrival:7/1\tid:x\tmark_image:turned.pgm\n' >turned
try mk-verify --check-blank --image-field mark_image --reference right.pgm --calibration cal <turned
ok "in mm, where the size of a pixel is known: $(field check_dx "$out")" near "$(field check_dx "$out")" .6 .015
ok "up: $(field check_dy "$out")" near "$(field check_dy "$out")" .35 .015
ok "turned clockwise, so less than 0: $(field check_rot "$out")" near "$(field check_rot "$out")" -3 .15
is "and not in pixels" "$st $(field check_dx_px "$out")" "0 "
# what is to be marked goes along with the part: 1 mm right of the middle
printf 'workarea 110 110\npen p power=40 freq=30000 speed=1000 line=0.05\n%s\nline from=0,0 to=1,0 pen=p\n' 'offset x={check_dx} y={check_dy} rotate={check_rot}' >with.lay
echo "$out" | mk-layout -t with.lay >laid
ok "a template follows it: $(sed 's/.* M/M/' laid)" awk -F '[ ,ML]+' '{ n = NF; x = $(n - 1); y = $n }
	END { exit !(x > 1580 && x < 1620 && y > 280 && y < 320) }' laid
printf 'arrival:7/1\tid:x\tmark_image:turned.pgm\n' | mk-verify --check-blank --image-field mark_image --reference right.pgm | mk-layout -t with.lay >laid 2>err
is "pixels are no mm: the template refuses them" "$(field lay_reason "$(cat laid)")" missing
printf "arrival:7/2\tmark_image:$(pic 1)\n" >in
try mk-verify --check-blank --image-field mark_image <in
is "a part that bears a code" "$st $(field check_result "$out") $(field check_reason "$out") $err" "1 fail blank mk-verify: 7/2: fail: the part bears a code already"
is "which one" "$(field check_read "$out")" "$(field code "$(sed -n 1p marked)")"
try mk-verify --check-blank --image-field mark_image --reference right.pgm <in
is "no place is told of it" "$st $(field check_dx_px "$out")$(field check_rot "$out")" "1 "
grey 300 200 900 0 >away.pgm
printf 'arrival:7/3\tmark_image:away.pgm\n' >in
try mk-verify --check-blank --image-field mark_image --reference right.pgm <in
is "no part" "$st $(field check_reason "$out")" "1 position"
try mk-verify --check-blank -c 'cmd:exit 1' <in
is "no camera" "$st $(field check_reason "$out")" "3 camera"
run "a reference alone" 2 "" "mk-verify: --reference: it belongs to --check-blank: $use" mk-verify --image-field x --reference right.pgm <in
try mk-verify --check-blank --image-field mark_image --reference mk.conf <in
like "a reference that is none" "$st $err" "2 mk-verify: --reference: mk.conf: no usable picture*"

# ---- replay ----

mk-verify --image-field mark_image --keep all --keep-dir kept <marked >was 2>err
try mk-verify replay kept
is "kept pictures, by the same rules" "$st $(tail -1 err)" "1 mk-verify: 3 pictures: 0 are judged otherwise now"
is "each with what was" "$(cut -f1 out | tr '\n' ' ')$(for l in 1 2 3; do field kept_result "$(sed -n ${l}p out)"; field verify_result "$(sed -n ${l}p out)"; done | tr '\n' ' ')" "$(cut -f1 was | tr '\n' ' ')ok ok fail fail ok ok "
printf 'ms fail>1000000\nnone fail<1\n' >new.gate
try mk-verify replay kept --gate new.gate
is "by other rules" "$st $(tail -1 err) $(field verify_reason "$(sed -n 1p out)")" "1 mk-verify: 3 pictures: 2 are judged otherwise now grade"
rm kept/*001.*.png
try mk-verify replay kept
like "a picture is gone" "$st $(head -1 err)" "1 mk-verify: kept/*001.*.rec: its picture is not there"
mkdir empty
run "nothing kept" 1 "" "mk-verify: empty: no picture was kept there" mk-verify replay empty
run "no folder" 3 "" "mk-verify: nowhere: No such file or directory" mk-verify replay nowhere
run "which folder" 2 "" "mk-verify: name the folder of the pictures that were kept: see mk-verify replay --help" mk-verify replay

# ---- challenge ----

{ sed -n 1p marked; sed -n 2p marked | sed 's/$/	want:fail/'; sed -n 2p marked | sed 's/$/	want:noread/'; } >set
try mk-verify challenge set --image-field mark_image
is "known parts, judged as they should be" "$st $(field id "$out") $(field calibrate_result "$out") $(field calibrate_parts "$out") $(field calibrate_wrong "$out") $(field calibrate_operator "$out")" "0 station:ST40 ok 3 0 eva"
ok "an event that the store takes" sh -c 'mk-trace add -q <out && mk-trace history station:ST40 | grep -q calibrate_set:set'
{ sed -n 1p marked | sed 's/$/	want:fail/'; sed -n 2p marked; sed -n 2p marked | sed 's/$/	want:mismatch/'; } >set
try mk-verify challenge set --image-field mark_image
is "not as they should be" "$st $(field calibrate_result "$out") $(field calibrate_reason "$out") $(field calibrate_wrong "$out")" "1 fail challenge 3"
is "which it says" "$(grep 'should be' err)" "mk-verify: $(field id "$(sed -n 1p marked)"): should be fail, and is ok
mk-verify: $(field id "$(sed -n 2p marked)"): should be ok, and is noread
mk-verify: $(field id "$(sed -n 2p marked)"): should be mismatch, and is noread"
: >none
run "no parts" 2 "" "mk-verify: none: no parts in it" mk-verify challenge none --image-field mark_image
run "no set" 2 "" "mk-verify: nowhere: cannot open: No such file or directory" mk-verify challenge nowhere --image-field mark_image
run "no source" 2 "" "mk-verify: say one of --image-field KEY, -c SPEC, -r PROFILE: see mk-verify challenge --help" mk-verify challenge set

# ---- hostile pictures: a reason each, never an end ----

i=0
hostile() { # NAME: the picture is in the file bad
	i=$((i + 1))
	mv bad "bad$i"
	printf 'id:H%d\tcode:H%d\tmark_image:bad%d\n' $i $i $i >>hostiles
}
: >hostiles
: >bad; hostile
printf 'P5\n20000 20000\n255\nx' >bad; hostile
printf 'P5\n99999 99999\n255\nx' >bad; hostile
printf 'P5\n-1 5\n255\nxxxxx' >bad; hostile
printf 'P2\n3 3\n65535\n1 2 3' >bad; hostile
printf '\211PNG\r\n\032\n' >bad; hostile
printf '\211PNG\r\n\032\n\0\0\0\rIHDR\177\377\377\377\177\377\377\377\010\0\0\0\0' >bad; hostile
head -c 2000 "$(pic 1)" >bad; hostile
{ head -c 500 "$(pic 1)"; head -c 3000 /dev/urandom; } >bad; hostile
printf '\377\330\377\340\0\020JFIF' >bad; hostile
printf 'II*\0\010\0\0\0\377\377' >bad; hostile
printf 'MM\0*\377\377\377\377' >bad; hostile
printf 'RIFF\377\377\377\377WEBPVP8 \377\377\377\377' >bad; hostile
printf 'BM\377\377\377\377\0\0\0\0\066\0\0\0\050\0\0\0\377\377\377\177\377\377\377\177' >bad; hostile
printf 'GIF89a\377\377\377\377\200\0\0' >bad; hostile
head -c 5000 /dev/urandom >bad; hostile
sed 's/^id:/id:Z/' marked | head -1 >>hostiles
try mk-verify --image-field mark_image <hostiles
is "each has a record" "$(wc -l <out)" $((i + 1))
is "with a reason" "$(grep -c 'verify_result:fail	verify_reason:[a-z]' out)" $((i + 1))
is "and a good picture behind them is read" "$(tail -1 out | tr '\t' '\n' | grep -c '^verify_symbol:')" 1
try mk-verify read bad* "$(pic 3)" --columns code
is "read says of each what is wrong, and goes on" "$st $(wc -l <err) $(field code "$out")" "1 $i $(field code "$(sed -n 3p marked)")"

mkfifo pipe
printf 'id:F1\tcode:F1\tmark_image:pipe\nid:F2\tcode:F2\tmark_image:empty\n' >in
try timeout 20 mk-verify --image-field mark_image <in
is "a pipe and a folder are no pictures, and waited for by nobody" "$st $(field verify_reason "$(sed -n 1p out)") $(field verify_reason "$(sed -n 2p out)") $(sed -n 1p err)" \
	"1 image image mk-verify: pipe: no picture: it is no file"

mk-verify now -c "cmd:cat $(pic 1)" --save one.png >/dev/null
is "the picture that came is what is saved" "$(cmp one.png "$(pic 1)" && echo same)" same
plan
