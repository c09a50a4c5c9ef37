/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *e, uint32_t code, const char *fmt, ...)
{
	va_list ap;

	e->code = code;
	va_start(ap, fmt);
	vsnprintf(e->why, sizeof e->why, fmt, ap);
	va_end(ap);
	return (int)code;
}

int err_errno(struct err *e, uint32_t code, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;
	size_t n;

	e->code = code;
	va_start(ap, fmt);
	vsnprintf(e->why, sizeof e->why, fmt, ap);
	va_end(ap);
	n = strlen(e->why);
	snprintf(e->why + n, sizeof e->why - n, ": %s", strerror(saved));
	return (int)code;
}

int err_in(struct err *e, const char *fmt, ...)
{
	char old[sizeof e->why];
	va_list ap;
	size_t n;

	memcpy(old, e->why, sizeof old);
	va_start(ap, fmt);
	vsnprintf(e->why, sizeof e->why, fmt, ap);
	va_end(ap);
	n = strlen(e->why);
	snprintf(e->why + n, sizeof e->why - n, ": %s", old);
	return (int)e->code;
}
