/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The tables of calls.def and objects.def as data, and what both sides do with them. */
#include "wire/wire.h"

#include "base/cleanup.h"
#include "wire/codes.def"

#include <ntmsapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define REQ 1
#define OPT 0
#define ARG_(S, kind, name, need) {#name, W_##kind, offsetof(struct S, name), need, 0, NULL},
#define DESCRIBE_(fn, method, path, mode)                                                                    \
	static const struct wire_member in_##fn[] = {IN_##fn(ARG_, fn##_in){.key = NULL}};                   \
	static const struct wire_member out_##fn[] = {OUT_##fn(ARG_, fn##_out){.key = NULL}};
CALLS(DESCRIBE_)

#define CALL_(fn, method, path, mode)                                                                        \
	[CALL_##fn] = {#fn,                                                                                  \
		       #method,                                                                              \
		       path,                                                                                 \
		       M_##mode,                                                                             \
		       in_##fn,                                                                              \
		       out_##fn,                                                                             \
		       sizeof(struct fn##_in),                                                               \
		       sizeof(struct fn##_out)},
const struct wire_call_desc wire_calls[CALL_COUNT] = {CALLS(CALL_)};

#define GET 0
#define SET 1
#define FIELD_(member, key, kind, access, sql) {key, W_##kind, 0, 0, access, sql},
const struct wire_member wire_common[] = {COMMON_FIELDS(FIELD_){.key = NULL}};
const size_t wire_n_common = countof(wire_common) - 1;

#define FIELDS_(type, resource, table, member, owner, right)                                                 \
	static const struct wire_member fields_##table[] = {type##_FIELDS(FIELD_){.key = NULL}};
OBJECT_TYPES(FIELDS_)

#define TYPE_(type, resource, table, member, owner, right)                                                   \
	[type] = {type, resource, #table, OWNER_##owner, right, fields_##table, countof(fields_##table) - 1},
const struct wire_type_desc wire_types[WIRE_TYPES] = {OBJECT_TYPES(TYPE_)};

void wire_object_clear(struct wire_object *o)
{
	for (size_t i = 0; i < o->n; i++) {
		free(o->v[i].text);
		free(o->v[i].blob.p);
	}
	free(o->v);
	*o = (struct wire_object){0};
}

void wire_clear(const struct wire_member *members, void *args)
{
	for (const struct wire_member *m = members; m->key; m++) {
		void *p = (char *)args + m->offset;

		switch (m->kind) {
		case W_TEXT:
		case W_JSON:
			free(*(char **)p), *(char **)p = NULL;
			break;
		case W_BLOB:
			free(((struct wire_blob *)p)->p), *(struct wire_blob *)p = (struct wire_blob){0};
			break;
		case W_GUIDS:
			free(((struct wire_guids *)p)->v), *(struct wire_guids *)p = (struct wire_guids){0};
			break;
		case W_OBJECT:
			wire_object_clear(p);
			break;
		default:
			break;
		}
	}
}

const char *wire_code_name(uint32_t code)
{
	static _Thread_local char other[24];

	switch (code) {
#define NAME_(c)                                                                                             \
	case c:                                                                                              \
		return #c;
		CODES(NAME_)
	}
	snprintf(other, sizeof other, "ERROR_%u", code);
	return other;
}

/* The digits of v, n of them, and what follows; where the next ones go. */
static char *digits(char *p, unsigned v, int n, char next)
{
	for (int i = n - 1; i >= 0; i--, v /= 10)
		p[i] = (char)('0' + v % 10);
	p[n] = next;
	return p + n + 1;
}

const char *wire_time_text(int64_t ms, char buf[WIRE_TIME_TEXT])
{
	time_t s = (time_t)(ms / 1000);
	char *p = buf;
	struct tm tm;

	gmtime_r(&s, &tm);
	p = digits(p, (unsigned)(tm.tm_year + 1900), 4, '-');
	p = digits(p, (unsigned)(tm.tm_mon + 1), 2, '-');
	p = digits(p, (unsigned)tm.tm_mday, 2, 'T');
	p = digits(p, (unsigned)tm.tm_hour, 2, ':');
	p = digits(p, (unsigned)tm.tm_min, 2, ':');
	p = digits(p, (unsigned)tm.tm_sec, 2, '.');
	p = digits(p, (unsigned)(ms % 1000), 3, 'Z');
	*p = 0;
	return buf;
}

/* days since 1970-01-01 of a date of the Gregorian calendar */
static int64_t civil_days(int64_t y, unsigned m, unsigned d)
{
	y -= m <= 2;
	int64_t era = y / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * ((int64_t)m + (m > 2 ? -3 : 9)) + 2) / 5 + (int64_t)d - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/* Digits where the text of a time has some: sscanf alone would take blanks and signs, too. */
static int time_shaped(const char *text)
{
	for (const char *p = "0000-00-00T00:00:00"; *p; p++, text++) {
		if (*p == '0' ? *text < '0' || *text > '9' : *text != *p)
			return 0;
	}
	return 1;
}

int wire_time_parse(const char *text, int64_t *ms)
{
	unsigned y, mo, d, h, mi, s, f = 0;

	if (!time_shaped(text) || sscanf(text, "%4u-%2u-%2uT%2u:%2u:%2u", &y, &mo, &d, &h, &mi, &s) != 6 ||
	    mo < 1 || mo > 12 || d < 1 || d > 31 || h > 23 || mi > 59 || s > 60)
		return 0;
	text += strlen("0000-00-00T00:00:00");
	if (*text == '.') {
		text++;
		for (unsigned scale = 100; *text >= '0' && *text <= '9'; text++, scale /= 10)
			f += (unsigned)(*text - '0') * scale;
	}
	if (strcmp(text, "Z") != 0)
		return 0;
	*ms = ((civil_days(y, mo, d) * 24 + h) * 60 + mi) * 60000 + (int64_t)s * 1000 + f;
	return 1;
}

static const char b64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t wire_base64_encode(const uint8_t *p, size_t n, char *out)
{
	char *q = out;

	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		uint32_t v = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
			     (left > 2 ? p[i + 2] : 0);

		*q++ = b64[v >> 18];
		*q++ = b64[v >> 12 & 63];
		*q++ = left > 1 ? b64[v >> 6 & 63] : '=';
		*q++ = left > 2 ? b64[v & 63] : '=';
	}
	return (size_t)(q - out);
}

int wire_base64_decode(const char *text, size_t len, struct wire_blob *out)
{
	size_t pad = 0;
	uint8_t *q;

	*out = (struct wire_blob){0};
	if (len % 4)
		return -1;
	while (pad < 2 && pad < len && text[len - 1 - pad] == '=')
		pad++;
	if (!len)
		return 0;
	auto_free uint8_t *bytes = malloc(len / 4 * 3);
	if (!bytes)
		return -1;
	q = bytes;
	for (size_t i = 0; i < len; i += 4) {
		uint32_t v = 0;

		for (size_t j = 0; j < 4; j++) {
			char c = i + j >= len - pad ? 'A' : text[i + j];
			const char *at = c ? strchr(b64, c) : NULL;

			if (!at)
				return -1;
			v = v << 6 | (uint32_t)(at - b64);
		}
		*q++ = (uint8_t)(v >> 16), *q++ = (uint8_t)(v >> 8), *q++ = (uint8_t)v;
	}
	out->n = len / 4 * 3 - pad;
	out->p = steal(&bytes);
	return 0;
}
