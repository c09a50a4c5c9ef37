/* SPDX-License-Identifier: GPL-2.0-or-later
 * Arguments from untrusted text: what is taken, what is refused and how it is named; answers as JSON. */
#include "api/answer.h"
#include "api/args.h"
#include "api/problem.h"
#include "api/route.h"

#include <ntmsapi.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define G1 "11111111-2222-3333-4444-555555555555"

static struct err e;

/* Parses a body for a call; returns the code. */
static int body(enum wire_call call, void *in, const char *text, size_t n)
{
	struct args a = {.call = &wire_calls[call], .in = in};

	e = (struct err){0};
	memset(in, 0, wire_calls[call].in_size);
	if (args_body(&a, text, n, &e) == 0)
		args_complete(&a, &e);
	return (int)e.code;
}

/* Bodies of MountNtmsMedia, which has a member of nearly every kind, and what the error must name. */
static const struct {
	const char *body, *why;
} hostile[] = {
	{"", "\"call\""},
	{"{}", "\"call\""},
	{"[]", "one JSON object"},
	{"null", "no JSON"},
	{"{\"call\":\"" G1 "\"}", "\"media\""},
	{"{", "no JSON"},
	{"{\"call\":\"" G1 "\",\"media\":[]} x", "no JSON"},
	{"{\"call\":\"" G1 "\",\"media\":[],\"media\":[]}", "no JSON"},
	{"{\"call\":\"" G1 "\",\"media\":[],\"medium\":1}", "\"medium\""},
	{"{\"call\":\"" G1 "\",\"media\":{}}", "\"media\""},
	{"{\"call\":\"" G1 "\",\"media\":[1]}", "\"media\""},
	{"{\"call\":\"" G1 "\",\"media\":[null]}", "\"media\""},
	{"{\"call\":\"" G1 "\",\"media\":[\"" G1 "x\"]}", "\"media\""},
	{"{\"call\":\"" G1 "\",\"media\":[\"" G1 "\",[[]]]}", "\"media\""},
	{"{\"call\":17,\"media\":[]}", "\"call\""},
	{"{\"call\":\"\",\"media\":[]}", "\"call\""},
	{"{\"call\":\"00000000-0000-0000-0000-000000000000\",\"media\":[]}", "\"call\""},
	{"{\"call\":null,\"media\":[]}", "\"call\""},
	{"{\"call\":\"" G1 "\\u0000\",\"media\":[]}", "no JSON"},
	{"{\"call\":\"" G1 "\",\"media\":[],\"options\":-1}", "\"options\""},
	{"{\"call\":\"" G1 "\",\"media\":[],\"options\":4294967296}", "\"options\""},
	{"{\"call\":\"" G1 "\",\"media\":[],\"options\":1.0}", "\"options\""},
	{"{\"call\":\"" G1 "\",\"media\":[],\"options\":1e400}", "no JSON"},
	{"{\"call\":\"" G1 "\",\"media\":[],\"options\":99999999999999999999}", "no JSON"},
	{"{\"call\":\"" G1 "\",\"media\":[],\"options\":\"1\"}", "\"options\""},
	{"{\"call\":\"" G1 "\",\"media\":[],\"options\":true}", "\"options\""},
	{"{\"call\":\"" G1 "\",\"media\":[],\"priority\":2147483648}", "\"priority\""},
	{"{\"call\":\"" G1 "\",\"media\":[],\"priority\":-2147483649}", "\"priority\""},
	{"{\"\":1,\"call\":\"" G1 "\",\"media\":[]}", "\"\""},
	{"{\"\xff\":1}", "no JSON"},
};

static void hostile_bodies_are_refused(void **state)
{
	for (size_t i = 0; i < countof(hostile); i++) {
		struct MountNtmsMedia_in in;

		if (body(CALL_MountNtmsMedia, &in, hostile[i].body, strlen(hostile[i].body)) !=
			    ERROR_INVALID_PARAMETER ||
		    !strstr(e.why, hostile[i].why))
			fail_msg("%s: %u %s", hostile[i].body, e.code, e.why);
		wire_clear(wire_calls[CALL_MountNtmsMedia].in, &in);
	}
}

