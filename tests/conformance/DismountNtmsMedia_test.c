/* SPDX-License-Identifier: GPL-2.0-or-later
 * DismountNtmsMedia: drives are given back. */
#include "rsm_test.h"

enum { LIBRARY };
RSM_RIG(.library = {{"lib", 16, 2, 1, .cartridges = 10}})

static NTMS_GUID pool;

static object_info medium_info(NTMS_GUID lmid)
{
	return info(S, medium_of_logical(S, lmid), NTMS_PHYSICAL_MEDIA);
}

static bool in_its_slot(NTMS_GUID lmid)
{
	object_info o = medium_info(lmid);

	return o.Info.PhysicalMedia.MediaState == NTMS_MEDIASTATE_IDLE &&
	       o.Info.PhysicalMedia.LocationType == NTMS_STORAGESLOT;
}

static void it_needs_a_session_and_its_pointers(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool);

	OUTCOME(DismountNtmsMedia, ERROR_INVALID_HANDLE, NULL, &lmid, 1, 0);
	OUTCOME(DismountNtmsMedia, ERROR_INVALID_PARAMETER, S, NULL, 1, 0);
	OUTCOME(DismountNtmsMedia, ERROR_INVALID_PARAMETER, S, &lmid, 0, 0);
	OUTCOME(DismountNtmsMedia, ERROR_INVALID_PARAMETER, S, &lmid, 1, 0x10);
	OUTCOME(DismountNtmsMedia, ERROR_INVALID_PARAMETER, S, &lmid, 1,
		NTMS_DISMOUNT_DEFERRED | NTMS_DISMOUNT_IMMEDIATE);
	OK(DeallocateNtmsMedia(S, &lmid, 0));
}

static void it_needs_media_each_once(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool), twice[2] = {lmid, lmid};

	OUTCOME(DismountNtmsMedia, ERROR_INVALID_MEDIA, S, &unknown, 1, 0);
	OUTCOME(DismountNtmsMedia, ERROR_INVALID_MEDIA, S, LIB, 1, 0);
	mount_medium(S, lmid);
	OUTCOME(DismountNtmsMedia, ERROR_INVALID_MEDIA, S, twice, 2, 0);
	twice[1] = side_of_logical(S, lmid);
	OUTCOME(DismountNtmsMedia, ERROR_INVALID_MEDIA, S, twice, 2, 0);
	dismount_medium(S, lmid);
	OK(DeallocateNtmsMedia(S, &lmid, 0));
}

static void what_is_not_mounted_is_in_the_wrong_state(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool), both[2];

	OUTCOME(DismountNtmsMedia, ERROR_INVALID_STATE, S, &lmid, 1, 0);
	/* One of several: nothing is dismounted. */
	both[0] = rig_allocated(&rig, LIBRARY, pool);
	both[1] = lmid;
	mount_medium(S, both[0]);
	OUTCOME(DismountNtmsMedia, ERROR_INVALID_STATE, S, both, 2, 0);
	assert_int_equal(NTMS_MEDIASTATE_LOADED, medium_info(both[0]).Info.PhysicalMedia.MediaState);
	dismount_medium(S, both[0]);
	OUTCOME(DismountNtmsMedia, ERROR_INVALID_STATE, S, &both[0], 1, 0);
	OK(DeallocateNtmsMedia(S, &both[0], 0));
	OK(DeallocateNtmsMedia(S, &lmid, 0));
}

static void it_needs_use_of_pool_and_library(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool);
	struct descriptor before = get_security(S, *LIB, NTMS_LIBRARY, DACL_SECURITY_INFORMATION);
	HANDLE guest = rig_session_as(&rig, "nobody");

	mount_medium(S, lmid);
	grant(S, pool, NTMS_MEDIA_POOL, 65534, 0);
	OUTCOME(DismountNtmsMedia, ERROR_ACCESS_DENIED, guest, &lmid, 1, 0);
	grant(S, pool, NTMS_MEDIA_POOL, 65534, NTMS_USE_ACCESS);
	grant(S, *LIB, NTMS_LIBRARY, 65534, 0);
	OUTCOME(DismountNtmsMedia, ERROR_ACCESS_DENIED, guest, &lmid, 1, 0);
	grant(S, *LIB, NTMS_LIBRARY, 65534, NTMS_USE_ACCESS);
	OUTCOME(DismountNtmsMedia, ERROR_SUCCESS, guest, &lmid, 1, 0);
	WAIT_UNTIL(in_its_slot(lmid));
	OK(SetNtmsObjectSecurity(S, LIB, NTMS_LIBRARY, DACL_SECURITY_INFORMATION, before.bytes));
	OK(CloseNtmsSession(guest));
	OK(DeallocateNtmsMedia(S, &lmid, 0));
}

