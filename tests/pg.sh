# For tests that need a PostgreSQL server: after lib.sh, . "$top/tests/pg.sh". The
# server is Debian's, in the test's own scratch folder, run by an unprivileged user,
# on a Unix socket; it ends with the test.
#
#   pg_start          start it (or skip the whole test where there is none)
#   pg_uri NAME       the URI of a new, empty database
#   pg_sql DATABASE SQL
pg_bin=$(pg_config --bindir 2>/dev/null)
[ -x "${pg_bin:-}/initdb" ] || pg_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
pg_dir=${MK_TEST_PG:-$scratch/pg}
pg_as() { # as an unprivileged user, also where we are root
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid=nobody --regid=nogroup --clear-groups env HOME="$pg_dir" "$@"
	else
		"$@"
	fi
}
pg_ctl() { pg_as "$pg_bin/pg_ctl" -s -D "$pg_dir/data" "$@" >>"$pg_dir/ctl.log" 2>&1 </dev/null; }
pg_start() {
	if [ ! -x "${pg_bin:-}/initdb" ]; then
		echo "1..0 # SKIP no PostgreSQL server: run scripts/deps check"
		exit 0
	fi
	if mk-trace init --store postgresql:///none 2>&1 | grep -q 'this build has no PostgreSQL'; then
		echo "1..0 # SKIP this build has no PostgreSQL"
		exit 0
	fi
	chmod 711 "$scratch"
	mkdir "$pg_dir" && : >"$pg_dir/ctl.log" && chmod 755 "$pg_dir"
	[ "$(id -u)" -ne 0 ] || chown nobody:nogroup "$pg_dir" "$pg_dir/ctl.log"
	pg_as "$pg_bin/initdb" -D "$pg_dir/data" -A trust -U mk -E UTF8 --locale=C -N \
		>"$pg_dir/initdb.log" 2>&1 || { cat "$pg_dir/initdb.log"; echo "Bail out! initdb"; exit 1; }
	cat >>"$pg_dir/data/postgresql.conf" <<-EOF
		listen_addresses = ''
		unix_socket_directories = '$pg_dir'
		fsync = ${pg_fsync:-off}
		max_connections = 60
		shared_buffers = 64MB
	EOF
	pg_up
	trap 'pg_ctl -m immediate stop; cd /; rm -rf "$scratch"' EXIT
}
pg_up() { pg_ctl -w -l "$pg_dir/log" start || { cat "$pg_dir/log"; echo "Bail out! no server"; exit 1; }; }
pg_down() { pg_ctl -w -m "${1:-fast}" stop; }
pg_sql() { # DATABASE SQL
	psql -X -q -A -t -h "$pg_dir" -U mk -d "$1" -c "$2"
}
pg_uri() {
	pg_sql postgres "CREATE DATABASE $1" && echo "postgresql://mk@/$1?host=$pg_dir"
}

# ---- lib.sh's stores under MK_TEST_STORE=pg: each is a schema of one database ----
pg_schema() { echo "$1_${scratch##*.}" | tr A-Z a-z; }
pg_place() {
	[ -e "$pg_dir/data/postmaster.pid" ] || pg_start
	pg_name=$(pg_schema "$1")
	store="postgresql://mk@/postgres?host=$pg_dir&options=-csearch_path%3D$pg_name"
	pg_sql postgres "SET client_min_messages = error; DROP SCHEMA IF EXISTS $pg_name CASCADE;
		CREATE SCHEMA $pg_name"
}
pg_ask() {
	PGOPTIONS=-csearch_path=$(pg_schema "$1") psql -X -q -A -t -v ON_ERROR_STOP=1 -h "$pg_dir" \
		-U mk -d postgres -c "$2"
}
# The tables, their rows and indexes; a copy that is there gets the rows anew. What comes
# after is not numbered on.
pg_copy() {
	from=$(pg_schema "$1") to=$(pg_schema "$2")
	[ "$(pg_sql postgres "SELECT COUNT(*) FROM pg_tables WHERE schemaname = '$to'")" != 0 ] || pg_place "$2"
	store="postgresql://mk@/postgres?host=$pg_dir&options=-csearch_path%3D$to"
	pg_sql postgres "SET client_min_messages = error; DO \$\$ DECLARE t text; BEGIN
		FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = '$from' LOOP
			EXECUTE format('CREATE TABLE IF NOT EXISTS $to.%I (LIKE $from.%I INCLUDING ALL)', t, t);
			EXECUTE format('DELETE FROM $to.%I', t);
			EXECUTE format('INSERT INTO $to.%I SELECT * FROM $from.%I', t, t);
		END LOOP; END \$\$"
}
