/* SPDX-License-Identifier: GPL-2.0-or-later
 * InventoryNtmsLibrary: the library compared with the database. */
#include "rsm_test.h"

enum { LIBRARY, UNPLUGGED };
RSM_RIG(.library = {{"lib", 12, 2, 1, .cartridges = 6, .archives = 1},
		    {"unplugged", 4, 1, 1, .cartridges = 1}})

static void inventory(DWORD method)
{
	NTMS_GUID request;

	OUTCOME(InventoryNtmsLibrary, ERROR_SUCCESS, S, LIB, method);
	assert_true(find_request(S, *LIB, NTMS_LM_INVENTORY, null_guid, &request));
	WAIT_UNTIL(request_ended(S, request) && library_idle(S, *LIB));
	assert_int_equal(NTMS_LM_PASSED, request_state(S, request));
}

static void it_needs_a_session_and_a_library(void **state)
{
	NTMS_GUID medium = medium_named(S, rig_barcode(&rig, LIBRARY, 1));

	OUTCOME(InventoryNtmsLibrary, ERROR_INVALID_HANDLE, NULL, LIB, NTMS_INVENTORY_FAST);
	OUTCOME(InventoryNtmsLibrary, ERROR_INVALID_PARAMETER, S, NULL, NTMS_INVENTORY_FAST);
	OUTCOME(InventoryNtmsLibrary, ERROR_INVALID_PARAMETER, S, LIB, NTMS_INVENTORY_MAX);
	OUTCOME(InventoryNtmsLibrary, ERROR_INVALID_LIBRARY, S, &unknown, NTMS_INVENTORY_FAST);
	OUTCOME(InventoryNtmsLibrary, ERROR_INVALID_LIBRARY, S, &medium, NTMS_INVENTORY_FAST);
	OUTCOME(InventoryNtmsLibrary, ERROR_INVALID_LIBRARY, S, &rig.offline, NTMS_INVENTORY_FAST);
}

static void it_needs_control_on_the_library(void **state)
{
	struct descriptor before = get_security(S, *LIB, NTMS_LIBRARY, DACL_SECURITY_INFORMATION);
	HANDLE guest = rig_session_as(&rig, "nobody");

	grant(S, *LIB, NTMS_LIBRARY, 65534, NTMS_USE_ACCESS | NTMS_MODIFY_ACCESS);
	OUTCOME(InventoryNtmsLibrary, ERROR_ACCESS_DENIED, guest, LIB, NTMS_INVENTORY_FAST);
	grant(S, *LIB, NTMS_LIBRARY, 65534, NTMS_CONTROL_ACCESS);
	OUTCOME(InventoryNtmsLibrary, ERROR_SUCCESS, guest, LIB, NTMS_INVENTORY_FAST);
	WAIT_UNTIL(library_idle(S, *LIB));
	OK(SetNtmsObjectSecurity(S, LIB, NTMS_LIBRARY, DACL_SECURITY_INFORMATION, before.bytes));
	OK(CloseNtmsSession(guest));
}

static void a_disabled_library_refuses(void **state)
{
	disable_object(S, NTMS_LIBRARY, *LIB);
	OUTCOME(InventoryNtmsLibrary, ERROR_RESOURCE_DISABLED, S, LIB, NTMS_INVENTORY_FAST);
	enable_object(S, NTMS_LIBRARY, *LIB);
}

static void a_library_that_is_away_refuses_until_it_is_back(void **state)
{
	NTMS_GUID away = rig.library[UNPLUGGED], medium = medium_named(S, rig_barcode(&rig, UNPLUGGED, 1));

	operator_unplugs(&rig, UNPLUGGED);
	InventoryNtmsLibrary(S, &away, NTMS_INVENTORY_FAST); /* at the latest this finds it out */
	WAIT_UNTIL(operational_state(S, away, NTMS_LIBRARY) == NTMS_NOT_PRESENT);
	OUTCOME(InventoryNtmsLibrary, ERROR_DEVICE_NOT_AVAILABLE, S, &away, NTMS_INVENTORY_FAST);
	assert_same(away, library_of(S, medium)); /* absent, not offline */
	operator_plugs(&rig, UNPLUGGED);
	WAIT_UNTIL(operational_state(S, away, NTMS_LIBRARY) == NTMS_READY); /* by itself */
	WAIT_UNTIL(library_idle(S, away));
	OUTCOME(InventoryNtmsLibrary, ERROR_SUCCESS, S, &away, NTMS_INVENTORY_FAST);
	WAIT_UNTIL(library_idle(S, away));
	assert_same(away, library_of(S, medium));
}

