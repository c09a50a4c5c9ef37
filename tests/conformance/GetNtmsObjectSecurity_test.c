/* SPDX-License-Identifier: GPL-2.0-or-later
 * GetNtmsObjectSecurity: descriptors of pools, libraries and the computer. */
#include "rsm_test.h"

enum { LIBRARY };
RSM_RIG(.library = {{"lib", 4, 1, 1, .cartridges = 2}})

#define ALL_PARTS (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION)

static void it_needs_a_session_and_its_pointers(void **state)
{
	BYTE b[200];
	DWORD n;

	OUTCOME(GetNtmsObjectSecurity, ERROR_INVALID_HANDLE, NULL, LIB, NTMS_LIBRARY, ALL_PARTS, b, sizeof b,
		&n);
	OUTCOME(GetNtmsObjectSecurity, ERROR_INVALID_PARAMETER, S, NULL, NTMS_LIBRARY, ALL_PARTS, b, sizeof b,
		&n);
	OUTCOME(GetNtmsObjectSecurity, ERROR_INVALID_PARAMETER, S, LIB, NTMS_LIBRARY, ALL_PARTS, NULL,
		sizeof b, &n);
	OUTCOME(GetNtmsObjectSecurity, ERROR_INVALID_PARAMETER, S, LIB, NTMS_LIBRARY, ALL_PARTS, b, sizeof b,
		NULL);
	OUTCOME(GetNtmsObjectSecurity, ERROR_INVALID_PARAMETER, S, LIB, NTMS_NUMBER_OF_OBJECT_TYPES,
		ALL_PARTS, b, sizeof b, &n);
}

static void nothing_by_that_name(void **state)
{
	BYTE b[200];
	DWORD n;

	OUTCOME(GetNtmsObjectSecurity, ERROR_OBJECT_NOT_FOUND, S, &unknown, NTMS_LIBRARY, ALL_PARTS, b,
		sizeof b, &n);
	OUTCOME(GetNtmsObjectSecurity, ERROR_OBJECT_NOT_FOUND, S, LIB, NTMS_MEDIA_POOL, ALL_PARTS, b,
		sizeof b, &n);
}

static void other_objects_carry_none(void **state)
{
	NTMS_GUID pmid = medium_named(S, rig_barcode(&rig, LIBRARY, 1)), drive = drive_of(S, *LIB, 0);
	BYTE b[1000];
	DWORD n;

	OUTCOME(GetNtmsObjectSecurity, ERROR_NO_SECURITY_ON_OBJECT, S, &drive, NTMS_DRIVE, ALL_PARTS, b,
		sizeof b, &n);
	OUTCOME(GetNtmsObjectSecurity, ERROR_NO_SECURITY_ON_OBJECT, S, &pmid, NTMS_PHYSICAL_MEDIA, ALL_PARTS,
		b, sizeof b, &n);
}

static void the_buffer_must_hold_it(void **state)
{
	BYTE b[1000];
	DWORD need = 0, again = 0;

	OUTCOME(GetNtmsObjectSecurity, ERROR_INSUFFICIENT_BUFFER, S, LIB, NTMS_LIBRARY, ALL_PARTS, b, 0,
		&need);
	assert_true(need > sizeof(SECURITY_DESCRIPTOR_RELATIVE) && need < sizeof b);
	OUTCOME(GetNtmsObjectSecurity, ERROR_INSUFFICIENT_BUFFER, S, LIB, NTMS_LIBRARY, ALL_PARTS, b,
		need - 1, &again);
	assert_int_equal(need, again);
	OUTCOME(GetNtmsObjectSecurity, ERROR_SUCCESS, S, LIB, NTMS_LIBRARY, ALL_PARTS, b, need, &again);
}

