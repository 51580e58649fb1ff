#!/bin/sh
# mk-verify: marks are graded, and the grades drawn. What each parameter must be, by
# exact pictures, is tests/unit/grade.c, gradeqr.c and linear.c.
. "${0%/*}/../lib.sh"
setup_store
V="mk-verify --time-limit 60 --image-field mark_image"	# of a slow machine, too

mk-serial take bracket -n 4 | mk-layout -t bracket.lay >jobs
mk-laser -d 'sim:pix?skip=2:60&weak=4:40' <jobs >marked
$V <marked >out 2>err
part() { sed -n "${1}p" out; }

is "a good mark has 4.0" "$(field verify_grade "$(part 1)") $(field verify_grade_text "$(part 1)") $(field verify_damage "$(part 1)")" "4.0 DPM4.0/0.8X/-/- 0"
is "it is a process grade to 29158" "$(field verify_grade_kind "$(part 1)") $(field verify_standard "$(part 1)")" "process 29158"
like "values have three decimals" "$(field verify_cc_value "$(part 1)")" "0.[0-9][0-9][0-9]"
is "the parameters" "$(part 1 | tr '\t' '\n' | sed -n 's/^verify_\([a-z0-9]*\):[0-9.]*$/\1/p' | tr '\n' ' ')" \
	"grade standard damage decode cc cm rm fpd l1 l2 qzl1 qzl2 ct ag an gn uec mr ms "
is "a mark that is mostly missing has 0.0" "$(field verify_reason "$(part 2)") $(field verify_grade "$(part 2)") $(field verify_decode "$(part 2)")" "noread 0.0 0.0"
ok "and its damage is counted: $(field verify_damage "$(part 2)")" [ "$(field verify_damage "$(part 2)")" -gt 40 ]
ok "a weak one has less contrast" awk -v a="$(field verify_cc_value "$(part 1)")" -v b="$(field verify_cc_value "$(part 4)")" 'BEGIN { exit !(b < a * .7) }'

mk-serial take bracket -n 1 | mk-layout -t bracket.lay | mk-laser -d 'sim:first?skip=1:60' >in
try $V <in
is "so has the first one of a run, of which nobody knows where it should be" \
	"$(field verify_reason "$out") $(field verify_grade "$out") $(field verify_decode "$out")" "noread 0.0 0.0"
ok "and its damage is counted: $(field verify_damage "$out")" [ "$(field verify_damage "$out")" -gt 40 ]
sed 1q marked >in
try $V --standard none <in
is "--standard none" "$st $(field verify_grade "$out")" "0 "
try $V --standard 15415 --aperture 0.5 --lighting 30Q --wavelength 650 <in
like "15415, with all that its text says" "$(field verify_grade_text "$out")" "[0-4].0/0.5X/650/30Q"
is "it has symbol contrast and modulation" "$(printf '%s\n' "$out" | tr '\t' '\n' | grep -c '^verify_sc:\|^verify_mod:\|^verify_cc:')" 2

cat >cal <<'E'
# of the camera over ST40
point 0 0
point 255 0.5
pixel 45
wavelength 660
lighting 45Q
E
$V <in >a 2>/dev/null
try $V --calibration cal <in
is "a calibrated grade" "$st $(field verify_grade_kind "$out")" "0 calibrated"
like "its text has the aperture in mil, and the light" "$(field verify_grade_text "$out")" "DPM4.0/1[0-9]/660/45Q"
ok "reflectances are the calibration's" awk -v a="$(field verify_mr_value "$(cat a)")" -v b="$(field verify_mr_value "$out")" 'BEGIN { exit !(b < a * .52 && b > a * .48) }'
try $V --calibration cal --aperture 8mil <in
like "an absolute aperture" "$(field verify_grade_text "$out")" "DPM[0-9.]*/08/660/45Q"

