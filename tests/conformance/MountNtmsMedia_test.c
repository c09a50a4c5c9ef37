/* SPDX-License-Identifier: GPL-2.0-or-later
 * MountNtmsMedia: media in drives, ready for use. */
#include "rsm_test.h"

#include <fcntl.h>
#include <unistd.h>

enum { LIBRARY, OTHER, TURNING };
RSM_RIG(.library = {{"lib", 20, 2, 1, .cartridges = 14},
		    {"other", 6, 1, 0, .cartridges = 2},
		    {"turn", 6, 1, 0, .sides = 2, .cartridges = 2}})

#define RW (NTMS_MOUNT_READ | NTMS_MOUNT_WRITE)

static NTMS_GUID pool;

static DWORD mount_one(NTMS_GUID what, DWORD options, DWORD timeout)
{
	NTMS_GUID drive = null_guid;

	return MountNtmsMedia(S, &what, &drive, 1, options, NTMS_PRIORITY_NORMAL, timeout, NULL);
}

static DWORD drive_state(NTMS_GUID drive) { return info(S, drive, NTMS_DRIVE).Info.Drive.State; }

static bool in_drive(NTMS_GUID medium)
{
	return info(S, medium, NTMS_PHYSICAL_MEDIA).Info.PhysicalMedia.LocationType == NTMS_DRIVE;
}

/* Both drives of the library are taken; two more media wait in their slots. */
struct taken {
	NTMS_GUID lmid[2], more[2];
};

static struct taken take_both_drives(void)
{
	struct taken t;

	for (int i = 0; i < 2; i++) {
		t.lmid[i] = rig_allocated(&rig, LIBRARY, pool);
		t.more[i] = rig_allocated(&rig, LIBRARY, pool);
	}
	mount_medium(S, t.lmid[0]);
	mount_medium(S, t.lmid[1]);
	return t;
}

static void give_back(NTMS_GUID lmid)
{
	NTMS_GUID medium = medium_of_logical(S, lmid);

	if (in_drive(medium))
		dismount_medium(S, lmid);
	OK(DeallocateNtmsMedia(S, &lmid, 0));
}

static void give_all_back(struct taken t)
{
	for (int i = 0; i < 2; i++) {
		give_back(t.lmid[i]);
		give_back(t.more[i]);
	}
}

static bool pending(NTMS_GUID lmid, NTMS_GUID *request)
{
	return find_request(S, *LIB, NTMS_LM_MOUNT, medium_of_logical(S, lmid), request) &&
	       !request_ended(S, *request);
}

/* ---- arguments ---- */

static void it_needs_a_session_and_its_pointers(void **state)
{
	NTMS_GUID m[2] = {unknown, unknown}, d[2] = {null_guid};
	NTMS_MOUNT_INFORMATION more = {.dwSize = sizeof more, .lpReserved = &more};

	OUTCOME(MountNtmsMedia, ERROR_INVALID_HANDLE, NULL, m, d, 1, RW, 0, 0, NULL);
	OUTCOME(MountNtmsMedia, ERROR_INVALID_PARAMETER, S, NULL, d, 1, RW, 0, 0, NULL);
	OUTCOME(MountNtmsMedia, ERROR_INVALID_PARAMETER, S, m, NULL, 1, RW, 0, 0, NULL);
	OUTCOME(MountNtmsMedia, ERROR_INVALID_PARAMETER, S, m, d, 0, RW, 0, 0, NULL);
	OUTCOME(MountNtmsMedia, ERROR_INVALID_PARAMETER, S, m, d, 1, RW, NTMS_PRIORITY_HIGHEST + 1, 0, NULL);
	OUTCOME(MountNtmsMedia, ERROR_INVALID_PARAMETER, S, m, d, 1, RW, NTMS_PRIORITY_LOWEST - 1, 0, NULL);
	OUTCOME(MountNtmsMedia, ERROR_INVALID_PARAMETER, S, m, d, 1, 0x4000, 0, 0, NULL);
	OUTCOME(MountNtmsMedia, ERROR_INVALID_PARAMETER, S, m, d, 1, RW, 0, 0, &more);
}

