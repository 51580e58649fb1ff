#!/bin/sh
# Templates that are wrong: each row of mklay(5)'s DIAGNOSTICS is told as it says there.
. "${0%/*}/../lib.sh"
: >mk.conf
MK_CONF=mk.conf
export MK_CONF
printf '<svg xmlns="http://www.w3.org/2000/svg">\n <text x="0">A</text></svg>\n' >text.svg
printf '<svg xmlns="http://www.w3.org/2000/svg">\n <path d="M0 0 L5 5"/>\n' >cut.svg
base='workarea 20 20
pen p power=40 freq=30000 speed=1000 line=0.1'

sed '1,/tests.cli.template.t runs/d;/^\.Ed/,$d;/^\.Bd/d;s/^\\&//;s/\\e/\\/g' \
	"$top/man/mklay.5" >rows
: >some
while IFS= read -r row; do
	case $row in
	'    '*)
		{ [ "${row#    1:}" != "$row" ] || echo "$base"; cat some; } >bad.lay
		try mk-layout -t bad.lay </dev/null
		case $err in *'was built without '*)
			skip "$(tail -n 1 some)" "$err"
			: >some
			continue ;;
		esac
		is "$(tail -n 1 some)" "$st $out$err" "2 mk-layout: bad.lay:${row#    }"
		: >some ;;
	*) printf '%s\n' "$row" >>some ;;
	esac
done <rows
ok 'they are many' test "$n" -gt 50

# what has no line
echo "$base" >bad.lay
run 'nothing to mark' 2 '' 'mk-layout: bad.lay: nothing to mark: write a symbol or a text line' \
	mk-layout -t bad.lay
echo 'pen p power=40 freq=30000 speed=1000' >bad.lay
run 'no work area' 2 '' "mk-layout: bad.lay: no workarea: write 'workarea WIDTH HEIGHT' in mm" \
	mk-layout -t bad.lay
plan
