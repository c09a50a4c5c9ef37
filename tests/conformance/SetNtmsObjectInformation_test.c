/* SPDX-License-Identifier: GPL-2.0-or-later
 * SetNtmsObjectInformation: what may be written, and by whom. */
#include "rsm_test.h"

enum { LIBRARY };
RSM_RIG(.library = {{"lib", 8, 2, 2, .cartridges = 4}})

static NTMS_GUID pool, lmid;

static void it_needs_a_session_and_its_pointers(void **state)
{
	object_info i = info(S, *LIB, NTMS_LIBRARY);

	OUTCOME(SetNtmsObjectInformationA, ERROR_INVALID_HANDLE, NULL, LIB, &i);
	OUTCOME(SetNtmsObjectInformationA, ERROR_INVALID_PARAMETER, S, NULL, &i);
	OUTCOME(SetNtmsObjectInformationA, ERROR_INVALID_PARAMETER, S, LIB, NULL);
	OUTCOME(SetNtmsObjectInformationW, ERROR_INVALID_PARAMETER, S, LIB, NULL);
}

static void size_and_type_must_be_right(void **state)
{
	object_info i = info(S, *LIB, NTMS_LIBRARY);

	i.dwSize = 100;
	OUTCOME(SetNtmsObjectInformationA, ERROR_INVALID_PARAMETER, S, LIB, &i);
	i.dwSize = sizeof i;
	i.dwType = NTMS_UNKNOWN;
	OUTCOME(SetNtmsObjectInformationA, ERROR_INVALID_PARAMETER, S, LIB, &i);
	i.dwType = NTMS_NUMBER_OF_OBJECT_TYPES;
	OUTCOME(SetNtmsObjectInformationA, ERROR_INVALID_PARAMETER, S, LIB, &i);
}

static void nothing_by_that_name(void **state)
{
	object_info i = info(S, *LIB, NTMS_LIBRARY);

	OUTCOME(SetNtmsObjectInformationA, ERROR_OBJECT_NOT_FOUND, S, &unknown, &i);
	i.dwType = NTMS_DRIVE;
	OUTCOME(SetNtmsObjectInformationA, ERROR_OBJECT_NOT_FOUND, S, LIB, &i);
}

/* One object of each type, and whether its name may be written. */
static void every_type_has_a_description_some_a_name(void **state)
{
	struct {
		DWORD type;
		NTMS_GUID id;
		bool named;
	} objects[] = {
		{NTMS_CHANGER, list(S, *LIB, NTMS_CHANGER).v[0], false},
		{NTMS_CHANGER_TYPE, list(S, null_guid, NTMS_CHANGER_TYPE).v[0], false},
		{NTMS_COMPUTER, computer(S), false},
		{NTMS_DRIVE, drive_of(S, *LIB, 0), false},
		{NTMS_DRIVE_TYPE, list(S, null_guid, NTMS_DRIVE_TYPE).v[0], false},
		{NTMS_IEPORT, port_of(S, *LIB, 0), false},
		{NTMS_LIBRARY, *LIB, true},
		{NTMS_LIBREQUEST, list(S, *LIB, NTMS_LIBREQUEST).v[0], false},
		{NTMS_LOGICAL_MEDIA, lmid, true},
		{NTMS_MEDIA_POOL, pool, true},
		{NTMS_MEDIA_TYPE, list(S, *LIB, NTMS_MEDIA_TYPE).v[0], false},
		{NTMS_PARTITION, side_of_logical(S, lmid), true},
		{NTMS_PHYSICAL_MEDIA, medium_of_logical(S, lmid), true},
		{NTMS_STORAGESLOT, list(S, *LIB, NTMS_STORAGESLOT).v[0], false},
	};

	for (size_t n = 0; n < sizeof objects / sizeof *objects; n++) {
		object_info before = info(S, objects[n].id, objects[n].type), i = before, after;
		strcpy(i.szName, "another name");
		strcpy(i.szDescription, "what a person wrote");
		OUTCOME(SetNtmsObjectInformationA, ERROR_SUCCESS, S, &objects[n].id, &i);
		after = info(S, objects[n].id, objects[n].type);
		assert_string_equal("what a person wrote", after.szDescription);
		assert_string_equal(objects[n].named ? "another name" : before.szName, after.szName);
		OUTCOME(SetNtmsObjectInformationA, ERROR_SUCCESS, S, &objects[n].id, &before); /* back */
	}
}

