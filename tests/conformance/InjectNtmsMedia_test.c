/* SPDX-License-Identifier: GPL-2.0-or-later
 * InjectNtmsMedia: cartridges come in through a port. */
#include "rsm_test.h"

enum { LIBRARY, PORTLESS, FULL };
RSM_RIG(.library = {{"lib", 24, 2, 2, .cartridges = 8},
		    {"portless", 4, 1, 0, .cartridges = 1},
		    {"full", 2, 1, 1, .cartridges = 2}})

static NTMS_GUID begin(DWORD action)
{
	NTMS_GUID operation = null_guid;

	OUTCOME(InjectNtmsMedia, ERROR_SUCCESS, S, LIB, &operation, action);
	assert_differ(operation, null_guid);
	return operation;
}

/* Stops the operation, which may have ended by itself, and waits for all that follows. */
static void finish(NTMS_GUID operation)
{
	DWORD code = InjectNtmsMedia(S, LIB, &operation, NTMS_INJECT_STOP);

	assert_true(code == 0 || code == ERROR_INVALID_OPERATION);
	WAIT_UNTIL(request_ended(S, operation) && library_idle(S, *LIB));
}

static DWORD port_position(DWORD n) { return info(S, port_of(S, *LIB, n), NTMS_IEPORT).Info.IEPort.Position; }

/* A STOP of what has only been queued ends it without a look into the port. */
static NTMS_GUID begin_and_open(DWORD action)
{
	NTMS_GUID operation = begin(action);

	WAIT_UNTIL(port_position(0) == NTMS_PORTPOSITION_EXTENDED);
	return operation;
}

static bool in_slot_of(struct rig *r, const char *barcode)
{
	const char *at = operator_find(r, barcode);

	return at && strstr(at, "/slots/");
}

static bool in_slot(const char *barcode) { return in_slot_of(&rig, barcode); }

/* ---- arguments ---- */

static void it_needs_a_session(void **state)
{
	NTMS_GUID operation;

	OUTCOME(InjectNtmsMedia, ERROR_INVALID_HANDLE, NULL, LIB, &operation, NTMS_INJECT_START);
	OUTCOME(InjectNtmsMedia, ERROR_INVALID_HANDLE, INVALID_HANDLE_VALUE, LIB, &operation,
		NTMS_INJECT_START);
}

static void it_needs_its_pointers(void **state)
{
	NTMS_GUID operation = null_guid;

	OUTCOME(InjectNtmsMedia, ERROR_INVALID_PARAMETER, S, NULL, &operation, NTMS_INJECT_START);
	OUTCOME(InjectNtmsMedia, ERROR_INVALID_PARAMETER, S, LIB, NULL, NTMS_INJECT_START);
	OUTCOME(InjectNtmsMedia, ERROR_INVALID_PARAMETER, S, LIB, &operation, NTMS_INJECT_STARTMANY + 1);
}

static void it_needs_a_library_with_a_port(void **state)
{
	NTMS_GUID operation = null_guid, medium = medium_named(S, rig_barcode(&rig, LIBRARY, 1));

	OUTCOME(InjectNtmsMedia, ERROR_LIBRARY_OFFLINE, S, &rig.offline, &operation, NTMS_INJECT_START);
	OUTCOME(InjectNtmsMedia, ERROR_INVALID_LIBRARY, S, &unknown, &operation, NTMS_INJECT_START);
	OUTCOME(InjectNtmsMedia, ERROR_INVALID_LIBRARY, S, &medium, &operation, NTMS_INJECT_START);
	OUTCOME(InjectNtmsMedia, ERROR_RESOURCE_NOT_PRESENT, S, &rig.library[PORTLESS], &operation,
		NTMS_INJECT_START);
}

static void no_slot_at_all_is_the_callers_error(void **state)
{
	NTMS_GUID operation = null_guid;

	OUTCOME(InjectNtmsMedia, ERROR_LIBRARY_FULL, S, &rig.library[FULL], &operation, NTMS_INJECT_START);
	OUTCOME(InjectNtmsMedia, ERROR_LIBRARY_FULL, S, &rig.library[FULL], &operation,
		NTMS_INJECT_STARTMANY);
}

