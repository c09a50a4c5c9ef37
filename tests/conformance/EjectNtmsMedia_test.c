/* SPDX-License-Identifier: GPL-2.0-or-later
 * EjectNtmsMedia: a medium leaves through a port, and what becomes of its records. */
#include "rsm_test.h"

enum { LIBRARY, PORTLESS };
RSM_RIG(.library = {{"lib", 30, 2, 2, .cartridges = 22, .archives = 2},
		    {"portless", 4, 1, 0, .cartridges = 1}})

static bool in_port(NTMS_GUID medium)
{
	object_info o = info(S, medium, NTMS_PHYSICAL_MEDIA);
	const char *at = operator_find(&rig, o.Info.PhysicalMedia.szBarCode);

	return at && strstr(at, "/mailslots/");
}

static void to_shelf(NTMS_GUID medium)
{
	object_info o = info(S, medium, NTMS_PHYSICAL_MEDIA);

	operator_move(&rig, o.Info.PhysicalMedia.szBarCode, LIBRARY, "shelf");
}

/* ---- arguments ---- */

static void it_needs_a_session(void **state)
{
	NTMS_GUID operation, medium = medium_named(S, rig_barcode(&rig, LIBRARY, 1));

	OUTCOME(EjectNtmsMedia, ERROR_INVALID_HANDLE, NULL, &medium, &operation, NTMS_EJECT_START);
	OUTCOME(EjectNtmsMedia, ERROR_INVALID_HANDLE, INVALID_HANDLE_VALUE, &medium, &operation,
		NTMS_EJECT_START);
}

static void it_needs_its_pointers(void **state)
{
	NTMS_GUID operation = null_guid, medium = medium_named(S, rig_barcode(&rig, LIBRARY, 1));

	OUTCOME(EjectNtmsMedia, ERROR_INVALID_PARAMETER, S, &medium, NULL, NTMS_EJECT_START);
	OUTCOME(EjectNtmsMedia, ERROR_INVALID_PARAMETER, S, &medium, NULL, NTMS_EJECT_STOP);
	OUTCOME(EjectNtmsMedia, ERROR_INVALID_PARAMETER, S, NULL, &operation, NTMS_EJECT_QUEUE);
	OUTCOME(EjectNtmsMedia, ERROR_INVALID_PARAMETER, S, &medium, &operation, NTMS_EJECT_IMMEDIATE);
	OUTCOME(EjectNtmsMedia, ERROR_INVALID_PARAMETER, S, &medium, &operation, NTMS_EJECT_ASK_USER);
	OUTCOME(EjectNtmsMedia, ERROR_INVALID_PARAMETER, S, &medium, &operation, 99);
}

static void it_needs_a_medium_in_a_library_with_a_port(void **state)
{
	NTMS_GUID operation = null_guid, offline = rig_free(&rig, LIBRARY);
	NTMS_GUID portless = medium_named(S, rig_barcode(&rig, PORTLESS, 1));

	OUTCOME(EjectNtmsMedia, ERROR_INVALID_MEDIA, S, &unknown, &operation, NTMS_EJECT_START);
	OUTCOME(EjectNtmsMedia, ERROR_INVALID_MEDIA, S, LIB, &operation, NTMS_EJECT_START);
	operator_takes_out(&rig, LIBRARY, offline);
	OUTCOME(EjectNtmsMedia, ERROR_LIBRARY_OFFLINE, S, &offline, &operation, NTMS_EJECT_START);
	OUTCOME(EjectNtmsMedia, ERROR_RESOURCE_NOT_PRESENT, S, &portless, &operation, NTMS_EJECT_START);
}

static void disabled_things_refuse(void **state)
{
	NTMS_GUID operation = null_guid, medium = rig_blank(&rig, LIBRARY);

	disable_object(S, NTMS_PHYSICAL_MEDIA, medium);
	OUTCOME(EjectNtmsMedia, ERROR_MEDIA_NOT_AVAILABLE, S, &medium, &operation, NTMS_EJECT_START);
	enable_object(S, NTMS_PHYSICAL_MEDIA, medium);
	disable_object(S, NTMS_LIBRARY, *LIB);
	OUTCOME(EjectNtmsMedia, ERROR_DEVICE_NOT_AVAILABLE, S, &medium, &operation, NTMS_EJECT_START);
	enable_object(S, NTMS_LIBRARY, *LIB);
}

