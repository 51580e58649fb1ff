/* Errors: one struct, filled where the fault is seen, printed only by cmd/.
 * No allocation, so that being out of memory can be reported like the rest. */
#ifndef MK_ERR_H
#define MK_ERR_H

#include <stdbool.h>

enum mk_err_code {
	MK_EUSAGE = 1,	/* a wrong option or argument */
	MK_ECONF,	/* a wrong configuration, pool or template */
	MK_ESYNTAX,	/* malformed input */
	MK_EDATA,	/* well-formed input that cannot be used */
	MK_EIO,		/* a read, write or sync failed */
	MK_EPIPE,	/* the reader of our output is gone */
	MK_EDEV,	/* a device failed */
	MK_ESTORE,	/* the store failed, or is busy */
	MK_ENOMEM,	/* out of memory */
	MK_EINTEGRITY,	/* what is stored contradicts itself */
	MK_EBUG		/* a fault of the program */
};

struct mk_err {
	int code;	/* enum mk_err_code; 0: no error */
	int sys;	/* errno at the fault, or 0 */
	bool retry;	/* the same again may well succeed: the other side was busy or gone */
	char msg[256];	/* "place: what is wrong: how to mend it" */
};

/* Fill e and return -1. mk_err_sys takes errno at once and appends its text. */
int mk_err(struct mk_err *e, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int mk_err_sys(struct mk_err *e, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int mk_err_nomem(struct mk_err *e);

/* Put "place: " before the message of e. Returns -1. */
int mk_err_at(struct mk_err *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The exit status that e stands for: 2 usage or data, 3 device, store or I/O
 * (a retry may help), 4 internal or integrity failure. */
int mk_err_status(const struct mk_err *e);

#endif
