#!/bin/sh
# mk-laser -d gcode: and svg:, which draw what a laser would do.
. "${0%/*}/../lib.sh"
setup_store
export MK_OPERATOR=eva
printf 'id:A\tjob:v1 n=5 crc=%s P400,30000,50 M-1000,0 L1000,500 W2000 L1000,-500\n' 00000000 >raw
crc() { # set the right checksum in a record with one job
	ops=$(sed 's/.*crc=[0-9a-f]* //' "$1")
	sed "s/crc=00000000/crc=$(printf %s "$ops" | gzip -c | tail -c 8 | od -An -tx4 -N4 | tr -d ' ')/" "$1"
}
crc raw >a
sed 's/id:A/id:B/' a >b
cat a b >in
try mk-laser -d 'gcode:out.nc?s_max=255&origin=10,20.5' <in
is "gcode: two parts" "$st $err $(cut -f 1 out | tr '\n' ' ')$(field mark_device "$(head -n 1 out)")" "0  id:A id:B gcode:$scratch/out.nc"
part='G21
G90
G94
M5
M4 S102 F3000
G0 X9.000 Y20.500
G1 X11.000 Y21.000
G4 P0.002000
G1 X11.000 Y20.000
M5'
is "gcode: the file" "$(cat out.nc)" "; A
$part
; B
$part"
sed 's/id:A/id:C/' a >in
try mk-laser -d gcode:out.nc <in
is "gcode: another one is appended" "$(grep '^;' out.nc | tr '\n' ' ')" "; A ; B ; C "
printf 'id:D\tjob:v1 n=3 crc=00000000 P400,30000,50 M0,0 D500\n' >raw
crc raw >in
try mk-laser -d gcode:out.nc <in
is "gcode: a dot is refused" "$st $(field mark_reason "$out") ${err##*refused: }" "1 field job: op 3: D: this device marks no dots: draw lines"
sed 's/id:A/id:E/' a >in
try mk-laser -d gcode:/dev/full <in
is "gcode: a full disk: not marked" "$st $(field mark_result "$out")" "3 fail"
like "gcode: says so" "$err" "mk-laser: *gcode:/dev/full: cannot write: No space left on device"
: >none
run "gcode: a wrong setting" 2 "" "mk-laser: device gcode:x: s_max=0: 0 is out of range: 1 to 1000000" mk-laser -d 'gcode:x?s_max=0' <none
run "gcode: no such setting" 2 "" "mk-laser: device gcode:x: px=1: no such setting: there is s_max, origin" mk-laser -d 'gcode:x?px=1' <none
run "gcode: no such folder" 3 "" "mk-laser: gcode:no/x: cannot make this file: No such file or directory" mk-laser -d gcode:no/x <none

sed 's/id:A/id:F/' a >in
try mk-laser -d svg:pix <in
is "svg: a drawing, named by its part" "$st $err $(field mark_image "$out")" "0  pix/F.svg"
like "svg: which is one" "$(cat pix/F.svg)" "*<svg *</svg>"
mk-laser --no-store -d svg:pix <in >/dev/null
is "svg: nothing is overwritten" "$(ls pix)" "F-2.svg
F.svg"
crc raw | sed 's/id:D/id:G/' >in
try mk-laser -d svg:pix <in
is "svg: dots can be drawn" "$st $(field mark_result "$out")" "0 ok"
run "svg: no setting" 2 "" "mk-laser: device svg:pix: px=1: it has no settings" mk-laser -d 'svg:pix?px=1' <none
plan