static void a_disabled_library_refuses(void **state)
{
	NTMS_GUID operation = null_guid;

	disable_object(S, NTMS_LIBRARY, *LIB);
	OUTCOME(InjectNtmsMedia, ERROR_DEVICE_NOT_AVAILABLE, S, LIB, &operation, NTMS_INJECT_START);
	enable_object(S, NTMS_LIBRARY, *LIB);
	finish(begin(NTMS_INJECT_START));
}

static void it_needs_control_on_the_library(void **state)
{
	struct descriptor before = get_security(S, *LIB, NTMS_LIBRARY, DACL_SECURITY_INFORMATION);
	HANDLE guest = rig_session_as(&rig, "nobody");
	NTMS_GUID operation = null_guid;

	OUTCOME(InjectNtmsMedia, ERROR_ACCESS_DENIED, guest, LIB, &operation, NTMS_INJECT_START);
	grant(S, *LIB, NTMS_LIBRARY, 65534, NTMS_USE_ACCESS | NTMS_MODIFY_ACCESS);
	OUTCOME(InjectNtmsMedia, ERROR_ACCESS_DENIED, guest, LIB, &operation, NTMS_INJECT_START);
	grant(S, *LIB, NTMS_LIBRARY, 65534, NTMS_CONTROL_ACCESS);
	OUTCOME(InjectNtmsMedia, ERROR_SUCCESS, guest, LIB, &operation, NTMS_INJECT_START);
	OK(SetNtmsObjectSecurity(S, LIB, NTMS_LIBRARY, DACL_SECURITY_INFORMATION, before.bytes));
	OUTCOME(InjectNtmsMedia, ERROR_ACCESS_DENIED, guest, LIB, &operation, NTMS_INJECT_STOP);
	finish(operation);
	OK(CloseNtmsSession(guest));
}

static void stop_needs_an_operation_that_runs(void **state)
{
	NTMS_GUID operation = unknown, over, eject = null_guid, medium = rig_blank(&rig, LIBRARY);

	OUTCOME(InjectNtmsMedia, ERROR_INVALID_OPERATION, S, LIB, &operation, NTMS_INJECT_STOP);
	over = begin(NTMS_INJECT_START);
	finish(over);
	OUTCOME(InjectNtmsMedia, ERROR_INVALID_OPERATION, S, LIB, &over, NTMS_INJECT_STOP);
	/* an eject is no inject */
	OK(EjectNtmsMedia(S, &medium, &eject, NTMS_EJECT_START));
	OUTCOME(InjectNtmsMedia, ERROR_INVALID_OPERATION, S, LIB, &eject, NTMS_INJECT_STOP);
	OK(EjectNtmsMedia(S, &medium, &eject, NTMS_EJECT_STOP));
	WAIT_UNTIL(request_ended(S, eject) && library_idle(S, *LIB));
	/* another library's inject isn't this one's */
	operation = begin(NTMS_INJECT_START);
	OUTCOME(InjectNtmsMedia, ERROR_INVALID_OPERATION, S, &rig.library[FULL], &operation,
		NTMS_INJECT_STOP);
	finish(operation);
}

static void an_id_from_start_is_only_for_stop(void **state)
{
	NTMS_GUID operation = begin(NTMS_INJECT_START);

	OUTCOME(InjectNtmsMedia, ERROR_INVALID_OPERATION, S, LIB, &operation, NTMS_INJECT_RETRACT);
	finish(operation);
	operation = unknown;
	OUTCOME(InjectNtmsMedia, ERROR_INVALID_OPERATION, S, LIB, &operation, NTMS_INJECT_RETRACT);
}

/* ---- the sequence ---- */

static void the_request_is_queued_and_the_port_opens(void **state)
{
	NTMS_GUID operation = begin(NTMS_INJECT_START);
	object_info o = info(S, operation, NTMS_LIBREQUEST);

	assert_int_equal(NTMS_LM_INJECT, o.Info.LibRequest.OperationCode);
	assert_same(*LIB, o.Info.LibRequest.Library);
	assert_string_equal("conformance", o.Info.LibRequest.szApplication);
	assert_int_equal(0, o.Info.LibRequest.TimeCompleted.wYear);
	WAIT_UNTIL(port_position(0) == NTMS_PORTPOSITION_EXTENDED);
	assert_false(request_ended(S, operation));
	finish(operation);
	assert_int_equal(NTMS_PORTPOSITION_RETRACTED, port_position(0));
	assert_true(info(S, operation, NTMS_LIBREQUEST).Info.LibRequest.TimeCompleted.wYear > 2000);
}

