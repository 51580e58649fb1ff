# For the tests that run documents: . tests/lib.sh first. A block of a document is
# a run of lines in which "$ …" is a command and what follows its output. A command
# goes on after a line that ends in | or \ or &&, inside single quotes, and up to
# the end of a here-document.

# The blocks that have commands: of a manual page's EXAMPLES (.Bd -literal) each by
# itself, of a text the indented ones, all as one: a line "@ N" (where it begins),
# then its lines.
blocks() {
	case $1 in
	*.[1-9]) awk '
		/^\.Sh / { on = $2 == "EXAMPLES" }
		/^\.Ed/ { if (in_block && has) printf "%s", text; in_block = 0 }
		in_block {
			if (/^\.\\"/)
				next
			gsub(/\\&/, ""); gsub(/\\-/, "-"); gsub(/\\e/, "\\")
			if (/^\$ /)
				has = 1
			text = text $0 "\n"
		}
		on && /^\.Bd .*-literal/ { in_block = 1; has = 0; text = "@ " NR + 1 "\n" }' "$1" ;;
	*) awk '
		function keep(  i) {
			for (i = from; from && has && i < NR; i++)
				out[i] = line[i]
			from = has = 0
		}
		/^    / {
			if (!from)
				from = NR
			line[NR] = substr($0, 5)
			has = has || /^    \$ /
			next
		}
		/^$/ { next }
		{ keep() }
		END {
			NR++
			keep()
			print "@ 1"
			for (i = 1; i < NR; i++)
				print out[i]
		}' "$1" ;;
	esac
}

# What differs from run to run: times, dates, milliseconds, the shift; and blanks
# between columns. A table is known by its head, a row of field names.
normal() {
	awk '
	function column(line, k,  start) {
		start = at[k]
		return substr(line, start, at[k + 1] - start)
	}
	/^[a-z][a-z0-9_]*(  +[a-z][a-z0-9_]*)+$/ {
		n = split($0, key, / +/)
		rest = $0
		pos = 1
		for (k = 1; k <= n; k++) {
			at[k] = pos
			match(substr($0, pos), /^[a-z0-9_]+ */)
			pos += RLENGTH
		}
		at[n + 1] = 10000
		table = 1
		gsub(/ +/, " ")
		print
		next
	}
	/^$/ { table = 0 }
	{
		if (table) {
			line = ""
			for (k = 1; k <= n; k++) {
				cell = column($0, k)
				if (key[k] ~ /(^|_)ms$/ && cell ~ /[0-9]/) cell = "MS "
				if (key[k] ~ /(^|_)shift$/ && cell ~ /[A-Z]/) cell = "SHIFT "
				line = line cell
			}
			$0 = line
		}
		gsub(/[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9](\.[0-9]+)?(Z|[+-][0-9][0-9]:[0-9][0-9])/, "TIME")
		gsub(/[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]/, "DATE")
		while (match($0, /_ms(:|":")[0-9.]+/)) {
			s = substr($0, RSTART, RLENGTH)
			sub(/[0-9.]+$/, "=MS", s)
			sub(/:/, "=", s)
			$0 = substr($0, 1, RSTART - 1) s substr($0, RSTART + RLENGTH)
		}
		gsub(/_shift:[A-Z][A-Za-z0-9]*/, "_shift:SHIFT")
		gsub(/  +/, " ")
		sub(/ +$/, "")
		print
	}' "$@"
}

# Turn the block on standard input into run.sh, cmd.N, at.N and want.N in folder
# $1; its first line is line $2 of the document.
script() {
	awk -v dir="$1" -v line="$2" '
	function quotes(s) { return gsub(/\047/, "", s) % 2 }
	{
		line_now = line + NR - 1
		if (!more && /^\$ /) {
			if (count)
				print "} >" dir "/out." count " 2>&1 </dev/null" >(dir "/run.sh")
			count++
			cmd = substr($0, 3)
			print cmd >(dir "/cmd." count)
			print line_now >(dir "/at." count)
			printf "" >(dir "/want." count)
			print "{\n" cmd >(dir "/run.sh")
			here = ""
			open = quotes(cmd)
		} else if (more) {
			cmd = $0
			print cmd >(dir "/run.sh")
			if (cmd == here)
				here = ""
			open = (open + quotes(cmd)) % 2
		} else if (count)
			print >(dir "/want." count)
		if ((more || /^\$ /) && here == "" && match(cmd, /<<-?[\047"]?[A-Z]+/)) {
			here = substr(cmd, RSTART, RLENGTH)
			gsub(/[^A-Z]/, "", here)
		}
		if (more || /^\$ /)
			more = here != "" || open || cmd ~ /(\||\\|&&)$/
	}
	END {
		print "} >" dir "/out." count " 2>&1 </dev/null" >(dir "/run.sh")
		print count >(dir "/count")
	}'
}

# Run the block in folder $1/block for document $2, from line $3 on, in the current
# folder; one test for each command.
run_block() {
	script "$1" "$3" <"$1/block"
	timeout 120 sh "$1/run.sh" >"$1/shell" 2>&1 </dev/null
	is "$2:$3: the shell itself says nothing" "$(cat "$1/shell")" ''
	i=1
	while [ $i -le "$(cat "$1/count")" ]; do
		normal "$1/out.$i" >"$1/got" 2>/dev/null || echo 'it did not run' >"$1/got"
		normal "$1/want.$i" >"$1/wanted"
		is "$2:$(cat "$1/at.$i"): $(cat "$1/cmd.$i")" "$(cat "$1/got")" "$(cat "$1/wanted")"
		i=$((i + 1))
	done
}
