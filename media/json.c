/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "media/json.h"

#include <string.h>
#include <unistr.h>

void json_flush(struct json *j)
{
	if (j->n)
		j->emit(j->arg, j->buf, j->n);
	j->n = 0;
}

void json_raw(struct json *j, const char *text, size_t n)
{
	while (n) {
		size_t room = sizeof j->buf - j->n, some = n < room ? n : room;

		memcpy(j->buf + j->n, text, some);
		j->n += some, text += some, n -= some;
		if (j->n == sizeof j->buf)
			json_flush(j);
	}
}

/* Room for n bytes at once. */
static char *room(struct json *j, size_t n)
{
	if (sizeof j->buf - j->n < n)
		json_flush(j);
	return j->buf + j->n;
}

void json_number(struct json *j, int64_t v)
{
	char digits[24], *p = digits + sizeof digits;
	uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	do
		*--p = (char)('0' + u % 10);
	while (u /= 10);
	if (v < 0)
		*--p = '-';
	json_raw(j, p, (size_t)(digits + sizeof digits - p));
}

static void escaped(struct json *j, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	char text[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};

	if (c == '"' || c == '\\') {
		text[1] = (char)c;
		json_raw(j, text, 2);
	} else {
		json_raw(j, text, 6);
	}
}

void json_text(struct json *j, const char *text)
{
	const uint8_t *p = (const uint8_t *)text, *end = p + strlen(text);

	json_lit(j, "\"");
	while (p < end) {
		const uint8_t *from = p;

		while (p < end && *p >= 0x20 && *p < 0x80 && *p != '"' && *p != '\\')
			p++;
		json_raw(j, (const char *)from, (size_t)(p - from));
		if (p == end)
			break;
		if (*p < 0x80) {
			escaped(j, *p++);
		} else {
			ucs4_t c;
			int n = u8_mbtoucr(&c, p, (size_t)(end - p));

			if (n > 0)
				json_raw(j, (const char *)p, (size_t)n);
			else
				json_lit(j, "\xEF\xBF\xBD");
			p += n > 0 ? n : 1;
		}
	}
	json_lit(j, "\"");
}

void json_guid(struct json *j, const void *bytes, size_t n)
{
	guid g;
	char *p;

	if (n != sizeof g || memcmp(bytes, &guid_null, sizeof g) == 0) {
		json_lit(j, "null");
		return;
	}
	memcpy(&g, bytes, sizeof g);
	p = room(j, GUID_TEXT + 2);
	*p = '"';
	guid_text(&g, p + 1);
	p[GUID_TEXT] = '"'; /* over its NUL */
	j->n += GUID_TEXT + 1;
}

void json_time(struct json *j, int64_t ms)
{
	char text[WIRE_TIME_TEXT];

	if (!ms)
		json_lit(j, "null");
	else
		json_text(j, wire_time_text(ms, text));
}

void json_base64(struct json *j, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	json_lit(j, "\"");
	for (size_t at = 0, some; at < n; at += some) {
		some = n - at < 1536 ? n - at : 1536; /* a multiple of three */
		j->n += wire_base64_encode(p + at, some, room(j, wire_base64_size(some)));
		if (j->n == sizeof j->buf)
			json_flush(j);
	}
	json_lit(j, "\"");
}

/* ---- structs ---- */

static void guids(struct json *j, const struct wire_guids *g)
{
	json_lit(j, "[");
	for (size_t i = 0; i < g->n; i++) {
		if (i)
			json_lit(j, ",");
		json_guid(j, &g->v[i], sizeof g->v[i]);
	}
	json_lit(j, "]");
}

static void member(struct json *j, const struct wire_member *m, const void *p)
{
	const struct wire_blob *b = p;
	const char *text;

	switch (m->kind) {
	case W_GUID:
		json_guid(j, p, sizeof(guid));
		break;
	case W_TEXT:
		text = *(char *const *)p;
		if (text)
			json_text(j, text);
		else
			json_lit(j, "null");
		break;
	case W_JSON:
		text = *(char *const *)p;
		json_raw(j, text ? text : "null", strlen(text ? text : "null"));
		break;
	case W_BLOB:
		json_base64(j, b->p, b->n);
		break;
	case W_GUIDS:
		guids(j, p);
		break;
	case W_I32:
		json_number(j, *(const int32_t *)p);
		break;
	default:
		json_number(j, *(const uint32_t *)p);
		break;
	}
}

void json_members(struct json *j, const struct wire_member *members, const void *values)
{
	for (const struct wire_member *m = members; m->key; m++) {
		if (m != members)
			json_lit(j, ",");
		json_text(j, m->key);
		json_lit(j, ":");
		member(j, m, (const char *)values + m->offset);
	}
}
