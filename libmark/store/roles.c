#include "store/roles.h"

#include <string.h>

#include "store/schema.h"

static const char *const names[] = { "mk_line", "mk_reader", "mk_admin" };
#define NROLES (sizeof names / sizeof *names)

/* The first schema of the search path: where the tables are. */
static int
schema_name(struct mk_store *st, struct mk_buf *out, struct mk_err *e)
{
	struct mk_rows rows;
	const char *s;
	size_t n;
	int r = -1;

	if (mk_db_query(st->db, &rows, e, "SELECT CAST(quote_ident(current_schema()) AS TEXT)", "") == 0 &&
	    (r = mk_rows_next(&rows, e)) == 1) {
		s = mk_rows_text(&rows, 0, &n);
		if (mk_buf_add(out, s, n, e) == -1 || mk_buf_str(out, e) == NULL)
			r = -1;
	}
	mk_rows_done(&rows);
	return r == 1 ? 0 : -1;
}

static int
grants(struct mk_buf *out, const char *schema, struct mk_err *e)
{
	const struct mk_table *t;
	int r = 0;

	for (t = mk_schema_tables; r == 0 && t->name != NULL; t++) {
		r = mk_buf_addf(out, e, "REVOKE ALL ON %s.%s FROM PUBLIC, mk_line, mk_reader;\n"
			"GRANT SELECT ON %s.%s TO mk_line, mk_reader;\n", schema, t->name, schema, t->name);
		if (r == 0 && t->line != NULL)
			r = mk_buf_addf(out, e, "GRANT %s ON %s.%s TO mk_line;\n", t->line, schema, t->name);
		if (r == 0)
			r = mk_buf_addf(out, e, "ALTER TABLE %s.%s OWNER TO mk_admin;\n", schema, t->name);
	}
	if (r == 0)	/* a push numbers its new items by itself (ahead.c) */
		r = mk_buf_addf(out, e, "GRANT USAGE ON SEQUENCE %s.item_id_seq TO mk_line;\n", schema);
	return r;
}

int
mk_store_roles(struct mk_store *st, struct mk_buf *out, struct mk_err *e)
{
	struct mk_buf schema = {0};
	size_t i;
	int r;

	if (*st->hiwater != '\0')
		return mk_err(e, MK_EUSAGE, "a file has no roles: its owner and its mode say who may write "
			"it (chown, chmod)");
	if (schema_name(st, &schema, e) == -1)
		return -1;
	r = mk_buf_adds(out, "-- For psql, as a superuser, in the store's database. Then, for each line:\n"
		"--   CREATE USER line3 IN ROLE mk_line; \\password line3\n", e);
	for (i = 0; r == 0 && i < NROLES; i++)
		r = mk_buf_addf(out, e, "SELECT 'CREATE ROLE %s' WHERE NOT EXISTS (SELECT 1 FROM pg_roles "
			"WHERE rolname = '%s') \\gexec\n", names[i], names[i]);
	if (r == 0)
		r = mk_buf_addf(out, e, "GRANT USAGE ON SCHEMA %s TO mk_line, mk_reader;\n"
			"GRANT USAGE, CREATE ON SCHEMA %s TO mk_admin;\n", schema.p, schema.p);
	if (r == 0)
		r = grants(out, schema.p, e);
	mk_buf_clear(&schema);
	return r;
}

int
mk_roles_again(struct mk_store *st, struct mk_err *e)
{
	struct mk_buf schema = {0}, sql = {0};
	int64_t given;
	int r;

	if (*st->hiwater != '\0')
		return 0;
	r = mk_db_value(st->db, &given, e, "SELECT COUNT(*) FROM pg_roles r WHERE r.rolname = 'mk_line' AND "
		"has_table_privilege(r.oid, 'event', 'INSERT')", "");
	if (r == 1 && given > 0)
		r = schema_name(st, &schema, e) == -1 || grants(&sql, schema.p, e) == -1 ||
			mk_buf_str(&sql, e) == NULL ? -1 : mk_db_script(st->db, sql.p, e);
	mk_buf_clear(&schema);
	mk_buf_clear(&sql);
	return r == -1 ? -1 : 0;
}