static void deep_nesting_is_refused(void **state)
{
	enum { DEPTH = 500000 };
	struct MountNtmsMedia_in in;
	char *text = malloc(DEPTH);

	assert_non_null(text);
	memset(text, '[', DEPTH);
	assert_int_equal(body(CALL_MountNtmsMedia, &in, text, DEPTH), ERROR_INVALID_PARAMETER);
	free(text);
}

/* A body cut off anywhere, or with any byte changed, is taken or refused, and nothing else happens
 * (sanitizers watch). */
static void cut_and_changed_bodies(void **state)
{
	static const char text[] =
		"{\"type\":5,\"object\":\"" G1 "\",\"info\":{\"name\":\"d\xc3\xa4\",\"created\":"
		"\"2026-11-20T08:00:00Z\",\"enabled\":true,\"deferDismountDelay\":7}}";
	const struct wire_member *members = wire_calls[CALL_SetNtmsObjectInformation].in;
	char changed[sizeof text];
	struct SetNtmsObjectInformation_in in;

	assert_int_equal(body(CALL_SetNtmsObjectInformation, &in, text, sizeof text - 1), 0);
	wire_clear(members, &in);
	for (size_t i = 0; i < sizeof text - 1; i++) {
		assert_int_equal(body(CALL_SetNtmsObjectInformation, &in, text, i), ERROR_INVALID_PARAMETER);
		wire_clear(members, &in);
		for (int c = 0; c < 256; c += 5) {
			memcpy(changed, text, sizeof text);
			changed[i] = (char)c;
			body(CALL_SetNtmsObjectInformation, &in, changed, sizeof text - 1);
			wire_clear(members, &in);
		}
	}
}

static void a_good_body_is_taken(void **state)
{
	static const char text[] = "{\"media\":[\"" G1 "\",\"{" G1 "}\"],\"priority\":-5,\"call\":\"" G1
				   "\",\"options\":4294967295,\"drives\":null}";
	struct MountNtmsMedia_in in;
	guid g;

	guid_parse(G1, &g);
	assert_int_equal(body(CALL_MountNtmsMedia, &in, text, sizeof text - 1), 0);
	assert_int_equal(in.media.n, 2);
	assert_true(guid_eq(&in.media.v[1], &g) && guid_eq(&in.call, &g));
	assert_int_equal(in.priority, -5);
	assert_true(in.options == UINT32_MAX);
	assert_int_equal(in.drives.n, 0);
	wire_clear(wire_calls[CALL_MountNtmsMedia].in, &in);
}

static const struct wire_value *field(const struct wire_object *o, const char *key)
{
	for (size_t i = 0; i < o->n; i++) {
		if (strcmp(o->v[i].field->key, key) == 0)
			return &o->v[i];
	}
	return NULL;
}

static void fields_of_objects(void **state)
{
	static const char text[] =
		"{\"object\":\"" G1
		"\",\"type\":5,\"info\":{\"deferDismountDelay\":7,\"name\":\"d1\",\"lastCleaned\":null,"
		"\"library\":\"" G1
		"\",\"description\":null,\"enabled\":false,\"created\":\"2026-11-20T08:00:00.5Z\"}}";
	struct SetNtmsObjectInformation_in in;

	body(CALL_SetNtmsObjectInformation, &in, text, sizeof text - 1);
	assert_int_equal(e.code, 0);
	assert_int_equal(in.info.n, 6);
	assert_string_equal(field(&in.info, "name")->text, "d1");
	assert_int_equal(field(&in.info, "deferDismountDelay")->num, 7);
	assert_int_equal(field(&in.info, "lastCleaned")->num, 0);
	assert_null(field(&in.info, "description"));
	assert_ptr_equal(in.info.v[0].field->key,
			 field(&in.info, "created")->field->key); /* in the table's order */
	wire_clear(wire_calls[CALL_SetNtmsObjectInformation].in, &in);

#define REFUSED(type, info, named)                                                                           \
	do {                                                                                                 \
		static const char t[] = "{\"object\":\"" G1 "\",\"type\":" #type ",\"info\":" info "}";      \
		assert_int_equal(body(CALL_SetNtmsObjectInformation, &in, t, sizeof t - 1),                  \
				 ERROR_INVALID_PARAMETER);                                                   \
		if (!strstr(e.why, named))                                                                   \
			fail_msg("%s", e.why);                                                               \
		wire_clear(wire_calls[CALL_SetNtmsObjectInformation].in, &in);                               \
	} while (0)
	REFUSED(5, "{\"barCode\":\"x\"}", "\"barCode\"");
	REFUSED(5, "[]", "\"info\"");
	REFUSED(5, "{\"enabled\":1}", "\"enabled\"");
	REFUSED(5, "{\"lastCleaned\":\"yesterday\"}", "\"lastCleaned\"");
	REFUSED(5, "{\"scsiPort\":65536}", "\"scsiPort\"");
	REFUSED(5, "{\"name\":7}", "\"name\"");
	REFUSED(0, "{}", "type of object 0");
	REFUSED(19, "{}", "type of object 19");
	REFUSED(4294967295, "{}", "type of object 4294967295");
}

