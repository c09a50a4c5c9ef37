/* SPDX-License-Identifier: GPL-2.0-or-later
 * SetNtmsObjectSecurity: descriptors are replaced, and the access check follows them. */
#include "rsm_test.h"

enum { LIBRARY };
RSM_RIG(.library = {{"lib", 4, 1, 1, .cartridges = 2}})

enum { NOBODY = 65534 };

static struct descriptor for_nobody(DWORD mask)
{
	struct sid owner = sid_administrators();
	struct ace aces[] = {{.mask = FULL_ACCESS, .sid = owner}, {.mask = mask, .sid = sid_of_user(NOBODY)}};

	return descriptor(&owner, aces, 2);
}

static DWORD info_as(HANDLE guest, NTMS_GUID id)
{
	object_info i = {.dwSize = sizeof i, .dwType = NTMS_UNKNOWN};

	return GetNtmsObjectInformationA(guest, &id, &i);
}

static void it_needs_a_session_and_its_pointers(void **state)
{
	struct descriptor d = for_nobody(NTMS_USE_ACCESS);

	OUTCOME(SetNtmsObjectSecurity, ERROR_INVALID_HANDLE, NULL, LIB, NTMS_LIBRARY,
		DACL_SECURITY_INFORMATION, d.bytes);
	OUTCOME(SetNtmsObjectSecurity, ERROR_INVALID_PARAMETER, S, NULL, NTMS_LIBRARY,
		DACL_SECURITY_INFORMATION, d.bytes);
	OUTCOME(SetNtmsObjectSecurity, ERROR_INVALID_PARAMETER, S, LIB, NTMS_LIBRARY,
		DACL_SECURITY_INFORMATION, NULL);
}

static void a_broken_descriptor_changes_nothing(void **state)
{
	struct descriptor before = get_security(S, *LIB, NTMS_LIBRARY, DACL_SECURITY_INFORMATION), d, after;
	SECURITY_DESCRIPTOR_RELATIVE head;

	d = for_nobody(NTMS_USE_ACCESS);
	memcpy(&head, d.bytes, sizeof head);
	head.Revision = 7;
	memcpy(d.bytes, &head, sizeof head);
	OUTCOME(SetNtmsObjectSecurity, ERROR_INVALID_PARAMETER, S, LIB, NTMS_LIBRARY,
		DACL_SECURITY_INFORMATION, d.bytes);
	d = for_nobody(NTMS_USE_ACCESS);
	d.bytes[head.Dacl + 4] = 200; /* claims more entries than there are */
	OUTCOME(SetNtmsObjectSecurity, ERROR_INVALID_PARAMETER, S, LIB, NTMS_LIBRARY,
		DACL_SECURITY_INFORMATION, d.bytes);
	d = for_nobody(NTMS_USE_ACCESS);
	d.bytes[head.Owner + 1] = 99; /* a SID with too many parts */
	OUTCOME(SetNtmsObjectSecurity, ERROR_INVALID_PARAMETER, S, LIB, NTMS_LIBRARY,
		OWNER_SECURITY_INFORMATION, d.bytes);
	after = get_security(S, *LIB, NTMS_LIBRARY, DACL_SECURITY_INFORMATION);
	assert_memory_equal(before.bytes, after.bytes, before.n < after.n ? before.n : after.n);
}

static void nothing_by_that_name(void **state)
{
	struct descriptor d = for_nobody(NTMS_USE_ACCESS);

	OUTCOME(SetNtmsObjectSecurity, ERROR_OBJECT_NOT_FOUND, S, &unknown, NTMS_LIBRARY,
		DACL_SECURITY_INFORMATION, d.bytes);
	OUTCOME(SetNtmsObjectSecurity, ERROR_OBJECT_NOT_FOUND, S, LIB, NTMS_COMPUTER,
		DACL_SECURITY_INFORMATION, d.bytes);
}

static void other_objects_carry_none(void **state)
{
	struct descriptor d = for_nobody(NTMS_USE_ACCESS);
	NTMS_GUID drive = drive_of(S, *LIB, 0);

	OUTCOME(SetNtmsObjectSecurity, ERROR_NO_SECURITY_ON_OBJECT, S, &drive, NTMS_DRIVE,
		DACL_SECURITY_INFORMATION, d.bytes);
}

static void what_is_set_is_what_is_read(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Roundtrip");
	struct sid nobody = sid_of_user(NOBODY), everyone = sid_everyone();
	struct descriptor d = for_nobody(NTMS_USE_ACCESS | NTMS_CONTROL_ACCESS), back;

	OUTCOME(SetNtmsObjectSecurity, ERROR_SUCCESS, S, &pool, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION,
		d.bytes);
	back = get_security(S, pool, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION);
	assert_int_equal(NTMS_USE_ACCESS | NTMS_CONTROL_ACCESS, rights_of(&back, &nobody));
	assert_int_equal(0, rights_of(&back, &everyone));
}

