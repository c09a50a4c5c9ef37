/* SPDX-License-Identifier: GPL-2.0-or-later
 * GetNtmsObjectInformation: every type, both forms, older layouts. */
#include "rsm_test.h"

#include <ntmsmedia.h>
#include <time.h>

enum { LIBRARY };
RSM_RIG(.library = {{"lib", 8, 2, 2, .cartridges = 4, .archives = 1}})

static void it_needs_a_session_and_its_pointers(void **state)
{
	object_info i = {.dwSize = sizeof i, .dwType = NTMS_LIBRARY};

	OUTCOME(GetNtmsObjectInformationA, ERROR_INVALID_HANDLE, NULL, LIB, &i);
	OUTCOME(GetNtmsObjectInformationA, ERROR_INVALID_PARAMETER, S, NULL, &i);
	OUTCOME(GetNtmsObjectInformationA, ERROR_INVALID_PARAMETER, S, LIB, NULL);
	OUTCOME(GetNtmsObjectInformationW, ERROR_INVALID_PARAMETER, S, LIB, NULL);
}

static void size_and_type_must_be_right(void **state)
{
	object_info i = {.dwSize = 0, .dwType = NTMS_LIBRARY};

	OUTCOME(GetNtmsObjectInformationA, ERROR_INVALID_PARAMETER, S, LIB, &i);
	i.dwSize = 100;
	OUTCOME(GetNtmsObjectInformationA, ERROR_INVALID_PARAMETER, S, LIB, &i);
	i = (object_info){.dwSize = sizeof i, .dwType = NTMS_NUMBER_OF_OBJECT_TYPES};
	OUTCOME(GetNtmsObjectInformationA, ERROR_INVALID_PARAMETER, S, LIB, &i);
	i = (object_info){.dwSize = sizeof i, .dwType = NTMS_DRIVE}; /* it is a library */
	OUTCOME(GetNtmsObjectInformationA, ERROR_OBJECT_NOT_FOUND, S, LIB, &i);
}

static void nothing_by_that_name(void **state)
{
	object_info i = {.dwSize = sizeof i, .dwType = NTMS_LIBRARY};

	OUTCOME(GetNtmsObjectInformationA, ERROR_OBJECT_NOT_FOUND, S, &unknown, &i);
	i.dwType = NTMS_UNKNOWN;
	OUTCOME(GetNtmsObjectInformationA, ERROR_OBJECT_NOT_FOUND, S, &unknown, &i);
}

static void the_server_finds_the_type_out(void **state)
{
	object_info i = {.dwSize = sizeof i, .dwType = NTMS_UNKNOWN};

	OUTCOME(GetNtmsObjectInformationA, ERROR_SUCCESS, S, LIB, &i);
	assert_int_equal(NTMS_LIBRARY, i.dwType);
	assert_string_equal("lib", i.szName);
	assert_int_equal(8, i.Info.Library.dwNumberOfSlots);
}

static void it_needs_use_of_the_object(void **state)
{
	HANDLE guest = rig_session_as(&rig, "nobody");
	object_info i = {.dwSize = sizeof i, .dwType = NTMS_MEDIA_POOL};
	NTMS_GUID pool = rig_pool(&rig, "\\Private"), lmid = rig_allocated(&rig, LIBRARY, pool),
		  pc = computer(S);
	NTMS_GUID pool_governed[] = {lmid, side_of_logical(S, lmid), medium_of_logical(S, lmid)};

	OUTCOME(GetNtmsObjectInformationA, ERROR_ACCESS_DENIED, guest, &pool, &i);
	for (int n = 0; n < 3; n++) {
		i.dwType = NTMS_UNKNOWN;
		OUTCOME(GetNtmsObjectInformationA, ERROR_ACCESS_DENIED, guest, &pool_governed[n], &i);
	}
	grant(S, pool, NTMS_MEDIA_POOL, 65534, NTMS_USE_ACCESS);
	for (int n = 0; n < 3; n++) {
		i.dwType = NTMS_UNKNOWN;
		OUTCOME(GetNtmsObjectInformationA, ERROR_SUCCESS, guest, &pool_governed[n], &i);
	}
	/* Everyone may look at the computer, the libraries and what is in them, and the system pools. */
	i.dwType = NTMS_COMPUTER;
	OUTCOME(GetNtmsObjectInformationA, ERROR_SUCCESS, guest, &pc, &i);
	i.dwType = NTMS_DRIVE;
	OUTCOME(GetNtmsObjectInformationA, ERROR_SUCCESS, guest, (NTMS_GUID[]){drive_of(S, *LIB, 0)}, &i);
	i.dwType = NTMS_MEDIA_POOL;
	OUTCOME(GetNtmsObjectInformationA, ERROR_SUCCESS, guest,
		(NTMS_GUID[]){top_pool(S, NTMS_POOLTYPE_SCRATCH)}, &i);
	OK(CloseNtmsSession(guest));
}

