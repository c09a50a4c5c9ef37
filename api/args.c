/* SPDX-License-Identifier: GPL-2.0-or-later
 * Untrusted text into typed members. */
#include "api/args.h"

#include "base/cleanup.h"
#include "base/str.h"

#include <jansson.h>
#include <ntmsapi.h>
#include <stdio.h>
#include <string.h>
#include <unistr.h>

#define SHOWN 40 /* bytes of a wrong value that an error repeats */

static int wrong(const struct wire_member *m, const char *should, struct err *e)
{
	return err_set(e, ERROR_INVALID_PARAMETER, "\"%s\" must be %s", m->key, should);
}

static const struct {
	int64_t min, max;
} ranges[] = {[W_U32] = {0, UINT32_MAX},
	      [W_U16] = {0, UINT16_MAX},
	      [W_I32] = {INT32_MIN, INT32_MAX},
	      [W_I64] = {INT64_MIN, INT64_MAX}};

static int number(const struct wire_member *m, int64_t n, int64_t *out, struct err *e)
{
	if (n < ranges[m->kind].min || n > ranges[m->kind].max)
		return err_set(e, ERROR_INVALID_PARAMETER, "\"%s\" must be a whole number from %lld to %lld",
			       m->key, (long long)ranges[m->kind].min, (long long)ranges[m->kind].max);
	*out = n;
	return 0;
}

static int guid_of(const struct wire_member *m, const char *text, size_t n, guid *g, struct err *e)
{
	char buf[GUID_TEXT + 2]; /* braces are allowed */

	if (n < sizeof buf) {
		memcpy(buf, text, n);
		buf[n] = 0;
		if (strlen(buf) == n && guid_parse(buf, g))
			return 0;
	}
	return wrong(m, "a GUID (8-4-4-4-12 hexadecimal digits)", e);
}

static int text_of(const struct wire_member *m, const char *text, size_t n, char **out, struct err *e)
{
	if (memchr(text, 0, n) || u8_check((const uint8_t *)text, n))
		return wrong(m, "text in UTF-8 without NUL", e);
	*out = strndup(text, n);
	if (!*out)
		abort();
	return 0;
}

static int blob_of(const struct wire_member *m, const char *text, size_t n, struct wire_blob *out,
		   struct err *e)
{
	return wire_base64_decode(text, n, out) ? wrong(m, "bytes in base64", e) : 0;
}

static int decimal(const struct wire_member *m, const char *text, size_t n, int64_t *out, struct err *e)
{
	char buf[24], *end;

	if (!n || n >= sizeof buf || strspn(text + (*text == '-'), "0123456789") < n - (*text == '-') ||
	    (n == 1 && *text == '-'))
		return number(m, INT64_MIN, out, e);
	memcpy(buf, text, n);
	buf[n] = 0;
	return number(m, strtoll(buf, &end, 10), out, e);
}

/* ---- JSON ---- */

static const char *string_of(const json_t *j, size_t *n)
{
	*n = json_string_length(j);
	return json_string_value(j);
}

static int guids_of(const struct wire_member *m, const json_t *j, struct wire_guids *out, struct err *e)
{
	size_t n = json_array_size(j), len;

	if (!json_is_array(j))
		return wrong(m, "an array of GUIDs", e);
	out->v = calloc(n ? n : 1, sizeof *out->v);
	if (!out->v)
		abort();
	for (out->n = 0; out->n < n; out->n++) {
		const json_t *item = json_array_get(j, out->n);

		if (!json_is_string(item))
			return wrong(m, "an array of GUIDs", e);
		if (guid_of(m, string_of(item, &len), json_string_length(item), &out->v[out->n], e))
			return (int)e->code;
	}
	return 0;
}

