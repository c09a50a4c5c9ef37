/* SPDX-License-Identifier: GPL-2.0-or-later
 * A reader of INI files that knows on which line it is: lines of any length, "[section]", "key = value",
 * comments from ; or # at the beginning of a line, or from " ;" behind a value. */
#ifndef BASE_INI_H
#define BASE_INI_H

#include "base/err.h"

struct ini_entry {
	const char *file;
	int line;
	const char *section; /* "" before the first; trimmed */
	const char *key;     /* NULL: the line opens a section */
	const char *value;
};

/* A nonzero answer stops the reading and is the result; a text set by ini_wrong() names file and line. */
typedef int ini_taker(void *arg, const struct ini_entry *entry, struct err *e);
int ini_read(const char *file, ini_taker *taker, void *arg, struct err *e);
/* err_set() with ERROR_INVALID_DATA and "file:line: " in front. */
int ini_wrong(const struct ini_entry *entry, struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Values. 0, or ini_wrong(). */
int ini_number(const struct ini_entry *entry, long min, long max, long *out, struct err *e);
int ini_bool(const struct ini_entry *entry, int *out, struct err *e); /* yes no on off true false 1 0 */

#endif
