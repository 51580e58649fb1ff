#!/bin/sh
# Marks that are read, right/wrong, and the median CPU time of one, beside dmtxread and
# ZXingReader. Target: of 420 marks of a laser 370 right, of photographs as many as either
# peer reads, and none wrong. MK_MARKS names the folder of the photographs.
set -eu
. "${0%/*}/common"
marks=${MK_MARKS:-$top/../shared/data/marks}
"$bench/marks" synth
if [ -d "$marks" ]; then
	"$bench/marks" photos "$marks"/*-[0-9]*
else
	echo "no photographs: MK_MARKS names their folder"
fi