/* One field of an object; null: the null GUID, no time; another field's null is as if it were absent. */
static int field_of(const struct wire_member *m, const json_t *j, struct wire_value *v, struct err *e)
{
	size_t n;
	const char *s = string_of(j, &n);

	v->field = m;
	switch (m->kind) {
	case W_GUID:
		if (json_is_null(j))
			return 0;
		return s ? guid_of(m, s, n, &v->id, e) : wrong(m, "a GUID or null", e);
	case W_TIME:
		if (json_is_null(j))
			return 0;
		return s && wire_time_parse(s, &v->num) ? 0
							: wrong(m, "a time (RFC 3339, in UTC) or null", e);
	case W_BOOL:
		v->num = json_is_true(j);
		return json_is_boolean(j) ? 0 : wrong(m, "true or false", e);
	case W_TEXT:
		return s ? text_of(m, s, n, &v->text, e) : wrong(m, "text", e);
	case W_BYTES:
	case W_BLOB:
		return s ? blob_of(m, s, n, &v->blob, e) : wrong(m, "bytes in base64", e);
	default:
		return json_is_integer(j) ? number(m, json_integer_value(j), &v->num, e)
					  : wrong(m, "a whole number", e);
	}
}

static int fields_of(const struct wire_member *fields, const json_t *j, size_t *known, struct wire_object *o,
		     struct err *e)
{
	for (const struct wire_member *m = fields; m->key; m++) {
		const json_t *item = json_object_get(j, m->key);
		struct wire_value *v = &o->v[o->n];

		if (!item)
			continue;
		++*known;
		if (json_is_null(item) && m->kind != W_GUID && m->kind != W_TIME)
			continue;
		o->n++; /* first, so that what a wrong value left is freed */
		if (field_of(m, item, v, e))
			return (int)e->code;
	}
	return 0;
}

static bool field_known(const struct wire_member *fields, const char *key)
{
	while (fields->key && strcmp(fields->key, key) != 0)
		fields++;
	return fields->key;
}

static int object_of(const struct args *a, const struct wire_member *m, json_t *j, struct wire_object *o,
		     struct err *e)
{
	const struct wire_type_desc *t;
	uint32_t type = 0;
	size_t known = 0;
	const char *key;
	json_t *item;

	for (const struct wire_member *i = a->call->in; i->key; i++) {
		if (strcmp(i->key, "type") == 0)
			type = *(const uint32_t *)((const char *)a->in + i->offset);
	}
	if (!type || type >= WIRE_TYPES || !wire_types[type].type)
		return err_set(e, ERROR_INVALID_PARAMETER, "there is no type of object %u", type);
	t = &wire_types[type];
	if (!json_is_object(j))
		return wrong(m, "a JSON object", e);
	o->v = calloc(wire_n_common + t->n_fields, sizeof *o->v);
	if (!o->v)
		abort();
	if (fields_of(wire_common, j, &known, o, e) || fields_of(t->fields, j, &known, o, e))
		return err_in(e, "%s", m->key);
	if (known == json_object_size(j))
		return 0;
	json_object_foreach(j, key, item)
	{
		if (!field_known(wire_common, key) && !field_known(t->fields, key))
			return err_set(e, ERROR_INVALID_PARAMETER, "%s: one of %s has no field \"%.*s\"",
				       m->key, t->resource, SHOWN, key);
	}
	return 0;
}

static int value_of(const struct args *a, const struct wire_member *m, json_t *j, struct err *e)
{
	void *p = (char *)a->in + m->offset;
	size_t n;
	const char *s = string_of(j, &n);
	int64_t num = 0;

	switch (m->kind) {
	case W_GUID:
		return s ? guid_of(m, s, n, p, e) : wrong(m, "a GUID", e);
	case W_TEXT:
		return s ? text_of(m, s, n, p, e) : wrong(m, "text", e);
	case W_BLOB:
		return s ? blob_of(m, s, n, p, e) : wrong(m, "bytes in base64", e);
	case W_GUIDS:
		return guids_of(m, j, p, e);
	case W_OBJECT:
		return object_of(a, m, j, p, e);
	default:
		break;
	}
	if (!json_is_integer(j))
		return wrong(m, "a whole number", e);
	if (number(m, json_integer_value(j), &num, e))
		return (int)e->code;
	*(uint32_t *)p = (uint32_t)num; /* U32 and I32: the same bits */
	return 0;
}

/* ---- members ---- */