static void it_needs_media_each_once(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool), m[2] = {lmid, lmid}, d[2] = {null_guid};
	NTMS_GUID two = rig_blank(&rig, TURNING), sides[2] = {side_of(S, two, 0), side_of(S, two, 1)};

	OUTCOME(MountNtmsMedia, ERROR_INVALID_MEDIA, S, &unknown, d, 1, RW, 0, 1000, NULL);
	OUTCOME(MountNtmsMedia, ERROR_INVALID_MEDIA, S, LIB, d, 1, RW, 0, 1000, NULL);
	OUTCOME(MountNtmsMedia, ERROR_INVALID_MEDIA, S, m, d, 2, RW, 0, 1000, NULL);
	m[1] = side_of_logical(S, lmid); /* the same medium by its other name */
	OUTCOME(MountNtmsMedia, ERROR_INVALID_MEDIA, S, m, d, 2, RW, 0, 1000, NULL);
	OUTCOME(MountNtmsMedia, ERROR_INVALID_MEDIA, S, sides, d, 2, RW, 0, 1000, NULL);
	give_back(lmid);
}

static void all_media_are_in_one_library(void **state)
{
	NTMS_GUID m[2] = {side_of(S, rig_blank(&rig, LIBRARY), 0), side_of(S, rig_blank(&rig, OTHER), 0)},
		  d[2] = {null_guid};

	OUTCOME(MountNtmsMedia, ERROR_INVALID_LIBRARY, S, m, d, 2, RW, 0, 1000, NULL);
}

static void more_media_than_drives_can_never_be_mounted(void **state)
{
	NTMS_GUID m[3], d[3] = {null_guid};

	for (int i = 0; i < 3; i++)
		m[i] = rig_allocated(&rig, LIBRARY, pool);
	OUTCOME(MountNtmsMedia, ERROR_RESOURCE_NOT_AVAILABLE, S, m, d, 3, RW, 0, 1000, NULL);
	for (int i = 0; i < 3; i++)
		give_back(m[i]);
}

static void it_needs_use_of_pool_and_library(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool), drive = null_guid;
	struct descriptor before = get_security(S, *LIB, NTMS_LIBRARY, DACL_SECURITY_INFORMATION);
	HANDLE guest = rig_session_as(&rig, "nobody");

	grant(S, pool, NTMS_MEDIA_POOL, 65534, 0);
	OUTCOME(MountNtmsMedia, ERROR_ACCESS_DENIED, guest, &lmid, &drive, 1, RW, 0, 30000, NULL);
	grant(S, pool, NTMS_MEDIA_POOL, 65534, NTMS_USE_ACCESS);
	grant(S, *LIB, NTMS_LIBRARY, 65534, 0);
	OUTCOME(MountNtmsMedia, ERROR_ACCESS_DENIED, guest, &lmid, &drive, 1, RW, 0, 30000, NULL);
	grant(S, *LIB, NTMS_LIBRARY, 65534, NTMS_USE_ACCESS);
	OUTCOME(MountNtmsMedia, ERROR_SUCCESS, guest, &lmid, &drive, 1, RW, 0, 30000, NULL);
	OK(DismountNtmsMedia(guest, &lmid, 1, NTMS_DISMOUNT_IMMEDIATE));
	WAIT_UNTIL(medium_idle(S, medium_of_logical(S, lmid)));
	OK(SetNtmsObjectSecurity(S, LIB, NTMS_LIBRARY, DACL_SECURITY_INFORMATION, before.bytes));
	OK(CloseNtmsSession(guest));
	give_back(lmid);
}

/* ---- mounted ---- */

static void the_medium_is_in_the_drive_and_everything_says_so(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool), side = side_of_logical(S, lmid),
		  medium = medium_of_logical(S, lmid);
	NTMS_GUID drive = null_guid, request = null_guid;
	object_info before = info(S, side, NTMS_PARTITION), d, m;

	OUTCOME(MountNtmsMedia, ERROR_SUCCESS, S, &lmid, &drive, 1, RW, NTMS_PRIORITY_NORMAL, INFINITE, NULL);
	d = info(S, drive, NTMS_DRIVE);
	assert_int_equal(NTMS_DRIVESTATE_LOADED, d.Info.Drive.State);
	assert_same(side, d.Info.Drive.SavedPartitionId);
	assert_same(*LIB, d.Info.Drive.Library);
	assert_true(d.Info.Drive.dwMountCount > 0);
	m = info(S, medium, NTMS_PHYSICAL_MEDIA);
	assert_int_equal(NTMS_MEDIASTATE_LOADED, m.Info.PhysicalMedia.MediaState);
	assert_same(drive, m.Info.PhysicalMedia.Location);
	assert_int_equal(NTMS_DRIVE, m.Info.PhysicalMedia.LocationType);
	assert_same(side, m.Info.PhysicalMedia.MountedPartition);
	assert_differ(null_guid, m.Info.PhysicalMedia.HomeSlot);
	assert_true(info(S, side, NTMS_PARTITION).Info.Partition.dwMountCount >
		    before.Info.Partition.dwMountCount);
	assert_true(find_request(S, *LIB, NTMS_LM_MOUNT, medium, &request));
	assert_int_equal(NTMS_LM_PASSED, request_state(S, request));
	assert_same(side, info(S, request, NTMS_LIBREQUEST).Info.LibRequest.PartitionId);
	assert_same(drive, info(S, request, NTMS_LIBREQUEST).Info.LibRequest.DriveId);
	give_back(lmid);
}