static void new_cartridges_move_to_slots_and_are_identified(void **state)
{
	NTMS_GUID operation = begin_and_open(NTMS_INJECT_START), blank, archive;

	operator_adds(&rig, "N00001L8", LIBRARY, "mailslots/01", NULL);
	operator_adds(&rig, "N00002L8", LIBRARY, "mailslots/02", "tar");
	finish(operation);
	WAIT_UNTIL(in_slot("N00001L8") && in_slot("N00002L8"));
	blank = medium_named(S, "N00001L8");
	assert_int_equal(NTMS_PARTSTATE_FOREIGN, medium_side_state(S, blank, 0));
	assert_int_equal(NTMS_POOLTYPE_FOREIGN,
			 info(S, pool_of(S, blank), NTMS_MEDIA_POOL).Info.MediaPool.PoolType);
	assert_same(*LIB, library_of(S, blank));
	archive = medium_named(S, "N00002L8");
	assert_int_equal(NTMS_PARTSTATE_IMPORT, medium_side_state(S, archive, 0));
	assert_int_equal(NTMS_POOLTYPE_IMPORT,
			 info(S, pool_of(S, archive), NTMS_MEDIA_POOL).Info.MediaPool.PoolType);
	/* An identification was queued for each. */
	assert_true(find_request(S, *LIB, NTMS_LM_PROCESSOMID, blank, &operation) ||
		    find_request(S, *LIB, NTMS_LM_CLASSIFY, blank, &operation));
	assert_true(find_request(S, *LIB, NTMS_LM_PROCESSOMID, archive, &operation) ||
		    find_request(S, *LIB, NTMS_LM_CLASSIFY, archive, &operation));
}

static void a_known_medium_comes_back_as_what_it_was(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Known"), lmid = rig_allocated(&rig, LIBRARY, pool);
	NTMS_GUID medium = medium_of_logical(S, lmid);
	object_info o = info(S, medium, NTMS_PHYSICAL_MEDIA);

	operator_takes_out(&rig, LIBRARY, medium);
	assert_same(rig.offline, library_of(S, medium));
	operator_brings_back(&rig, LIBRARY, o.Info.PhysicalMedia.szBarCode);
	assert_same(*LIB, library_of(S, medium));
	assert_same(pool, pool_of(S, medium));
	assert_int_equal(NTMS_PARTSTATE_ALLOCATED, medium_side_state(S, medium, 0));
	assert_same(lmid, info(S, side_of(S, medium, 0), NTMS_PARTITION).Info.Partition.LogicalMedia);
	assert_same(medium, medium_named(S, o.Info.PhysicalMedia.szBarCode));
}

static void a_port_for_many_is_not_waited_on_for_being_full(void **state)
{
	NTMS_GUID operation;

	set_max_extend(S, *LIB, 3);
	operation = begin_and_open(NTMS_INJECT_START);
	operator_adds(&rig, "N00003L8", LIBRARY, "mailslots/02", NULL);	  /* the other stays empty */
	WAIT_UNTIL(request_ended(S, operation) && library_idle(S, *LIB)); /* the time-out ends it */
	set_max_extend(S, *LIB, 300);
	assert_int_equal(NTMS_PORTPOSITION_RETRACTED, port_position(0));
	WAIT_UNTIL(in_slot("N00003L8"));
}

/* A port that doesn't go in again when its time is over is the operator's to close. */
static void the_time_out_asks_an_operator(void **state)
{
	struct rig stuck;
	NTMS_GUID operation = null_guid, request = null_guid;

	rig_start(&stuck, &(struct rig_options){.library[0] = {"lib", 4, 1, 2, .cartridges = 1,
							       .ini = "fault = open 2 2/04/03\n"}});
	set_max_extend(stuck.session, stuck.library[0], 1);
	OK(InjectNtmsMedia(stuck.session, &stuck.library[0], &operation, NTMS_INJECT_START));
	WAIT_UNTIL(find_oprequest(stuck.session, NTMS_OPREQ_DEVICESERVICE, null_guid, &request));
	assert_false(request_ended(stuck.session, operation));
	assert_true(strlen(info(stuck.session, request, NTMS_OPREQUEST).Info.OpRequest.szMessage) > 0);
	OK(SatisfyNtmsOperatorRequest(stuck.session, &request)); /* closed now */
	WAIT_UNTIL(request_ended(stuck.session, operation));
	assert_int_equal(NTMS_PORTPOSITION_RETRACTED,
			 info(stuck.session, port_of(stuck.session, stuck.library[0], 0), NTMS_IEPORT)
				 .Info.IEPort.Position);
	rig_stop(&stuck);
}