static void it_needs_control_on_the_library(void **state)
{
	NTMS_GUID operation = null_guid, medium = rig_blank(&rig, LIBRARY);
	struct descriptor before = get_security(S, *LIB, NTMS_LIBRARY, DACL_SECURITY_INFORMATION);
	HANDLE guest = rig_session_as(&rig, "nobody");

	grant(S, *LIB, NTMS_LIBRARY, 65534, NTMS_USE_ACCESS | NTMS_MODIFY_ACCESS);
	OUTCOME(EjectNtmsMedia, ERROR_ACCESS_DENIED, guest, &medium, &operation, NTMS_EJECT_START);
	grant(S, *LIB, NTMS_LIBRARY, 65534, NTMS_CONTROL_ACCESS);
	OUTCOME(EjectNtmsMedia, ERROR_SUCCESS, guest, &medium, &operation, NTMS_EJECT_START);
	WAIT_UNTIL(in_port(medium));
	to_shelf(medium);
	WAIT_UNTIL(request_ended(S, operation));
	OK(SetNtmsObjectSecurity(S, LIB, NTMS_LIBRARY, DACL_SECURITY_INFORMATION, before.bytes));
	OK(CloseNtmsSession(guest));
}

static void stop_needs_an_operation_that_runs(void **state)
{
	NTMS_GUID operation = unknown, medium = rig_blank(&rig, LIBRARY), inject = null_guid;

	OUTCOME(EjectNtmsMedia, ERROR_INVALID_OPERATION, S, &medium, &operation, NTMS_EJECT_STOP);
	OK(InjectNtmsMedia(S, LIB, &inject, NTMS_INJECT_START));
	OUTCOME(EjectNtmsMedia, ERROR_INVALID_OPERATION, S, &medium, &inject, NTMS_EJECT_STOP);
	OK(InjectNtmsMedia(S, LIB, &inject, NTMS_INJECT_STOP));
	WAIT_UNTIL(library_idle(S, *LIB));
}

static void what_is_in_use_is_busy(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\InUse"), lmid = rig_allocated(&rig, LIBRARY, pool);
	NTMS_GUID medium = medium_of_logical(S, lmid), operation = null_guid;

	mount_medium(S, lmid);
	OUTCOME(EjectNtmsMedia, ERROR_BUSY, S, &medium, &operation, NTMS_EJECT_START);
	dismount_medium(S, lmid);
}

/* ---- ejecting ---- */

static void a_medium_goes_to_the_port_and_its_request_tells(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Ejected"), lmid = rig_allocated(&rig, LIBRARY, pool);
	NTMS_GUID medium = medium_of_logical(S, lmid), operation = null_guid;
	object_info o;

	OUTCOME(EjectNtmsMedia, ERROR_SUCCESS, S, &medium, &operation, NTMS_EJECT_START);
	o = info(S, operation, NTMS_LIBREQUEST);
	assert_int_equal(NTMS_LM_EJECT, o.Info.LibRequest.OperationCode);
	assert_same(medium, o.Info.LibRequest.PhysMediaId);
	assert_same(*LIB, o.Info.LibRequest.Library);
	WAIT_UNTIL(in_port(medium));
	WAIT_UNTIL(info(S, medium, NTMS_PHYSICAL_MEDIA).Info.PhysicalMedia.LocationType == NTMS_IEPORT);
	to_shelf(medium);
	WAIT_UNTIL(request_ended(S, operation));
	assert_int_equal(NTMS_LM_PASSED, request_state(S, operation));
	/* of an application pool, in whatever state: kept, offline */
	assert_same(rig.offline, library_of(S, medium));
	assert_same(pool, pool_of(S, medium));
	assert_int_equal(NTMS_PARTSTATE_ALLOCATED, medium_side_state(S, medium, 0));
}

