#include "base/lazy.h"

#include <dlfcn.h>
#include <stddef.h>

void *
mk_lazy(const char *soname, const char *name)
{
	void *p = dlsym(RTLD_DEFAULT, name);

	/* cppcheck-suppress leakReturnValNotUsed ; it stays loaded */
	if (p == NULL && dlopen(soname, RTLD_NOW | RTLD_GLOBAL) != NULL)
		p = dlsym(RTLD_DEFAULT, name);
	return p;
}

int
mk_lazy_load(const char *soname, const char *name, const char *package, struct mk_err *e)
{
	if (mk_lazy(soname, name) != NULL)
		return 0;
	return mk_err(e, MK_EUSAGE, "%s cannot be loaded: install %s", soname, package);
}
