#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void
fill(struct mk_err *e, int code, int sys, const char *fmt, va_list ap)
{
	e->code = code;
	e->retry = false;
	e->sys = sys;
	(void)vsnprintf(e->msg, sizeof e->msg, fmt, ap);
}

int
mk_err(struct mk_err *e, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(e, code, 0, fmt, ap);
	va_end(ap);
	return -1;
}

int
mk_err_sys(struct mk_err *e, int code, const char *fmt, ...)
{
	int sys = errno;
	size_t n;
	va_list ap;

	va_start(ap, fmt);
	fill(e, sys == EPIPE ? MK_EPIPE : code, sys, fmt, ap);
	va_end(ap);
	n = strlen(e->msg);
	(void)snprintf(e->msg + n, sizeof e->msg - n, ": %s", strerror(sys));
	return -1;
}

int
mk_err_nomem(struct mk_err *e)
{
	return mk_err(e, MK_ENOMEM, "out of memory");
}

int
mk_err_at(struct mk_err *e, const char *fmt, ...)
{
	char what[sizeof e->msg];
	size_t n;
	va_list ap;

	memcpy(what, e->msg, sizeof what);
	va_start(ap, fmt);
	(void)vsnprintf(e->msg, sizeof e->msg, fmt, ap);
	va_end(ap);
	n = strlen(e->msg);
	(void)snprintf(e->msg + n, sizeof e->msg - n, ": %s", what);
	return -1;
}

int
mk_err_status(const struct mk_err *e)
{
	switch (e->code) {
	case 0:
		return 0;
	case MK_EUSAGE:
	case MK_ECONF:
	case MK_ESYNTAX:
	case MK_EDATA:
		return 2;
	case MK_EINTEGRITY:
	case MK_EBUG:
		return 4;
	default:
		return 3;
	}
}
