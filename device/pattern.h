/* SPDX-License-Identifier: GPL-2.0-or-later
 * Patterns of INQUIRY strings in sense.def and quirks.def: a trailing * matches any rest. */
#ifndef DEVICE_PATTERN_H
#define DEVICE_PATTERN_H

#include <stdbool.h>
#include <string.h>

static inline bool pattern_fits(const char *pattern, const char *text)
{
	size_t n = strlen(pattern);

	if (n && pattern[n - 1] == '*')
		return strncmp(pattern, text, n - 1) == 0;
	return strcmp(pattern, text) == 0;
}

#endif