static void an_application_writes_and_reads_through_the_drives_name(void **state)
{
	static const char words[] = "What an application writes is what it reads back.";
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool), drive = mount_medium(S, lmid);
	char back[sizeof words] = "", device[NTMS_DEVICENAME_LENGTH];
	int fd;

	strcpy(device, info(S, drive, NTMS_DRIVE).Info.Drive.szDeviceName);
	assert_true(device[0] == '/');
	fd = open(device, O_WRONLY | O_TRUNC | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(sizeof words, write(fd, words, sizeof words));
	close(fd);
	dismount_medium(S, lmid);
	/* The application's data replaced our label: no contradiction on an allocated side. */
	drive = mount_medium(S, lmid);
	strcpy(device, info(S, drive, NTMS_DRIVE).Info.Drive.szDeviceName);
	fd = open(device, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(sizeof words, read(fd, back, sizeof back));
	assert_string_equal(words, back);
	close(fd);
	give_back(lmid);
}

static void a_side_can_be_named_instead(void **state)
{
	NTMS_GUID side = side_of(S, rig_free(&rig, LIBRARY), 0);

	mount_medium(S, side);
	dismount_medium(S, side);
}

static void a_complete_side_is_not_mounted_for_writing(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool);

	OK(SetNtmsMediaComplete(S, &lmid));
	OUTCOME_OF(MountNtmsMedia, ERROR_WRITE_PROTECT, mount_one(lmid, RW, 30000));
	OUTCOME_OF(MountNtmsMedia, ERROR_WRITE_PROTECT, mount_one(lmid, NTMS_MOUNT_WRITE, 30000));
	OUTCOME_OF(MountNtmsMedia, ERROR_SUCCESS, mount_one(lmid, NTMS_MOUNT_READ, 30000));
	give_back(lmid);
}

static void it_outlives_its_session(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool), drive = null_guid;
	HANDLE own = OpenNtmsSessionA(rig.server, "short", 0);

	OK(MountNtmsMedia(own, &lmid, &drive, 1, RW, 0, INFINITE, NULL));
	OK(CloseNtmsSession(own));
	assert_int_equal(NTMS_MEDIASTATE_LOADED, media_state(S, medium_of_logical(S, lmid)));
	give_back(lmid);
}

static void two_media_are_mounted_together(void **state)
{
	NTMS_GUID m[2] = {rig_allocated(&rig, LIBRARY, pool), rig_allocated(&rig, LIBRARY, pool)},
		  d[2] = {null_guid};

	OUTCOME(MountNtmsMedia, ERROR_SUCCESS, S, m, d, 2, RW, 0, INFINITE, NULL);
	assert_differ(d[0], d[1]);
	for (int i = 0; i < 2; i++)
		assert_same(side_of_logical(S, m[i]), info(S, d[i], NTMS_DRIVE).Info.Drive.SavedPartitionId);
	OK(DismountNtmsMedia(S, m, 2, 0));
	for (int i = 0; i < 2; i++) {
		WAIT_UNTIL(medium_idle(S, medium_of_logical(S, m[i])) &&
			   !in_drive(medium_of_logical(S, m[i])));
		give_back(m[i]);
	}
}

/* ---- drives ---- */

static void the_specified_drive_is_used(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool);

	for (DWORD i = 0; i < 2; i++) {
		NTMS_GUID drive = drive_of(S, *LIB, i);
		OUTCOME(MountNtmsMedia, ERROR_SUCCESS, S, &lmid, &drive, 1, RW | NTMS_MOUNT_SPECIFIC_DRIVE, 0,
			INFINITE, NULL);
		assert_same(drive, drive_of(S, *LIB, i));
		assert_same(
			drive,
			info(S, medium_of_logical(S, lmid), NTMS_PHYSICAL_MEDIA).Info.PhysicalMedia.Location);
		dismount_medium(S, lmid);
	}
	give_back(lmid);
}

