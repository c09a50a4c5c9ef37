/* SPDX-License-Identifier: GPL-2.0-or-later
 * Structs to JSON. */
#include "api/answer.h"

#include "media/json.h"

void answer_emit(void *str, const char *bytes, size_t n) { str_add(str, bytes, n); }

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

void answer_write(struct str *out, const struct wire_member *members, const void *answer)
{
	struct json j = {.emit = answer_emit, .arg = out};

	json_lit(&j, "{");
	for (const struct wire_member *m = members; m->key; m++) {
		if (m != members)
			json_lit(&j, ",");
		json_text(&j, m->key);
		json_lit(&j, ":");
		member(&j, m, (const char *)answer + m->offset);
	}
	json_lit(&j, "}");
	json_flush(&j);
}