static int unknown(const struct args *a, const char *key, size_t n, struct err *e)
{
	auto_str takes = {0};

	for (const struct wire_member *m = a->call->in; m->key; m++)
		str_printf(&takes, "%s%s", m == a->call->in ? "" : ", ", m->key);
	return err_set(e, ERROR_INVALID_PARAMETER, "unknown argument \"%.*s\": %s takes %s",
		       n > SHOWN ? SHOWN : (int)n, key, a->call->name, takes.n ? takes.s : "none");
}

static const struct wire_member *member(const struct args *a, const char *key, size_t n, uint32_t *bit)
{
	*bit = 1;
	for (const struct wire_member *m = a->call->in; m->key; m++, *bit <<= 1) {
		if (strlen(m->key) == n && memcmp(m->key, key, n) == 0)
			return m;
	}
	return NULL;
}

/* The null GUID is as good as none. */
static void given(struct args *a, const struct wire_member *m, uint32_t bit)
{
	if (m->kind != W_GUID || !guid_is_null((const guid *)((const char *)a->in + m->offset)))
		a->seen |= bit;
}

int args_text(struct args *a, const char *key, size_t key_n, const char *text, size_t n, struct err *e)
{
	uint32_t bit;
	const struct wire_member *m = member(a, key, key_n, &bit);
	void *p;
	int64_t num = 0;

	if (!m)
		return unknown(a, key, key_n, e);
	if (a->seen & bit)
		return err_set(e, ERROR_INVALID_PARAMETER, "\"%s\" is given twice", m->key);
	p = (char *)a->in + m->offset;
	switch (m->kind) {
	case W_GUID:
		if (guid_of(m, text, n, p, e))
			return (int)e->code;
		break;
	case W_TEXT:
		if (text_of(m, text, n, p, e))
			return (int)e->code;
		break;
	case W_U32:
	case W_I32:
		if (decimal(m, text, n, &num, e))
			return (int)e->code;
		*(uint32_t *)p = (uint32_t)num;
		break;
	default:
		return wrong(m, "in a JSON body", e);
	}
	given(a, m, bit);
	return 0;
}

static int body_members(struct args *a, json_t *root, struct err *e)
{
	uint32_t bit = 1;
	size_t known = 0;
	const char *key;
	json_t *item;

	/* in the order of the table: "type" stands before the object whose fields it tells */
	for (const struct wire_member *m = a->call->in; m->key; m++, bit <<= 1) {
		item = json_object_get(root, m->key);
		if (!item)
			continue;
		known++;
		if (json_is_null(item))
			continue;
		if (a->seen & bit)
			return err_set(e, ERROR_INVALID_PARAMETER, "\"%s\" stands in the path already",
				       m->key);
		if (value_of(a, m, item, e))
			return (int)e->code;
		given(a, m, bit);
	}
	if (known == json_object_size(root))
		return 0;
	json_object_foreach(root, key, item)
	{
		if (!member(a, key, strlen(key), &bit))
			return unknown(a, key, strlen(key), e);
	}
	return 0;
}

int args_body(struct args *a, const char *body, size_t n, struct err *e)
{
	json_error_t why;
	json_t *root;
	int rc;

	if (!n)
		return 0;
	root = json_loadb(body, n, JSON_REJECT_DUPLICATES, &why);
	if (!root)
		return err_set(e, ERROR_INVALID_PARAMETER, "the body is no JSON: line %d, column %d: %s",
			       why.line, why.column, why.text);
	rc = json_is_object(root) ? body_members(a, root, e)
				  : err_set(e, ERROR_INVALID_PARAMETER, "the body must be one JSON object");
	json_decref(root);
	return rc;
}

int args_complete(const struct args *a, struct err *e)
{
	uint32_t bit = 1;

	for (const struct wire_member *m = a->call->in; m->key; m++, bit <<= 1) {
		if (m->required && !(a->seen & bit))
			return err_set(e, ERROR_INVALID_PARAMETER, "argument \"%s\" of %s is missing", m->key,
				       a->call->name);
	}
	return 0;
}