static void library_governed_types_ask_the_library(void **state)
{
	struct descriptor before = get_security(S, *LIB, NTMS_LIBRARY, DACL_SECURITY_INFORMATION);
	HANDLE guest = rig_session_as(&rig, "nobody");
	static const DWORD types[] = {NTMS_CHANGER, NTMS_DRIVE, NTMS_IEPORT, NTMS_STORAGESLOT,
				      NTMS_LIBREQUEST};
	object_info i = {.dwSize = sizeof i, .dwType = NTMS_LIBRARY};

	grant(S, *LIB, NTMS_LIBRARY, 65534, 0);
	OUTCOME(GetNtmsObjectInformationA, ERROR_ACCESS_DENIED, guest, LIB, &i);
	for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
		i.dwType = types[t];
		OUTCOME(GetNtmsObjectInformationA, ERROR_ACCESS_DENIED, guest, &list(S, *LIB, types[t]).v[0],
			&i);
	}
	OK(SetNtmsObjectSecurity(S, LIB, NTMS_LIBRARY, DACL_SECURITY_INFORMATION, before.bytes));
	OK(CloseNtmsSession(guest));
}

static void each_type_has_its_information(void **state)
{
	object_info i = info(S, *LIB, NTMS_LIBRARY);

	assert_int_equal(NTMS_LIBRARYTYPE_ONLINE, i.Info.Library.LibraryType);
	assert_int_equal(8, i.Info.Library.dwNumberOfSlots);
	assert_int_equal(2, i.Info.Library.dwNumberOfDrives);
	assert_int_equal(2, i.Info.Library.dwNumberOfPorts);
	assert_int_equal(0, i.Info.Library.dwNumberOfDoors);
	assert_int_equal(1, i.Info.Library.dwNumberOfChangers);
	assert_int_equal(5, i.Info.Library.dwNumberOfMedia);
	assert_true(i.Info.Library.BarCodeReaderInstalled);
	assert_true(i.Info.Library.AutoRecovery);
	assert_int_equal(NTMS_INVENTORY_FAST, i.Info.Library.InventoryMethod);
	assert_true(i.Enabled);
	i = info(S, list(S, *LIB, NTMS_CHANGER).v[0], NTMS_CHANGER);
	assert_same(*LIB, i.Info.Changer.Library);
	i = info(S, i.Info.Changer.ChangerType, NTMS_CHANGER_TYPE);
	assert_int_equal(FILE_DEVICE_CHANGER, i.Info.ChangerType.DeviceType);
	assert_true(strlen(i.Info.ChangerType.szVendor) > 0);
	i = info(S, drive_of(S, *LIB, 1), NTMS_DRIVE);
	assert_int_equal(NTMS_DRIVESTATE_DISMOUNTED, i.Info.Drive.State);
	assert_int_equal(300, i.Info.Drive.dwDeferDismountDelay);
	assert_true(strlen(i.Info.Drive.szDeviceName) > 0);
	assert_int_equal(0, i.Info.Drive.LastCleanedTs.wYear);
	i = info(S, i.Info.Drive.DriveType, NTMS_DRIVE_TYPE);
	assert_int_equal(FILE_DEVICE_TAPE, i.Info.DriveType.DeviceType);
	i = info(S, port_of(S, *LIB, 0), NTMS_IEPORT);
	assert_int_equal(NTMS_PORTCONTENT_EMPTY, i.Info.IEPort.Content);
	assert_int_equal(NTMS_PORTPOSITION_RETRACTED, i.Info.IEPort.Position);
	i = info(S, computer(S), NTMS_COMPUTER);
	assert_int_equal(259200, i.Info.Computer.dwLibRequestPurgeTime);
	assert_int_equal(259200, i.Info.Computer.dwOpRequestPurgeTime);
	assert_int_equal(0, i.Info.Computer.dwMediaPoolPolicy);
	i = info(S, media_type_named(S, "LTO-8"), NTMS_MEDIA_TYPE);
	assert_int_equal(LTO_Ultrium, i.Info.MediaType.MediaType);
	assert_int_equal(1, i.Info.MediaType.NumberOfSides);
	assert_int_equal(NTMS_MEDIARW_REWRITABLE, i.Info.MediaType.ReadWriteCharacteristics);
	assert_int_equal(FILE_DEVICE_TAPE, i.Info.MediaType.DeviceType);
}

