/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/request.h"

#include <string.h>

void request_free(struct request *r)
{
	out_free(&r->path);
	out_free(&r->body);
}

/* An optional argument that says nothing is left out; numbers always travel, because 0 says something. */
static bool absent(const struct wire_member *m, const void *p)
{
	if (m->required)
		return false;
	switch (m->kind) {
	case W_GUID:
		return guid_is_null(p);
	case W_TEXT:
		return !*(char *const *)p;
	case W_BLOB:
		return !((const struct wire_blob *)p)->p;
	case W_GUIDS:
		return !((const struct wire_guids *)p)->n;
	default:
		return false;
	}
}

static void put_guid(struct out *o, const guid *g)
{
	char text[GUID_TEXT];

	out_puts(o, "\"");
	out_puts(o, guid_text(g, text));
	out_puts(o, "\"");
}

static void put_guids(struct out *o, const struct wire_guids *list)
{
	out_puts(o, "[");
	for (size_t i = 0; i < list->n; i++) {
		if (i)
			out_puts(o, ",");
		put_guid(o, &list->v[i]);
	}
	out_puts(o, "]");
}

static void put_key(struct out *o, const char *key, bool first)
{
	out_puts(o, first ? "\"" : ",\"");
	out_puts(o, key);
	out_puts(o, "\":");
}

static void put_time(struct out *o, int64_t ms)
{
	char text[WIRE_TIME_TEXT];

	if (ms)
		out_string(o, wire_time_text(ms, text));
	else
		out_puts(o, "null");
}

static void put_field(struct out *o, const struct wire_value *v)
{
	switch (v->field->kind) {
	case W_GUID:
		put_guid(o, &v->id);
		break;
	case W_TEXT:
		out_string(o, v->text ? v->text : "");
		break;
	case W_BYTES:
	case W_BLOB:
		out_base64(o, v->blob.p, v->blob.n);
		break;
	case W_TIME:
		put_time(o, v->num);
		break;
	case W_BOOL:
		out_puts(o, v->num ? "true" : "false");
		break;
	default:
		out_number(o, v->num);
		break;
	}
}

static void put_object(struct out *o, const struct wire_object *object)
{
	out_puts(o, "{");
	for (size_t i = 0; i < object->n; i++) {
		put_key(o, object->v[i].field->key, i == 0);
		put_field(o, &object->v[i]);
	}
	out_puts(o, "}");
}

static void put_value(struct out *o, enum wire_kind kind, const void *p)
{
	switch (kind) {
	case W_GUID:
		put_guid(o, p);
		break;
	case W_GUIDS:
		put_guids(o, p);
		break;
	case W_TEXT:
		out_string(o, *(char *const *)p);
		break;
	case W_BLOB:
	case W_BYTES:
		out_base64(o, ((const struct wire_blob *)p)->p, ((const struct wire_blob *)p)->n);
		break;
	case W_OBJECT:
		put_object(o, p);
		break;
	case W_I32:
		out_number(o, *(const int32_t *)p);
		break;
	default:
		out_number(o, *(const uint32_t *)p);
		break;
	}
}

/* in a path or a query: bare, and escaped where it is text */
static void put_plain(struct out *o, enum wire_kind kind, const void *p)
{
	char text[GUID_TEXT];

	switch (kind) {
	case W_GUID:
		out_puts(o, guid_text(p, text));
		break;
	case W_TEXT:
		out_escaped(o, *(char *const *)p);
		break;
	case W_I32:
		out_number(o, *(const int32_t *)p);
		break;
	default:
		out_number(o, *(const uint32_t *)p);
		break;
	}
}

static const struct wire_member *find(const struct wire_member *members, const char *name, size_t n)
{
	for (; members->key; members++)
		if (strlen(members->key) == n && !memcmp(members->key, name, n))
			return members;
	return NULL;
}

/* The path with its {names} filled in. */
static void make_path(struct request *r, const struct wire_call_desc *d, const void *in)
{
	const char *p = d->path;

	for (;;) {
		size_t plain = strcspn(p, "{"), n;
		const struct wire_member *m;

		out_add(&r->path, p, plain);
		p += plain;
		if (!*p++)
			return;
		n = strcspn(p, "}");
		m = find(d->in, p, n);
		put_plain(&r->path, m->kind, (const char *)in + m->offset);
		p += n + 1;
	}
}

static bool in_path(const struct wire_call_desc *d, const struct wire_member *m)
{
	size_t n = strlen(m->key);

	for (const char *p = strchr(d->path, '{'); p; p = strchr(p, '{'))
		if (!strncmp(++p, m->key, n) && p[n] == '}')
			return true;
	return false;
}

bool request_make(struct request *r, enum wire_call call, const void *in)
{
	const struct wire_call_desc *d = &wire_calls[call];
	bool query = !strcmp(d->method, "GET") || !strcmp(d->method, "DELETE"), first = true;

	r->call = call;
	make_path(r, d, in);
	if (!query)
		out_puts(&r->body, "{");
	for (const struct wire_member *m = d->in; m->key; m++) {
		const void *p = (const char *)in + m->offset;

		if (in_path(d, m) || absent(m, p))
			continue;
		if (query) {
			out_puts(&r->path, first ? "?" : "&");
			out_puts(&r->path, m->key);
			out_puts(&r->path, "=");
			put_plain(&r->path, m->kind, p);
		} else {
			put_key(&r->body, m->key, first);
			put_value(&r->body, m->kind, p);
		}
		first = false;
	}
	if (!query)
		out_puts(&r->body, "}");
	return !r->path.failed && !r->body.failed;
}