static void a_specified_drive_must_fit(void **state)
{
	NTMS_GUID m[2] = {rig_allocated(&rig, LIBRARY, pool), rig_allocated(&rig, LIBRARY, pool)};
	NTMS_GUID elsewhere = drive_of(S, rig.library[OTHER], 0), d[2] = {unknown, unknown};

	OUTCOME(MountNtmsMedia, ERROR_INVALID_DRIVE, S, m, d, 1, RW | NTMS_MOUNT_SPECIFIC_DRIVE, 0, 1000,
		NULL);
	d[0] = *LIB;
	OUTCOME(MountNtmsMedia, ERROR_INVALID_DRIVE, S, m, d, 1, RW | NTMS_MOUNT_SPECIFIC_DRIVE, 0, 1000,
		NULL);
	d[0] = elsewhere;
	OUTCOME(MountNtmsMedia, ERROR_DRIVE_MEDIA_MISMATCH, S, m, d, 1, RW | NTMS_MOUNT_SPECIFIC_DRIVE, 0,
		1000, NULL);
	d[0] = d[1] = drive_of(S, *LIB, 0); /* one drive for two media */
	OUTCOME(MountNtmsMedia, ERROR_INVALID_DRIVE, S, m, d, 2, RW | NTMS_MOUNT_SPECIFIC_DRIVE, 0, 1000,
		NULL);
	give_back(m[0]);
	give_back(m[1]);
}

static void disabled_things_refuse(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool), drive = drive_of(S, *LIB, 0);

	disable_object(S, NTMS_PHYSICAL_MEDIA, medium_of_logical(S, lmid));
	OUTCOME_OF(MountNtmsMedia, ERROR_RESOURCE_DISABLED, mount_one(lmid, RW, 1000));
	enable_object(S, NTMS_PHYSICAL_MEDIA, medium_of_logical(S, lmid));
	disable_object(S, NTMS_DRIVE, drive);
	OUTCOME(MountNtmsMedia, ERROR_RESOURCE_DISABLED, S, &lmid, &drive, 1, RW | NTMS_MOUNT_SPECIFIC_DRIVE,
		0, 1000, NULL);
	OUTCOME_OF(MountNtmsMedia, ERROR_SUCCESS, mount_one(lmid, RW, INFINITE)); /* the other one is used */
	assert_same(drive_of(S, *LIB, 1),
		    info(S, medium_of_logical(S, lmid), NTMS_PHYSICAL_MEDIA).Info.PhysicalMedia.Location);
	dismount_medium(S, lmid);
	enable_object(S, NTMS_DRIVE, drive);
	disable_object(S, NTMS_LIBRARY, *LIB);
	OUTCOME_OF(MountNtmsMedia, ERROR_RESOURCE_DISABLED, mount_one(lmid, RW, 1000));
	enable_object(S, NTMS_LIBRARY, *LIB);
	give_back(lmid);
}

/* ---- waiting ---- */

static void error_not_available_does_not_wait(void **state)
{
	struct taken t = take_both_drives();
	NTMS_GUID lmid = t.more[0];

	OUTCOME_OF(MountNtmsMedia, ERROR_BUSY,
		   mount_one(lmid, RW | NTMS_MOUNT_ERROR_NOT_AVAILABLE, INFINITE));
	OUTCOME_OF(MountNtmsMedia, ERROR_BUSY,
		   mount_one(t.lmid[0], RW | NTMS_MOUNT_ERROR_NOT_AVAILABLE, INFINITE));
	assert_false(in_drive(medium_of_logical(S, lmid)));
	give_all_back(t);
}

static void the_time_out_cancels_the_request(void **state)
{
	struct taken t = take_both_drives();
	NTMS_GUID lmid = t.more[0], medium = medium_of_logical(S, lmid), request, drive = unknown;

	OUTCOME(MountNtmsMedia, ERROR_TIMEOUT, S, &lmid, &drive, 1, RW, 0, 300, NULL);
	assert_same(unknown, drive); /* nothing is returned */
	assert_true(find_request(S, *LIB, NTMS_LM_MOUNT, medium, &request));
	WAIT_UNTIL(request_ended(S, request));
	assert_int_equal(NTMS_LM_CANCELLED, request_state(S, request));
	assert_int_equal(NTMS_MEDIASTATE_IDLE, media_state(S, medium));
	/* dwTimeout 0: tried, not waited for. */
	OUTCOME(MountNtmsMedia, ERROR_TIMEOUT, S, &lmid, &drive, 1, RW, 0, 0, NULL);
	give_all_back(t);
}

