/* SPDX-License-Identifier: GPL-2.0-or-later
 * Structs to JSON. */
#include "api/json.h"

#include <string.h>

void json_text(struct str *out, const char *text)
{
	const char *p = text, *from = text;

	if (!text) {
		str_puts(out, "null");
		return;
	}
	str_add(out, "\"", 1);
	for (; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		str_add(out, from, (size_t)(p - from));
		from = p + 1;
		if (c < 0x20)
			str_printf(out, "\\u%04x", c);
		else
			str_printf(out, "\\%c", c);
	}
	str_add(out, from, (size_t)(p - from));
	str_add(out, "\"", 1);
}

static void json_guid(struct str *out, const guid *g)
{
	char buf[GUID_TEXT + 2];

	if (guid_is_null(g)) {
		str_puts(out, "null");
		return;
	}
	buf[0] = '"';
	guid_text(g, buf + 1);
	buf[GUID_TEXT] = '"';
	str_add(out, buf, GUID_TEXT + 1);
}

static void json_blob(struct str *out, const struct wire_blob *b)
{
	auto_free char *text = malloc(wire_base64_size(b->n) + 1);

	if (!text)
		abort();
	str_add(out, "\"", 1);
	str_add(out, text, wire_base64_encode(b->p, b->n, text));
	str_add(out, "\"", 1);
}

static void json_guids(struct str *out, const struct wire_guids *g)
{
	str_add(out, "[", 1);
	for (size_t i = 0; i < g->n; i++) {
		if (i)
			str_add(out, ",", 1);
		json_guid(out, &g->v[i]);
	}
	str_add(out, "]", 1);
}

void json_answer(struct str *out, const struct wire_member *members, const void *answer)
{
	str_add(out, "{", 1);
	for (const struct wire_member *m = members; m->key; m++) {
		const void *p = (const char *)answer + m->offset;

		str_printf(out, "%s\"%s\":", m == members ? "" : ",", m->key);
		switch (m->kind) {
		case W_GUID:
			json_guid(out, p);
			break;
		case W_TEXT:
			json_text(out, *(char *const *)p);
			break;
		case W_BLOB:
			json_blob(out, p);
			break;
		case W_GUIDS:
			json_guids(out, p);
			break;
		case W_I32:
			str_printf(out, "%d", *(const int32_t *)p);
			break;
		default:
			str_printf(out, "%u", *(const uint32_t *)p);
			break;
		}
	}
	str_add(out, "}", 1);
}
