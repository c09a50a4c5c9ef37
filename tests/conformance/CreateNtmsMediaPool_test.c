/* SPDX-License-Identifier: GPL-2.0-or-later
 * CreateNtmsMediaPool: pools by name. */
#include "rsm_test.h"

#include <unistd.h>

enum { LIBRARY };
RSM_RIG(.library = {{"lib", 4, 1, 1, .cartridges = 2}})

static NTMS_GUID type;

static DWORD create(const char *name, DWORD action, NTMS_GUID *pool)
{
	return CreateNtmsMediaPoolA(S, name, &type, action, NULL, pool);
}

static void it_needs_a_session_and_its_pointers(void **state)
{
	NTMS_GUID pool = unknown;

	OUTCOME(CreateNtmsMediaPoolA, ERROR_INVALID_HANDLE, NULL, "\\A", &type, NTMS_CREATE_NEW, NULL, &pool);
	OUTCOME(CreateNtmsMediaPoolA, ERROR_INVALID_PARAMETER, S, NULL, &type, NTMS_CREATE_NEW, NULL, &pool);
	OUTCOME(CreateNtmsMediaPoolA, ERROR_INVALID_PARAMETER, S, "\\A", &type, NTMS_CREATE_NEW, NULL, NULL);
	OUTCOME(CreateNtmsMediaPoolA, ERROR_INVALID_PARAMETER, S, "\\A", &type, 0, NULL, &pool);
	OUTCOME(CreateNtmsMediaPoolA, ERROR_INVALID_PARAMETER, S, "\\A", &type, NTMS_OPEN_ALWAYS + 1, NULL,
		&pool);
	OUTCOME(CreateNtmsMediaPoolW, ERROR_INVALID_PARAMETER, S, NULL, &type, NTMS_CREATE_NEW, NULL, &pool);
}

static void names_are_checked(void **state)
{
	char name[NTMS_POOLHIERARCHY_LENGTH + 100] = "\\";
	static const char *const bad[] = {"", "\\", "\\\\", "\\a\\\\b", "\\a\\"};
	NTMS_GUID pool;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		OUTCOME_OF(CreateNtmsMediaPool, ERROR_INVALID_NAME, create(bad[i], NTMS_CREATE_NEW, &pool));
	memset(name + 1, 'n', NTMS_OBJECTNAME_LENGTH); /* a component of 64: no room for the terminator */
	OUTCOME_OF(CreateNtmsMediaPool, ERROR_INVALID_NAME, create(name, NTMS_CREATE_NEW, &pool));
	name[NTMS_OBJECTNAME_LENGTH] = 0;
	OUTCOME_OF(CreateNtmsMediaPool, ERROR_SUCCESS, create(name, NTMS_CREATE_NEW, &pool));
	for (size_t i = 0; i < sizeof name - 2; i += 10)
		memcpy(name + i, "\\nnnnnnnnn", 10);
	name[NTMS_POOLHIERARCHY_LENGTH] = 0;
	OUTCOME_OF(CreateNtmsMediaPool, ERROR_INVALID_NAME, create(name, NTMS_CREATE_NEW, &pool));
}

static void new_ones_are_created_and_existing_ones_opened(void **state)
{
	NTMS_GUID pool = unknown, again = unknown, top = top_pool(S, NTMS_POOLTYPE_APPLICATION);
	object_info i;

	OUTCOME_OF(CreateNtmsMediaPool, ERROR_OBJECT_NOT_FOUND, create("\\Own", NTMS_OPEN_EXISTING, &pool));
	OUTCOME_OF(CreateNtmsMediaPool, ERROR_SUCCESS, create("\\Own", NTMS_CREATE_NEW, &pool));
	i = info(S, pool, NTMS_MEDIA_POOL);
	assert_string_equal("Own", i.szName);
	assert_int_equal(NTMS_POOLTYPE_APPLICATION, i.Info.MediaPool.PoolType);
	assert_same(type, i.Info.MediaPool.MediaType);
	assert_same(top, i.Info.MediaPool.Parent);
	assert_int_equal(0, i.Info.MediaPool.AllocationPolicy);
	assert_int_equal(0, i.Info.MediaPool.DeallocationPolicy);
	OUTCOME_OF(CreateNtmsMediaPool, ERROR_ALREADY_EXISTS, create("\\Own", NTMS_CREATE_NEW, &again));
	OUTCOME_OF(CreateNtmsMediaPool, ERROR_SUCCESS, create("\\Own", NTMS_OPEN_EXISTING, &again));
	assert_same(pool, again);
	again = unknown;
	OUTCOME_OF(CreateNtmsMediaPool, ERROR_SUCCESS, create("\\Own", NTMS_OPEN_ALWAYS, &again));
	assert_same(pool, again);
	OUTCOME_OF(CreateNtmsMediaPool, ERROR_SUCCESS, create("\\Always", NTMS_OPEN_ALWAYS, &again));
	assert_differ(pool, again);
	/* with and without the first backslash, in whatever case */
	OUTCOME_OF(CreateNtmsMediaPool, ERROR_SUCCESS, create("own", NTMS_OPEN_EXISTING, &again));
	assert_same(pool, again);
	OUTCOME_OF(CreateNtmsMediaPool, ERROR_ALREADY_EXISTS, create("\\OWN", NTMS_CREATE_NEW, &again));
}

