/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Media pools: creating, opening, naming, renaming, deleting; who may; what a new pool's security is. */
#include "media_world.h"

#include <ntmsapi.h>
#include <string.h>

static int create(const struct caller *who, const char *name, uint32_t action, guid *g)
{
	struct CreateNtmsMediaPool_out out = {0};
	int rc = CALL(*who, CreateNtmsMediaPool, &out, .name = (char *)name, .mediaType = guid_of(lto),
		      .action = action);

	if (g)
		*g = out.pool;
	return rc;
}

static char *name_of(guid pool)
{
	struct GetNtmsMediaPoolName_out out = {0};

	assert_int_equal(CALL(user, GetNtmsMediaPoolName, &out, .pool = pool), 0);
	return out.name;
}

#define assert_name(pool, text)                                                                              \
	do {                                                                                                 \
		char *name_ = name_of(pool);                                                                 \
		assert_string_equal(name_, text);                                                            \
		free(name_);                                                                                 \
	} while (0)

static void three_actions(void **state)
{
	guid a, b;

	assert_int_equal(create(&root, "\\Backup", NTMS_OPEN_EXISTING, &a), ERROR_OBJECT_NOT_FOUND);
	assert_int_equal(create(&root, "\\Backup", NTMS_CREATE_NEW, &a), 0);
	assert_int_equal(create(&root, "\\Backup", NTMS_CREATE_NEW, &b), ERROR_ALREADY_EXISTS);
	assert_int_equal(create(&root, "\\Backup", NTMS_OPEN_EXISTING, &b), 0);
	assert_true(guid_eq(&a, &b));
	assert_int_equal(create(&root, "\\Backup", NTMS_OPEN_ALWAYS, &b), 0);
	assert_true(guid_eq(&a, &b));
	assert_int_equal(create(&root, "\\Other", NTMS_OPEN_ALWAYS, &b), 0);
	assert_false(guid_eq(&a, &b));
	assert_int_equal(create(&root, "\\Third", 0, &b), ERROR_INVALID_PARAMETER);
	assert_int_equal(create(&root, "\\Third", 4, &b), ERROR_INVALID_PARAMETER);
}

static void names_ignore_case_and_keep_it(void **state)
{
	guid a, b;

	assert_int_equal(create(&root, "Büro", NTMS_CREATE_NEW, &a), 0);
	assert_int_equal(create(&root, "\\BÜRO", NTMS_OPEN_EXISTING, &b), 0);
	assert_true(guid_eq(&a, &b));
	assert_int_equal(create(&root, "\\Application\\bu\xCC\x88ro", NTMS_OPEN_EXISTING, &b),
			 0); /* u and a combining diaeresis */
	assert_true(guid_eq(&a, &b));
	assert_int_equal(create(&root, "bÜrO", NTMS_CREATE_NEW, NULL), ERROR_ALREADY_EXISTS);
	assert_name(a, "\\Büro");
}

static void bad_names(void **state)
{
	static const char *const names[] = {"",	    "\\", "\\\\",   "\\A\\",	"A\\\\B",
					    "A\tB", " ",  "\\A\\ ", "\xff\xfe", "A\x7f"};
	char long_name[600];

	for (size_t i = 0; i < countof(names); i++)
		assert_int_equal(create(&root, names[i], NTMS_CREATE_NEW, NULL), ERROR_INVALID_NAME);
	memset(long_name, 'x', sizeof long_name);
	long_name[64] = 0;
	assert_int_equal(create(&root, long_name, NTMS_CREATE_NEW, NULL), ERROR_INVALID_NAME);
	long_name[63] = 0;
	assert_int_equal(create(&root, long_name, NTMS_CREATE_NEW, NULL), 0);
	for (int i = 0; i < 512; i++)
		long_name[i] = i % 2 ? 'x' : '\\';
	long_name[512] = 0;
	assert_int_equal(create(&root, long_name, NTMS_CREATE_NEW, NULL), ERROR_INVALID_NAME);
	long_name[510] = 0;
	assert_int_equal(create(&root, long_name, NTMS_CREATE_NEW, NULL),
			 ERROR_OBJECT_NOT_FOUND); /* fits, but has no parent */
	assert_int_equal(DO(root, CreateNtmsMediaPool, .name = NULL, .action = 1), ERROR_INVALID_PARAMETER);
}

static void a_length_counts_utf16_units(void **state)
{
	char name[4 * 32 + 1] = "";

	for (int i = 0; i < 32; i++)
		strcat(name, "\xF0\x9F\x93\xBC"); /* a video cassette: two units */
	assert_int_equal(create(&root, name, NTMS_CREATE_NEW, NULL), ERROR_INVALID_NAME);
	assert_int_equal(create(&root, name + 4, NTMS_CREATE_NEW, NULL), 0);
}