static void writable_members_are_written(void **state)
{
	object_info i = info(S, computer(S), NTMS_COMPUTER), was = i;
	NTMS_COMPUTERINFORMATION wish = {1000, 2000, NTMS_LIBREQFLAGS_NOFAILEDPURGE, NTMS_OPREQFLAGS_NOALERTS,
					 NTMS_POOLPOLICY_KEEPOFFLINEIMPORT};

	i.Info.Computer = wish;
	OUTCOME(SetNtmsObjectInformationA, ERROR_SUCCESS, S, &i.ObjectGuid, &i);
	assert_memory_equal(&wish,
			    (NTMS_COMPUTERINFORMATION[]){info(S, i.ObjectGuid, NTMS_COMPUTER).Info.Computer},
			    sizeof wish);
	set_info(S, &was);
	i = info(S, drive_of(S, *LIB, 0), NTMS_DRIVE);
	i.Info.Drive.dwDeferDismountDelay = 77;
	set_info(S, &i);
	assert_int_equal(77, info(S, i.ObjectGuid, NTMS_DRIVE).Info.Drive.dwDeferDismountDelay);
	i = info(S, port_of(S, *LIB, 0), NTMS_IEPORT);
	i.Info.IEPort.MaxExtendSecs = 65535;
	set_info(S, &i);
	assert_int_equal(65535, info(S, i.ObjectGuid, NTMS_IEPORT).Info.IEPort.MaxExtendSecs);
	i = info(S, *LIB, NTMS_LIBRARY);
	i.Info.Library.AutoRecovery = FALSE;
	i.Info.Library.InventoryMethod = NTMS_INVENTORY_OMID;
	i.Info.Library.dwFlags |= NTMS_LIBRARYFLAG_RECOGNIZECLEANERBARCODE;
	set_info(S, &i);
	i = info(S, *LIB, NTMS_LIBRARY);
	assert_false(i.Info.Library.AutoRecovery);
	assert_int_equal(NTMS_INVENTORY_OMID, i.Info.Library.InventoryMethod);
	assert_true(i.Info.Library.dwFlags & NTMS_LIBRARYFLAG_RECOGNIZECLEANERBARCODE);
	i = info(S, pool, NTMS_MEDIA_POOL);
	i.Info.MediaPool.AllocationPolicy = NTMS_ALLOCATE_FROMSCRATCH;
	i.Info.MediaPool.DeallocationPolicy = NTMS_DEALLOCATE_TOSCRATCH;
	i.Info.MediaPool.dwMaxAllocates = 5;
	set_info(S, &i);
	i = info(S, pool, NTMS_MEDIA_POOL);
	assert_int_equal(NTMS_ALLOCATE_FROMSCRATCH, i.Info.MediaPool.AllocationPolicy);
	assert_int_equal(NTMS_DEALLOCATE_TOSCRATCH, i.Info.MediaPool.DeallocationPolicy);
	assert_int_equal(5, i.Info.MediaPool.dwMaxAllocates);
	set_pool_policy(S, pool, 0, 0, 0);
}

static void the_others_are_not(void **state)
{
	object_info i = info(S, *LIB, NTMS_LIBRARY), was = i;

	i.Info.Library.dwNumberOfSlots = 1000;
	i.Info.Library.LibraryType = NTMS_LIBRARYTYPE_OFFLINE;
	i.Enabled = FALSE;
	i.dwOperationalState = NTMS_NEEDS_SERVICE;
	OUTCOME(SetNtmsObjectInformationA, ERROR_SUCCESS, S, LIB, &i);
	i = info(S, *LIB, NTMS_LIBRARY);
	assert_int_equal(was.Info.Library.dwNumberOfSlots, i.Info.Library.dwNumberOfSlots);
	assert_int_equal(was.Info.Library.LibraryType, i.Info.Library.LibraryType);
	assert_true(i.Enabled);
	assert_int_equal(was.dwOperationalState, i.dwOperationalState);
}