static void it_waits_for_a_drive(void **state)
{
	struct taken t = take_both_drives();
	NTMS_GUID lmid = t.more[0], request;
	struct mount m = {S, {lmid}, .count = 1, .options = RW, .timeout = INFINITE};

	mount_start(&m);
	WAIT_UNTIL(pending(lmid, &request));
	OK(DismountNtmsMedia(S, &t.lmid[0], 1, 0));
	OUTCOME_OF(MountNtmsMedia, ERROR_SUCCESS, mount_end(&m));
	assert_same(side_of_logical(S, lmid), info(S, m.drives[0], NTMS_DRIVE).Info.Drive.SavedPartitionId);
	give_all_back(t);
}

static void it_waits_for_a_medium_in_use(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool);
	HANDLE other = OpenNtmsSessionA(rig.server, "other", 0);
	struct mount m = {other, {lmid}, .count = 1, .options = RW, .timeout = INFINITE};

	mount_medium(S, lmid);
	mount_start(&m);
	OUTCOME_OF(MountNtmsMedia, ERROR_BUSY, mount_one(lmid, RW | NTMS_MOUNT_ERROR_NOT_AVAILABLE, 1000));
	OK(DismountNtmsMedia(S, &lmid, 1, 0));
	OUTCOME_OF(MountNtmsMedia, ERROR_SUCCESS, mount_end(&m));
	OK(CloseNtmsSession(other));
	give_back(lmid);
}

static void higher_priority_goes_first(void **state)
{
	struct taken t = take_both_drives();
	NTMS_GUID low = t.more[0], high = t.more[1], request;
	HANDLE other = OpenNtmsSessionA(rig.server, "other", 0);
	struct mount first = {
		S, {low}, .count = 1, .options = RW, .priority = NTMS_PRIORITY_LOW, .timeout = INFINITE};
	struct mount second = {other,
			       {high},
			       .count = 1,
			       .options = RW,
			       .priority = NTMS_PRIORITY_HIGH,
			       .timeout = INFINITE};

	mount_start(&first);
	WAIT_UNTIL(pending(low, &request));
	assert_int_equal(NTMS_PRIORITY_LOW,
			 (int)info(S, request, NTMS_LIBREQUEST).Info.LibRequest.dwPriority);
	mount_start(&second);
	WAIT_UNTIL(pending(high, &request));
	OK(DismountNtmsMedia(S, &t.lmid[0], 1, 0));
	OUTCOME_OF(MountNtmsMedia, ERROR_SUCCESS, mount_end(&second));
	assert_false(in_drive(medium_of_logical(S, low)));
	OK(DismountNtmsMedia(S, &high, 1, 0));
	OUTCOME_OF(MountNtmsMedia, ERROR_SUCCESS, mount_end(&first));
	OK(CloseNtmsSession(other));
	give_all_back(t);
}

static void all_or_none(void **state)
{
	struct taken t = take_both_drives();
	NTMS_GUID a = t.more[0], b = t.more[1];
	struct mount m = {S, {a, b}, .count = 2, .options = RW, .timeout = INFINITE};
	NTMS_GUID request;

	mount_start(&m);
	WAIT_UNTIL(pending(b, &request));
	dismount_medium(S, t.lmid[0]); /* one drive is not enough for two */
	assert_false(in_drive(medium_of_logical(S, a)) || in_drive(medium_of_logical(S, b)));
	dismount_medium(S, t.lmid[1]);
	OUTCOME_OF(MountNtmsMedia, ERROR_SUCCESS, mount_end(&m));
	assert_true(in_drive(medium_of_logical(S, a)) && in_drive(medium_of_logical(S, b)));
	give_all_back(t);
}

static void closing_the_session_cancels_it(void **state)
{
	struct taken t = take_both_drives();
	NTMS_GUID lmid = t.more[0], request;
	struct mount m = {OpenNtmsSessionA(rig.server, "closing", 0),
			  {lmid},
			  .count = 1,
			  .options = RW,
			  .timeout = INFINITE};

	mount_start(&m);
	WAIT_UNTIL(pending(lmid, &request));
	OK(CloseNtmsSession(m.session));
	OUTCOME_OF(MountNtmsMedia, ERROR_CANCELLED, mount_end(&m));
	WAIT_UNTIL(request_ended(S, request));
	assert_int_equal(NTMS_LM_CANCELLED, request_state(S, request));
	give_all_back(t);
}

