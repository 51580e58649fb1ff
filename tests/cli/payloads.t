#!/bin/sh
# Payloads of every scheme, marked and read back to the byte: published ones, and those
# that are known to come out wrong of symbol libraries.
. "${0%/*}/../lib.sh"
setup_store
cat >big.lay <<'END'
workarea 110 110
pen      fine power=40 freq=30000 speed=1000 line=0.05
symbol   datamatrix at=0,0 size=16 pen=fine data={code} fill=hatch
END

gs1='(01)09506000134352'
# NAME TAB what a scanner sends; one a line
{
	echo "AI 235, which ends in a separator (libzint lacks it)	(01)09506000134352(235)ABC(10)LOT"
	echo "FDA UDI formats v1.3: GS1	(01)51022222233336(11)141231(17)150707(10)A213B1(21)1234"
	echo "MIL-STD-130N, figure 8	[)><RS>05<GS>800406141419999960MH80312<GS>21MH80312<GS>950614141<GS>24099999<RS><EOT>"
	echo "MIL-STD-130N, text elements	[)><RS>12<GS>MFR 0CVA5<GS>SER 674A36458<RS><EOT>"
	echo "AIAG B-4	[)><RS>06<GS>P12345678<GS>12V123456789<GS>1TA2B4C6D8E<RS><EOT>"
	echo "HIBC, Zebra DS9908 manual	+A123BJC5D6E71G"
	echo "HIBC, zint	+A99912345/\$\$52001510X33"
	echo "Infineon: serial, material, order, year, week	71549142846550549911530"
	echo "Siemens: article and serial number	1P6ES7512-1SK01-0AB0+SC-H8P12345678"
	echo "Digital Link	https://id.gs1.org/01/09521234543213/10/A%2FB/21/1%252?11=261122"
	echo "IEC 61406	https://example.com/part?s=A-1"
	echo "a GRid	A12425GABC1234002M"
	printf 'UTF-8	\316\251 \320\226 \346\274\242\n'
	printf 'bytes	\\x80\377\376 end\n'
	# AIs of the dictionary that libzint refuses
	for el in '(03)09506000134352(21)A' "$gs1(716)12345678A" "$gs1(717)A1" "$gs1(7011)261122" "$gs1(7241)02(8017)123456789012345675" \
		"(8018)123456789012345675(7250)19700101" "(00)123456789012345675(4330)001230" '(00)123456789012345675(4333)000999-' '(8006)095060001343520102(21)A'; do
		printf '%s	%s\n' "AI of $el" "$el"
	done
} >list

# The record of a payload, marked, pictured, read: what was read is what it holds.
round() { # TEMPLATE SCANNED
	printf '%s\n' "$2" | mk-serial parse >rec && mk-layout -t "$1" <rec | mk-laser -d sim:pix |
		mk-verify --image-field mark_image >out && [ "$(field verify_result "$(cat out)")" = ok ]
}
while IFS=$T read -r name scanned; do
	if round big.lay "$scanned" 2>err; then pass "$name"; else fail "$name"; show "$(cat rec err)"; fi
done <list
plan
