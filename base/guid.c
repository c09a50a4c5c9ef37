/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/guid.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

const guid guid_null;
void (*guid_source)(void *bytes, size_t n);

guid guid_new(void)
{
	guid g;

	if (guid_source) {
		guid_source(&g, sizeof g);
	} else if (getrandom(&g, sizeof g, 0) != (ssize_t)sizeof g) {
		perror("getrandom");
		abort();
	}
	g.b[6] = (uint8_t)((g.b[6] & 0x0f) | 0x40); /* version 4 */
	g.b[8] = (uint8_t)((g.b[8] & 0x3f) | 0x80);
	return g;
}

const char *guid_text(const guid *g, char buf[GUID_TEXT])
{
	static const char hex[] = "0123456789abcdef";
	char *p = buf;

	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		*p++ = hex[g->b[i] >> 4];
		*p++ = hex[g->b[i] & 15];
	}
	*p = 0;
	return buf;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool guid_parse(const char *text, guid *g)
{
	const char *p = text;
	bool brace = *p == '{', dashes;
	guid out;

	p += brace;
	dashes = strlen(p) > 8 && p[8] == '-';
	for (int i = 0; i < 16; i++) {
		if (dashes && (i == 4 || i == 6 || i == 8 || i == 10) && *p++ != '-')
			return false;
		int hi = digit(p[0]), lo = hi < 0 ? -1 : digit(p[1]);
		if (lo < 0)
			return false;
		out.b[i] = (uint8_t)(hi << 4 | lo);
		p += 2;
	}
	if (brace && *p++ != '}')
		return false;
	if (*p)
		return false;
	*g = out;
	return true;
}
