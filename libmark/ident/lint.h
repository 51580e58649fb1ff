/* The linters that rows of the GS1 Syntax Dictionary name. Inside ident/. */
#ifndef MK_LINT_H
#define MK_LINT_H

#include <stdbool.h>
#include <stddef.h>

/* What is wrong with the n bytes of a component (NUL-terminated somewhere behind
 * them, of the characters of its type), or NULL. */
typedef const char *mk_lint_fn(const char *s, size_t n);

/* The linter of that name, or NULL. */
mk_lint_fn *mk_lint_find(const char *name, size_t n);

mk_lint_fn mk_lint_couponcode, mk_lint_couponposoffer;

#endif
