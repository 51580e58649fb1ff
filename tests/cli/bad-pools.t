#!/bin/sh
# mkpool(5), DIAGNOSTICS: each row of the table is what mk-serial define says to those
# lines; the status is 2, and nothing is kept.
. "${0%/*}/../lib.sh"
mk-trace init --store s.db
export MK_STORE=s.db

# Lines "ROW TAB MESSAGE", as people read them.
awk '
function text(s) {
	gsub(/\\\(dq/, "\"", s)
	gsub(/\\&/, "", s)
	gsub(/\\e/, "\\", s)
	return s
}
function flush() {
	if (row != "")
		print text(row) "\t" text(message)
	row = ""
}
/^\.Sh/ { on = $2 == "DIAGNOSTICS" }
/^\.(It|El)/ { flush() }
on && /^\.It Li / { row = substr($0, 8); message = ""; next }
on && row != "" { message = message (message == "" ? "" : " ") $0 }' "$top/man/mkpool.5" >table

# The pool that the table speaks of, with a row's lines.
pool() {
	printf '%s\n' "$1" | awk '{
		n = split($0, line, / ; /)
		for (i = 1; i <= n; i++) {
			split(line[i], w, " ")
			gone[w[1] == "without" ? w[2] : w[1]]
		}
		if (!("name" in gone)) print "name p"
		if (!("pattern" in gone)) print "pattern a{n:3}"
		if (!("to" in gone)) print "to 999"
		for (i = 1; i <= n; i++)
			if (line[i] !~ /^without /)
				print line[i]
	}' >p.pool
}

is "the table is there" "$([ "$(wc -l <table)" -ge 60 ] && echo yes)" yes
while IFS=$T read -r row message; do
	pool "$row"
	try mk-serial define p.pool
	place=${err%%: *}
	rest=${err#mk-serial: }
	case $rest in
	p.pool:[0-9]*:[0-9]*:\ *|p.pool:\ *) place='file' ;;
	esac
	is "$row" "$st $place ${rest#p.pool*: }" "2 file $message"
done <table
pool 'from 1'
run "nothing was kept" 0 "" "" mk-serial list
run "the pool itself is fine" 0 "" "" mk-serial define p.pool
plan
