#!/bin/sh
# CPU time to read and grade a mark. MK_BUILD names the build folder.
set -eu
. "${0%/*}/common"
echo '# a clean mark of 640x480, read and graded'
"$bench/grade"
