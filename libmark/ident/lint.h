/* The linters that rows of the GS1 Syntax Dictionary name. Inside ident/. */
#ifndef MK_LINT_H
#define MK_LINT_H

#include <stddef.h>

/* What is wrong with the n bytes of a component, or NULL. */
typedef const char *mk_lint_fn(const char *s, size_t n);

/* The linter of that name, or NULL. */
mk_lint_fn *mk_lint_find(const char *name, size_t n);

#endif
