/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/json.h"

#include "client/utf16.h"
#include "wire/wire.h"

#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#include <jsmn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct doc_token {
	jsmntok_t t;
};

/* ---- writing ---- */

void out_free(struct out *o)
{
	free(o->s);
	*o = (struct out){0};
}

static char *room(struct out *o, size_t n)
{
	if (!o->failed && o->room - o->n <= n) {
		size_t more = (o->n + n + 128) * 2;
		char *grown = realloc(o->s, more);

		if (grown) {
			o->s = grown;
			o->room = more;
		} else {
			o->failed = true;
		}
	}
	return o->failed ? NULL : o->s + o->n;
}

void out_add(struct out *o, const char *bytes, size_t n)
{
	char *p = room(o, n);

	if (!p)
		return;
	memcpy(p, bytes, n);
	p[n] = 0;
	o->n += n;
}

void out_puts(struct out *o, const char *text) { out_add(o, text, strlen(text)); }

void out_number(struct out *o, int64_t number)
{
	char text[24];

	snprintf(text, sizeof text, "%lld", (long long)number);
	out_puts(o, text);
}

void out_string(struct out *o, const char *text)
{
	out_puts(o, "\"");
	while (*text) {
		size_t plain =
			strcspn(text, "\"\\\001\002\003\004\005\006\007\010\011\012\013\014\015\016\017"
				      "\020\021\022\023\024\025\026\027\030\031\032\033\034\035\036\037");

		out_add(o, text, plain);
		text += plain;
		if (*text) {
			char escape[8];

			snprintf(escape, sizeof escape, "\\u%04x", (unsigned)(unsigned char)*text++);
			out_puts(o, escape);
		}
	}
	out_puts(o, "\"");
}

void out_base64(struct out *o, const uint8_t *bytes, size_t n)
{
	size_t size = wire_base64_size(n);
	char *p;

	out_puts(o, "\"");
	p = room(o, size);
	if (p) {
		o->n += wire_base64_encode(bytes, n, p);
		o->s[o->n] = 0;
	}
	out_puts(o, "\"");
}

void out_escaped(struct out *o, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	while (*text) {
		size_t n = strspn(text, plain);

		out_add(o, text, n);
		text += n;
		if (*text) {
			char escape[8];

			snprintf(escape, sizeof escape, "%%%02X", (unsigned)(unsigned char)*text++);
			out_puts(o, escape);
		}
	}
}

/* ---- reading ---- */

bool doc_parse(struct doc *j, const char *text, size_t n)
{
	jsmn_parser parser;
	int count;

	*j = (struct doc){.text = text};
	jsmn_init(&parser);
	count = jsmn_parse(&parser, text, n, NULL, 0);
	if (count < 1)
		return false;
	j->tokens = calloc((size_t)count, sizeof *j->tokens);
	if (!j->tokens)
		return false;
	jsmn_init(&parser);
	if (jsmn_parse(&parser, text, n, &j->tokens->t, (unsigned)count) != count ||
	    j->tokens->t.type != JSMN_OBJECT) {
		doc_free(j);
		return false;
	}
	j->n = (size_t)count;
	return true;
}

void doc_free(struct doc *j)
{
	free(j->tokens);
	*j = (struct doc){0};
}

static const jsmntok_t *token(const struct doc *j, doc_at at) { return at < j->n ? &j->tokens[at].t : NULL; }

static bool is(const struct doc *j, doc_at at, jsmntype_t type)
{
	const jsmntok_t *t = token(j, at);

	return t && t->type == type;
}

/* The token after a value and all that is in it. */
doc_at doc_next(const struct doc *j, doc_at at)
{
	const jsmntok_t *t = token(j, at);
	doc_at i = at + 1;

	if (!t)
		return DOC_NONE;
	while (i < j->n && j->tokens[i].t.start < t->end)
		i++;
	return i < j->n ? i : DOC_NONE;
}