static void startmany_opens_the_port_again_after_each_find(void **state)
{
	NTMS_GUID operation = begin_and_open(NTMS_INJECT_STARTMANY);

	operator_adds(&rig, "N00004L8", LIBRARY, "mailslots/01", NULL);
	OUTCOME(InjectNtmsMedia, ERROR_SUCCESS, S, LIB, &operation, NTMS_INJECT_RETRACT);
	WAIT_UNTIL(in_slot("N00004L8"));
	WAIT_UNTIL(port_position(0) == NTMS_PORTPOSITION_EXTENDED);
	assert_false(request_ended(S, operation));
	operator_adds(&rig, "N00005L8", LIBRARY, "mailslots/01", NULL);
	OUTCOME(InjectNtmsMedia, ERROR_SUCCESS, S, LIB, &operation, NTMS_INJECT_RETRACT);
	WAIT_UNTIL(in_slot("N00005L8"));
	assert_false(request_ended(S, operation));
	OUTCOME(InjectNtmsMedia, ERROR_SUCCESS, S, LIB, &operation, NTMS_INJECT_STOP);
	WAIT_UNTIL(request_ended(S, operation) && library_idle(S, *LIB));
	assert_int_equal(NTMS_PORTPOSITION_RETRACTED, port_position(0));
	medium_named(S, "N00004L8");
	medium_named(S, "N00005L8");
}

static void too_few_slots_leave_the_rest_in_the_port(void **state)
{
	struct rig small;
	NTMS_GUID operation = null_guid, in;
	const char *left;

	rig_start(&small, &(struct rig_options){.library[0] = {"lib", 3, 1, 2, .cartridges = 2}});
	OK(InjectNtmsMedia(small.session, &small.library[0], &operation, NTMS_INJECT_START));
	WAIT_UNTIL(info(small.session, port_of(small.session, small.library[0], 0), NTMS_IEPORT)
			   .Info.IEPort.Position == NTMS_PORTPOSITION_EXTENDED);
	operator_adds(&small, "N00001L8", 0, "mailslots/01", NULL);
	operator_adds(&small, "N00002L8", 0, "mailslots/02", NULL);
	OK(InjectNtmsMedia(small.session, &small.library[0], &operation, NTMS_INJECT_STOP));
	WAIT_UNTIL(request_ended(small.session, operation) && library_idle(small.session, small.library[0]));
	left = operator_is_in(&small, "N00001L8", 0, "mailslots/01") ? "N00001L8" : "N00002L8";
	assert_non_null(strstr(operator_find(&small, left), "/mailslots/"));
	WAIT_UNTIL(in_slot_of(&small, !strcmp(left, "N00001L8") ? "N00002L8" : "N00001L8"));
	/* An operator is asked to take media out of the library. */
	WAIT_UNTIL(list(small.session, null_guid, NTMS_OPREQUEST).n > 0);
	in = list(small.session, null_guid, NTMS_OPREQUEST).v[0];
	assert_true(strlen(info(small.session, in, NTMS_OPREQUEST).Info.OpRequest.szMessage) > 0);
	rig_stop(&small);
}

static void a_single_port_ends_when_it_is_full(void **state)
{
	struct rig small;
	NTMS_GUID operation = null_guid;

	rig_start(&small, &(struct rig_options){.library[0] = {"lib", 4, 1, 1, .cartridges = 1}});
	OK(InjectNtmsMedia(small.session, &small.library[0], &operation, NTMS_INJECT_START));
	WAIT_UNTIL(info(small.session, port_of(small.session, small.library[0], 0), NTMS_IEPORT)
			   .Info.IEPort.Position == NTMS_PORTPOSITION_EXTENDED);
	operator_adds(&small, "N00001L8", 0, "mailslots/01", NULL); /* and no STOP */
	WAIT_UNTIL(!operator_is_in(&small, "N00001L8", 0, "mailslots/01"));
	WAIT_UNTIL(request_ended(small.session, operation) && library_idle(small.session, small.library[0]));
	medium_named(small.session, "N00001L8");
	rig_stop(&small);
}

/* ---- the queue ---- */