static void cleaner_uses_and_their_flag_follow_each_other(void **state)
{
	object_info i = info(S, *LIB, NTMS_LIBRARY);

	i.Info.Library.dwCleanerUsesRemaining = 0xFFFFFFFF;
	set_info(S, &i);
	i = info(S, *LIB, NTMS_LIBRARY);
	assert_true(i.Info.Library.dwFlags & NTMS_LIBRARYFLAG_IGNORECLEANERUSESREMAINING);
	i.Info.Library.dwCleanerUsesRemaining = 10;
	set_info(S, &i);
	i = info(S, *LIB, NTMS_LIBRARY);
	assert_false(i.Info.Library.dwFlags & NTMS_LIBRARYFLAG_IGNORECLEANERUSESREMAINING);
	assert_int_equal(10, i.Info.Library.dwCleanerUsesRemaining);
	/* never set directly; and no library becomes the offline one */
	i.Info.Library.dwFlags |= NTMS_LIBRARYFLAG_IGNORECLEANERUSESREMAINING | NTMS_LIBRARYFLAG_FIXEDOFFLINE;
	SetNtmsObjectInformationA(S, LIB, &i);
	i = info(S, *LIB, NTMS_LIBRARY);
	assert_false(i.Info.Library.dwFlags &
		     (NTMS_LIBRARYFLAG_IGNORECLEANERUSESREMAINING | NTMS_LIBRARYFLAG_FIXEDOFFLINE));
}

static void a_pool_keeps_its_media_type_while_it_holds_media(void **state)
{
	object_info i = info(S, pool, NTMS_MEDIA_POOL);
	NTMS_GUID other = media_type_named(S, "LTO-1"), empty = rig_pool(&rig, "\\Empty");

	i.Info.MediaPool.MediaType = other;
	OUTCOME(SetNtmsObjectInformationA, ERROR_NOT_EMPTY, S, &pool, &i);
	i = info(S, empty, NTMS_MEDIA_POOL);
	i.Info.MediaPool.MediaType = other;
	OUTCOME(SetNtmsObjectInformationA, ERROR_SUCCESS, S, &empty, &i);
	assert_same(other, info(S, empty, NTMS_MEDIA_POOL).Info.MediaPool.MediaType);
}

static void a_renamed_pool_has_a_new_path(void **state)
{
	NTMS_GUID renamed = rig_pool(&rig, "\\Before"), again;
	object_info i = info(S, renamed, NTMS_MEDIA_POOL);
	char path[NTMS_POOLHIERARCHY_LENGTH];
	DWORD n = sizeof path;

	strcpy(i.szName, "After");
	set_info(S, &i);
	OK(GetNtmsMediaPoolNameA(S, &renamed, path, &n));
	assert_string_equal("\\After", path);
	OK(CreateNtmsMediaPoolA(S, "\\After", NULL, NTMS_OPEN_EXISTING, NULL, &again));
	assert_same(renamed, again);
	rig_pool(&rig, "\\Before"); /* the old name is free */
	strcpy(i.szName, "Before");
	assert_int_not_equal(0, SetNtmsObjectInformationA(S, &renamed, &i)); /* and taken again */
}

static void values_out_of_range_change_nothing(void **state)
{
	object_info i = info(S, *LIB, NTMS_LIBRARY), was = i;

	i.Info.Library.InventoryMethod = NTMS_INVENTORY_STOP;
	strcpy(i.szDescription, "not to be kept");
	OUTCOME(SetNtmsObjectInformationA, ERROR_INVALID_PARAMETER, S, LIB, &i);
	i = info(S, *LIB, NTMS_LIBRARY);
	assert_int_equal(was.Info.Library.InventoryMethod, i.Info.Library.InventoryMethod);
	assert_string_equal(was.szDescription, i.szDescription);
}