static bool is_key(const struct doc *j, doc_at at, const char *key, size_t len)
{
	const jsmntok_t *t = token(j, at);

	return t && t->type == JSMN_STRING && t->size == 1 && (size_t)(t->end - t->start) == len &&
	       !memcmp(j->text + t->start, key, len);
}

doc_at doc_get(const struct doc *j, doc_at object, const char *key)
{
	size_t len = strlen(key);
	doc_at at = object + 1;

	if (!is(j, object, JSMN_OBJECT))
		return DOC_NONE;
	for (int left = j->tokens[object].t.size; left > 0 && at < j->n; left--) {
		if (is_key(j, at, key, len))
			return at + 1;
		at = doc_next(j, at + 1);
	}
	return DOC_NONE;
}

doc_at doc_get_near(const struct doc *j, doc_at object, const char *key, doc_at *hint)
{
	const jsmntok_t *t = token(j, *hint);
	bool here = t && t->parent == (int)object && is_key(j, *hint, key, strlen(key));
	doc_at found = here ? *hint + 1 : doc_get(j, object, key);

	if (found != DOC_NONE)
		*hint = doc_next(j, found);
	return found;
}

bool doc_is_null(const struct doc *j, doc_at at)
{
	return at >= j->n || (is(j, at, JSMN_PRIMITIVE) && j->text[j->tokens[at].t.start] == 'n');
}

bool doc_number(const struct doc *j, doc_at at, int64_t *number)
{
	const char *s;
	char *end;

	if (!is(j, at, JSMN_PRIMITIVE))
		return false;
	s = j->text + j->tokens[at].t.start;
	*number = strtoll(s, &end, 10);
	return end == j->text + j->tokens[at].t.end;
}

bool doc_bool(const struct doc *j, doc_at at, bool *value)
{
	char c = is(j, at, JSMN_PRIMITIVE) ? j->text[j->tokens[at].t.start] : 0;

	*value = c == 't';
	return c == 't' || c == 'f';
}

const char *doc_raw(const struct doc *j, doc_at at, size_t *n)
{
	const jsmntok_t *t = token(j, at);

	if (!t || t->type != JSMN_STRING)
		return NULL;
	*n = (size_t)(t->end - t->start);
	return j->text + t->start;
}

static uint32_t hex4(const char *s)
{
	char digits[5] = {s[0], s[1], s[2], s[3], 0};

	return (uint32_t)strtoul(digits, NULL, 16);
}

/* The character of an escape at s, which jsmn has checked; *s moves past it. */
static uint32_t unescape(const char **s, const char *end)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	char c = *(*s)++;
	const char *at = strchr(from, c);
	uint32_t u;

	if (c != 'u')
		return at && c ? (uint32_t)to[at - from] : (uint32_t)(unsigned char)c;
	u = hex4(*s);
	*s += 4;
	if (u >= 0xD800 && u < 0xDC00 && end - *s >= 6 && (*s)[0] == '\\' && (*s)[1] == 'u') {
		uint32_t low = hex4(*s + 2);

		if (low >= 0xDC00 && low < 0xE000) {
			*s += 6;
			return 0x10000 + ((u & 0x3FF) << 10) + (low & 0x3FF);
		}
	}
	return !u || (u >= 0xD800 && u < 0xE000) ? 0xFFFD : u;
}

char *doc_copy_string(const struct doc *j, doc_at at)
{
	size_t n = 0;
	const char *s = doc_raw(j, at, &n), *end = s + n;
	char *copy = s ? malloc(n + 1) : NULL, *p = copy;

	if (!copy)
		return NULL;
	while (s < end) {
		if (*s != '\\') {
			*p++ = *s++;
			continue;
		}
		s++;
		p += utf8_put(unescape(&s, end), p);
	}
	*p = 0;
	return copy;
}

size_t doc_size(const struct doc *j, doc_at array)
{
	return is(j, array, JSMN_ARRAY) ? (size_t)j->tokens[array].t.size : 0;
}

doc_at doc_first(const struct doc *j, doc_at array) { return doc_size(j, array) ? array + 1 : DOC_NONE; }
