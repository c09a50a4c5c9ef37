/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The pure parts of libntmsapi: server names, handles, JSON, requests, security descriptors. */
#include "client/descriptor.h"
#include "client/handles.h"
#include "client/json.h"
#include "client/request.h"
#include "client/server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- server names ---- */

static void test_server_names(void **state)
{
	static const struct {
		const char *name, *url, *socket;
		bool loopback;
	} rows[] = {
		{"unix:/run/openrsm/rsmd.sock", "http://localhost", "/run/openrsm/rsmd.sock", true},
		{"https://host:8731", "https://host:8731", "", false},
		{"https://tapes.example.org", "https://tapes.example.org:8731", "", false},
		{"https://[2001:db8::7]:443", "https://[2001:db8::7]:443", "", false},
		{"http://127.0.0.1:9000", "http://127.0.0.1:9000", "", true},
		{"http://localhost", "http://localhost:8731", "", true},
		{"http://[::1]:1", "http://[::1]:1", "", true},
	};
	struct server s;

	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		assert_int_equal(server_parse(rows[i].name, &s), 0);
		assert_string_equal(s.url, rows[i].url);
		assert_string_equal(s.socket, rows[i].socket);
		assert_int_equal(s.loopback, rows[i].loopback);
	}
}

static void test_malformed_server_names(void **state)
{
	static const char *const bad[] = {
		"host",
		"unix:",
		"unix:run/rsmd.sock",
		"ftp://host",
		"https://",
		"https://host:",
		"https://host:0",
		"https://host:65536",
		"https://host:99999999999",
		"https://host/path",
		"https://user@host",
		"https://-host",
		"https://[::1",
		"https://ho st",
		"http://example.org:8731",
		"http://127.0.0.1.example.org",
		"http://10.0.0.1",
		"https://host:12x",
		"https://host\r\nX: y",
		("unix:/"
		 "a-path-that-is-too-long-for-a-socket-a-path-that-is-too-long-for-a-socket-a-path-that-is-"
		 "too-long-for-it-by-far"),
	};
	struct server s;

	(void)state;
	for (size_t i = 0; i < countof(bad); i++)
		assert_int_equal(server_parse(bad[i], &s), ERROR_INVALID_COMPUTERNAME);
}

/* ---- handles ---- */

static void hold(void *what) { ++*(int *)what; }

static void test_handles(void **state)
{
	int one = 0, two = 0;
	HANDLE a = handle_new(&one), b = handle_new(&two), c;

	(void)state;
	assert_non_null(a);
	assert_ptr_not_equal(a, b);
	assert_ptr_equal(handle_get(a, hold), &one);
	assert_ptr_equal(handle_get(b, hold), &two);
	assert_int_equal(one, 1);
	assert_ptr_equal(handle_take(a), &one);
	assert_null(handle_get(a, hold));
	assert_null(handle_take(a));
	c = handle_new(&one); /* takes the place, not the name */
	assert_ptr_not_equal(a, c);
	assert_null(handle_get(a, hold));
	assert_ptr_equal(handle_take(b), &two);
	assert_ptr_equal(handle_take(c), &one);
}

static void test_no_handles(void **state)
{
	const uintptr_t values[] = {
		0, 1, 8, 0x1000, 0x7fffdeadbee8, (uintptr_t)-1, (uintptr_t)-8, (uintptr_t)&values};

	(void)state;
	for (size_t i = 0; i < countof(values); i++)
		assert_null(handle_get((HANDLE)values[i], hold));
}

