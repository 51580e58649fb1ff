/* Code lists of others. Inside ident/. */
#ifndef MK_CODES_H
#define MK_CODES_H

#include <stdbool.h>
#include <stddef.h>

bool mk_code_country(const char *s, size_t n);	/* ISO 3166-1 numeric, three digits */
bool mk_code_country2(const char *s, size_t n);	/* ISO 3166-1 alpha-2 */
bool mk_code_currency(const char *s, size_t n);	/* ISO 4217 numeric */
bool mk_code_package(const char *s, size_t n);	/* GS1 PackageTypeCode */

#endif