static void each_level_by_its_own_call(void **state)
{
	NTMS_GUID parent, child, again;
	object_info i;

	OUTCOME_OF(CreateNtmsMediaPool, ERROR_OBJECT_NOT_FOUND,
		   create("\\MyApp\\Pool1", NTMS_CREATE_NEW, &child));
	OUTCOME_OF(CreateNtmsMediaPool, ERROR_OBJECT_NOT_FOUND,
		   create("\\MyApp\\Pool1", NTMS_OPEN_ALWAYS, &child));
	OUTCOME(CreateNtmsMediaPoolA, ERROR_SUCCESS, S, "\\MyApp", NULL, NTMS_CREATE_NEW, NULL, &parent);
	assert_same(null_guid, info(S, parent, NTMS_MEDIA_POOL).Info.MediaPool.MediaType);
	OUTCOME_OF(CreateNtmsMediaPool, ERROR_SUCCESS, create("\\MyApp\\Pool1", NTMS_CREATE_NEW, &child));
	i = info(S, child, NTMS_MEDIA_POOL);
	assert_string_equal("Pool1", i.szName);
	assert_same(parent, i.Info.MediaPool.Parent);
	assert_int_equal(1, info(S, parent, NTMS_MEDIA_POOL).Info.MediaPool.dwNumberOfMediaPools);
	assert_same(child, list(S, parent, NTMS_MEDIA_POOL).v[0]);
	/* the same name elsewhere is another pool */
	OUTCOME_OF(CreateNtmsMediaPool, ERROR_SUCCESS, create("\\Pool1", NTMS_CREATE_NEW, &again));
	assert_differ(child, again);
}

static void only_below_pools_of_pools(void **state)
{
	NTMS_GUID pool, child;
	DWORD code;

	OK(create("\\Media", NTMS_CREATE_NEW, &pool)); /* has a media type: an end point */
	code = create("\\Media\\Below", NTMS_CREATE_NEW, &child);
	assert_int_not_equal(0, code);
	assert_int_equal(0, list(S, pool, NTMS_MEDIA_POOL).n);
}

static void the_media_type_must_be_one(void **state)
{
	NTMS_GUID pool;

	OUTCOME(CreateNtmsMediaPoolA, ERROR_INVALID_MEDIA, S, "\\NoType", &unknown, NTMS_CREATE_NEW, NULL,
		&pool);
	OUTCOME(CreateNtmsMediaPoolA, ERROR_INVALID_MEDIA, S, "\\NoType", LIB, NTMS_CREATE_NEW, NULL, &pool);
	OUTCOME_OF(CreateNtmsMediaPool, ERROR_OBJECT_NOT_FOUND,
		   create("\\NoType", NTMS_OPEN_EXISTING, &pool));
}

static void the_wide_form_creates_too(void **state)
{
	NTMS_GUID pool, again;

	OUTCOME(CreateNtmsMediaPoolW, ERROR_SUCCESS, S, u"\\Büro", &type, NTMS_CREATE_NEW, NULL, &pool);
	OUTCOME_OF(CreateNtmsMediaPool, ERROR_SUCCESS, create("\\B\xc3\xbcro", NTMS_OPEN_EXISTING, &again));
	assert_same(pool, again);
	OUTCOME(CreateNtmsMediaPoolW, ERROR_ALREADY_EXISTS, S, u"\\BÜRO", &type, NTMS_CREATE_NEW, NULL,
		&pool);
}

/* ---- rights ---- */