static void slots_tell_what_they_hold(void **state)
{
	struct guid_list slots = list(S, *LIB, NTMS_STORAGESLOT);
	DWORD full = 0, empty = 0;

	for (DWORD n = 0; n < slots.n; n++) {
		object_info i = info(S, slots.v[n], NTMS_STORAGESLOT);
		full += i.Info.StorageSlot.State == NTMS_SLOTSTATE_FULL;
		empty += i.Info.StorageSlot.State == NTMS_SLOTSTATE_EMPTY;
		assert_same(*LIB, i.Info.StorageSlot.Library);
		assert_int_equal(info(S, *LIB, NTMS_LIBRARY).Info.Library.FirstSlotNumber + n,
				 i.Info.StorageSlot.Number);
	}
	assert_int_equal(5, full);
	assert_int_equal(3, empty);
}

static void media_are_named_by_their_bar_codes(void **state)
{
	NTMS_GUID pmid = medium_named(S, rig_archive_barcode(&rig, LIBRARY, 1)), side = side_of(S, pmid, 0);
	object_info i = info(S, pmid, NTMS_PHYSICAL_MEDIA);

	assert_string_equal(rig_archive_barcode(&rig, LIBRARY, 1), i.szName);
	assert_int_equal(NTMS_BARCODESTATE_OK, i.Info.PhysicalMedia.BarCodeState);
	assert_int_equal(1, i.Info.PhysicalMedia.dwNumberOfPartitions);
	assert_true(strlen(i.Info.PhysicalMedia.szSequenceNumber) > 0);
	assert_int_equal(NTMS_STORAGESLOT, i.Info.PhysicalMedia.LocationType);
	assert_same(i.Info.PhysicalMedia.Location, i.Info.PhysicalMedia.HomeSlot);
	assert_int_equal(NTMS_MEDIASTATE_IDLE, i.Info.PhysicalMedia.MediaState);
	i = info(S, side, NTMS_PARTITION);
	assert_int_equal(NTMS_PARTSTATE_IMPORT, i.Info.Partition.State);
	assert_same(null_guid, i.Info.Partition.LogicalMedia);
	assert_true(strlen(i.Info.Partition.szOmidLabelType) > 0); /* tar, in whatever spelling */
	assert_true(i.Info.Partition.dwOmidLabelIdLength > 0);
}

static void times_are_utc(void **state)
{
	SYSTEMTIME t = info(S, *LIB, NTMS_LIBRARY).Created;
	struct tm tm = {.tm_year = t.wYear - 1900,
			.tm_mon = t.wMonth - 1,
			.tm_mday = t.wDay,
			.tm_hour = t.wHour,
			.tm_min = t.wMinute,
			.tm_sec = t.wSecond};
	time_t made = timegm(&tm), now = time(NULL);

	assert_true(made <= now && now - made < 600);
	assert_int_equal(tm.tm_wday, t.wDayOfWeek);
}