static void the_bar_codes_tell_what_has_changed(void **state)
{
	NTMS_GUID gone = rig_free(&rig, LIBRARY), moved = rig_blank(&rig, LIBRARY), fresh, slot;
	object_info o = info(S, gone, NTMS_PHYSICAL_MEDIA), m = info(S, moved, NTMS_PHYSICAL_MEDIA);

	/* somebody opened the door: one is out, one is elsewhere, one is new */
	operator_move(&rig, o.Info.PhysicalMedia.szBarCode, LIBRARY, "shelf");
	operator_move(&rig, m.Info.PhysicalMedia.szBarCode, LIBRARY, "slots/0011");
	operator_adds(&rig, "N00001L8", LIBRARY, "slots/0012", "tar");
	inventory(NTMS_INVENTORY_FAST);
	assert_same(rig.offline, library_of(S, gone));
	assert_int_equal(NTMS_PARTSTATE_AVAILABLE, medium_side_state(S, gone, 0));
	assert_same(moved, medium_named(S, m.Info.PhysicalMedia.szBarCode));
	slot = info(S, moved, NTMS_PHYSICAL_MEDIA).Info.PhysicalMedia.Location;
	assert_differ(slot, m.Info.PhysicalMedia.Location);
	assert_int_equal(info(S, *LIB, NTMS_LIBRARY).Info.Library.FirstSlotNumber + 10,
			 info(S, slot, NTMS_STORAGESLOT).Info.StorageSlot.Number);
	fresh = medium_named(S, "N00001L8");
	assert_int_equal(NTMS_PARTSTATE_IMPORT, medium_side_state(S, fresh, 0));
	/* and back again: the same medium as before */
	operator_move(&rig, o.Info.PhysicalMedia.szBarCode, LIBRARY, "slots/0010");
	inventory(NTMS_INVENTORY_DEFAULT);
	assert_same(*LIB, library_of(S, gone));
	assert_int_equal(NTMS_PARTSTATE_AVAILABLE, medium_side_state(S, gone, 0));
}

/* What the label and the bar code of a newcomer make of it (behaviour.md, 2 and 5). */
static void newcomers_are_classified_and_named(void **state)
{
	struct rig own;
	NTMS_GUID blank, text, archive, wrong, cleaner;
	struct guid_list media;
	object_info i;

	rig_start(&own, &(struct rig_options){.library[0] = {"lib", 8, 1, 1, .cartridges = 1}});
	operator_adds(&own, "TEXT01L8", 0, "slots/0002", "text");
	operator_adds(&own, "HIDDENL8", 0, "slots/0003", "unlabelled tar");
	operator_adds(&own, "OLD001L8", 0, "slots/0004", "LTO-4"); /* the bar code lies */
	operator_adds(&own, "OLD002L4", 0, "slots/0006", NULL);	   /* these drives can't read it */
	operator_adds(&own, "CLN001L8", 0, "slots/0005", NULL);
	OK(InventoryNtmsLibrary(own.session, &own.library[0], NTMS_INVENTORY_FAST));
	WAIT_UNTIL(list(own.session, own.library[0], NTMS_PHYSICAL_MEDIA).n == 6);
	WAIT_UNTIL(library_idle(own.session, own.library[0]) && find_medium(own.session, "TEXT01L8", &text) &&
		   medium_side_state(own.session, text, 0) != NTMS_PARTSTATE_UNKNOWN);
	blank = medium_named(own.session, rig_barcode(&own, 0, 1));
	assert_int_equal(NTMS_PARTSTATE_FOREIGN, medium_side_state(own.session, blank, 0));
	assert_int_equal(NTMS_PARTSTATE_FOREIGN, medium_side_state(own.session, text, 0));
	assert_string_equal("TEXT01L8", info(own.session, text, NTMS_PHYSICAL_MEDIA).szName);
	/* without a bar code it has its name from the label, or its number */
	archive = medium_named(own.session, "");
	i = info(own.session, archive, NTMS_PHYSICAL_MEDIA);
	assert_int_equal(NTMS_BARCODESTATE_UNREADABLE, i.Info.PhysicalMedia.BarCodeState);
	assert_int_equal(NTMS_PARTSTATE_IMPORT, medium_side_state(own.session, archive, 0));
	assert_string_equal(info(own.session, side_of(own.session, archive, 0), NTMS_PARTITION)
				    .Info.Partition.szOmidLabelInfo,
			    i.szName);
	wrong = medium_named(own.session, "OLD002L4"); /* nobody can tell */
	assert_int_equal(NTMS_PARTSTATE_UNKNOWN, medium_side_state(own.session, wrong, 0));
	wrong = medium_named(own.session, "OLD001L8");
	assert_int_equal(NTMS_PARTSTATE_INCOMPATIBLE, medium_side_state(own.session, wrong, 0));
	assert_int_equal(
		NTMS_POOLTYPE_FOREIGN,
		info(own.session, pool_of(own.session, wrong), NTMS_MEDIA_POOL).Info.MediaPool.PoolType);
	cleaner = medium_named(own.session, "CLN001L8");
	assert_int_equal(0, info(own.session, side_of(own.session, cleaner, 0), NTMS_PARTITION)
				    .Info.Partition.dwMountCount);
	/* each has a number of its own, to be written on it */
	media = list(own.session, own.library[0], NTMS_PHYSICAL_MEDIA);
	for (DWORD a = 0; a < media.n; a++)
		for (DWORD b = 0; b < a; b++)
			assert_string_not_equal(info(own.session, media.v[a], NTMS_PHYSICAL_MEDIA)
							.Info.PhysicalMedia.szSequenceNumber,
						info(own.session, media.v[b], NTMS_PHYSICAL_MEDIA)
							.Info.PhysicalMedia.szSequenceNumber);
	/* what is incompatible or a cleaner is forgotten when it leaves */
	operator_takes_out(&own, 0, wrong);
	assert_false(exists(own.session, wrong, NTMS_PHYSICAL_MEDIA));
	operator_takes_out(&own, 0, cleaner);
	assert_false(exists(own.session, cleaner, NTMS_PHYSICAL_MEDIA));
	rig_stop(&own);
}