static void nowait_returns_when_it_is_queued(void **state)
{
	struct taken t = take_both_drives();
	NTMS_GUID lmid = t.more[0], medium = medium_of_logical(S, lmid), request, drive = unknown;

	OUTCOME(MountNtmsMedia, ERROR_SUCCESS, S, &lmid, &drive, 1, RW | NTMS_MOUNT_NOWAIT, 0, 0, NULL);
	assert_same(unknown, drive);
	assert_true(pending(lmid, &request));
	dismount_medium(S, t.lmid[0]);
	WAIT_UNTIL(request_state(S, request) == NTMS_LM_PASSED);
	assert_int_equal(NTMS_MEDIASTATE_LOADED, media_state(S, medium));
	give_all_back(t);
}

/* ---- deferred dismounts ---- */

static void a_medium_left_in_its_drive_is_mounted_without_the_robot(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool), first = mount_medium(S, lmid), again = null_guid;
	DWORD count = info(S, side_of_logical(S, lmid), NTMS_PARTITION).Info.Partition.dwMountCount;

	OK(DismountNtmsMedia(S, &lmid, 1, NTMS_DISMOUNT_DEFERRED));
	WAIT_UNTIL(drive_state(first) == NTMS_DRIVESTATE_DISMOUNTABLE);
	again = mount_medium(S, lmid);
	assert_same(first, again);
	assert_int_equal(NTMS_DRIVESTATE_LOADED, drive_state(first));
	assert_true(info(S, side_of_logical(S, lmid), NTMS_PARTITION).Info.Partition.dwMountCount > count);
	give_back(lmid);
}

static void a_dismountable_drive_is_taken_over(void **state)
{
	struct taken t = take_both_drives();
	NTMS_GUID lmid = t.more[0];

	set_defer_delay(S, *LIB, 0);
	OK(DismountNtmsMedia(S, &t.lmid[1], 1, NTMS_DISMOUNT_DEFERRED));
	WAIT_UNTIL(medium_idle(S, medium_of_logical(S, t.lmid[1])));
	OUTCOME_OF(MountNtmsMedia, ERROR_SUCCESS, mount_one(lmid, RW, INFINITE));
	set_defer_delay(S, *LIB, 300);
	assert_false(in_drive(medium_of_logical(S, t.lmid[1])));
	assert_true(in_drive(medium_of_logical(S, t.lmid[0])));
	give_all_back(t);
}

/* ---- offline media ---- */

/* An allocated medium that is on the shelf. */
static NTMS_GUID offline_medium(char *barcode)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool), medium = medium_of_logical(S, lmid);

	strcpy(barcode, info(S, medium, NTMS_PHYSICAL_MEDIA).Info.PhysicalMedia.szBarCode);
	operator_takes_out(&rig, LIBRARY, medium);
	return lmid;
}

static void error_offline_asks_nobody(void **state)
{
	char barcode[NTMS_BARCODE_LENGTH];
	NTMS_GUID lmid = offline_medium(barcode), request;

	OUTCOME_OF(MountNtmsMedia, ERROR_MEDIA_OFFLINE,
		   mount_one(lmid, RW | NTMS_MOUNT_ERROR_OFFLINE, INFINITE));
	assert_false(find_oprequest(S, NTMS_OPREQ_MOVEMEDIA, medium_of_logical(S, lmid), &request));
	operator_brings_back(&rig, LIBRARY, barcode);
	give_back(lmid);
}

static void an_operator_brings_it_and_the_mount_goes_on(void **state)
{
	char barcode[NTMS_BARCODE_LENGTH];
	NTMS_GUID lmid = offline_medium(barcode), medium = medium_of_logical(S, lmid), request;
	struct mount m = {S, {lmid}, .count = 1, .options = RW, .timeout = INFINITE};
	object_info o;

	mount_start(&m);
	WAIT_UNTIL(find_oprequest(S, NTMS_OPREQ_MOVEMEDIA, medium, &request));
	o = info(S, request, NTMS_OPREQUEST);
	assert_int_equal(NTMS_PHYSICAL_MEDIA, o.Info.OpRequest.Arg1Type);
	assert_true(o.Info.OpRequest.Arg2Type == NTMS_LIBRARY || o.Info.OpRequest.Arg2Type == NTMS_UNKNOWN);
	assert_non_null(strstr(o.Info.OpRequest.szMessage, barcode));
	operator_brings_back(&rig, LIBRARY, barcode);
	OUTCOME_OF(MountNtmsMedia, ERROR_SUCCESS, mount_end(&m));
	assert_same(*LIB, library_of(S, medium));
	WAIT_UNTIL(oprequest_state(S, request) == NTMS_OPSTATE_COMPLETE ||
		   oprequest_state(S, request) == NTMS_OPSTATE_UNKNOWN);
	give_back(lmid);
}