static void it_needs_modify_and_control_for_a_library(void **state)
{
	struct descriptor before = get_security(S, *LIB, NTMS_LIBRARY, DACL_SECURITY_INFORMATION);
	HANDLE guest = rig_session_as(&rig, "nobody");
	object_info drive = info(S, drive_of(S, *LIB, 0), NTMS_DRIVE), library = info(S, *LIB, NTMS_LIBRARY);
	object_info p = info(S, pool, NTMS_MEDIA_POOL),
		    medium = info(S, medium_of_logical(S, lmid), NTMS_PHYSICAL_MEDIA);
	object_info pc = info(S, computer(S), NTMS_COMPUTER),
		    type = info(S, media_type_named(S, "LTO-8"), NTMS_MEDIA_TYPE);

	OUTCOME(SetNtmsObjectInformationA, ERROR_ACCESS_DENIED, guest, &drive.ObjectGuid, &drive);
	OUTCOME(SetNtmsObjectInformationA, ERROR_ACCESS_DENIED, guest, LIB, &library);
	OUTCOME(SetNtmsObjectInformationA, ERROR_ACCESS_DENIED, guest, &pool, &p);
	OUTCOME(SetNtmsObjectInformationA, ERROR_ACCESS_DENIED, guest, &medium.ObjectGuid, &medium);
	OUTCOME(SetNtmsObjectInformationA, ERROR_ACCESS_DENIED, guest, &pc.ObjectGuid, &pc);
	OUTCOME(SetNtmsObjectInformationA, ERROR_ACCESS_DENIED, guest, &type.ObjectGuid, &type);
	grant(S, *LIB, NTMS_LIBRARY, 65534, NTMS_USE_ACCESS | NTMS_MODIFY_ACCESS);
	grant(S, pool, NTMS_MEDIA_POOL, 65534, NTMS_USE_ACCESS | NTMS_MODIFY_ACCESS);
	OUTCOME(SetNtmsObjectInformationA, ERROR_SUCCESS, guest, &drive.ObjectGuid, &drive);
	OUTCOME(SetNtmsObjectInformationA, ERROR_SUCCESS, guest, &pool, &p);
	OUTCOME(SetNtmsObjectInformationA, ERROR_SUCCESS, guest, &medium.ObjectGuid, &medium);
	OUTCOME(SetNtmsObjectInformationA, ERROR_ACCESS_DENIED, guest, LIB,
		&library); /* CONTROL for the library itself */
	grant(S, *LIB, NTMS_LIBRARY, 65534, NTMS_CONTROL_ACCESS);
	OUTCOME(SetNtmsObjectInformationA, ERROR_SUCCESS, guest, LIB, &library);
	OK(SetNtmsObjectSecurity(S, LIB, NTMS_LIBRARY, DACL_SECURITY_INFORMATION, before.bytes));
	OK(CloseNtmsSession(guest));
}

static void the_wide_form_writes_too(void **state)
{
	NTMS_OBJECTINFORMATIONW w = {.dwSize = sizeof w, .dwType = NTMS_MEDIA_POOL};

	OK(GetNtmsObjectInformationW(S, &pool, &w));
	memcpy(w.szDescription, u"größer", 7 * sizeof(WCHAR));
	OUTCOME(SetNtmsObjectInformationW, ERROR_SUCCESS, S, &pool, &w);
	assert_string_equal("gr\xc3\xb6\xc3\x9f"
			    "er",
			    info(S, pool, NTMS_MEDIA_POOL).szDescription);
	/* half a surrogate pair is no text */
	w.szDescription[1] = 0xd83d;
	OUTCOME(SetNtmsObjectInformationW, ERROR_INVALID_PARAMETER, S, &pool, &w);
}

static void finished_requests_go_when_their_time_is_over(void **state)
{
	object_info i = info(S, computer(S), NTMS_COMPUTER), was = i;

	assert_true(list(S, *LIB, NTMS_LIBREQUEST).n > 0);
	i.Info.Computer.dwLibRequestPurgeTime = 0;
	set_info(S, &i);
	OK(InventoryNtmsLibrary(S, LIB, NTMS_INVENTORY_FAST)); /* something happens */
	WAIT_UNTIL(list(S, *LIB, NTMS_LIBREQUEST).n == 0);
	set_info(S, &was);
}

static int start_with_objects(void **state)
{
	start(state);
	pool = rig_pool(&rig, "\\Written");
	lmid = rig_allocated(&rig, LIBRARY, pool);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_needs_a_session_and_its_pointers),
		cmocka_unit_test(size_and_type_must_be_right),
		cmocka_unit_test(nothing_by_that_name),
		cmocka_unit_test(every_type_has_a_description_some_a_name),
		cmocka_unit_test(writable_members_are_written),
		cmocka_unit_test(the_others_are_not),
		cmocka_unit_test(cleaner_uses_and_their_flag_follow_each_other),
		cmocka_unit_test(a_pool_keeps_its_media_type_while_it_holds_media),
		cmocka_unit_test(a_renamed_pool_has_a_new_path),
		cmocka_unit_test(values_out_of_range_change_nothing),
		cmocka_unit_test(it_needs_modify_and_control_for_a_library),
		cmocka_unit_test(the_wide_form_writes_too),
		cmocka_unit_test(finished_requests_go_when_their_time_is_over),
	};

	return RSM_TESTS(tests, start_with_objects, stop);
}
