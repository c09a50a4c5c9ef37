/* SPDX-License-Identifier: GPL-2.0-or-later
 * DisableNtmsObject: out of service. What others then answer stands in their own tests. */
#include "rsm_test.h"

enum { LIBRARY };
RSM_RIG(.library = {{"lib", 8, 2, 1, .cartridges = 4}})

static void it_needs_a_session_and_its_pointers(void **state)
{
	NTMS_GUID drive = drive_of(S, *LIB, 0);

	OUTCOME(DisableNtmsObject, ERROR_INVALID_HANDLE, NULL, NTMS_DRIVE, &drive);
	OUTCOME(DisableNtmsObject, ERROR_INVALID_PARAMETER, S, NTMS_DRIVE, NULL);
}

static void only_drives_libraries_and_media(void **state)
{
	NTMS_GUID slot = list(S, *LIB, NTMS_STORAGESLOT).v[0],
		  pmid = medium_named(S, rig_barcode(&rig, LIBRARY, 1));

	OUTCOME(DisableNtmsObject, ERROR_INVALID_PARAMETER, S, NTMS_STORAGESLOT, &slot);
	OUTCOME(DisableNtmsObject, ERROR_INVALID_PARAMETER, S, NTMS_PARTITION,
		(NTMS_GUID[]){side_of(S, pmid, 0)});
	OUTCOME(DisableNtmsObject, ERROR_INVALID_PARAMETER, S, 99, &pmid);
	OUTCOME(DisableNtmsObject, ERROR_OBJECT_NOT_FOUND, S, NTMS_DRIVE, &unknown);
	OUTCOME(DisableNtmsObject, ERROR_OBJECT_NOT_FOUND, S, NTMS_DRIVE, &pmid);
}

static void the_offline_library_stays(void **state)
{
	OUTCOME(DisableNtmsObject, ERROR_LIBRARY_OFFLINE, S, NTMS_LIBRARY, &rig.offline);
}

static void once_is_enough(void **state)
{
	NTMS_GUID drive = drive_of(S, *LIB, 0), pmid = medium_named(S, rig_barcode(&rig, LIBRARY, 1));
	struct {
		DWORD type;
		NTMS_GUID id;
	} objects[] = {{NTMS_DRIVE, drive}, {NTMS_PHYSICAL_MEDIA, pmid}, {NTMS_LIBRARY, *LIB}};

	for (int i = 0; i < 3; i++) {
		OUTCOME(DisableNtmsObject, ERROR_SUCCESS, S, objects[i].type, &objects[i].id);
		WAIT_UNTIL(!is_enabled(S, objects[i].id, objects[i].type));
		OUTCOME(DisableNtmsObject, ERROR_INVALID_STATE, S, objects[i].type, &objects[i].id);
		enable_object(S, objects[i].type, objects[i].id);
	}
}

static void it_is_a_library_request(void **state)
{
	NTMS_GUID drive = drive_of(S, *LIB, 0), request;

	disable_object(S, NTMS_DRIVE, drive);
	assert_true(find_request(S, *LIB, NTMS_LM_DISABLEDRIVE, null_guid, &request));
	WAIT_UNTIL(request_state(S, request) == NTMS_LM_PASSED);
	assert_same(drive, info(S, request, NTMS_LIBREQUEST).Info.LibRequest.DriveId);
	enable_object(S, NTMS_DRIVE, drive);
}

static void what_it_contains_goes_with_it(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Contained"), lmid = rig_allocated(&rig, LIBRARY, pool);
	NTMS_GUID pmid = medium_of_logical(S, lmid);

	disable_object(S, NTMS_PHYSICAL_MEDIA, pmid);
	assert_false(is_enabled(S, side_of(S, pmid, 0), NTMS_PARTITION));
	assert_false(is_enabled(S, lmid, NTMS_LOGICAL_MEDIA));
	enable_object(S, NTMS_PHYSICAL_MEDIA, pmid);
	assert_true(is_enabled(S, side_of(S, pmid, 0), NTMS_PARTITION));
	assert_true(is_enabled(S, lmid, NTMS_LOGICAL_MEDIA));
	disable_object(S, NTMS_LIBRARY, *LIB);
	assert_false(is_enabled(S, drive_of(S, *LIB, 0), NTMS_DRIVE));
	assert_false(is_enabled(S, list(S, *LIB, NTMS_CHANGER).v[0], NTMS_CHANGER));
	enable_object(S, NTMS_LIBRARY, *LIB);
	assert_true(is_enabled(S, drive_of(S, *LIB, 0), NTMS_DRIVE));
}

static void a_drive_first_returns_its_medium(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Returned"), lmid = rig_allocated(&rig, LIBRARY, pool),
		  drive = mount_medium(S, lmid);
	NTMS_GUID pmid = medium_of_logical(S, lmid);

	OK(DismountNtmsMedia(S, &lmid, 1, NTMS_DISMOUNT_DEFERRED));
	WAIT_UNTIL(info(S, drive, NTMS_DRIVE).Info.Drive.State == NTMS_DRIVESTATE_DISMOUNTABLE);
	OUTCOME(DisableNtmsObject, ERROR_SUCCESS, S, NTMS_DRIVE, &drive);
	WAIT_UNTIL(!is_enabled(S, drive, NTMS_DRIVE));
	assert_int_equal(NTMS_STORAGESLOT,
			 info(S, pmid, NTMS_PHYSICAL_MEDIA).Info.PhysicalMedia.LocationType);
	enable_object(S, NTMS_DRIVE, drive);
}

static void it_needs_modify_on_the_library(void **state)
{
	struct descriptor before = get_security(S, *LIB, NTMS_LIBRARY, DACL_SECURITY_INFORMATION);
	HANDLE guest = rig_session_as(&rig, "nobody");
	NTMS_GUID drive = drive_of(S, *LIB, 0), pmid = medium_named(S, rig_barcode(&rig, LIBRARY, 1));

	grant(S, *LIB, NTMS_LIBRARY, 65534, NTMS_USE_ACCESS | NTMS_CONTROL_ACCESS);
	OUTCOME(DisableNtmsObject, ERROR_ACCESS_DENIED, guest, NTMS_DRIVE, &drive);
	OUTCOME(DisableNtmsObject, ERROR_ACCESS_DENIED, guest, NTMS_LIBRARY, LIB);
	OUTCOME(DisableNtmsObject, ERROR_ACCESS_DENIED, guest, NTMS_PHYSICAL_MEDIA, &pmid);
	grant(S, *LIB, NTMS_LIBRARY, 65534, NTMS_MODIFY_ACCESS);
	OUTCOME(DisableNtmsObject, ERROR_SUCCESS, guest, NTMS_DRIVE, &drive);
	WAIT_UNTIL(!is_enabled(S, drive, NTMS_DRIVE));
	enable_object(S, NTMS_DRIVE, drive);
	OK(SetNtmsObjectSecurity(S, LIB, NTMS_LIBRARY, DACL_SECURITY_INFORMATION, before.bytes));
	OK(CloseNtmsSession(guest));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_needs_a_session_and_its_pointers),
		cmocka_unit_test(only_drives_libraries_and_media),
		cmocka_unit_test(the_offline_library_stays),
		cmocka_unit_test(once_is_enough),
		cmocka_unit_test(it_is_a_library_request),
		cmocka_unit_test(what_it_contains_goes_with_it),
		cmocka_unit_test(a_drive_first_returns_its_medium),
		cmocka_unit_test(it_needs_modify_on_the_library),
	};

	return RSM_TESTS(tests, start, stop);
}
