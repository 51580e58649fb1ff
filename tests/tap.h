/* TAP for the unit tests: ok(condition, "what"), then return done(). */
#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int tap_n, tap_bad;

__attribute__((format(printf, 4, 5), unused)) static int
tap_ok(int good, const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %d - ", good ? "" : "not ", ++tap_n);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	if (!good) {
		tap_bad++;
		printf("# at %s:%d\n", file, line);
	}
	fflush(stdout);
	return good;
}

__attribute__((unused)) static int
tap_is(const char *got, size_t n, const char *want, const char *file, int line, const char *what)
{
	int good = got != NULL && n == strlen(want) && memcmp(got, want, n) == 0;

	tap_ok(good, file, line, "%s", what);
	if (!good)
		printf("#  got: %.*s\n# want: %s\n", (int)n, got == NULL ? "" : got, want);
	return good;
}

#define ok(c, ...) tap_ok(!!(c), __FILE__, __LINE__, __VA_ARGS__)
#define is(got, want, what) tap_is((got), (got) == NULL ? 0 : strlen(got), (want), __FILE__, __LINE__, (what))
#define isn(got, n, want, what) tap_is((got), (n), (want), __FILE__, __LINE__, (what))

__attribute__((unused)) static int
done(void)
{
	printf("1..%d\n", tap_n);
	return tap_bad != 0;
}

#endif