static void a_busy_library_queues_it(void **state)
{
	NTMS_GUID operation, inventory;

	OK(InventoryNtmsLibrary(S, LIB, NTMS_INVENTORY_OMID)); /* mounts each medium */
	operation = begin(NTMS_INJECT_START);
	assert_true(find_request(S, *LIB, NTMS_LM_INVENTORY, null_guid, &inventory));
	operator_adds(&rig, "N00006L8", LIBRARY, "mailslots/01", NULL);
	WAIT_UNTIL(port_position(0) == NTMS_PORTPOSITION_EXTENDED || request_ended(S, operation));
	finish(operation);
	WAIT_UNTIL(in_slot("N00006L8"));
}

static void a_second_insertion_waits_for_the_first(void **state)
{
	NTMS_GUID first = begin(NTMS_INJECT_START), second;

	WAIT_UNTIL(port_position(0) == NTMS_PORTPOSITION_EXTENDED);
	second = begin(NTMS_INJECT_START);
	assert_int_not_equal(NTMS_LM_INPROCESS, request_state(S, second));
	assert_false(request_ended(S, second));
	OK(InjectNtmsMedia(S, LIB, &first, NTMS_INJECT_STOP));
	WAIT_UNTIL(request_ended(S, first));
	WAIT_UNTIL(port_position(0) == NTMS_PORTPOSITION_EXTENDED &&
		   request_state(S, second) == NTMS_LM_INPROCESS);
	finish(second);
}

static void it_outlives_its_session(void **state)
{
	HANDLE own = OpenNtmsSessionA(rig.server, "short", 0);
	NTMS_GUID operation = null_guid;

	OK(InjectNtmsMedia(own, LIB, &operation, NTMS_INJECT_START));
	OK(CloseNtmsSession(own));
	WAIT_UNTIL(port_position(0) == NTMS_PORTPOSITION_EXTENDED);
	assert_false(request_ended(S, operation));
	finish(operation);
}

static void cleaning_cartridges_are_never_mounted_to_identify_them(void **state)
{
	NTMS_GUID operation = begin_and_open(NTMS_INJECT_START), request;
	DWORD before = info(S, drive_of(S, *LIB, 0), NTMS_DRIVE).Info.Drive.dwMountCount +
		       info(S, drive_of(S, *LIB, 1), NTMS_DRIVE).Info.Drive.dwMountCount;

	operator_adds(&rig, "CLN001L8", LIBRARY, "mailslots/01", NULL);
	finish(operation);
	WAIT_UNTIL(in_slot("CLN001L8"));
	assert_int_equal(before, info(S, drive_of(S, *LIB, 0), NTMS_DRIVE).Info.Drive.dwMountCount +
					 info(S, drive_of(S, *LIB, 1), NTMS_DRIVE).Info.Drive.dwMountCount);
	assert_false(find_request(S, *LIB, NTMS_LM_PROCESSOMID, medium_named(S, "CLN001L8"), &request));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_needs_a_session),
		cmocka_unit_test(it_needs_its_pointers),
		cmocka_unit_test(it_needs_a_library_with_a_port),
		cmocka_unit_test(no_slot_at_all_is_the_callers_error),
		cmocka_unit_test(a_disabled_library_refuses),
		cmocka_unit_test(it_needs_control_on_the_library),
		cmocka_unit_test(stop_needs_an_operation_that_runs),
		cmocka_unit_test(an_id_from_start_is_only_for_stop),
		cmocka_unit_test(the_request_is_queued_and_the_port_opens),
		cmocka_unit_test(new_cartridges_move_to_slots_and_are_identified),
		cmocka_unit_test(a_known_medium_comes_back_as_what_it_was),
		cmocka_unit_test(a_port_for_many_is_not_waited_on_for_being_full),
		cmocka_unit_test(the_time_out_asks_an_operator),
		cmocka_unit_test(startmany_opens_the_port_again_after_each_find),
		cmocka_unit_test(too_few_slots_leave_the_rest_in_the_port),
		cmocka_unit_test(a_single_port_ends_when_it_is_full),
		cmocka_unit_test(a_busy_library_queues_it),
		cmocka_unit_test(a_second_insertion_waits_for_the_first),
		cmocka_unit_test(it_outlives_its_session),
		cmocka_unit_test(cleaning_cartridges_are_never_mounted_to_identify_them),
	};

	return RSM_TESTS(tests, start, stop);
}
