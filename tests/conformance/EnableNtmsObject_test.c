/* SPDX-License-Identifier: GPL-2.0-or-later
 * EnableNtmsObject: back into service. */
#include "rsm_test.h"

enum { LIBRARY };
RSM_RIG(.library = {{"lib", 8, 2, 1, .cartridges = 4}})

static void it_needs_a_session_and_its_pointers(void **state)
{
	NTMS_GUID drive = drive_of(S, *LIB, 0);

	OUTCOME(EnableNtmsObject, ERROR_INVALID_HANDLE, NULL, NTMS_DRIVE, &drive);
	OUTCOME(EnableNtmsObject, ERROR_INVALID_PARAMETER, S, NTMS_DRIVE, NULL);
}

static void only_drives_libraries_and_media(void **state)
{
	NTMS_GUID slot = list(S, *LIB, NTMS_STORAGESLOT).v[0];

	OUTCOME(EnableNtmsObject, ERROR_INVALID_PARAMETER, S, NTMS_STORAGESLOT, &slot);
	OUTCOME(EnableNtmsObject, ERROR_INVALID_PARAMETER, S, NTMS_MEDIA_POOL, (NTMS_GUID[]){root_pool(S)});
	OUTCOME(EnableNtmsObject, ERROR_OBJECT_NOT_FOUND, S, NTMS_DRIVE, &unknown);
	OUTCOME(EnableNtmsObject, ERROR_OBJECT_NOT_FOUND, S, NTMS_LIBRARY, &slot);
	OUTCOME(EnableNtmsObject, ERROR_LIBRARY_OFFLINE, S, NTMS_LIBRARY, &rig.offline);
}

static void what_is_enabled_is_in_the_wrong_state(void **state)
{
	NTMS_GUID drive = drive_of(S, *LIB, 0), pmid = medium_named(S, rig_barcode(&rig, LIBRARY, 1));

	OUTCOME(EnableNtmsObject, ERROR_INVALID_STATE, S, NTMS_DRIVE, &drive);
	OUTCOME(EnableNtmsObject, ERROR_INVALID_STATE, S, NTMS_LIBRARY, LIB);
	OUTCOME(EnableNtmsObject, ERROR_INVALID_STATE, S, NTMS_PHYSICAL_MEDIA, &pmid);
}

static void it_works_again(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Again"), lmid = rig_allocated(&rig, LIBRARY, pool), request;
	NTMS_GUID drive = drive_of(S, *LIB, 1), pmid = medium_of_logical(S, lmid);
	struct {
		DWORD type, operation;
		NTMS_GUID id;
	} objects[] = {{NTMS_DRIVE, NTMS_LM_ENABLEDRIVE, drive},
		       {NTMS_PHYSICAL_MEDIA, NTMS_LM_ENABLEMEDIA, pmid},
		       {NTMS_LIBRARY, NTMS_LM_ENABLELIBRARY, *LIB}};

	for (int i = 0; i < 3; i++) {
		disable_object(S, objects[i].type, objects[i].id);
		OUTCOME(EnableNtmsObject, ERROR_SUCCESS, S, objects[i].type, &objects[i].id);
		WAIT_UNTIL(is_enabled(S, objects[i].id, objects[i].type));
		assert_true(find_request(S, *LIB, objects[i].operation, null_guid, &request));
		WAIT_UNTIL(request_state(S, request) == NTMS_LM_PASSED);
		OK(MountNtmsMedia(S, &lmid, &drive, 1, NTMS_MOUNT_READ | NTMS_MOUNT_SPECIFIC_DRIVE, 0, 60000,
				  NULL));
		dismount_medium(S, lmid);
	}
}

static void it_needs_modify_on_the_library(void **state)
{
	struct descriptor before = get_security(S, *LIB, NTMS_LIBRARY, DACL_SECURITY_INFORMATION);
	HANDLE guest = rig_session_as(&rig, "nobody");
	NTMS_GUID drive = drive_of(S, *LIB, 0);

	disable_object(S, NTMS_DRIVE, drive);
	grant(S, *LIB, NTMS_LIBRARY, 65534, NTMS_USE_ACCESS | NTMS_CONTROL_ACCESS);
	OUTCOME(EnableNtmsObject, ERROR_ACCESS_DENIED, guest, NTMS_DRIVE, &drive);
	grant(S, *LIB, NTMS_LIBRARY, 65534, NTMS_MODIFY_ACCESS);
	OUTCOME(EnableNtmsObject, ERROR_SUCCESS, guest, NTMS_DRIVE, &drive);
	WAIT_UNTIL(is_enabled(S, drive, NTMS_DRIVE));
	OK(SetNtmsObjectSecurity(S, LIB, NTMS_LIBRARY, DACL_SECURITY_INFORMATION, before.bytes));
	OK(CloseNtmsSession(guest));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_needs_a_session_and_its_pointers),
		cmocka_unit_test(only_drives_libraries_and_media),
		cmocka_unit_test(what_is_enabled_is_in_the_wrong_state),
		cmocka_unit_test(it_works_again),
		cmocka_unit_test(it_needs_modify_on_the_library),
	};

	return RSM_TESTS(tests, start, stop);
}