static void the_access_check_follows(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Followed");
	HANDLE guest = rig_session_as(&rig, "nobody");
	struct sid owner = sid_administrators();
	struct descriptor d;

	assert_int_equal(ERROR_ACCESS_DENIED, info_as(guest, pool));
	d = for_nobody(NTMS_USE_ACCESS);
	OUTCOME(SetNtmsObjectSecurity, ERROR_SUCCESS, S, &pool, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION,
		d.bytes);
	OK(info_as(guest, pool));
	/* generic rights are mapped */
	d = for_nobody(GENERIC_READ);
	OK(SetNtmsObjectSecurity(S, &pool, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION, d.bytes));
	OK(info_as(guest, pool));
	/* everyone */
	d = descriptor(&owner, (struct ace[]){{.mask = NTMS_USE_ACCESS, .sid = sid_everyone()}}, 1);
	OK(SetNtmsObjectSecurity(S, &pool, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION, d.bytes));
	OK(info_as(guest, pool));
	/* the first entry that decides, decides */
	d = descriptor(
		&owner,
		(struct ace[]){
			{.type = ACCESS_DENIED_ACE_TYPE, .mask = NTMS_USE_ACCESS, .sid = sid_of_user(NOBODY)},
			{.mask = NTMS_USE_ACCESS, .sid = sid_everyone()}},
		2);
	OK(SetNtmsObjectSecurity(S, &pool, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION, d.bytes));
	assert_int_equal(ERROR_ACCESS_DENIED, info_as(guest, pool));
	/* groups */
	d = descriptor(&owner, (struct ace[]){{.mask = NTMS_USE_ACCESS, .sid = sid_of_group(65534)}}, 1);
	OK(SetNtmsObjectSecurity(S, &pool, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION, d.bytes));
	OK(info_as(guest, pool));
	/* an entry that is only there to be inherited means nothing here */
	d = descriptor(&owner,
		       (struct ace[]){{.mask = NTMS_USE_ACCESS,
				       .sid = sid_everyone(),
				       .flags = INHERIT_ONLY_ACE | CONTAINER_INHERIT_ACE}},
		       1);
	OK(SetNtmsObjectSecurity(S, &pool, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION, d.bytes));
	assert_int_equal(ERROR_ACCESS_DENIED, info_as(guest, pool));
	/* an empty list lets nobody in */
	d = descriptor(&owner, NULL, 0);
	OK(SetNtmsObjectSecurity(S, &pool, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION, d.bytes));
	assert_int_equal(ERROR_ACCESS_DENIED, info_as(guest, pool));
	OK(CloseNtmsSession(guest));
}

static void it_needs_write_dac_or_ownership(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Owned");
	HANDLE guest = rig_session_as(&rig, "nobody");
	struct descriptor d = for_nobody(NTMS_GENERIC_ALL | READ_CONTROL), mine;
	struct sid nobody = sid_of_user(NOBODY);

	OK(SetNtmsObjectSecurity(S, &pool, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION, d.bytes));
	OUTCOME(SetNtmsObjectSecurity, ERROR_ACCESS_DENIED, guest, &pool, NTMS_MEDIA_POOL,
		DACL_SECURITY_INFORMATION, d.bytes);
	d = for_nobody(WRITE_DAC);
	OK(SetNtmsObjectSecurity(S, &pool, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION, d.bytes));
	OUTCOME(SetNtmsObjectSecurity, ERROR_SUCCESS, guest, &pool, NTMS_MEDIA_POOL,
		DACL_SECURITY_INFORMATION, d.bytes);
	/* owner and group need WRITE_OWNER */
	OUTCOME(SetNtmsObjectSecurity, ERROR_ACCESS_DENIED, guest, &pool, NTMS_MEDIA_POOL,
		OWNER_SECURITY_INFORMATION, d.bytes);
	/* the owner may always repair his list */
	mine = descriptor(&nobody, NULL, 0);
	OK(SetNtmsObjectSecurity(S, &pool, NTMS_MEDIA_POOL,
				 OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, mine.bytes));
	assert_int_equal(ERROR_ACCESS_DENIED, info_as(guest, pool));
	OUTCOME(SetNtmsObjectSecurity, ERROR_SUCCESS, guest, &pool, NTMS_MEDIA_POOL,
		DACL_SECURITY_INFORMATION, d.bytes);
	OK(CloseNtmsSession(guest));
}

static void the_lowest_pool_decides(void **state)
{
	NTMS_GUID parent = rig_pool_of(&rig, "\\Parent", null_guid),
		  child = rig_pool(&rig, "\\Parent\\Child");
	HANDLE guest = rig_session_as(&rig, "nobody");

	grant(S, parent, NTMS_MEDIA_POOL, NOBODY, 0);
	grant(S, child, NTMS_MEDIA_POOL, NOBODY, NTMS_USE_ACCESS);
	assert_int_equal(ERROR_ACCESS_DENIED, info_as(guest, parent));
	OK(info_as(guest, child)); /* parents are not consulted */
	OK(CloseNtmsSession(guest));
}

static void it_survives_a_restart(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Kept");
	struct sid nobody = sid_of_user(NOBODY);
	struct descriptor d = for_nobody(NTMS_MODIFY_ACCESS), back;

	OUTCOME(SetNtmsObjectSecurity, ERROR_SUCCESS, S, &pool, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION,
		d.bytes);
	rig_kill(&rig);
	CloseNtmsSession(S);
	rig_restart(&rig);
	back = get_security(S, pool, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION);
	assert_int_equal(NTMS_MODIFY_ACCESS, rights_of(&back, &nobody));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_needs_a_session_and_its_pointers),
		cmocka_unit_test(a_broken_descriptor_changes_nothing),
		cmocka_unit_test(nothing_by_that_name),
		cmocka_unit_test(other_objects_carry_none),
		cmocka_unit_test(what_is_set_is_what_is_read),
		cmocka_unit_test(the_access_check_follows),
		cmocka_unit_test(it_needs_write_dac_or_ownership),
		cmocka_unit_test(the_lowest_pool_decides),
		cmocka_unit_test(it_survives_a_restart),
	};

	return RSM_TESTS(tests, start, stop);
}
