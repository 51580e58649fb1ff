#!/bin/sh
# List packets of an LMC board, built of a job.
set -eu
top=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
"${MK_BUILD:-$top/build/default}/tests/bench/lmc"
