/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Text that grows. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base/cleanup.h"

#include <stdarg.h>
#include <stddef.h>

struct str {
	char *s; /* NUL-terminated once something was added */
	size_t n, cap;
};

#define auto_str CLEANUP(str_free) struct str

void str_free(struct str *b);
void str_add(struct str *b, const void *bytes, size_t n);
void str_puts(struct str *b, const char *text);
void str_printf(struct str *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