static int query(struct EnumerateNtmsObject_in *in, const char *key, const char *value, size_t n,
		 uint32_t seen)
{
	struct args a = {.call = &wire_calls[CALL_EnumerateNtmsObject], .in = in, .seen = seen};

	e = (struct err){0};
	return args_text(&a, key, strlen(key), value, n, &e);
}

static void query_arguments(void **state)
{
	static const struct {
		const char *key, *value;
		int code;
	} cases[] = {
		{"type", "6", 0},
		{"type", "4294967295", 0},
		{"type", "4294967296", ERROR_INVALID_PARAMETER},
		{"type", "18446744073709551622", ERROR_INVALID_PARAMETER},
		{"type", "99999999999999999999999999999999", ERROR_INVALID_PARAMETER},
		{"type", "-1", ERROR_INVALID_PARAMETER},
		{"type", "-", ERROR_INVALID_PARAMETER},
		{"type", "", ERROR_INVALID_PARAMETER},
		{"type", " 6", ERROR_INVALID_PARAMETER},
		{"type", "6x", ERROR_INVALID_PARAMETER},
		{"type", "0x6", ERROR_INVALID_PARAMETER},
		{"container", G1, 0},
		{"container", "{" G1 "}", 0},
		{"container", "", ERROR_INVALID_PARAMETER},
		{"container", G1 G1 G1 G1, ERROR_INVALID_PARAMETER},
		{"Type", "6", ERROR_INVALID_PARAMETER},
		{"", "6", ERROR_INVALID_PARAMETER},
	};
	struct EnumerateNtmsObject_in in = {0};

	for (size_t i = 0; i < countof(cases); i++) {
		if (query(&in, cases[i].key, cases[i].value, strlen(cases[i].value), 0) != cases[i].code)
			fail_msg("%s=%s: %u %s", cases[i].key, cases[i].value, e.code, e.why);
	}
	assert_int_equal(query(&in, "type", "6\0", 2, 0), ERROR_INVALID_PARAMETER);
	assert_int_equal(query(&in, "container", G1 "\0", 37, 0), ERROR_INVALID_PARAMETER);
	assert_int_equal(query(&in, "type", "6", 1, UINT32_MAX), ERROR_INVALID_PARAMETER);
	assert_non_null(strstr(e.why, "twice"));
}

