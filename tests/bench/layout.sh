#!/bin/sh
# Jobs of a 22x22 Data Matrix and two lines of text, by CPU time, beside zint --batch that
# writes the symbol alone as SVG: at least as many a second. Memory flat over 100,000.
set -eu
. "${0%/*}/common"
cat >"$dir/t.lay" <<-'T'
	workarea 110 110
	pen fine power=40 freq=30000 speed=1000 line=0.1
	symbol datamatrix at=0,0 size=10 modules=22 pen=fine data={code}
	text at=0,-8 height=1.6 anchor=mid pen=fine data="SN {sn}"
	text at=0,-11 height=1.6 anchor=mid pen=fine data="LOT {lot}"
T
records() {
	awk -v n="$1" 'BEGIN {
		for (i = 1; i <= n; i++)
			printf "id:(01)09506000134352(21)%09d(10)L2611AB\tcode:010950600013435221%09d" \
				"\\x1d10L2611AB\tsn:%09d\tlot:L2611AB\n", i, i, i
	}' </dev/null
}
n=5000
records $n >"$dir/few"
records 100000 >"$dir/many"
sed 's/.*code:01\(.*\)21\(.........\)\\x1d10\([^	]*\).*/[01]\1[21]\2[10]\3/' "$dir/few" >"$dir/payloads"
mkdir "$dir/svg"
b() { label=$1 file=$2 count=$3; shift 3; "$bench/cpu" "$label" "$file" "$count" "$@" | tee -a "$dir/out"; }
# new files each, as users get them
export RUNS=1
b 'peer: zint --batch to SVG' "$dir/payloads" $n \
	zint -b DATAMATRIX --vers=7 --gs1 --batch -i "$dir/payloads" -o "$dir/svg/~~~~~.svg"
export RUNS=3
b 'mk-layout' "$dir/few" $n mk-layout -t "$dir/t.lay"
export RUNS=1
b 'mk-layout, 100,000' "$dir/many" 100000 mk-layout -t "$dir/t.lay"
awk '
{ cpu[NR] = $(NF - 5); peak[NR] = $(NF - 2) }
END {
	if (NR != 3 || cpu[1] <= 0 || cpu[2] <= 0) {
		print "layout.sh: the programs did not run: make bench builds them"
		exit 2
	}
	printf "%-28s %8.2f x zint --batch, at least 1: %s\n", "records a second", cpu[1] / cpu[2],
		(cpu[1] >= cpu[2] ? "good" : "TOO FEW")
	printf "%-28s %8.2f MB more than of 5,000, at most 2: %s\n", "memory of 100,000",
		peak[3] - peak[2], (peak[3] - peak[2] <= 2 ? "good" : "TOO MUCH")
	exit (cpu[1] < cpu[2] || peak[3] - peak[2] > 2)
}' "$dir/out"
"$MK_BUILD/tests/unit/order" | sed -n 's/^# //p;s/^ok [0-9]* - \(24x24\)/\1/p'
