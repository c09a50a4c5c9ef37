/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/str.h"

#include <stdio.h>
#include <string.h>

void str_free(struct str *b)
{
	free(b->s);
	*b = (struct str){0};
}

static char *room(struct str *b, size_t n)
{
	if (b->cap - b->n <= n) {
		b->cap = (b->n + n + 64) * 2;
		b->s = realloc(b->s, b->cap);
		if (!b->s) {
			fputs("out of memory\n", stderr);
			abort();
		}
	}
	return b->s + b->n;
}

void str_add(struct str *b, const void *bytes, size_t n)
{
	memcpy(room(b, n), bytes, n);
	b->n += n;
	b->s[b->n] = 0;
}

void str_puts(struct str *b, const char *text) { str_add(b, text, strlen(text)); }

void str_printf(struct str *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	va_start(ap, fmt);
	vsnprintf(room(b, (size_t)n), (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}