static void a_full_one_reads_every_label(void **state)
{
	struct guid_list media = list(S, *LIB, NTMS_PHYSICAL_MEDIA);
	NTMS_GUID archive = rig_import(&rig, LIBRARY), request;
	DWORD rest = 0;

	inventory(NTMS_INVENTORY_OMID);
	for (DWORD i = 0; i < media.n; i++)
		rest += !find_request(S, *LIB, NTMS_LM_PROCESSOMID, media.v[i], &request);
	assert_int_equal(0, rest);
	assert_int_equal(NTMS_PARTSTATE_IMPORT, medium_side_state(S, archive, 0));
	assert_int_equal(media.n, list(S, *LIB, NTMS_PHYSICAL_MEDIA).n);
}

static void a_medium_in_use_stays_in_its_drive(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Used"), lmid = rig_allocated(&rig, LIBRARY, pool),
		  drive = mount_medium(S, lmid);

	OUTCOME(InventoryNtmsLibrary, ERROR_SUCCESS, S, LIB, NTMS_INVENTORY_FAST);
	WAIT_UNTIL(library_idle(S, *LIB));
	assert_same(drive,
		    info(S, medium_of_logical(S, lmid), NTMS_PHYSICAL_MEDIA).Info.PhysicalMedia.Location);
	assert_int_equal(NTMS_MEDIASTATE_LOADED, media_state(S, medium_of_logical(S, lmid)));
	dismount_medium(S, lmid);
}

static void a_running_one_can_be_stopped(void **state)
{
	NTMS_GUID request = null_guid;
	DWORD media = list(S, *LIB, NTMS_PHYSICAL_MEDIA).n;

	OUTCOME(InventoryNtmsLibrary, ERROR_SUCCESS, S, LIB, NTMS_INVENTORY_OMID);
	assert_true(find_request(S, *LIB, NTMS_LM_INVENTORY, null_guid, &request));
	OUTCOME(InventoryNtmsLibrary, ERROR_SUCCESS, S, LIB, NTMS_INVENTORY_STOP);
	WAIT_UNTIL(request_ended(S, request) && library_idle(S, *LIB));
	assert_int_equal(media, list(S, *LIB, NTMS_PHYSICAL_MEDIA).n); /* nothing is lost by it */
}

/* The last test: the daemon doesn't come back. */
static void the_service_is_gone(void **state)
{
	rig_kill(&rig);
	OUTCOME(InventoryNtmsLibrary, ERROR_NOT_CONNECTED, S, LIB, NTMS_INVENTORY_FAST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_needs_a_session_and_a_library),
		cmocka_unit_test(it_needs_control_on_the_library),
		cmocka_unit_test(a_disabled_library_refuses),
		cmocka_unit_test(a_library_that_is_away_refuses_until_it_is_back),
		cmocka_unit_test(the_bar_codes_tell_what_has_changed),
		cmocka_unit_test(newcomers_are_classified_and_named),
		cmocka_unit_test(a_full_one_reads_every_label),
		cmocka_unit_test(a_medium_in_use_stays_in_its_drive),
		cmocka_unit_test(a_running_one_can_be_stopped),
		cmocka_unit_test(the_service_is_gone),
	};

	return RSM_TESTS(tests, start, stop);
}
