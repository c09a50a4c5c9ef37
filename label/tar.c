/* SPDX-License-Identifier: GPL-2.0-or-later
 * tar archives, of any of its dialects (v7, ustar, pax, GNU): all agree on the place of the header checksum.
 */
#include "label/format.h"

#include <string.h>

enum {
	HEADER = 512,
	NAME = 0,
	NAME_LEN = 100,
	SIZE = 124,
	MTIME = 136,
	SUM = 148,
	SUM_LEN = 8,
	TYPE = 156,
	PREFIX = 345
};

/* Octal digits, blanks around them; -1 if it isn't that. */
static long octal(const uint8_t *p, size_t n)
{
	size_t i = 0;
	long v = 0;

	while (i < n && p[i] == ' ')
		i++;
	if (i == n || p[i] < '0' || p[i] > '7')
		return -1;
	for (; i < n && p[i] >= '0' && p[i] <= '7'; i++)
		v = v * 8 + (p[i] - '0');
	for (; i < n; i++)
		if (p[i] && p[i] != ' ')
			return -1;
	return v;
}

static bool is_header(const uint8_t *h)
{
	long want = octal(h + SUM, SUM_LEN), is_unsigned = 0, is_signed = 0;

	for (int i = 0; i < HEADER; i++) {
		bool blank = i >= SUM && i < SUM + SUM_LEN;

		is_unsigned += blank ? ' ' : h[i];
		is_signed += blank ? ' ' : (signed char)h[i];
	}
	return want > 0 && (want == is_unsigned || want == is_signed);
}

/* The name of the first member that is a file: extended headers (pax x and g, GNU L and K, V) come before it.
 */
static const uint8_t *first_member(const uint8_t *b, size_t n)
{
	size_t at = 0;

	while (at + HEADER <= n && is_header(b + at)) {
		long size = octal(b + at + SIZE, 12);

		if (!b[at + TYPE] || !strchr("xgXLKV", b[at + TYPE]))
			return b + at;
		if (size < 0 || (size_t)size > n)
			break;
		at += HEADER + ((size_t)size + HEADER - 1) / HEADER * HEADER;
	}
	return b;
}

bool tar_claim(const uint8_t *b, size_t n, struct label *l)
{
	const uint8_t *first;
	size_t len;

	if (n < HEADER || !is_header(b))
		return false;
	first = first_member(b, n);
	/* ustar splits long names */
	if (memcmp(first + 257, "ustar", 5) == 0 && first[262] == 0 && first[PREFIX]) {
		label_text(l->info, sizeof l->info, first + PREFIX, 155);
		len = strlen(l->info);
		if (len + 2 < sizeof l->info) {
			l->info[len++] = '/';
			label_text(l->info + len, sizeof l->info - len, first + NAME, NAME_LEN);
		}
	} else {
		label_text(l->info, sizeof l->info, first + NAME, NAME_LEN);
	}
	/* A name, a time and a checksum tell archives apart as well as a header can. */
	len = strnlen((const char *)first + NAME, NAME_LEN);
	memcpy(l->id, first + MTIME, 12 + SUM_LEN);
	memcpy(l->id + 12 + SUM_LEN, first + NAME, len);
	l->id_len = 12 + SUM_LEN + len;
	return true;
}
