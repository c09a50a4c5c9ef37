/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/utf16.h"

#include "client/lasterror.h"

#include <stdlib.h>
#include <string.h>

#define REPLACEMENT 0xFFFD /* for what isn't text, where refusing would help nobody */

size_t utf8_char(const char *text, size_t n, uint32_t *c)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t len;

	if (!n)
		return 0;
	if (s[0] < 0x80)
		return *c = s[0], 1;
	len = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
	if (s[0] < 0xC2 || s[0] > 0xF4 || n < len)
		return 0;
	*c = s[0] & (0x7Fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xC0) != 0x80)
			return 0;
		*c = *c << 6 | (s[i] & 0x3Fu);
	}
	if ((len == 3 && *c < 0x800) || (len == 4 && *c < 0x10000) || *c > 0x10FFFF ||
	    (*c >= 0xD800 && *c < 0xE000))
		return 0;
	return len;
}

size_t utf8_put(uint32_t c, char *out)
{
	static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
	size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = len - 1; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3F));
	out[0] = (char)(lead[len > 1 ? len : 0] | c);
	return len;
}

/* Units of the well-formed UTF-16 character at s[0..n), 0 if there is none. */
static size_t utf16_char(const WCHAR *s, size_t n, uint32_t *c)
{
	uint32_t first = (uint16_t)s[0];

	if (first < 0xD800 || first >= 0xE000)
		return *c = first, 1;
	if (first >= 0xDC00 || n < 2 || ((uint16_t)s[1] & 0xFC00) != 0xDC00)
		return 0;
	*c = 0x10000 + ((first & 0x3FF) << 10) + ((uint16_t)s[1] & 0x3FF);
	return 2;
}

static size_t length(enum text_form form, const void *text, size_t max)
{
	size_t n = 0;

	if (form == TEXT_A)
		while (n < max && ((const char *)text)[n])
			n++;
	else
		while (n < max && ((const WCHAR *)text)[n])
			n++;
	return n;
}

DWORD text_in(enum text_form form, const void *text, size_t max, char **out)
{
	size_t n = length(form, text, max), step;
	char *copy, *p;
	uint32_t c = 0;

	*out = NULL;
	if (n == max)
		return fail(ERROR_INVALID_PARAMETER, "a text has no terminator in its field of %zu", max);
	p = copy = malloc(n * (form == TEXT_A ? 1 : 3) + 1);
	if (!copy)
		return fail_memory();
	for (size_t i = 0; i < n; i += step) {
		step = form == TEXT_A ? utf8_char((const char *)text + i, n - i, &c)
				      : utf16_char((const WCHAR *)text + i, n - i, &c);
		if (!step) {
			free(copy);
			return fail(ERROR_INVALID_PARAMETER, "a text isn't well-formed %s at unit %zu",
				    form == TEXT_A ? "UTF-8" : "UTF-16", i);
		}
		p += utf8_put(c, p);
	}
	*p = 0;
	*out = copy;
	return ERROR_SUCCESS;
}

/* One character of the service's text, which is well-formed unless somebody tampered. */
static const char *next(const char *text, uint32_t *c)
{
	size_t len = utf8_char(text, strlen(text), c);

	if (len)
		return text + len;
	*c = REPLACEMENT;
	return text + 1;
}

static size_t units_of(enum text_form form, uint32_t c)
{
	return form == TEXT_W ? (c >= 0x10000 ? 2 : 1) : c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

size_t text_units(enum text_form form, const char *text)
{
	size_t n = 1;
	uint32_t c;

	while (*text) {
		text = next(text, &c);
		n += units_of(form, c);
	}
	return n;
}

void text_out(enum text_form form, const char *text, void *field, size_t size)
{
	size_t n = 0;
	uint32_t c;

	while (*text) {
		text = next(text, &c);
		if (n + units_of(form, c) >= size)
			break;
		if (form == TEXT_A) {
			n += utf8_put(c, (char *)field + n);
		} else if (c >= 0x10000) {
			((WCHAR *)field)[n++] = (WCHAR)(0xD800 + ((c - 0x10000) >> 10));
			((WCHAR *)field)[n++] = (WCHAR)(0xDC00 + (c & 0x3FF));
		} else {
			((WCHAR *)field)[n++] = (WCHAR)c;
		}
	}
	if (form == TEXT_A)
		((char *)field)[n] = 0;
	else
		((WCHAR *)field)[n] = 0;
}