static void the_parts_asked_for_are_there(void **state)
{
	struct descriptor d = get_security(S, *LIB, NTMS_LIBRARY, ALL_PARTS);
	SECURITY_DESCRIPTOR_RELATIVE head;

	memcpy(&head, d.bytes, sizeof head);
	assert_int_equal(SECURITY_DESCRIPTOR_REVISION, head.Revision);
	assert_true(head.Control & SE_SELF_RELATIVE);
	assert_true(head.Control & SE_DACL_PRESENT);
	assert_true(head.Owner && head.Group && head.Dacl);
	d = get_security(S, *LIB, NTMS_LIBRARY, OWNER_SECURITY_INFORMATION);
	memcpy(&head, d.bytes, sizeof head);
	assert_true(head.Owner && !head.Dacl);
	assert_false(head.Control & SE_DACL_PRESENT);
	d = get_security(S, *LIB, NTMS_LIBRARY, DACL_SECURITY_INFORMATION);
	memcpy(&head, d.bytes, sizeof head);
	assert_true(!head.Owner && head.Dacl);
}

static void the_initial_rights_are_those_of_the_manual(void **state)
{
	NTMS_GUID type = info(S, medium_named(S, rig_barcode(&rig, LIBRARY, 1)), NTMS_PHYSICAL_MEDIA)
				 .Info.PhysicalMedia.MediaType;
	struct sid admin = sid_administrators(), everyone = sid_everyone();
	const struct {
		DWORD type;
		NTMS_GUID id;
		DWORD everyone;
	} objects[] = {
		{NTMS_COMPUTER, computer(S), NTMS_USE_ACCESS},
		{NTMS_LIBRARY, *LIB, NTMS_USE_ACCESS},
		{NTMS_LIBRARY, rig.offline, NTMS_USE_ACCESS},
		{NTMS_MEDIA_POOL, system_pool(S, NTMS_POOLTYPE_SCRATCH, type), NTMS_USE_ACCESS},
		{NTMS_MEDIA_POOL, system_pool(S, NTMS_POOLTYPE_IMPORT, type), NTMS_USE_ACCESS},
		{NTMS_MEDIA_POOL, system_pool(S, NTMS_POOLTYPE_FOREIGN, type), NTMS_USE_ACCESS},
		{NTMS_MEDIA_POOL, top_pool(S, NTMS_POOLTYPE_APPLICATION), 0},
	};
	const DWORD rights = NTMS_USE_ACCESS | NTMS_MODIFY_ACCESS | NTMS_CONTROL_ACCESS;

	for (size_t n = 0; n < sizeof objects / sizeof *objects; n++) {
		struct descriptor d =
			get_security(S, objects[n].id, objects[n].type, DACL_SECURITY_INFORMATION);
		assert_int_equal(rights, rights_of(&d, &admin) & rights);
		assert_int_equal(objects[n].everyone, rights_of(&d, &everyone) & rights);
	}
}

static void it_needs_read_control(void **state)
{
	struct descriptor before = get_security(S, *LIB, NTMS_LIBRARY, DACL_SECURITY_INFORMATION);
	HANDLE guest = rig_session_as(&rig, "nobody");
	BYTE b[1000];
	DWORD n;

	grant(S, *LIB, NTMS_LIBRARY, 65534, NTMS_GENERIC_ALL);
	OUTCOME(GetNtmsObjectSecurity, ERROR_ACCESS_DENIED, guest, LIB, NTMS_LIBRARY, ALL_PARTS, b, sizeof b,
		&n);
	grant(S, *LIB, NTMS_LIBRARY, 65534, READ_CONTROL);
	OUTCOME(GetNtmsObjectSecurity, ERROR_SUCCESS, guest, LIB, NTMS_LIBRARY, ALL_PARTS, b, sizeof b, &n);
	OK(SetNtmsObjectSecurity(S, LIB, NTMS_LIBRARY, DACL_SECURITY_INFORMATION, before.bytes));
	OK(CloseNtmsSession(guest));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_needs_a_session_and_its_pointers),
		cmocka_unit_test(nothing_by_that_name),
		cmocka_unit_test(other_objects_carry_none),
		cmocka_unit_test(the_buffer_must_hold_it),
		cmocka_unit_test(the_parts_asked_for_are_there),
		cmocka_unit_test(the_initial_rights_are_those_of_the_manual),
		cmocka_unit_test(it_needs_read_control),
	};

	return RSM_TESTS(tests, start, stop);
}