static void satisfying_is_only_a_claim(void **state)
{
	char barcode[NTMS_BARCODE_LENGTH];
	NTMS_GUID lmid = offline_medium(barcode), medium = medium_of_logical(S, lmid), request, again;
	struct mount m = {S, {lmid}, .count = 1, .options = RW, .timeout = INFINITE};

	mount_start(&m);
	WAIT_UNTIL(find_oprequest(S, NTMS_OPREQ_MOVEMEDIA, medium, &request));
	OK(SatisfyNtmsOperatorRequest(S, &request)); /* though it is still on the shelf */
	WAIT_UNTIL(find_oprequest(S, NTMS_OPREQ_MOVEMEDIA, medium, &again));
	assert_differ(request, again);
	operator_brings_back(&rig, LIBRARY, barcode);
	OUTCOME_OF(MountNtmsMedia, ERROR_SUCCESS, mount_end(&m));
	give_back(lmid);
}

static void an_operator_refuses(void **state)
{
	char barcode[NTMS_BARCODE_LENGTH];
	NTMS_GUID lmid = offline_medium(barcode), request;
	struct mount m = {S, {lmid}, .count = 1, .options = RW, .timeout = INFINITE};

	mount_start(&m);
	WAIT_UNTIL(find_oprequest(S, NTMS_OPREQ_MOVEMEDIA, medium_of_logical(S, lmid), &request));
	OK(CancelNtmsOperatorRequest(S, &request));
	OUTCOME_OF(MountNtmsMedia, ERROR_REQUEST_REFUSED, mount_end(&m));
	operator_brings_back(&rig, LIBRARY, barcode);
	give_back(lmid);
}

static void no_operator_comes(void **state)
{
	char barcode[NTMS_BARCODE_LENGTH];
	NTMS_GUID lmid = offline_medium(barcode), request;

	OUTCOME_OF(MountNtmsMedia, ERROR_TIMEOUT, mount_one(lmid, RW, 300));
	assert_false(find_oprequest(S, NTMS_OPREQ_MOVEMEDIA, medium_of_logical(S, lmid), &request));
	operator_brings_back(&rig, LIBRARY, barcode);
	assert_false(in_drive(medium_of_logical(S, lmid))); /* the mount was given up */
	give_back(lmid);
}

static void none_is_mounted_until_all_are_online(void **state)
{
	char barcode[NTMS_BARCODE_LENGTH];
	NTMS_GUID away = offline_medium(barcode), here = rig_allocated(&rig, LIBRARY, pool), request;
	struct mount m = {S, {here, away}, .count = 2, .options = RW, .timeout = INFINITE};

	mount_start(&m);
	WAIT_UNTIL(find_oprequest(S, NTMS_OPREQ_MOVEMEDIA, medium_of_logical(S, away), &request));
	assert_false(in_drive(medium_of_logical(S, here)));
	operator_brings_back(&rig, LIBRARY, barcode);
	OUTCOME_OF(MountNtmsMedia, ERROR_SUCCESS, mount_end(&m));
	give_back(here);
	give_back(away);
}

/* ---- contradictions ---- */

static void another_label_of_ours_puts_the_medium_into_quarantine(void **state)
{
	NTMS_GUID medium = rig_available(&rig, LIBRARY, pool), other = rig_free(&rig, LIBRARY),
		  side = side_of(S, medium, 0);
	NTMS_GUID request, drive = unknown, lmid;
	object_info o;
	struct guid_list requests;
	bool told = false;

	OK(AllocateNtmsMedia(S, &pool, &side, &lmid, 0, 0, NULL)); /* our label is still on it */
	operator_exchanges(&rig, medium, other);
	OUTCOME(MountNtmsMedia, ERROR_INVALID_STATE, S, &lmid, &drive, 1, RW, 0, INFINITE, NULL);
	assert_true(find_request(S, *LIB, NTMS_LM_MOUNT, medium, &request));
	o = info(S, request, NTMS_LIBREQUEST);
	assert_int_equal(NTMS_LM_FAILED, o.Info.LibRequest.State);
	assert_int_equal(ERROR_UNEXPECTED_OMID, o.Info.LibRequest.dwErrorCode);
	/* It is disabled, side and all, and the operator is told both identities. */
	WAIT_UNTIL(!is_enabled(S, medium, NTMS_PHYSICAL_MEDIA));
	assert_false(is_enabled(S, side, NTMS_PARTITION));
	requests = list(S, null_guid, NTMS_OPREQUEST);
	for (DWORD i = 0; i < requests.n; i++) {
		object_info r = info(S, requests.v[i], NTMS_OPREQUEST);
		if (same(r.Info.OpRequest.Arg1, medium) &&
		    strstr(r.Info.OpRequest.szMessage,
			   info(S, medium, NTMS_PHYSICAL_MEDIA).Info.PhysicalMedia.szBarCode))
			told = true;
	}
	assert_true(told);
	/* The data are untouched and nothing is handed out until somebody has looked. */
	OUTCOME_OF(MountNtmsMedia, ERROR_RESOURCE_DISABLED, mount_one(lmid, RW, 1000));
	assert_true(find_request(S, *LIB, NTMS_LM_INVENTORY, null_guid, &request));
	WAIT_UNTIL(library_idle(S, *LIB));
	/* AutoRecovery has the library inventoried, which finds the other one out, too; then the mistake is
	 * undone. */
	operator_exchanges(&rig, medium, other);
	enable_object(S, NTMS_PHYSICAL_MEDIA, medium);
	assert_true(is_enabled(S, side, NTMS_PARTITION));
	OUTCOME_OF(MountNtmsMedia, ERROR_SUCCESS, mount_one(lmid, RW, INFINITE));
	give_back(lmid);
}

