#!/bin/sh
# --help of each tool and verb agrees with its manual page, and always works.
. "${0%/*}/../lib.sh"

version=$(cat "$top/VERSION")
long() { grep -oE -e '(^|[^a-z0-9-])--[a-z0-9][a-z0-9-]*' | sed 's/.*--/--/' | LC_ALL=C sort -u; }
page() { mandoc -Tascii -O width=500 "$1" | sed "s/.$(printf '\b')//g"; }
# section NAME: of a page in text
section() { awk -v name="$1" '/^[A-Z]/ { on = $0 == name } on'; }

page "$top/man/mk.7" | long >common_documented

# one COMMAND…: a tool, or a tool and a verb, whose SYNOPSIS is in synopsis. There
# an option may stand by its short name; help tells which long one that is.
one() {
	try "$@" --help
	is "$*: --help works" "$st$err" 0
	cp out help
	awk '/^Options:/ { on = 1; next } /^Common options:/ { on = 0 } on' help | long >own
	awk '/^Common options:/ { on = 1; next } /^Verbs:/ { on = 0 } on' help | long >common
	sed -n 's/^ *\(-.\), \(--[a-z-]*\).*/\1 \2/p' help >short
	[ $# -gt 1 ] && of=' ' || of=' [^a-z]'
	grep -E "^ *$*($of|\$)" synopsis | grep -oE -e '(^|[ [])--?[a-zA-Z][a-z-]*' | tr -d ' [' |
		awk 'FNR == NR { of[$1] = $2; next } { print $1 in of ? of[$1] : $1 }' short - |
		LC_ALL=C sort -u >manual
	is "$*: help and SYNOPSIS name the same options" "$(cat own)" "$(cat manual)"
	is "$*: mk(7) tells of each common option" "$(LC_ALL=C comm -23 common common_documented)" ''
	# an option without a word of help, or a short one without a long one
	is "$*: each option has a long name and help" \
		"$(grep -E '^ +-[a-zA-Z]( |=|$)|^ +(-.,)? *--[a-z-]+(=[^ ]*)?$' help)" ''
	try "$@" --usage
	is "$*: --usage works" "$st$err" 0
	try "$@" --version
	is "$*: --version works" "$st $out$err" "0 $1 $version"
	sh -c '"$@" --help' - "$@" >/dev/full 2>err
	is "$*: a full disk is seen: status" "$?" 3
	like "$*: and told" "$(cat err)" "$1: standard output: *"
	try "$@" --no-such-option
	is "$*: an unknown option: status" "$st $out" '2 '
	is "$*: and message" "$err" "$1: --no-such-option: unknown option: see $* --help"
}

for tool in mk-serial mk-layout mk-laser mk-verify mk-trace mk-line; do
	page "$top/man/$tool.1" | section SYNOPSIS >synopsis
	$tool --help >top_help
	verbs=$(awk '/^Verbs:/ { on = 1; next } /^$/ { on = 0 } on { print $1 }' top_help)
	default=$(head -1 top_help | grep -v ' VERB ')
	if [ -n "$default" ]; then
		one $tool
	fi
	[ -n "$verbs" ] || continue
	try $tool --help
	is "$tool: --help works" "$st$err" 0
	try $tool --version
	is "$tool: --version works" "$st $out$err" "0 $tool $version"
	$tool --help >/dev/full 2>err
	is "$tool: a full disk is seen" "$?" 3
	if [ -z "$default" ]; then
		run "$tool: no verb" 2 '' "$tool: no verb: see $tool --help" $tool
		run "$tool: an unknown verb" 2 '' "$tool: 'nope' is no verb: see $tool --help" $tool nope
	fi
	is "$tool: help and SYNOPSIS name the same verbs" \
		"$(echo "$verbs" | LC_ALL=C sort)" \
		"$(sed -n "s/^ *$tool \([a-z][a-z-]*\).*/\1/p" synopsis | LC_ALL=C sort -u)"
	for verb in $verbs; do
		one $tool "$verb"
		verb_long=$(awk -v v="$verb" '$1 == v { sub(/^ *[a-z-]+ */, ""); print; exit }' top_help)
		ok "$tool $verb: the list of verbs says what it does" test -n "$verb_long"
	done
done
for f in "$top"/man/*.[1-9]; do
	name=${f##*/}
	is "$name: its title is its name" "$(sed -n 's/^\.Dt \([A-Z-]*\) \([0-9]\)$/\1.\2/p' "$f" | tr A-Z a-z)" "$name"
done
plan