static void stop_ends_it(void **state)
{
	NTMS_GUID operation = null_guid, medium = rig_free(&rig, LIBRARY);

	OK(EjectNtmsMedia(S, &medium, &operation, NTMS_EJECT_START));
	WAIT_UNTIL(in_port(medium));
	OUTCOME(EjectNtmsMedia, ERROR_SUCCESS, S, &medium, &operation, NTMS_EJECT_STOP);
	WAIT_UNTIL(request_ended(S, operation) && library_idle(S, *LIB));
	OUTCOME(EjectNtmsMedia, ERROR_INVALID_OPERATION, S, &medium, &operation, NTMS_EJECT_STOP);
	/* Nobody took it: it is still this library's, wherever it is. */
	assert_same(*LIB, library_of(S, medium));
	if (in_port(medium)) {
		to_shelf(medium);
		OK(InventoryNtmsLibrary(S, LIB, NTMS_INVENTORY_FAST));
		WAIT_UNTIL(same(rig.offline, library_of(S, medium)));
	}
}

static void free_media_are_kept_or_forgotten_as_the_policy_says(void **state)
{
	NTMS_GUID kept = rig_free(&rig, LIBRARY), forgotten = rig_free(&rig, LIBRARY), pc = computer(S);
	object_info o = info(S, pc, NTMS_COMPUTER);

	operator_takes_out(&rig, LIBRARY, kept);
	assert_same(rig.offline, library_of(S, kept));
	assert_int_equal(NTMS_PARTSTATE_AVAILABLE, medium_side_state(S, kept, 0));
	o.Info.Computer.dwMediaPoolPolicy = NTMS_POOLPOLICY_PURGEOFFLINESCRATCH;
	set_info(S, &o);
	operator_takes_out(&rig, LIBRARY, forgotten);
	assert_false(exists(S, forgotten, NTMS_PHYSICAL_MEDIA));
	o.Info.Computer.dwMediaPoolPolicy = 0;
	set_info(S, &o);
}

static void import_media_are_forgotten_or_kept_as_the_policy_says(void **state)
{
	NTMS_GUID forgotten = rig_import(&rig, LIBRARY), kept = rig_import(&rig, LIBRARY), pc = computer(S);
	NTMS_GUID side = side_of(S, forgotten, 0);
	object_info o = info(S, pc, NTMS_COMPUTER);

	operator_takes_out(&rig, LIBRARY, forgotten);
	assert_false(exists(S, forgotten, NTMS_PHYSICAL_MEDIA));
	assert_false(exists(S, side, NTMS_PARTITION));
	o.Info.Computer.dwMediaPoolPolicy = NTMS_POOLPOLICY_KEEPOFFLINEIMPORT;
	set_info(S, &o);
	operator_takes_out(&rig, LIBRARY, kept);
	assert_same(rig.offline, library_of(S, kept));
	o.Info.Computer.dwMediaPoolPolicy = 0;
	set_info(S, &o);
}

static void unrecognized_media_are_forgotten(void **state)
{
	NTMS_GUID medium = rig_blank(&rig, LIBRARY), request;

	operator_takes_out(&rig, LIBRARY, medium);
	assert_false(exists(S, medium, NTMS_PHYSICAL_MEDIA));
	/* The request still names it. */
	assert_true(find_request(S, *LIB, NTMS_LM_EJECT, medium, &request));
}

static void force_takes_what_is_in_use(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Forced"), lmid = rig_allocated(&rig, LIBRARY, pool);
	NTMS_GUID medium = medium_of_logical(S, lmid), operation = null_guid, drive;

	drive = mount_medium(S, lmid);
	OUTCOME(EjectNtmsMedia, ERROR_SUCCESS, S, &medium, &operation, NTMS_EJECT_FORCE);
	WAIT_UNTIL(in_port(medium));
	to_shelf(medium);
	WAIT_UNTIL(request_ended(S, operation));
	assert_same(rig.offline, library_of(S, medium));
	assert_int_equal(NTMS_DRIVESTATE_DISMOUNTED, info(S, drive, NTMS_DRIVE).Info.Drive.State);
}

/* ---- batches ---- */