static void routes(void **state)
{
	static const struct {
		const char *method, *path;
		unsigned status;
		int call;
		const char *value, *allow;
	} cases[] = {
		{"POST", "/v1/sessions", 200, CALL_OpenNtmsSession, NULL, ""},
		{"GET", "/v1/objects/" G1, 200, CALL_GetNtmsObjectInformation, G1, ""},
		{"PUT", "/v1/objects/" G1 "/security", 200, CALL_SetNtmsObjectSecurity, G1, ""},
		{"DELETE", "/v1/calls/x", 200, CALL_RsmEndCall, "x", ""},
		{"GET", "/v1/sessions", 405, 0, NULL, "POST"},
		{"PATCH", "/v1/objects/" G1, 405, 0, NULL, "GET, PUT"},
		{"get", "/v1/status", 405, 0, NULL, "GET"},
		{"GET", "/v1/status/", 404, 0, NULL, ""},
		{"GET", "/v1/objects/", 404, 0, NULL, ""},
		{"GET", "/v1/objects/" G1 "/", 404, 0, NULL, ""},
		{"GET", "/v1/objects/a/b/security", 404, 0, NULL, ""},
		{"GET", "/v1", 404, 0, NULL, ""},
		{"GET", "/", 404, 0, NULL, ""},
		{"GET", "", 404, 0, NULL, ""},
	};

	for (size_t i = 0; i < countof(cases); i++) {
		struct route r;

		assert_int_equal(route_find(cases[i].method, cases[i].path, &r), cases[i].status);
		assert_string_equal(r.allow, cases[i].status == 200 ? "" : cases[i].allow);
		if (cases[i].status != 200)
			continue;
		assert_int_equal(r.call, cases[i].call);
		assert_true(!r.member == !cases[i].value);
		if (r.member)
			assert_true(r.value && cases[i].value && strlen(cases[i].value) == r.length &&
				    memcmp(r.value, cases[i].value, r.length) == 0);
	}
	/* every call is reachable by its own pattern, and by no earlier one */
	for (enum wire_call c = 0; c < CALL_COUNT; c++) {
		struct route r;

		assert_int_equal(route_find(wire_calls[c].method, wire_calls[c].path, &r), 200);
		assert_int_equal(r.call, c);
		assert_int_equal(!r.member, !strchr(wire_calls[c].path, '{'));
	}
}

static void answers(void **state)
{
	struct GetNtmsMediaPoolName_out name = {.name = (char *)"a\"\\\n\x01\xc3\xa4"};
	struct GetNtmsObjectSecurity_out blob = {.descriptor = {(uint8_t *)"\x00\xff\x10z", 4}};
	struct MountNtmsMedia_out mount = {.drives = {(guid[2]){{{0}}, {{1, 2}}}, 2}};
	struct EnumerateNtmsObject_out none = {.count = UINT32_MAX};
	auto_str s = {0};

	answer_write(&s, wire_calls[CALL_GetNtmsMediaPoolName].out, &name);
	answer_write(&s, wire_calls[CALL_GetNtmsObjectSecurity].out, &blob);
	answer_write(&s, wire_calls[CALL_MountNtmsMedia].out, &mount);
	answer_write(&s, wire_calls[CALL_EnumerateNtmsObject].out, &none);
	assert_string_equal(s.s, "{\"name\":\"a\\\"\\\\\\u000a\\u0001\xc3\xa4\"}"
				 "{\"descriptor\":\"AP8Qeg==\"}"
				 "{\"drives\":[null,\"01020000-0000-0000-0000-000000000000\"]}"
				 "{\"count\":4294967295,\"objects\":[]}");
}

static void problems(void **state)
{
	auto_str s = {0};

	err_set(&e, ERROR_MEDIA_UNAVAILABLE, "pool \\Backup has none");
	problem_write(&s, problem_status(e.code), &e);
	assert_string_equal(s.s,
			    "{\"type\":\"about:blank\",\"title\":\"ERROR_MEDIA_UNAVAILABLE\",\"status\":409,"
			    "\"code\":4308,\"name\":\"ERROR_MEDIA_UNAVAILABLE\",\"detail\":\"pool \\\\Backup "
			    "has none\"}");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_bodies_are_refused),
		cmocka_unit_test(deep_nesting_is_refused),
		cmocka_unit_test(cut_and_changed_bodies),
		cmocka_unit_test(a_good_body_is_taken),
		cmocka_unit_test(fields_of_objects),
		cmocka_unit_test(query_arguments),
		cmocka_unit_test(routes),
		cmocka_unit_test(answers),
		cmocka_unit_test(problems),
	};

	return cmocka_run_group_tests_name("args", tests, NULL, NULL);
}