static void system_pools_are_opened_never_made(void **state)
{
	guid g;

	assert_int_equal(create(&root, "\\Free\\LTO-8", NTMS_OPEN_EXISTING, &g), 0);
	assert_true(row_of(&g) == system_pool(NTMS_POOLTYPE_SCRATCH, lto));
	assert_name(g, "\\Free\\LTO-8");
	assert_int_equal(create(&root, "\\Free\\Mine", NTMS_CREATE_NEW, NULL), ERROR_INVALID_NAME);
	assert_int_equal(create(&root, "\\Import", NTMS_CREATE_NEW, NULL), ERROR_ALREADY_EXISTS);
	assert_int_equal(create(&root, "\\application", NTMS_OPEN_EXISTING, &g), 0);
	assert_name(g, "\\Application");
	assert_int_equal(DO(root, DeleteNtmsMediaPool, .pool = g), ERROR_INVALID_MEDIA_POOL);
	assert_int_equal(
		DO(root, DeleteNtmsMediaPool, .pool = guid_of(system_pool(NTMS_POOLTYPE_IMPORT, lto))),
		ERROR_INVALID_MEDIA_POOL);
}

static void parents_come_first_and_hold_no_media(void **state)
{
	guid a = app_pool("\\A", 0, 0, 0, 0), b;

	assert_int_equal(create(&root, "\\B\\C", NTMS_CREATE_NEW, NULL), ERROR_OBJECT_NOT_FOUND);
	assert_int_equal(create(&root, "\\A\\C", NTMS_CREATE_NEW, &b), 0);
	assert_name(b, "\\A\\C");
	assert_int_equal(create(&root, "\\A\\C\\D", NTMS_CREATE_NEW, NULL),
			 ERROR_INVALID_NAME); /* C has a media type */
	assert_int_equal(DO(root, DeleteNtmsMediaPool, .pool = a), ERROR_NOT_EMPTY);
	assert_int_equal(DO(root, DeleteNtmsMediaPool, .pool = b), 0);
	assert_int_equal(DO(root, DeleteNtmsMediaPool, .pool = b), ERROR_INVALID_MEDIA_POOL);
	assert_int_equal(DO(root, DeleteNtmsMediaPool, .pool = a), 0);
	assert_int_equal(DO(root, DeleteNtmsMediaPool, .pool = guid_null), ERROR_INVALID_PARAMETER);
	assert_int_equal(DO(root, GetNtmsMediaPoolName, .pool = guid_null), ERROR_INVALID_MEDIA_POOL);
}

static void media_type_must_be_one(void **state)
{
	assert_int_equal(DO(root, CreateNtmsMediaPool, .name = "X", .mediaType = guid_new(), .action = 2),
			 ERROR_INVALID_MEDIA);
	assert_int_equal(DO(root, CreateNtmsMediaPool, .name = "X", .mediaType = guid_of(lib), .action = 2),
			 ERROR_INVALID_MEDIA);
}

static void creating_needs_control_of_root_and_parent(void **state)
{
	assert_int_equal(create(&user, "\\Mine", NTMS_CREATE_NEW, NULL), ERROR_ACCESS_DENIED);
	grant(3, &user, NTMS_CONTROL_ACCESS);
	assert_int_equal(create(&user, "\\Mine", NTMS_CREATE_NEW, NULL), ERROR_ACCESS_DENIED);
	grant(7, &user, NTMS_CONTROL_ACCESS);
	assert_int_equal(create(&user, "\\Mine", NTMS_CREATE_NEW, NULL), 0);
	assert_int_equal(create(&other, "\\Mine", NTMS_OPEN_EXISTING, NULL),
			 0); /* opening tells no more than its id */
	assert_int_equal(create(&other, "\\Mine", NTMS_CREATE_NEW, NULL), ERROR_ACCESS_DENIED);
}

static struct descriptor descriptor_of(guid pool, struct wire_blob *keep)
{
	struct GetNtmsObjectSecurity_out out = {0};
	struct descriptor d = {0};

	assert_int_equal(CALL(root, GetNtmsObjectSecurity, &out, .object = pool, .parts = 7), 0);
	*keep = out.descriptor;
	assert_int_equal(descriptor_parse(keep->p, keep->n, &d, &err), 0);
	return d;
}

static void new_pools_inherit_below_pools_only(void **state)
{
	struct CreateNtmsMediaPool_out child = {0};
	struct wire_blob keep;
	struct descriptor d;
	guid top;

	grant(3, &user, NTMS_CONTROL_ACCESS);
	grant(7, &user, NTMS_CONTROL_ACCESS);
	assert_int_equal(CALL(user, CreateNtmsMediaPool, &child, .name = "\\Top", .action = NTMS_CREATE_NEW),
			 0);
	top = child.pool;
	d = descriptor_of(top, &keep);
	assert_int_equal(descriptor_grants(&d, user.token, NTMS_ALL_ACCESS), NTMS_ALL_ACCESS);
	assert_int_equal(descriptor_grants(&d, root.token, NTMS_ALL_ACCESS), NTMS_ALL_ACCESS);
	assert_int_equal(descriptor_grants(&d, other.token, NTMS_ALL_ACCESS), 0);
	assert_true(sid_equal(d.owner, user.token->sids));
	free(keep.p);
	grant(row_of(&top), &other, NTMS_USE_ACCESS);
	assert_int_equal(
		CALL(root, CreateNtmsMediaPool, &child, .name = "\\Top\\Sub", .action = NTMS_CREATE_NEW), 0);
	d = descriptor_of(child.pool, &keep);
	assert_int_equal(descriptor_grants(&d, other.token, NTMS_ALL_ACCESS), NTMS_USE_ACCESS);
	free(keep.p);
}