static void a_batch_is_collected_and_then_started(void **state)
{
	NTMS_GUID first = rig_free(&rig, LIBRARY), second = rig_free(&rig, LIBRARY), unused = null_guid,
		  operation = null_guid;

	OUTCOME(EjectNtmsMedia, ERROR_SUCCESS, S, &first, &unused, NTMS_EJECT_QUEUE);
	OUTCOME(EjectNtmsMedia, ERROR_SUCCESS, S, &second, &unused, NTMS_EJECT_QUEUE);
	assert_false(in_port(first) || in_port(second));
	OUTCOME(EjectNtmsMedia, ERROR_SUCCESS, S, NULL, &operation, NTMS_EJECT_START);
	WAIT_UNTIL(in_port(first) && in_port(second));
	to_shelf(first);
	to_shelf(second);
	WAIT_UNTIL(request_ended(S, operation) && library_idle(S, *LIB));
	assert_same(rig.offline, library_of(S, first));
	assert_same(rig.offline, library_of(S, second));
}

static void a_batch_is_started_with_its_last_medium(void **state)
{
	NTMS_GUID first = rig_free(&rig, LIBRARY), last = rig_free(&rig, LIBRARY), operation = null_guid;

	OK(EjectNtmsMedia(S, &first, &operation, NTMS_EJECT_QUEUE));
	OUTCOME(EjectNtmsMedia, ERROR_SUCCESS, S, &last, &operation, NTMS_EJECT_START);
	WAIT_UNTIL(in_port(first) && in_port(last));
	to_shelf(first);
	to_shelf(last);
	WAIT_UNTIL(request_ended(S, operation) && library_idle(S, *LIB));
}

static void more_than_the_port_holds_is_busy(void **state)
{
	NTMS_GUID m[3] = {rig_free(&rig, LIBRARY), rig_free(&rig, LIBRARY), rig_free(&rig, LIBRARY)},
		  operation = null_guid;

	OK(EjectNtmsMedia(S, &m[0], &operation, NTMS_EJECT_QUEUE));
	OK(EjectNtmsMedia(S, &m[1], &operation, NTMS_EJECT_QUEUE));
	OUTCOME(EjectNtmsMedia, ERROR_BUSY, S, &m[2], &operation, NTMS_EJECT_QUEUE);
	OK(EjectNtmsMedia(S, &null_guid, &operation, NTMS_EJECT_START)); /* the null GUID is none, too */
	WAIT_UNTIL(in_port(m[0]) && in_port(m[1]));
	to_shelf(m[0]);
	to_shelf(m[1]);
	WAIT_UNTIL(request_ended(S, operation) && library_idle(S, *LIB));
}

static void the_time_out_asks_an_operator(void **state)
{
	NTMS_GUID medium = rig_free(&rig, LIBRARY), operation = null_guid, request;

	set_max_extend(S, *LIB, 1);
	OK(EjectNtmsMedia(S, &medium, &operation, NTMS_EJECT_START));
	WAIT_UNTIL(find_oprequest(S, NTMS_OPREQ_MOVEMEDIA, medium, &request));
	to_shelf(medium);
	WAIT_UNTIL(request_ended(S, operation) && same(rig.offline, library_of(S, medium)));
	WAIT_UNTIL(oprequest_state(S, request) == NTMS_OPSTATE_COMPLETE ||
		   oprequest_state(S, request) == NTMS_OPSTATE_UNKNOWN); /* what it asked for has happened */
	set_max_extend(S, *LIB, 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_needs_a_session),
		cmocka_unit_test(it_needs_its_pointers),
		cmocka_unit_test(it_needs_a_medium_in_a_library_with_a_port),
		cmocka_unit_test(disabled_things_refuse),
		cmocka_unit_test(it_needs_control_on_the_library),
		cmocka_unit_test(stop_needs_an_operation_that_runs),
		cmocka_unit_test(what_is_in_use_is_busy),
		cmocka_unit_test(a_medium_goes_to_the_port_and_its_request_tells),
		cmocka_unit_test(stop_ends_it),
		cmocka_unit_test(free_media_are_kept_or_forgotten_as_the_policy_says),
		cmocka_unit_test(import_media_are_forgotten_or_kept_as_the_policy_says),
		cmocka_unit_test(unrecognized_media_are_forgotten),
		cmocka_unit_test(force_takes_what_is_in_use),
		cmocka_unit_test(a_batch_is_collected_and_then_started),
		cmocka_unit_test(a_batch_is_started_with_its_last_medium),
		cmocka_unit_test(more_than_the_port_holds_is_busy),
		cmocka_unit_test(the_time_out_asks_an_operator),
	};

	return RSM_TESTS(tests, start, stop);
}