/* ---- two sides ---- */

static void the_robot_turns_a_medium_over(void **state)
{
	NTMS_GUID medium = rig_free(&rig, TURNING), a = side_of(S, medium, 0), b = side_of(S, medium, 1),
		  drive;

	drive = mount_medium(S, b);
	assert_same(b, info(S, drive, NTMS_DRIVE).Info.Drive.SavedPartitionId);
	assert_same(b, info(S, medium, NTMS_PHYSICAL_MEDIA).Info.PhysicalMedia.MountedPartition);
	dismount_medium(S, b);
	drive = mount_medium(S, a);
	assert_same(a, info(S, drive, NTMS_DRIVE).Info.Drive.SavedPartitionId);
	/* Its other side under deferred dismount is in the way, and is turned when it is wanted. */
	OK(DismountNtmsMedia(S, &a, 1, NTMS_DISMOUNT_DEFERRED));
	WAIT_UNTIL(medium_idle(S, medium));
	drive = mount_medium(S, b);
	assert_same(b, info(S, drive, NTMS_DRIVE).Info.Drive.SavedPartitionId);
	dismount_medium(S, b);
}

static int start_with_a_pool(void **state)
{
	start(state);
	pool = rig_pool(&rig, "\\Mounts");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_needs_a_session_and_its_pointers),
		cmocka_unit_test(it_needs_media_each_once),
		cmocka_unit_test(all_media_are_in_one_library),
		cmocka_unit_test(more_media_than_drives_can_never_be_mounted),
		cmocka_unit_test(it_needs_use_of_pool_and_library),
		cmocka_unit_test(the_medium_is_in_the_drive_and_everything_says_so),
		cmocka_unit_test(an_application_writes_and_reads_through_the_drives_name),
		cmocka_unit_test(a_side_can_be_named_instead),
		cmocka_unit_test(a_complete_side_is_not_mounted_for_writing),
		cmocka_unit_test(it_outlives_its_session),
		cmocka_unit_test(two_media_are_mounted_together),
		cmocka_unit_test(the_specified_drive_is_used),
		cmocka_unit_test(a_specified_drive_must_fit),
		cmocka_unit_test(disabled_things_refuse),
		cmocka_unit_test(error_not_available_does_not_wait),
		cmocka_unit_test(the_time_out_cancels_the_request),
		cmocka_unit_test(it_waits_for_a_drive),
		cmocka_unit_test(it_waits_for_a_medium_in_use),
		cmocka_unit_test(higher_priority_goes_first),
		cmocka_unit_test(all_or_none),
		cmocka_unit_test(closing_the_session_cancels_it),
		cmocka_unit_test(nowait_returns_when_it_is_queued),
		cmocka_unit_test(a_medium_left_in_its_drive_is_mounted_without_the_robot),
		cmocka_unit_test(a_dismountable_drive_is_taken_over),
		cmocka_unit_test(error_offline_asks_nobody),
		cmocka_unit_test(an_operator_brings_it_and_the_mount_goes_on),
		cmocka_unit_test(satisfying_is_only_a_claim),
		cmocka_unit_test(an_operator_refuses),
		cmocka_unit_test(no_operator_comes),
		cmocka_unit_test(none_is_mounted_until_all_are_online),
		cmocka_unit_test(another_label_of_ours_puts_the_medium_into_quarantine),
		cmocka_unit_test(the_robot_turns_a_medium_over),
	};

	return RSM_TESTS(tests, start_with_a_pool, stop);
}
