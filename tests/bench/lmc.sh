#!/bin/sh
# List packets of an LMC board, built of a job.
set -eu
. "${0%/*}/common"
"$bench/lmc"
