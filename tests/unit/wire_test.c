/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Both sides of every call: what the client sends is what the server understands, and what the server answers
 * is what the client reads, member by member, for each call of the table. */
#include "api/answer.h"
#include "api/args.h"
#include "api/route.h"
#include "client/call.h"
#include "client/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ODD_TEXT "\\Pool 1\\\"\xc3\xbc\" & 100% +\n\xf0\x9f\x98\x80?#/"

/* Values that differ by call, member and round; round 0: all that may be absent is. */
struct value {
	enum wire_call call;
	int member, round;
};

static guid make_guid(struct value at, int i)
{
	return (guid){
		{(uint8_t)(at.call + 1), (uint8_t)at.member, (uint8_t)at.round, (uint8_t)i, 0xff, 0x80}};
}

static uint32_t make_number(struct value at)
{
	return at.round > 1 ? UINT32_MAX - (uint32_t)at.member : (uint32_t)(at.call * 100 + at.member);
}

static void make_object(struct wire_object *o, uint32_t type)
{
	size_t n = 0;

	o->v = calloc(wire_types[type].n_fields, sizeof *o->v);
	for (const struct wire_member *f = wire_types[type].fields; f->key; f++, n++) {
		o->v[n] = (struct wire_value){.field = f};
		switch (f->kind) {
		case W_TEXT:
			o->v[n].text = strdup(ODD_TEXT);
			break;
		case W_GUID:
			o->v[n].id = (guid){{7, (uint8_t)n}};
			break;
		case W_BYTES:
			o->v[n].blob.p = (uint8_t *)strdup("abcd"), o->v[n].blob.n = 4;
			break;
		case W_TIME:
			o->v[n].num = 1795165899123;
			break;
		case W_BOOL:
			o->v[n].num = 1;
			break;
		case W_I64:
			o->v[n].num = INT64_MAX;
			break;
		default:
			o->v[n].num = 65000 + (int64_t)n;
			break;
		}
	}
	o->n = n;
}

static void make_member(const struct wire_member *m, void *p, struct value at)
{
	struct wire_blob *blob = p;
	struct wire_guids *guids = p;

	if (!at.round && !m->required)
		return;
	switch (m->kind) {
	case W_GUID:
		*(guid *)p = make_guid(at, 0);
		break;
	case W_TEXT:
		*(char **)p = strdup(ODD_TEXT);
		break;
	case W_BLOB:
		blob->p = (uint8_t *)strdup("\xff\x01 label"), blob->n = 8;
		break;
	case W_GUIDS:
		guids->v = calloc(3, sizeof *guids->v);
		while (guids->n < 3)
			guids->v[guids->n] = make_guid(at, (int)guids->n), guids->n++;
		break;
	case W_I32:
		*(int32_t *)p = -15;
		break;
	case W_JSON:
		*(char **)p = strdup("[{\"a\": 1}]");
		break;
	case W_OBJECT:
		make_object(p, NTMS_PARTITION);
		break; /* it has fields of every kind */
	default:
		*(uint32_t *)p = !strcmp(m->key, "type") ? NTMS_PARTITION : make_number(at);
		break;
	}
}

static void same_object(const struct wire_object *a, const struct wire_object *b)
{
	assert_int_equal(a->n, b->n);
	for (size_t i = 0; i < a->n; i++) {
		const struct wire_value *x = &a->v[i], *y = &b->v[i];

		assert_ptr_equal(x->field, y->field);
		assert_true(x->num == y->num && guid_eq(&x->id, &y->id) && x->blob.n == y->blob.n);
		assert_memory_equal(x->blob.n ? x->blob.p : (uint8_t *)"",
				    y->blob.n ? y->blob.p : (uint8_t *)"", x->blob.n);
		assert_string_equal(x->text ? x->text : "", y->text ? y->text : "");
	}
}

static void same_member(const struct wire_member *m, const void *a, const void *b)
{
	const struct wire_blob *x = a, *y = b;
	const struct wire_guids *v = a, *w = b;

	switch (m->kind) {
	case W_GUID:
		assert_true(guid_eq(a, b));
		break;
	case W_TEXT:
		if (*(char *const *)a)
			assert_string_equal(*(char *const *)a, *(char *const *)b);
		else
			assert_null(*(char *const *)b);
		break;
	case W_BLOB:
		assert_int_equal(x->n, y->n);
		if (x->n)
			assert_memory_equal(x->p, y->p, x->n);
		break;
	case W_GUIDS:
		assert_int_equal(v->n, w->n);
		for (size_t i = 0; i < v->n; i++)
			assert_true(guid_eq(&v->v[i], &w->v[i]));
		break;
	case W_OBJECT:
		same_object(a, b);
		break;
	default:
		assert_int_equal(*(const uint32_t *)a, *(const uint32_t *)b);
		break;
	}
}

/* ---- requests ---- */

/* What an HTTP server does to a path or a query before anybody sees it. */
static size_t unescape(const char *from, size_t n, char *to)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		char hex[3] = {from[i], 0, 0};

		if (from[i] == '%') {
			hex[0] = from[i + 1], hex[1] = from[i + 2];
			to[k++] = (char)strtoul(hex, NULL, 16);
			i += 2;
		} else {
			to[k++] = from[i] == '+' ? ' ' : from[i];
		}
	}
	return k;
}

