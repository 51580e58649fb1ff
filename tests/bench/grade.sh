#!/bin/sh
# CPU time to read and grade a mark. MK_BUILD names the build folder.
set -eu
top=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
echo '# a clean mark of 640x480, read and graded'
"${MK_BUILD:-$top/build/default}/tests/bench/grade"