static void it_needs_control_on_root_and_parent(void **state)
{
	HANDLE guest = rig_session_as(&rig, "nobody");
	NTMS_GUID root = root_pool(S), top = top_pool(S, NTMS_POOLTYPE_APPLICATION), pool;
	struct descriptor root_before = get_security(S, root, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION);
	struct descriptor top_before = get_security(S, top, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION);

	OUTCOME(CreateNtmsMediaPoolA, ERROR_ACCESS_DENIED, guest, "\\Guest", &type, NTMS_CREATE_NEW, NULL,
		&pool);
	grant(S, top, NTMS_MEDIA_POOL, 65534, NTMS_CONTROL_ACCESS);
	grant(S, root, NTMS_MEDIA_POOL, 65534, NTMS_USE_ACCESS);
	OUTCOME(CreateNtmsMediaPoolA, ERROR_ACCESS_DENIED, guest, "\\Guest", &type, NTMS_CREATE_NEW, NULL,
		&pool);
	grant(S, root, NTMS_MEDIA_POOL, 65534, NTMS_CONTROL_ACCESS);
	grant(S, top, NTMS_MEDIA_POOL, 65534, NTMS_USE_ACCESS);
	OUTCOME(CreateNtmsMediaPoolA, ERROR_ACCESS_DENIED, guest, "\\Guest", &type, NTMS_CREATE_NEW, NULL,
		&pool);
	grant(S, top, NTMS_MEDIA_POOL, 65534, NTMS_CONTROL_ACCESS);
	OUTCOME(CreateNtmsMediaPoolA, ERROR_SUCCESS, guest, "\\Guest", &type, NTMS_CREATE_NEW, NULL, &pool);
	/* The creator has every right on it. */
	OK(DeleteNtmsMediaPool(guest, &pool));
	OK(SetNtmsObjectSecurity(S, &root, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION, root_before.bytes));
	OK(SetNtmsObjectSecurity(S, &top, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION, top_before.bytes));
	/* Opening asks for nothing but that it exists. */
	OK(create("\\Opened", NTMS_CREATE_NEW, &pool));
	OUTCOME(CreateNtmsMediaPoolA, ERROR_SUCCESS, guest, "\\Opened", &type, NTMS_OPEN_EXISTING, NULL,
		&pool);
	OK(CloseNtmsSession(guest));
}

static void below_a_pool_its_entries_are_inherited_below_the_root_none(void **state)
{
	NTMS_GUID parent = rig_pool_of(&rig, "\\Heir", null_guid), child;
	struct sid bin = sid_of_user(2), everyone = sid_everyone(),
		   creator = geteuid() ? sid_of_user(geteuid()) : sid_system();
	struct descriptor d = get_security(S, parent, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION);

	assert_int_equal(0, rights_of(&d, &everyone));
	assert_int_equal(NTMS_GENERIC_ALL, rights_of(&d, &creator) & NTMS_GENERIC_ALL);
	grant(S, parent, NTMS_MEDIA_POOL, 2, NTMS_USE_ACCESS | NTMS_CONTROL_ACCESS);
	child = rig_pool(&rig, "\\Heir\\Child");
	d = get_security(S, child, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION);
	assert_int_equal(NTMS_USE_ACCESS | NTMS_CONTROL_ACCESS, rights_of(&d, &bin));
	assert_int_equal(NTMS_GENERIC_ALL, rights_of(&d, &creator) & NTMS_GENERIC_ALL);
}

static void a_descriptor_can_be_given(void **state)
{
	struct sid owner = sid_administrators(), bin = sid_of_user(2);
	struct descriptor d = descriptor(&owner,
					 (struct ace[]){{.mask = FULL_ACCESS, .sid = owner},
							{.mask = NTMS_CONTROL_ACCESS, .sid = bin}},
					 2),
			  back;
	SECURITY_ATTRIBUTES a = {sizeof a, d.bytes, FALSE};
	NTMS_GUID pool;

	OUTCOME(CreateNtmsMediaPoolA, ERROR_SUCCESS, S, "\\Given", &type, NTMS_CREATE_NEW, &a, &pool);
	back = get_security(S, pool, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION);
	assert_int_equal(NTMS_CONTROL_ACCESS, rights_of(&back, &bin));
	d.bytes[0] = 9; /* no such revision */
	OUTCOME(CreateNtmsMediaPoolA, ERROR_INVALID_PARAMETER, S, "\\Malformed", &type, NTMS_CREATE_NEW, &a,
		&pool);
	a.nLength = 3;
	OUTCOME(CreateNtmsMediaPoolA, ERROR_INVALID_PARAMETER, S, "\\Malformed", &type, NTMS_CREATE_NEW, &a,
		&pool);
	OUTCOME_OF(CreateNtmsMediaPool, ERROR_OBJECT_NOT_FOUND,
		   create("\\Malformed", NTMS_OPEN_EXISTING, &pool));
}

static int start_with_a_type(void **state)
{
	start(state);
	type = info(S, medium_named(S, rig_barcode(&rig, LIBRARY, 1)), NTMS_PHYSICAL_MEDIA)
		       .Info.PhysicalMedia.MediaType;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_needs_a_session_and_its_pointers),
		cmocka_unit_test(names_are_checked),
		cmocka_unit_test(new_ones_are_created_and_existing_ones_opened),
		cmocka_unit_test(each_level_by_its_own_call),
		cmocka_unit_test(only_below_pools_of_pools),
		cmocka_unit_test(the_media_type_must_be_one),
		cmocka_unit_test(the_wide_form_creates_too),
		cmocka_unit_test(it_needs_control_on_root_and_parent),
		cmocka_unit_test(below_a_pool_its_entries_are_inherited_below_the_root_none),
		cmocka_unit_test(a_descriptor_can_be_given),
	};

	return RSM_TESTS(tests, start_with_a_type, stop);
}
