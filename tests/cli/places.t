#!/bin/sh
# Where a template's elements come to lie: groups, trays, faces, camera offsets; fonts,
# drawings; what may not meet.
. "${0%/*}/../lib.sh"
: >mk.conf
MK_CONF=mk.conf
export MK_CONF
pen='pen p power=40 freq=30000 speed=1000'
lay() { { echo 'workarea 100 100'; echo "$pen"; cat; } >t.lay; }	# the lines on stdin
# The ops of the job that one record gets.
ops() { printf '%b\n' "$1" | mk-layout -t t.lay 2>err | sed -n 's/.*job:v1 [^ ]* [^ ]* P[^ ]* //p'; }
xs() { tr ' ' '\n' | sed -n 's/^[ML]\(.*\),.*/\1/p' | sort -n | sed -n '1p;$p' | tr '\n' ' '; }
ys() { tr ' ' '\n' | sed -n 's/^[ML].*,\(.*\)/\1/p' | sort -n | sed -n '1p;$p' | tr '\n' ' '; }
hash_of() { field recipe_hash "$(echo id:x | mk-layout -t t.lay)"; }

# ---- groups ----
lay <<-'E'
	group at=10,5 rotate=90 scale=2
	line from=1,0 to=2,0 pen=p
	group at=1,1
	line from=0,0 to=1,0 pen=p
	end
	end
E
is 'a group scales, turns, then moves; groups go inside groups' "$(ops a:1)" \
	'M8000,7000 L8000,9000 M10000,9000 L10000,7000'
lay <<-'E'
	group scale=0.5
	text at=0,-8 height=4.2 pen=p data=I
	end
E
is 'a text in a group is smaller' "$(ops a:1 | ys)" '-4000 -1900 '

# ---- a tray ----
lay <<-'E'
	array cols=3 rows=2 dx=10 dy=20 order=snake skip=2
	line from=0,0 to=1,0 pen=p
E
printf 'id:%s\n' a b c d e f >in
try mk-layout -t t.lay <in
is 'each record goes to its nest' "$(tr '\t' ' ' <out | sed 's/ recipe:.*crc=[^ ]* P[^ ]* / /;s/ L.*//')" \
	'id:a tray:1 nest:1 M-9000,10000
id:b tray:1 nest:3 M10000,10000
id:c tray:1 nest:4 M10000,-10000
id:d tray:1 nest:5 M0,-10000
id:e tray:1 nest:6 M-9000,-10000
id:f tray:2 nest:1 M-9000,10000'
is 'or to the one that it names' "$(ops 'tray:T9\tnest:5')" 'M0,-10000 L1000,-10000'
printf 'id:x\tnest:2\n' >in
try mk-layout -t t.lay <in
is 'a nest that is skipped' "$st $(field lay_reason "$out") $err" \
	"1 nest mk-layout: t.lay:3: x: the array has no nest '2'"
sed -i s/snake/columns/ t.lay
is 'by columns' "$(ops 'nest:4')" 'M0,-10000 L1000,-10000'

# ---- faces ----
lay <<-'E'
	line from=0,0 to=1,0 pen=p
	op A
	line from=0,1 to=1,1 pen=p
	op B
	line from=0,2 to=1,2 pen=p
E
is 'face A' "$(ops op:A)" 'M0,0 L1000,0 M1000,1000 L0,1000'
is 'face B' "$(ops op:B)" 'M0,0 L1000,0 M1000,2000 L0,2000'
printf 'id:x\top:C\n' >in
try mk-layout -t t.lay <in
is 'no such face' "$st $(field lay_reason "$out") $err" "1 op mk-layout: t.lay:4: x: the template has no op 'C'"
echo id:x >in
try mk-layout -t t.lay <in
is 'no face at all' "$st $(field lay_reason "$out") $err" "1 missing mk-layout: t.lay:4: x: the record has no field 'op'"

# ---- as the camera saw it ----
lay <<-'E'
	offset x={check_dx} y={check_dy} rotate={check_rot}
	line from=1,0 to=2,0 pen=p
E
is 'moved and turned' "$(ops 'check_dx:0.5\tcheck_dy:-1.25\tcheck_rot:90')" 'M500,-250 L500,750'
printf 'id:x\tcheck_dx:wide\tcheck_dy:0\tcheck_rot:0\n' >in
try mk-layout -t t.lay <in
is 'an offset that is none' "$st $(field lay_reason "$out") $err" \
	"1 data mk-layout: t.lay:3: x: offset x: 'wide' is not a decimal number"