# ---- drawings ----
try $V --annotate 'see-{sn}.png' <marked
is "a drawing for each mark that was found" "$(ls see-*.png | tr '\n' ' ')" "see-000000001.png see-000000002.png see-000000003.png see-000000004.png "
ok "it is a picture" [ "$(od -An -c -N4 see-000000001.png | tr -d ' ')" = '211PNG' ]
ok "as large as the mark and its bars" [ "$(wc -c <see-000000001.png)" -gt 20000 ]
run "a field that is not there" 2 "" "mk-verify: --annotate: the record has no field 'serial'" sh -c "$V --annotate '{serial}.png' <in"
try $V --annotate no/a.png <in
is "a folder that is not there: it is told, the verdict passes" "$st $err $(field verify_grade "$out")" \
	"3 mk-verify: --annotate: no/a.png: cannot write: No such file or directory $(field verify_grade "$($V <in)")"

# ---- pictures without records ----
try mk-verify read "$(field mark_image "$(sed 1q marked)")"  -o ltsv
is "read grades, too" "$st $(field grade "$out") $(field damage "$out")" "0 4.0 0"
sed 's/^symbol.*/symbol code128 at=0,0 module=0.3 height=10 data={sn} fill=hatch pen=fine/; /^text/d' bracket.lay >linear.lay
mk-serial take bracket -n 1 | mk-layout -t linear.lay | mk-laser -d sim:pix >linear
try mk-verify read "$(field mark_image "$(cat linear)")" -o ltsv
if grep -q '^#define HAVE_ZXING' "$top/config.h"; then
	is "Code 128 is graded to 15416" "$(field standard "$out") $(field decode "$out") $(field decodability "$out")" "15416 4.0 4.0"
else skip "Code 128 is graded to 15416" "built without zxing-cpp"; fi

# ---- what is wrong ----
run "an unknown standard" 2 "" "mk-verify: --standard: '15417' is unknown: 15415, 29158, 15416, auto or none: see mk-verify --help" $V --standard 15417
run "an aperture" 2 "" "mk-verify: --aperture: '2' is no aperture: 0.2 to 1 of X, or 1mil to 100mil, 1um to 2500um: see mk-verify --help" $V --aperture 2
run "an absolute one without a pixel's size" 2 "" "mk-verify: --aperture: '8mil': how large a pixel is must be known: say --calibration FILE, with a line pixel UM: see mk-verify --help" $V --aperture 8mil
run "a lighting" 2 "" "mk-verify: --lighting: '60Q' is no lighting of ISO/IEC 29158: 30Q 45Q 90Q 30T 45T 30S 45S 90 or D: see mk-verify --help" $V --lighting 60Q
run "a wavelength" 2 "" "mk-verify: --wavelength: 'red' is not 200 to 2000 nm: see mk-verify --help" $V --wavelength red
run "no grade to draw" 2 "" "mk-verify: --standard none: then nothing is graded, and --annotate, --aperture and --calibration mean nothing: see mk-verify --help" $V --standard none --annotate a.png
bad() { printf '%s\n' "$2" >cal; run "calibration: $1" 2 "" "mk-verify: $3" $V --calibration cal; }
bad "a word" 'points 1 2' "cal:1:1: unknown word 'points': known are point, pixel, wavelength, lighting, target and response"
bad "one point" 'point 20 0.1' "cal: 1 points: two at least, such as \"point 20 0.04\" and \"point 220 0.86\""
bad "falling" 'point 20 0.1
point 10 0.2' "cal:2:7: grey levels rise from point to point"
bad "too bright" 'point 20 1.1' "cal:1:10: 1.1 is out of range: 0 to 1"
bad "too much" 'pixel 20 20' "cal:1:10: too much on the line"
bad "a lighting" 'lighting red' "cal:1:10: no lighting: 30Q 45Q 90Q 30T 45T 30S 45S 90 or D"
run "no such file" 2 "" "mk-verify: gone.cal: cannot open: No such file or directory" $V --calibration gone.cal
plan
