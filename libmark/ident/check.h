/* Check characters, by the name of their algorithm:
 *
 * mod10          GS1 (General Specifications 7.9.1)
 * gmn            GS1 Global Model Number, two characters (7.9.5)
 * mod43          HIBC and Code 39 (ANSI/HIBC 2.6)
 * vin            vehicles (49 CFR 565.15): the ninth of 17 places, not the end
 * semi           wafers, two characters (SEMI M12, M13, T7)
 * iso7064-37-36  ISO/IEC 7064 MOD 37,36
 * iso7064-97-10  ISO/IEC 7064 MOD 97-10, two digits
 * iso7064-11-2   ISO/IEC 7064 MOD 11-2; hyphens of the printed form do not count
 * luhn           ISO/IEC 7812-1 annex B
 * damm           Damm's quasigroup of order 10
 * verhoeff       Verhoeff's dihedral group */
#ifndef MK_CHECK_H
#define MK_CHECK_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* The algorithm of that name, or -1; and the name of an algorithm, NULL behind
 * the last one (they count from 0). */
int mk_check_find(const char *name);
const char *mk_check_name(int alg);

/* How many check characters there are (1 or 2), and how many of the data's
 * characters are before them: -1 for all of them. */
int mk_check_len(int alg);
int mk_check_place(int alg);

/* Append the check characters, and nothing else, of the n bytes of data at s,
 * which are without them. For vin: 16 characters, or 17 of which the ninth is
 * ignored. MK_EDATA names a character that the algorithm does not know. */
int mk_check_append(int alg, const char *s, size_t n, struct mk_buf *out, struct mk_err *e);

/* Append the data with its check characters in their place. */
int mk_check_complete(int alg, const char *s, size_t n, struct mk_buf *out, struct mk_err *e);

/* Whether the n bytes at s, check characters included, are right: 1; 0 with what
 * they should be appended to want (NULL: not asked for); -1: it cannot be one. */
int mk_check_verify(int alg, const char *s, size_t n, struct mk_buf *want, struct mk_err *e);

/* GS1's mod 10 digit of n digits. */
char mk_mod10(const char *s, size_t n);

#endif