static void understand(const struct request *r, struct args *a)
{
	char path[1000], plain[1000];
	struct err e = {0};
	struct route route;
	char *query;

	assert_true(r->path.n < sizeof path);
	memcpy(path, r->path.s, r->path.n + 1);
	query = strchr(path, '?');
	if (query)
		*query++ = 0;
	assert_int_equal(route_find(wire_calls[r->call].method, path, &route), 200);
	assert_int_equal(route.call, r->call);
	if (route.member)
		assert_int_equal(args_text(a, route.member->key, strlen(route.member->key), route.value,
					   route.length, &e),
				 0);
	for (char *one = query ? strtok(query, "&") : NULL; one; one = strtok(NULL, "&")) {
		size_t key = strcspn(one, "="), n = unescape(one + key + 1, strlen(one + key + 1), plain);

		assert_int_equal(args_text(a, one, key, plain, n, &e), 0);
	}
	if (r->body.s)
		assert_int_equal(args_body(a, r->body.s, r->body.n, &e), 0);
	assert_int_equal(args_complete(a, &e), 0);
}

static void request_round(enum wire_call call, int round)
{
	const struct wire_call_desc *d = &wire_calls[call];
	char *sent = calloc(1, d->in_size), *got = calloc(1, d->in_size);
	struct args a = {.call = d, .in = got};
	auto_request r = {0};
	int i = 0;

	for (const struct wire_member *m = d->in; m->key; m++)
		make_member(m, sent + m->offset, (struct value){call, i++, round});
	assert_true(request_make(&r, call, sent));
	understand(&r, &a);
	for (const struct wire_member *m = d->in; m->key; m++)
		same_member(m, sent + m->offset, got + m->offset);
	wire_clear(d->in, sent);
	wire_clear(d->in, got);
	free(sent);
	free(got);
}

static void test_requests(void **state)
{
	(void)state;
	for (enum wire_call call = 0; call < CALL_COUNT; call++)
		for (int round = 0; round < 3; round++)
			request_round(call, round);
}

/* ---- answers ---- */

static void answer_round(enum wire_call call, int round)
{
	const struct wire_call_desc *d = &wire_calls[call];
	char *sent = calloc(1, d->out_size), *got = calloc(1, d->out_size);
	auto_str text = {0};
	struct doc j;
	int i = 0;

	for (const struct wire_member *m = d->out; m->key; m++)
		if (m->kind != W_OBJECT) /* its writer is media_emit_object(), its reader object_read() */
			make_member(m, sent + m->offset, (struct value){call, i++, round});
	answer_write(&text, d->out, sent);
	assert_true(doc_parse(&j, text.s, text.n));
	for (const struct wire_member *m = d->out; m->key; m++) {
		if (m->kind == W_OBJECT)
			continue;
		if (m->kind == W_JSON) { /* its reader walks the answer */
			assert_int_equal(doc_size(&j, doc_get(&j, 0, m->key)), 1);
			continue;
		}
		assert_true(call_read(&j, doc_get(&j, 0, m->key), m->kind, got + m->offset));
		same_member(m, sent + m->offset, got + m->offset);
	}
	doc_free(&j);
	wire_clear(d->out, sent);
	wire_clear(d->out, got);
	free(sent);
	free(got);
}

static void test_answers(void **state)
{
	(void)state;
	for (enum wire_call call = 0; call < CALL_COUNT; call++)
		for (int round = 0; round < 3; round++)
			answer_round(call, round);
}

static void test_times(void **state)
{
	static const char *const no_times[] = {
		"",
		"Z",
		"2026-11-20",
		"2026-11-20T08:51:39",
		"2026-11-20T08:51:39.123",
		"2026-11-20T08:51:39+01:00",
		"2026-11-20T08:51:39Zx",
		"2026-11-20T08:51:39.-1Z",
		" 026-11-20T08:51:39Z",
		"-001-11-20T08:51:39Z",
		"2026-00-20T08:51:39Z",
		"2026-13-20T08:51:39Z",
		"2026-11-32T08:51:39Z",
		"2026-11-20T24:51:39Z",
		"2026-11-20T08:60:39Z",
		"2026-11-20T08:51:61Z",
		"2026-11-2008:51:39Z",
	};
	char text[WIRE_TIME_TEXT];
	int64_t ms;

	(void)state;
	assert_true(wire_time_parse("2026-11-20T08:51:39.123Z", &ms));
	assert_true(ms == 1795164699123);
	assert_string_equal(wire_time_text(ms, text), "2026-11-20T08:51:39.123Z");
	assert_true(wire_time_parse("1970-01-01T00:00:00.5Z", &ms) && ms == 500);
	assert_true(wire_time_parse("2000-02-29T00:00:00.123456Z", &ms) && ms == 951782400123);
	for (size_t i = 0; i < countof(no_times); i++) {
		if (wire_time_parse(no_times[i], &ms))
			fail_msg("%s", no_times[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_times),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
