/* Libraries that are loaded when one of their functions is first called. Some cost
 * every start of every tool more than most questions do, and most tools never call
 * them: libcrypto 1.2 ms of CPU time, libpq (with Kerberos, LDAP and GnuTLS) 3.4.
 * So nothing links against these: each call asks the dynamic linker, 50 ns. */
#ifndef MK_LAZY_H
#define MK_LAZY_H

#include "base/err.h"

/* The function of that name; NULL if the library cannot be loaded, or lacks it. */
void *mk_lazy(const char *soname, const char *name);

/* The same as something that can be called as f. Through a union: C has no cast from
 * an object's address to a function's. */
#define MK_LAZY(soname, f) (((union { void *p; __typeof__(f) *call; }){ mk_lazy(soname, #f) }).call)

/* Load it now, so that calls find it. MK_EUSAGE names the package that brings it. */
int mk_lazy_load(const char *soname, const char *name, const char *package, struct mk_err *e);

#endif
