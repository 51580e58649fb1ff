#!/bin/sh
# mk-layout show, and templates and jobs looked at: pictures, lists, --lint.
. "${0%/*}/../lib.sh"
: >mk.conf
MK_CONF=mk.conf
export MK_CONF
cat >t.lay <<-'E'
	workarea 40 40
	pen thin power=40 freq=30000 speed=1000 line=0.1
	pen deep power=80.5 freq=20000 speed=500 line=0.3 passes=2
	line from=0,0 to=8,0 pen=thin
	text at=0,5 height=2.1 pen=thin data={n}
	rect at=0,-5 size=4,2 pen=deep
E
printf 'id:a1\tcode:X1\thri:no 1\tn:I\nid:b2\tn:L\nid:c3\tn:IL\n' | mk-layout -t t.lay >laid

# ---- the list ----
try mk-layout show <laid
is 'pens and all of each job' "$st$err
$(head -n 3 out | tr '\t' ' ')" "0
id:a1 share:pen power:40 freq:30000 speed:1000 strokes:2 mark_mm:10.1 jump_mm:9.1 ms:13.0
id:a1 share:pen power:80.5 freq:20000 speed:500 strokes:2 mark_mm:24.0 jump_mm:11.2 ms:52.1
id:a1 share:all strokes:4 mark_mm:34.1 jump_mm:20.3 ms:65.1"
is 'all is what the job says of itself' "$(sed -n 's/.*share:all	//p' out)" \
	"$(while IFS= read -r l; do
		echo "strokes:$(field lay_strokes "$l")${T}mark_mm:$(field lay_mark_mm "$l")${T}jump_mm:$(
			field lay_jump_mm "$l")${T}ms:$(field lay_ms "$l")"
	done <laid)"
try mk-layout show -t t.lay c3 <laid
is 'one part, with its elements' "$st$err
$(cut -f2-5 out | tr '\t' ' ')" '0
share:shape line:4 pen:thin strokes:1
share:text line:5 pen:thin strokes:2
share:shape line:6 pen:deep strokes:2
share:pen power:40 freq:30000 speed:1000
share:pen power:80.5 freq:20000 speed:500
share:all strokes:5 mark_mm:37.4 jump_mm:17.4'
is 'the elements are the whole' "$(awk -F'[\t:]' '/share:(shape|text)/ { sum += $NF } /share:all/ { all = $NF }
	END { print (sum > all - 0.2 && sum < all + 0.2) }' out)" 1
try mk-layout show 'no 1' <laid
is 'a part by its text' "$st $(cut -f1 out | sort -u)" '0 id:a1'
run 'no such part' 1 '' 'mk-layout: no record with a job is the part zz' mk-layout show zz <laid
printf 'id:a\n' >none
run 'no job at all' 1 '' 'mk-layout: no record with a job' mk-layout show <none
sed 's/from=0,0/from=0,1/' t.lay >other.lay
run 'the template of another job' 2 '' \
	'mk-layout: other.lay: this is not the template of that job: see its recipe_hash' \
	mk-layout show -t other.lay <laid
sed 's/L8000/L8001/' laid >hurt
try mk-layout show <hurt
like 'a job that is damaged' "$st $out$err" '2 mk-layout: a1: job: crc=*'

# ---- pictures ----
try mk-layout show --gcode - b2 <laid
is 'G-code' "$st$err
$(head -n 7 out | tr '\n' ' ')" '0
G21 G90 G94 M5 M4 S400 F60000 G0 X0.000 Y0.000 G1 X8.000 Y0.000 '
try mk-layout show --gcode - --s-max 255 <laid
is 'of another full power' "$(grep -c '^M4 S102 ' out) $(grep -c '^M4 S205.275 ' out)" '1 1'
try mk-layout show --svg - -t t.lay <laid
is 'SVG: pens as wide as they are, jumps in another colour' \
	"$st $(grep -o 'stroke-width="[0-9.]*"' out | tr '\n' ' ')$(grep -c 'stroke="#e0603a"' out)" \
	'0 stroke-width="0.100" stroke-width="0.300" stroke-width="0.015" 1'