# ---- what meets ----
lay <<-'E'
	rect at=0,0 size=4,4 pen=p
	line from=0,0 to=5,0 pen=p
E
echo id:x >in
try mk-layout -t t.lay <in
is 'two elements meet' "$st $(field lay_reason "$out") $err" \
	'1 overlap mk-layout: t.lay:4: x: overlaps what line 3 marks: part them, or write overlap=yes'
# shellcheck disable=SC2016
sed -i '$s/$/ overlap=yes/' t.lay
try mk-layout -t t.lay <in
is 'as they may' "$st $err" '0 '

# ---- a long text ----
lay <<-'E'
	text at=0,0 height=2 width=10 pen=p data={n}
E
echo n:1234567890 >in
try mk-layout -t t.lay <in
like 'a text that does not fit' "$st $(field lay_reason "$out") $err" '1 fit mk-layout: t.lay:3: stdin:1: *10*'
# shellcheck disable=SC2016
sed -i '$s/$/ fit=shrink/' t.lay
# shellcheck disable=SC2046
set -- $(ops n:1234567890 | xs)
ok 'or is made to' test "$1" -gt 0 -a "$2" -gt 9000 -a "$2" -le 10000

# ---- passes, numbers with zeros ----
printf 'workarea 10 10\n%s passes=2\nline from=0,0 to=1,0 pen=p\n' "$pen" >t.lay
is 'two passes' "$(ops id:x)" 'M0,0 L1000,0 M0,0 L1000,0'
echo 'text at=0,0 height=2 pen=p data={n:4}' | lay
a=$(ops n:7)
echo 'text at=0,0 height=2 pen=p data=0007' | lay
is 'a number is filled up with zeros' "$a" "$(ops n:7)"

printf 'id:x\tm:1\n' >in
echo 'text at=0,0 height=2 pen=p data={n:4}' | lay
try mk-layout -t t.lay <in
is 'a number that is missing' "$st $(field lay_reason "$out") $err" "1 missing mk-layout: t.lay:3: x: the record has no field 'n'"

# ---- fonts and drawings ----
ttf=$(find /usr/share/fonts -name DejaVuSans.ttf 2>/dev/null | head -n 1)
without() { echo id:x | mk-layout -t t.lay 2>&1 | grep 'was built without '; }
echo "text at=0,0 height=5 pen=p font=$ttf data=A" | lay
if why=$(without); then
	skip 'TrueType' "$why"
elif [ "$ttf" ]; then
	echo "text at=0,0 height=5 pen=p font=$ttf data=Öß pitch=0.2" | lay
	ok 'letters of a TrueType font are filled' test "$(ops id:x | tr ' ' '\n' | grep -c ^L)" -gt 40
	h1=$(hash_of)
	cp "$ttf" own.ttf && printf x >>own.ttf && sed -i "s|font=[^ ]*|font=own.ttf|" t.lay
	h2=$(hash_of)
	h3=$( { cat t.lay; echo; cat own.ttf; echo; } | sha256sum | cut -d' ' -f1)
	is 'a font is part of the recipe' "$h2 $(test "$h1" = "$h2"; echo $?)" "$h3 1"
else
	skip 'TrueType' 'there is no DejaVuSans.ttf'
fi
cat >logo.svg <<-'E'
	<svg xmlns="http://www.w3.org/2000/svg"><g transform="translate(5 5)">
	<path d="M0 0h20v10h-20z" fill="none"/></g><title>no mark</title></svg>
E
echo 'svg logo.svg at=10,20 width=4 pen=p' | lay
if why=$(without); then
	skip 'drawings' "$why"
	plan
	exit
fi
is 'a drawing, centred, y up' "$(ops id:x | tr ' ' '\n' | sed 's/^.//' | sort -u | tr '\n' ' ')" \
	'12000,19000 12000,21000 8000,19000 8000,21000 '
h1=$(hash_of)
sed -i s/20v10/20v30/ logo.svg
h2=$(hash_of)
is 'it is part of the recipe' "$h2 $(test "$h1" = "$h2"; echo $?)" \
	"$( { cat t.lay; echo; cat logo.svg; echo; } | sha256sum | cut -d' ' -f1) 1"
plan