static void test_handles_die_in_a_forked_child(void **state)
{
	int one = 0, status = 0;
	HANDLE h = handle_new(&one);
	pid_t child = fork();

	(void)state;
	if (!child)
		_exit(handle_get(h, hold) ? 1 : handle_new(&one) == h ? 2 : 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_ptr_equal(handle_take(h), &one);
}

/* ---- JSON ---- */

static void test_json_strings(void **state)
{
	static const char doc[] = "{\"a\":\"\\\"\\\\\\/"
				  "\\b\\f\\n\\r\\t\\u00fc\\uD83D\\uDE00\",\"lone\":\"x\\ud83d!\",\"n\":null,"
				  "\"deep\":{\"a\":[1,{\"b\":2}]},\"last\":-7}";
	struct doc j;
	int64_t number = 0;

	(void)state;
	assert_true(doc_parse(&j, doc, strlen(doc)));
	auto_free char *a = doc_copy_string(&j, doc_get(&j, 0, "a"));
	auto_free char *lone = doc_copy_string(&j, doc_get(&j, 0, "lone"));
	assert_string_equal(a, "\"\\/\b\f\n\r\t\xc3\xbc\xf0\x9f\x98\x80");
	assert_string_equal(lone, "x\xef\xbf\xbd!");
	assert_true(doc_is_null(&j, doc_get(&j, 0, "n")));
	assert_true(doc_is_null(&j, doc_get(&j, 0, "b")));
	assert_true(doc_number(&j, doc_get(&j, 0, "last"), &number));
	assert_int_equal(number, -7);
	assert_int_equal(doc_size(&j, doc_get(&j, doc_get(&j, 0, "deep"), "a")), 2);
	doc_free(&j);
}

static void test_json_garbage(void **state)
{
	static const char *const bad[] = {
		"", "[]", "7", "{", "{\"a\"", "{\"a\":}x", "<html>", "{\"a\":\"\\q\"}", "{\"a\":1"};
	struct doc j;

	(void)state;
	for (size_t i = 0; i < countof(bad); i++)
		if (doc_parse(&j, bad[i], strlen(bad[i]))) { /* tolerated, if it stays harmless */
			assert_true(doc_is_null(&j, doc_get(&j, 0, "zz")));
			free(doc_copy_string(&j, doc_get(&j, 0, "a")));
			doc_free(&j);
		}
	assert_false(doc_parse(&j, "<html>", 6));
	assert_false(doc_parse(&j, "[1]", 3));
}

static void test_json_writing(void **state)
{
	struct out o = {0};
	struct doc j;

	(void)state;
	out_puts(&o, "{\"s\":");
	out_string(&o, "a\"b\\c\n\x01\xc3\xbc");
	out_puts(&o, ",\"n\":");
	out_number(&o, INT64_MIN);
	out_puts(&o, ",\"b\":");
	out_base64(&o, (const uint8_t *)"abcd", 4);
	out_puts(&o, "}");
	assert_true(doc_parse(&j, o.s, o.n));
	auto_free char *s = doc_copy_string(&j, doc_get(&j, 0, "s")),
		       *b = doc_copy_string(&j, doc_get(&j, 0, "b"));
	assert_string_equal(s, "a\"b\\c\n\x01\xc3\xbc");
	assert_string_equal(b, "YWJjZA==");
	doc_free(&j);
	out_free(&o);
}

/* ---- requests ---- */

static void test_requests(void **state)
{
	const struct AllocateNtmsMedia_in allocate = {.pool = {{1}}, .call = {{2}}, .timeout = INFINITE};
	const struct RsmFindObject_in search = {.text = "a b&c/\xc3\xbc", .type = 5};
	const struct MountNtmsMedia_in mount = {
		.call = {{2}}, .media = {(guid[]){{{3}}, {{4}}}, 2}, .priority = -7};
	auto_request a = {0}, f = {0}, m = {0};

	(void)state;
	assert_true(request_make(&a, CALL_AllocateNtmsMedia, &allocate));
	assert_string_equal(a.path.s, "/v1/media-pools/01000000-0000-0000-0000-000000000000/allocate");
	assert_string_equal(
		a.body.s,
		"{\"call\":\"02000000-0000-0000-0000-000000000000\",\"options\":0,\"timeout\":4294967295}");
	assert_true(request_make(&f, CALL_RsmFindObject, &search));
	assert_string_equal(f.path.s, "/v1/find?text=a%20b%26c%2F%C3%BC&type=5&limit=0");
	assert_null(f.body.s);
	assert_true(request_make(&m, CALL_MountNtmsMedia, &mount));
	assert_string_equal(
		m.body.s,
		"{\"call\":\"02000000-0000-0000-0000-000000000000\",\"media\":[\"03000000-0000-0000-0000-"
		"000000000000\","
		"\"04000000-0000-0000-0000-000000000000\"],\"options\":0,\"priority\":-7,\"timeout\":0}");
}

/* ---- security descriptors ---- */

#define SID_SIZE 12 /* with one subauthority */

struct acl {
	ACL head;
	ACCESS_ALLOWED_ACE ace;
	DWORD rest[2];
};

static struct acl everyone_uses(void)
{
	struct acl acl = {
		.head = {.AclRevision = ACL_REVISION, .AclSize = sizeof(ACL) + 8 + SID_SIZE, .AceCount = 1},
		.ace = {.Header = {.AceSize = 8 + SID_SIZE}, .Mask = NTMS_USE_ACCESS}};
	const BYTE everyone[SID_SIZE] = {SID_REVISION, 1, 0, 0, 0, 0, 0, 1};

	memcpy(&acl.ace.SidStart, everyone, sizeof everyone);
	return acl;
}

static void test_descriptors(void **state)
{
	BYTE owner[SID_SIZE] = {SID_REVISION, 1, 0, 0, 0, 0, 0, 5, 18};
	struct acl dacl = everyone_uses();
	SECURITY_DESCRIPTOR absolute = {
		.Revision = 1, .Control = SE_DACL_PRESENT, .Owner = owner, .Dacl = &dacl.head};
	SECURITY_DESCRIPTOR_RELATIVE head;
	struct wire_blob packed, again;

	(void)state;
	assert_int_equal(descriptor_pack(&absolute, &packed), 0);
	assert_int_equal(packed.n, 20 + SID_SIZE + sizeof(ACL) + 8 + SID_SIZE);
	memcpy(&head, packed.p, sizeof head);
	assert_int_equal(head.Control, SE_DACL_PRESENT | SE_SELF_RELATIVE);
	assert_memory_equal(packed.p + head.Owner, owner, sizeof owner);
	assert_memory_equal(packed.p + head.Dacl, &dacl, dacl.head.AclSize);
	assert_int_equal(head.Group, 0);
	assert_int_equal(descriptor_pack(packed.p, &again), 0); /* already self-relative */
	assert_int_equal(again.n, packed.n);
	assert_memory_equal(again.p, packed.p, packed.n);
	free(packed.p);
	free(again.p);
}

static void test_malformed_descriptors(void **state)
{
	BYTE sid[SID_SIZE] = {SID_REVISION, 16}, no_sid[SID_SIZE] = {7, 1};
	ACL acl = {.AclRevision = ACL_REVISION, .AclSize = 4};
	SECURITY_DESCRIPTOR bad[] = {
		{.Revision = 2},
		{.Revision = 1, .Owner = sid},
		{.Revision = 1, .Group = no_sid},
		{.Revision = 1, .Control = SE_DACL_PRESENT, .Dacl = &acl},
	};
	const SECURITY_DESCRIPTOR_RELATIVE inside = {.Revision = 1, .Control = SE_SELF_RELATIVE, .Owner = 4};
	struct wire_blob packed;

	(void)state;
	for (size_t i = 0; i < countof(bad); i++)
		assert_int_equal(descriptor_pack(&bad[i], &packed), ERROR_INVALID_PARAMETER);
	BYTE room[sizeof(SECURITY_DESCRIPTOR)] = {0};

	memcpy(room, &inside, sizeof inside);
	assert_int_equal(descriptor_pack(room, &packed), ERROR_INVALID_PARAMETER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_server_names),
		cmocka_unit_test(test_malformed_server_names),
		cmocka_unit_test(test_handles),
		cmocka_unit_test(test_no_handles),
		cmocka_unit_test(test_handles_die_in_a_forked_child),
		cmocka_unit_test(test_json_strings),
		cmocka_unit_test(test_json_garbage),
		cmocka_unit_test(test_json_writing),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_malformed_descriptors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