try mk-layout show --svg - --width 0.2 <laid
is 'or as wide as asked for' "$(grep -o 'stroke-width="0.200"' out | wc -l)" 2
printf 'workarea 40 40\npen p power=4 freq=3 speed=5\nline from=-10,0 to=12,0 pen=p\n' >wide.lay
try mk-layout show --png p.png --px 20 -t t.lay <laid
# 8 + 2 mm wide from -2 to 8, high from -6 to 7.1, 1 mm around
is 'PNG' "$st $(od -An -tu1 -j16 -N8 p.png | awk '{ print $3 * 256 + $4, $7 * 256 + $8 }')" '0 240 302'
ok 'in colour' test "$(od -An -tu1 -j25 -N1 p.png | tr -d ' ')" = 2
mk-layout show --png - --px 20 -t t.lay <laid >q.png
ok 'the same to standard output' cmp -s p.png q.png
mk-layout -t t.lay --png r.png --svg r.svg <laid >again
ok 'the first job, as it is made' cmp -s again laid
is 'is drawn' "$(test -s r.png && grep -c '<path' r.svg)" 3
run 'two pictures for one stream' 2 '' \
	'mk-layout: standard output takes one of --svg, --png and --gcode: see mk-layout show --help' \
	mk-layout show --svg - --png - <laid
run 'pictures among records' 2 '' \
	"mk-layout: standard output is the records': name a file: see mk-layout --help" \
	mk-layout -t t.lay --svg - <laid
echo id:w | mk-layout -t wide.lay >wide
run 'a picture too large' 2 '' 'mk-layout: p.png: 24200 pixels a side are more than 20000: choose fewer to the mm' \
	mk-layout show --png p.png --px 1000 <wide
try mk-layout show --png nowhere/p.png <laid
is 'a picture that cannot be written' "$st $err" '3 mk-layout: nowhere/p.png: cannot make: No such file or directory'
if [ -e /dev/full ]; then
	mk-layout show --svg - <laid >/dev/full 2>err
	is 'a full disk' "$? $(cat err)" '3 mk-layout: standard output: cannot write: No space left on device'
fi
printf 'workarea 40 40\npen p power=4 freq=3 speed=5\nsymbol datamatrix at=0,0 size=8 pen=p data={n} fill=dots\n' >dots.lay
mk-layout -t dots.lay <laid >dotted
try mk-layout show --gcode - <dotted
is 'dots have no G-code' "$st $err" \
	'2 mk-layout: op 3: a dot (D) has no G-code that is safe: mark it with fill=hatch'

# ---- a template by itself ----
run 'a template that is good' 0 "t.lay:5: no sample of 'n': tried with '999999999'" '' mk-layout -t t.lay --lint
echo 'sample n=M' >>t.lay
run 'with a sample' 0 '' '' mk-layout -t t.lay --lint
sed -i 's/sample n=M/sample n=MMMMMMMMMMMMMMMMMMMMMMMMM/' t.lay
run 'a text too long at its longest' 2 '' \
	'mk-layout: t.lay:5: reaches x=59.600: outside the work area of 40 x 40 mm' mk-layout -t t.lay --lint
cat >tray.lay <<-'E'
	workarea 40 40
	pen p power=40 freq=30000 speed=1000 line=0.1
	array cols=3 rows=1 dx=15 skip=1
	sample code=0123456789
	op A
	circle at=0,0 radius=6 pen=p
	op B
	symbol datamatrix at=0,0 size=8 modules=10 pen=p data={code}
E
run 'each face, in the first and last nest' 2 '' \
	'mk-layout: tray.lay:6: reaches x=21.000: outside the work area of 40 x 40 mm (op A, nest 3)
mk-layout: tray.lay:8: data: 10 bytes do not fit a datamatrix of 10x10 modules (op B, nest 2)
mk-layout: tray.lay:8: data: 10 bytes do not fit a datamatrix of 10x10 modules (op B, nest 3)' \
	mk-layout -t tray.lay --lint
printf 'workarea 40 40\npen p power=4 freq=3 speed=5\nsymbol datamatrix at=0,0 size=8 pen=p data={code}\n' >gs1.lay
run 'code is GS1 where nothing says otherwise' 0 \
	"gs1.lay:3: no sample of 'code': tried with '010950600013435221MWMWMWMWMWMWMWMWMWMW'" '' \
	mk-layout -t gs1.lay --lint
plan
