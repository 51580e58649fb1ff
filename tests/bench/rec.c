/* rec [KEY VALUE]: records from standard input to standard output, each with KEY
 * set if that is given. */
#include <stdio.h>
#include <string.h>

#include "base/rec.h"

int
main(int argc, char **argv)
{
	struct mk_rdr in;
	struct mk_wtr out;
	struct mk_rec rec = {0};
	struct mk_err e;
	int r;

	mk_rdr_init(&in, 0, "stdin");
	mk_wtr_init(&out, 1, "stdout");
	while ((r = mk_rec_read(&in, &rec, &e)) == 1)
		if ((argc == 3 && mk_rec_set(&rec, argv[1], argv[2], strlen(argv[2]), &e) == -1) ||
		    mk_wtr_rec(&out, &rec, &e) == -1) {
			r = -1;
			break;
		}
	if (r == 0)
		r = mk_wtr_flush(&out, &e);
	if (r == -1)
		(void)fprintf(stderr, "rec: %s\n", e.msg);
	mk_rec_clear(&rec);
	mk_rdr_clear(&in);
	mk_wtr_clear(&out);
	return r != 0;
}