static void immediate_returns_it_to_its_slot(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool),
		  home = medium_info(lmid).Info.PhysicalMedia.HomeSlot, drive, request;
	const DWORD immediate[] = {0, NTMS_DISMOUNT_IMMEDIATE};

	for (int i = 0; i < 2; i++) {
		drive = mount_medium(S, lmid);
		OUTCOME(DismountNtmsMedia, ERROR_SUCCESS, S, &lmid, 1, immediate[i]);
		WAIT_UNTIL(in_its_slot(lmid));
		assert_same(home, medium_info(lmid).Info.PhysicalMedia.Location);
		assert_same(null_guid, medium_info(lmid).Info.PhysicalMedia.MountedPartition);
		assert_int_equal(NTMS_DRIVESTATE_DISMOUNTED, info(S, drive, NTMS_DRIVE).Info.Drive.State);
		assert_same(null_guid, info(S, drive, NTMS_DRIVE).Info.Drive.SavedPartitionId);
		assert_true(find_request(S, *LIB, NTMS_LM_DISMOUNT, medium_of_logical(S, lmid), &request));
		WAIT_UNTIL(request_state(S, request) == NTMS_LM_PASSED);
	}
	OK(DeallocateNtmsMedia(S, &lmid, 0));
}

static void deferred_leaves_it_in_the_drive(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool), twin = rig_allocated(&rig, LIBRARY, pool),
		  drives[2];
	NTMS_GUID third = rig_allocated(&rig, LIBRARY, pool), drive = mount_medium(S, lmid);

	assert_int_equal(300, info(S, drive, NTMS_DRIVE).Info.Drive.dwDeferDismountDelay);
	OUTCOME(DismountNtmsMedia, ERROR_SUCCESS, S, &lmid, 1, NTMS_DISMOUNT_DEFERRED);
	WAIT_UNTIL(info(S, drive, NTMS_DRIVE).Info.Drive.State == NTMS_DRIVESTATE_DISMOUNTABLE);
	assert_int_equal(NTMS_DRIVE, medium_info(lmid).Info.PhysicalMedia.LocationType);
	/* It belongs to nobody: a second dismount has nothing to release. */
	OUTCOME(DismountNtmsMedia, ERROR_INVALID_STATE, S, &lmid, 1, NTMS_DISMOUNT_DEFERRED);
	/* When its least time is over, a mount that needs the drive gets it. */
	set_defer_delay(S, *LIB, 1);
	OK(MountNtmsMedia(S, (NTMS_GUID[]){twin, third}, drives, 2, NTMS_MOUNT_READ, 0, 60000, NULL));
	assert_true(in_its_slot(lmid));
	set_defer_delay(S, *LIB, 300);
	dismount_medium(S, twin);
	dismount_medium(S, third);
	OK(DeallocateNtmsMedia(S, &lmid, 0));
	OK(DeallocateNtmsMedia(S, &twin, 0));
	OK(DeallocateNtmsMedia(S, &third, 0));
}

static void disabled_things_refuse(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool), medium = medium_of_logical(S, lmid);

	disable_object(S, NTMS_PHYSICAL_MEDIA, medium);
	OUTCOME(DismountNtmsMedia, ERROR_MEDIA_NOT_AVAILABLE, S, &lmid, 1, 0);
	enable_object(S, NTMS_PHYSICAL_MEDIA, medium);
	mount_medium(S, lmid);
	disable_object(S, NTMS_LIBRARY, *LIB);
	OUTCOME(DismountNtmsMedia, ERROR_DEVICE_NOT_AVAILABLE, S, &lmid, 1, 0);
	enable_object(S, NTMS_LIBRARY, *LIB);
	dismount_medium(S, lmid);
	OK(DeallocateNtmsMedia(S, &lmid, 0));
}

static void an_offline_medium_is_an_error(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool);
	object_info o = medium_info(lmid);

	operator_takes_out(&rig, LIBRARY, medium_of_logical(S, lmid));
	OUTCOME(DismountNtmsMedia, ERROR_MEDIA_OFFLINE, S, &lmid, 1, 0);
	operator_brings_back(&rig, LIBRARY, o.Info.PhysicalMedia.szBarCode);
	OK(DeallocateNtmsMedia(S, &lmid, 0));
}

static int start_with_a_pool(void **state)
{
	start(state);
	pool = rig_pool(&rig, "\\Dismounts");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_needs_a_session_and_its_pointers),
		cmocka_unit_test(it_needs_media_each_once),
		cmocka_unit_test(what_is_not_mounted_is_in_the_wrong_state),
		cmocka_unit_test(it_needs_use_of_pool_and_library),
		cmocka_unit_test(immediate_returns_it_to_its_slot),
		cmocka_unit_test(deferred_leaves_it_in_the_drive),
		cmocka_unit_test(disabled_things_refuse),
		cmocka_unit_test(an_offline_medium_is_an_error),
	};

	return RSM_TESTS(tests, start_with_a_pool, stop);
}