static void the_wide_form_says_the_same(void **state)
{
	NTMS_OBJECTINFORMATIONW w = {.dwSize = sizeof w, .dwType = NTMS_LIBRARY};
	NTMS_GUID pool;
	object_info i;

	OUTCOME(GetNtmsObjectInformationW, ERROR_SUCCESS, S, LIB, &w);
	assert_true(w.szName[0] == 'l' && w.szName[1] == 'i' && w.szName[2] == 'b' && w.szName[3] == 0);
	assert_int_equal(8, w.Info.Library.dwNumberOfSlots);
	w.dwType = NTMS_LIBRARY;
	w.dwSize = sizeof(object_info); /* the A form's */
	OUTCOME(GetNtmsObjectInformationW, ERROR_INVALID_PARAMETER, S, LIB, &w);
	/* characters beyond the first plane */
	OK(CreateNtmsMediaPoolW(S, u"\\Bänder \U0001F4FC", NULL, NTMS_CREATE_NEW, NULL, &pool));
	i = info(S, pool, NTMS_MEDIA_POOL);
	assert_string_equal("B\xc3\xa4nder \xf0\x9f\x93\xbc", i.szName);
	w = (NTMS_OBJECTINFORMATIONW){.dwSize = sizeof w, .dwType = NTMS_MEDIA_POOL};
	OK(GetNtmsObjectInformationW(S, &pool, &w));
	assert_memory_equal(u"Bänder \U0001F4FC", w.szName, 20);
}

static void texts_are_cut_on_a_whole_character(void **state)
{
	/* 40 characters of two bytes: 80 bytes, the A form has room for 31 of them and the W form for all. */
	WCHAR name[42] = u"\\";
	NTMS_OBJECTINFORMATIONW w = {.dwSize = sizeof w, .dwType = NTMS_MEDIA_POOL};
	NTMS_GUID pool;
	object_info i;

	for (int n = 1; n <= 40; n++)
		name[n] = u'ä';
	name[41] = 0;
	OK(CreateNtmsMediaPoolW(S, name, NULL, NTMS_CREATE_NEW, NULL, &pool));
	OK(GetNtmsObjectInformationW(S, &pool, &w));
	assert_memory_equal(name + 1, w.szName, 41 * sizeof(WCHAR));
	i = info(S, pool, NTMS_MEDIA_POOL);
	assert_int_equal(62, strlen(i.szName));
	for (int n = 0; n < 62; n += 2)
		assert_memory_equal("\xc3\xa4", i.szName + n, 2);
}

static void older_and_shorter_layouts_are_told_by_their_size(void **state)
{
	NTMS_I1_OBJECTINFORMATIONA old = {.dwSize = sizeof old, .dwType = NTMS_PHYSICAL_MEDIA};
	NTMS_GUID pmid = medium_named(S, rig_barcode(&rig, LIBRARY, 1));
	struct {
		object_info i;
		BYTE guard;
	} part = {.guard = 0x5a};

	OUTCOME(GetNtmsObjectInformationA, ERROR_SUCCESS, S, &pmid, (LPNTMS_OBJECTINFORMATIONA)&old);
	assert_string_equal(rig_barcode(&rig, LIBRARY, 1), old.Info.PhysicalMedia.szBarCode);
	assert_int_equal(1, old.Info.PhysicalMedia.dwNumberOfPartitions);
	/* only as much as the member for the type needs */
	memset(&part.i, 0x5a, sizeof part.i);
	part.i.dwSize = offsetof(object_info, Info) + sizeof part.i.Info.StorageSlot;
	part.i.dwType = NTMS_STORAGESLOT;
	OUTCOME(GetNtmsObjectInformationA, ERROR_SUCCESS, S,
		(NTMS_GUID[]){list(S, *LIB, NTMS_STORAGESLOT).v[0]}, &part.i);
	assert_same(*LIB, part.i.Info.StorageSlot.Library);
	for (size_t n = offsetof(object_info, Info) + sizeof part.i.Info.StorageSlot; n < sizeof part.i; n++)
		assert_int_equal(0x5a, ((BYTE *)&part.i)[n]); /* nothing is written behind it */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_needs_a_session_and_its_pointers),
		cmocka_unit_test(size_and_type_must_be_right),
		cmocka_unit_test(nothing_by_that_name),
		cmocka_unit_test(the_server_finds_the_type_out),
		cmocka_unit_test(it_needs_use_of_the_object),
		cmocka_unit_test(library_governed_types_ask_the_library),
		cmocka_unit_test(each_type_has_its_information),
		cmocka_unit_test(slots_tell_what_they_hold),
		cmocka_unit_test(media_are_named_by_their_bar_codes),
		cmocka_unit_test(times_are_utc),
		cmocka_unit_test(the_wide_form_says_the_same),
		cmocka_unit_test(texts_are_cut_on_a_whole_character),
		cmocka_unit_test(older_and_shorter_layouts_are_told_by_their_size),
	};

	return RSM_TESTS(tests, start, stop);
}