static void an_explicit_descriptor_is_taken_as_it_is(void **state)
{
	struct CreateNtmsMediaPool_out out = {0};
	struct acl acl = {0};
	struct wire_blob b, keep;
	struct descriptor d;

	acl_add(&acl, ACCESS_ALLOWED_ACE_TYPE, 0, GENERIC_READ, other.token->sids);
	b = descriptor_build(&(struct descriptor){.control = SE_DACL_PRESENT, .dacl = acl.p});
	assert_int_equal(CALL(root, CreateNtmsMediaPool, &out, .name = "\\P", .action = 2, .descriptor = b),
			 0);
	d = descriptor_of(out.pool, &keep);
	assert_int_equal(descriptor_grants(&d, other.token, NTMS_ALL_ACCESS), NTMS_USE_ACCESS | READ_CONTROL);
	assert_int_equal(descriptor_grants(&d, user.token, NTMS_ALL_ACCESS), 0);
	assert_true(sid_equal(d.owner, root.token->sids));
	b.n--;
	assert_int_equal(DO(root, CreateNtmsMediaPool, .name = "\\Q", .action = 2, .descriptor = b),
			 ERROR_INVALID_PARAMETER);
	free(b.p), free(keep.p);
	acl_free(&acl);
}

static int rename_pool(guid g, const char *name)
{
	struct wire_value v = {.field = &wire_common[6], .text = (char *)name};

	assert_string_equal(wire_common[6].key, "name");
	return DO(root, SetNtmsObjectInformation, .object = g, .type = NTMS_MEDIA_POOL, .info = {&v, 1});
}

static void renaming_takes_the_subtree_along(void **state)
{
	guid a = app_pool("\\A", 0, 0, 0, 0), ab = app_pool("\\A\\B", 0, 0, 0, 0), c,
	     abc = app_pool("\\A\\B\\C", lto, 0, 0, 0), d;

	app_pool("\\AB", lto, 0, 0, 0); /* begins alike */
	assert_int_equal(rename_pool(a, "Straße"), 0);
	assert_name(abc, "\\Straße\\B\\C");
	assert_int_equal(create(&root, "\\STRASSE\\b\\c", NTMS_OPEN_EXISTING, &c), 0);
	assert_true(guid_eq(&abc, &c));
	assert_int_equal(create(&root, "\\AB", NTMS_OPEN_EXISTING, &d), 0);
	assert_int_equal(create(&root, "\\A\\B\\C", NTMS_OPEN_EXISTING, NULL), ERROR_OBJECT_NOT_FOUND);
	assert_int_equal(rename_pool(a, "AB"), ERROR_ALREADY_EXISTS);
	assert_int_equal(rename_pool(a, "STRASSE"), 0); /* the same but for case */
	assert_name(ab, "\\STRASSE\\B");
	assert_int_equal(rename_pool(a, "x\\y"), ERROR_INVALID_NAME);
	assert_int_equal(rename_pool(guid_of(4), "Scratch"), ERROR_ACCESS_DENIED);
	assert_int_equal(rename_pool(guid_of(4), "Free"), 0);
}

static void deleting_needs_modify_and_an_empty_pool(void **state)
{
	guid g = app_pool("\\A", lto, 0, 0, 0);
	int64_t m = a_medium("A00001L8", lto, 0, NTMS_POOLTYPE_SCRATCH, NTMS_PARTSTATE_AVAILABLE);

	grant(row_of(&g), &user, NTMS_USE_ACCESS | NTMS_CONTROL_ACCESS);
	assert_int_equal(DO(user, DeleteNtmsMediaPool, .pool = g), ERROR_ACCESS_DENIED);
	assert_int_equal(DO(root, MoveToNtmsMediaPool, .medium = guid_of(m), .pool = g), 0);
	assert_int_equal(DO(root, DeleteNtmsMediaPool, .pool = g), ERROR_NOT_EMPTY);
	assert_non_null(strstr(err.why, "1 media"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_open, world_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(three_actions),
		TEST(names_ignore_case_and_keep_it),
		TEST(bad_names),
		TEST(a_length_counts_utf16_units),
		TEST(system_pools_are_opened_never_made),
		TEST(parents_come_first_and_hold_no_media),
		TEST(media_type_must_be_one),
		TEST(creating_needs_control_of_root_and_parent),
		TEST(new_pools_inherit_below_pools_only),
		TEST(an_explicit_descriptor_is_taken_as_it_is),
		TEST(renaming_takes_the_subtree_along),
		TEST(deleting_needs_modify_and_an_empty_pool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
