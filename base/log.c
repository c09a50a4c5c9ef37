/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static enum log_level max_level = LOG_L_INFO;

void log_set_level(enum log_level level) { max_level = level; }

bool log_wants(enum log_level level) { return level <= max_level; }

void log_line(enum log_level level, const char *fmt, ...)
{
	char line[1024];
	int n;
	va_list ap;

	if (!log_wants(level))
		return;
	if (getenv("JOURNAL_STREAM")) {
		n = snprintf(line, sizeof line, "<%d>", (int)level);
	} else {
		struct timespec ts;
		struct tm tm;

		clock_gettime(CLOCK_REALTIME, &ts);
		localtime_r(&ts.tv_sec, &tm);
		n = (int)strftime(line, sizeof line, "%H:%M:%S", &tm);
		n += snprintf(line + n, sizeof line - (size_t)n, ".%03ld ", ts.tv_nsec / 1000000);
	}
	va_start(ap, fmt);
	vsnprintf(line + n, sizeof line - (size_t)n - 1, fmt, ap);
	va_end(ap);
	fprintf(stderr, "%s\n", line); /* one call: stdio locks, lines of two threads don't mix */
}
