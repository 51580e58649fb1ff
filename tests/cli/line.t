#!/bin/sh
# mk-line: never two parts in flight; either end may start first; either end killed,
# the other ends with 3.
. "${0%/*}/../lib.sh"

# One stage behind wait and one before gate write into one log. In a pipe that only
# buffers, wait would run ahead: in in in … out out out.
stage() { while IFS= read -r line; do echo "$1" >>log; printf '%s\n' "$line"; done; }
: >log
mk-line wait --on none -n 20 --token T 2>w.err | stage in | cat | stage out |
	mk-line gate --token T >gated 2>g.err
is "20 parts came through" "$(wc -l <gated)" 20
is "never two in flight" "$(sort -u log | tr '\n' ' ')$(uniq log | wc -l)" "in out 40"
is "they are numbered" "$(sed 's/.*\///' gated | tr '\n' ' ')" \
	"$(seq 1 20 | tr '\n' ' ')"
is "of one run" "$(sed 's/\/.*//' gated | sort -u | wc -l)" 1
is "and nothing was said" "$(cat w.err g.err)" ""
is "the FIFO is private" "$(stat -c %A T)" "prw-------"

ends() { # status of wait, of gate
	cat w.st g.st | tr '\n' ' '
}
wait_() { mk-line wait --token T "$@" 2>w.err; echo $? >w.st; }
gate_() { mk-line gate --token T 2>g.err; echo $? >g.st; }

wait_ --on none -n 3 | gate_ >/dev/null
is "both ends say 0" "$(ends)" "0 0 "

# Parts that arrive as lines; the last, unfinished line is no part.
printf '\n\nx' | wait_ --on enter | gate_ >gated
is "each line is an arrival" "$(wc -l <gated) $(ends)" "2 0 0 "
: | wait_ --on enter | gate_ >gated
is "no arrival, no part" "$(wc -l <gated) $(ends)" "0 0 0 "

# gate first: it is running and has sent its token before wait starts.
rm -f T; mkfifo pipe
(gate_ <pipe >gated) &
exec 9>pipe
until [ -p T ]; do :; done
wait_ --on none -n 2 >&9
exec 9>&-
wait
is "gate started first" "$(wc -l <gated) $(ends)" "2 0 0 "
# wait first
rm -f T
exec 9<>pipe
(exec >pipe 9>&-; wait_ --on none -n 2) &
until [ -p T ]; do :; done
(exec <pipe 9>&-; : >reading; gate_ >gated) &
until [ -e reading ]; do :; done
exec 9>&-
wait
is "wait started first" "$(wc -l <gated) $(ends)" "2 0 0 "

# Kill one end when some parts are through.
rm -f T gated; mkfifo in
(mk-line wait --on enter --token T <in >pipe 2>w.err; echo $? >w.st) &
(mk-line gate --token T <pipe >gated 2>g.err & echo $! >pid; wait $!; echo $? >g.st) 2>/dev/null &
exec 9>in
printf '\n' >&9
until [ -s gated ] && [ -s pid ]; do :; done
kill -KILL "$(cat pid)"
wait
exec 9>&-
is "gate killed: wait ends with 3" "$(ends)" "3 137 "
like "and says why" "$(cat w.err)" "mk-line: * is gone"

rm -f T gated pid
(mk-line wait --on enter --token T <in >pipe 2>w.err & echo $! >pid; wait $!; echo $? >w.st) 2>/dev/null &
(mk-line gate --token T <pipe >gated 2>g.err; echo $? >g.st) &
exec 9>in
printf '\n' >&9
until [ -s gated ] && [ -s pid ]; do :; done
kill -KILL "$(cat pid)"
wait
exec 9>&-
is "wait killed: gate ends with 3" "$(ends)" "137 3 "
is "and says why" "$(cat g.err)" \
	"mk-line: the pipe ended before mk-line wait did: a tool before this one stopped"

# A tool between the ends that stops is an end of the line, for both.
wait_ --on none | sed -u 2q | gate_ >gated
is "a tool in the middle stops: both end with 3" "$(ends)" "3 3 "

run "gate alone" 3 "" "mk-line: the pipe ended before mk-line wait did: a tool before this one stopped" \
	sh -c 'mk-line gate --token T </dev/null'
# A second wait on the same token.
exec 8<>T
flock_() { perl -e 'use Fcntl ":flock"; open F, "<", "T"; flock F, LOCK_EX; $| = 1; print "\n"; <STDIN>'; }
mkfifo go held
(flock_ <go >held) &
exec 7>go
read -r _ <held
run "a token has one owner" 3 "" "mk-line: T: another mk-line wait has this token" \
	mk-line wait --on none --token T
exec 7>&- 8>&-
wait

echo hello >plain
run "a file is no token" 2 "" "mk-line: plain: not a FIFO of this user: name another" \
	mk-line wait --on none --token plain
run "gate has something to do" 2 "" "mk-line: nothing to do: say --ok SIGNAL, --nok SIGNAL or --token FIFO: see mk-line gate --help" mk-line gate
run "wait needs to know on what" 2 "" \
	"mk-line: --on SIGNAL is needed: what tells that a part has arrived: see mk-line wait --help" mk-line wait --token T
run "0 parts are none" 2 "" "mk-line: -n: 0 is out of range: 1 to 18446744073709551615" \
	mk-line wait --on none -n 0 --token T
plan
