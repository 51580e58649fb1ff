/* Records: what the reader takes is what the writer gives, byte for byte; a value
 * has one spelling; any bytes can be a value. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/rec.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define must(c) do { if (!(c)) abort(); } while (0)

static void
values(const struct mk_rec *rec)
{
	struct mk_buf raw = {0}, esc = {0};
	struct mk_err e;
	size_t i;

	for (i = 0; i < rec->n; i++) {
		const struct mk_field *f = &rec->f[i];

		raw.n = esc.n = 0;
		must(mk_key_ok(f->key, f->klen));
		must(mk_unescape(&raw, f->val, f->vlen, &e) == 0);
		must(mk_escape(&esc, raw.p, raw.n, &e) == 0);
		must(esc.n == f->vlen && (esc.n == 0 || memcmp(esc.p, f->val, esc.n) == 0));
	}
	mk_buf_clear(&raw);
	mk_buf_clear(&esc);
}

/* The records of a stream, written again, are the part of it that was read. */
static void
stream(const uint8_t *p, size_t n)
{
	int fd = memfd_create("rec", MFD_CLOEXEC), r;
	struct mk_buf out = {0};
	struct mk_rec rec = {0};
	struct mk_err e;
	struct mk_rdr in;

	must(fd != -1 && write(fd, p, n) == (ssize_t)n && lseek(fd, 0, SEEK_SET) == 0);
	mk_rdr_init(&in, fd, "fuzz");
	while ((r = mk_rec_read(&in, &rec, &e)) == 1) {
		values(&rec);
		rec.line = NULL;	/* so that it is put together from its fields */
		must(mk_rec_line(&rec, &out, &e) == 0 && mk_buf_addc(&out, '\n', &e) == 0);
	}
	must(r == 0 ? out.n == n : e.code == MK_ESYNTAX);
	must(out.n <= n && (out.n == 0 || memcmp(out.p, p, out.n) == 0));
	mk_rec_clear(&rec);
	mk_rdr_clear(&in);
	mk_buf_clear(&out);
	(void)close(fd);
}

/* Any bytes, set as a value, come back; other fields stay; job stays last. */
static void
set(const uint8_t *p, size_t n)
{
	static const char line[] = "id:x\tv:old\tjob:v1";
	struct mk_rec rec = {0}, again = {0};
	struct mk_buf out = {0}, raw = {0};
	struct mk_err e;
	size_t column;

	must(mk_rec_parse(&rec, line, sizeof line - 1, &column, &e) == 0);
	must(mk_rec_set(&rec, "v", p, n, &e) == 0 && mk_rec_set(&rec, "w", p, n, &e) == 0);
	must(mk_rec_line(&rec, &out, &e) == 0);
	must(mk_rec_parse(&again, out.p, out.n, &column, &e) == 0 && again.n == 4);
	must(again.f[0].klen == 2 && again.f[1].klen == 1 && again.f[3].klen == 3);
	must(mk_rec_bytes(&again, "v", &raw, &e) == 1 && mk_rec_bytes(&again, "w", &raw, &e) == 1);
	must(raw.n == 2 * n && (n == 0 ||
		(memcmp(raw.p, p, n) == 0 && memcmp(raw.p + n, p, n) == 0)));
	mk_rec_clear(&rec);
	mk_rec_clear(&again);
	mk_buf_clear(&out);
	mk_buf_clear(&raw);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	stream(p, n);
	set(p, n);
	return 0;
}
