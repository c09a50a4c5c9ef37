/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Calls that wait: allocations for media, waits for operators, mounts; how each ends: answered, refused, too
 * late, with its session, with the daemon. */
#include "media_world.h"

#include <ntmsapi.h>
#include <string.h>

#define FREE NTMS_POOLTYPE_SCRATCH
#define AVAILABLE NTMS_PARTSTATE_AVAILABLE
#define OFFLINE model_offline_library(NULL)

static guid pool, call;
static struct AllocateNtmsMedia_out got;

/* Begins an allocation that must wait; its operator request. */
static int64_t wait_for_medium(const struct caller *who, uint32_t timeout)
{
	call = guid_new();
	assert_int_equal(CALL(*who, AllocateNtmsMedia, &got, .pool = pool, .call = call, .timeout = timeout),
			 ERROR_IO_PENDING);
	return number("SELECT oprequest FROM waiting WHERE code IS NULL AND ? IS NOT NULL ORDER BY oprequest "
		      "DESC LIMIT 1",
		      0);
}

static int open_world(void **state)
{
	if (world_open(state))
		return -1;
	pool = app_pool("\\Backup", lto, NTMS_ALLOCATE_FROMSCRATCH, 0, 0);
	return 0;
}

static int poll_call(const struct caller *who, const guid *which)
{
	enum wire_call kind = CALL_COUNT;

	got = (struct AllocateNtmsMedia_out){0};
	return JOB(media_poll_call(t, who, which, &kind, &got, e));
}

static bool told(const guid *which)
{
	for (size_t i = 0; i < n_answered; i++)
		if (guid_eq(&answered[i], which))
			return true;
	return false;
}

static uint32_t oprequest(int64_t id)
{
	uint32_t state = 99;

	OK(oprequest_state(t, id, &state, e));
	return state;
}

#define satisfy(id) DO(root, SatisfyNtmsOperatorRequest, .request = guid_of(id))
#define refuse(id) DO(root, CancelNtmsOperatorRequest, .request = guid_of(id))

static void asks_for_media_and_names_the_pool(void **state)
{
	int64_t op = wait_for_medium(&root, INFINITE);

	assert_int_equal(number("SELECT request FROM oprequest WHERE id=?", op), NTMS_OPREQ_NEWMEDIA);
	assert_int_equal(number("SELECT arg1_type FROM oprequest WHERE id=?", op), NTMS_MEDIA_POOL);
	assert_int_equal(
		number("SELECT arg1=(SELECT guid FROM object WHERE name='Backup') FROM oprequest WHERE id=?",
		       op),
		1);
	assert_int_equal(number("SELECT message LIKE '%\\Backup%LTO-8%' FROM oprequest WHERE id=?", op), 1);
	assert_int_equal(number("SELECT user='root' AND application='test' AND computer='here' FROM "
				"oprequest WHERE id=?",
				op),
			 1);
	assert_int_equal(poll_call(&root, &call), ERROR_IO_PENDING);
	assert_int_equal(CALL(root, AllocateNtmsMedia, &got, .pool = pool, .call = call),
			 ERROR_IO_PENDING); /* sent again */
	assert_int_equal(number("SELECT count(*) FROM oprequest WHERE ?=0", 0), 1);
}

static void time_out_zero_waits_unless_a_setting_says_otherwise(void **state)
{
	wait_for_medium(&root, 0);
	assert_int_equal(number("SELECT deadline FROM waiting WHERE ?=0", 0), 0);
	media_settings.zero_timeout_polls = true;
	assert_int_equal(DO(root, AllocateNtmsMedia, .pool = pool, .call = guid_new()),
			 ERROR_MEDIA_UNAVAILABLE);
	assert_int_equal(number("SELECT count(*) FROM oprequest WHERE ?=0", 0), 1);
}

static void nothing_is_asked_when_errors_are_wanted(void **state)
{
	assert_int_equal(DO(root, AllocateNtmsMedia, .pool = pool, .call = guid_new(), .timeout = INFINITE,
			    .options = NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE),
			 ERROR_MEDIA_UNAVAILABLE);
	assert_int_equal(number("SELECT count(*) FROM oprequest WHERE ?=0", 0), 0);
}

static void completion_repeats_the_search(void **state)
{
	int64_t op = wait_for_medium(&root, INFINITE), m;

	sql_run("UPDATE library SET library_type=1 WHERE key='l1'"); /* what comes now isn't seen by itself */
	m = a_medium("A00001L8", lto, 0, FREE, AVAILABLE);
	OK(allocations_retry(t, e));
	assert_int_equal(poll_call(&root, &call), ERROR_IO_PENDING);
	assert_int_equal(satisfy(op), 0);
	assert_true(world_woken(OFFLINE));
	sql_run("UPDATE library SET library_type=2 WHERE key='l1'");
	OK(allocations_retry(t, e));
	assert_true(told(&call));
	assert_int_equal(poll_call(&root, &call), 0);
	assert_true(number("SELECT medium FROM side WHERE lmid=?", row_of(&got.medium)) == m);
	assert_true(row_of(&got.allocatedFrom) == system_pool(FREE, lto));
	assert_int_equal(oprequest(op), NTMS_OPSTATE_UNKNOWN); /* deleted */
}

static void a_completion_without_media_asks_again(void **state)
{
	int64_t op = wait_for_medium(&root, INFINITE), again;

	assert_int_equal(satisfy(op), 0);
	OK(allocations_retry(t, e));
	again = number("SELECT oprequest FROM waiting WHERE code IS NULL AND ?=0", 0);
	assert_true(again != op);
	assert_int_equal(oprequest(op), NTMS_OPSTATE_UNKNOWN);
	assert_int_equal(oprequest(again), NTMS_OPSTATE_SUBMITTED);
	assert_int_equal(number("SELECT user='root' FROM oprequest WHERE id=?", again), 1);
	assert_int_equal(poll_call(&root, &call), ERROR_IO_PENDING);
}

static void refusal_cancels(void **state)
{
	int64_t op = wait_for_medium(&root, INFINITE);

	assert_int_equal(refuse(op), 0);
	OK(allocations_retry(t, e));
	assert_true(told(&call));
	assert_int_equal(poll_call(&root, &call), ERROR_CANCELLED);
	assert_non_null(strstr(err.why, "refused"));
}

static void the_time_runs_out(void **state)
{
	int64_t op = wait_for_medium(&root, 5000), at = 0;

	OK(waiting_next_deadline(t, &at, e));
	assert_true(at == now_ms + 5000);
	now_ms += 4999;
	OK(waiting_expire(t, e));
	assert_int_equal(poll_call(&root, &call), ERROR_IO_PENDING);
	now_ms++;
	OK(waiting_expire(t, e));
	assert_true(told(&call));
	assert_int_equal(poll_call(&root, &call), ERROR_TIMEOUT);
	assert_int_equal(oprequest(op), NTMS_OPSTATE_UNKNOWN);
	OK(waiting_next_deadline(t, &at, e));
	assert_true(at == 0);
}

static void whatever_becomes_available_ends_the_wait(void **state)
{
	guid second = app_pool("\\Other", lto, NTMS_ALLOCATE_FROMSCRATCH, 0, 0);
	int64_t m = a_medium("A00001L8", lto, 0, FREE, AVAILABLE), op;

	assert_int_equal(CALL(root, AllocateNtmsMedia, &got, .pool = second, .call = guid_new()), 0);
	guid lmid = got.medium;
	op = wait_for_medium(&root, INFINITE);
	assert_int_equal(DO(root, DeallocateNtmsMedia, .medium = lmid), 0);
	assert_true(world_woken(OFFLINE));
	OK(allocations_retry(t, e));
	assert_int_equal(poll_call(&root, &call), ERROR_IO_PENDING); /* it is the other pool's now */
	assert_int_equal(DO(root, MoveToNtmsMediaPool, .medium = guid_of(m), .pool = pool), 0);
	assert_true(world_woken(OFFLINE));
	OK(allocations_retry(t, e));
	assert_int_equal(poll_call(&root, &call), 0);
	assert_int_equal(oprequest(op), NTMS_OPSTATE_COMPLETE); /* by us */
	assert_int_equal(DO(root, DeallocateNtmsMedia, .medium = got.medium), 0);
	assert_false(world_woken(OFFLINE)); /* nobody waits any more */
}

static void events_that_wake(void **state)
{
	struct label l = free_label("0123456789abcdef0123456789abcdef");
	int64_t m = a_medium("A00001L8", lto, -1, FREE, AVAILABLE),
		n = a_medium("B00001L8", lto, 1, FREE, NTMS_PARTSTATE_UNPREPARED), side = side_of(n, 0);

	wait_for_medium(&root, INFINITE);
	OK(side_label_written(t, side, &l, e));
	assert_true(world_woken(OFFLINE));
	OK(medium_move(t, m, slots[0], false, true, e));
	assert_true(world_woken(OFFLINE));
	OK(medium_enable(t, m, false, "", e));
	OK(medium_enable(t, m, true, "", e));
	assert_true(world_woken(OFFLINE));
	OK(object_set_state(t, lib, NTMS_NOT_PRESENT, e));
	OK(object_set_state(t, lib, NTMS_READY, e));
	assert_true(world_woken(OFFLINE));
}

static void first_come_first_served(void **state)
{
	guid first, second;

	wait_for_medium(&root, INFINITE);
	first = call;
	wait_for_medium(&root, INFINITE);
	second = call;
	a_medium("A00001L8", lto, 0, FREE, AVAILABLE);
	OK(allocations_retry(t, e));
	assert_int_equal(poll_call(&root, &first), 0);
	assert_int_equal(poll_call(&root, &second), ERROR_IO_PENDING);
}

static void rights_are_checked_again(void **state)
{
	int64_t op;

	grant(row_of(&pool), &user, NTMS_CONTROL_ACCESS);
	op = wait_for_medium(&user, INFINITE);
	grant(row_of(&pool), &other, NTMS_CONTROL_ACCESS);
	a_medium("A00001L8", lto, 0, FREE, AVAILABLE);
	OK(allocations_retry(t, e));
	assert_int_equal(poll_call(&user, &call), ERROR_ACCESS_DENIED);
	assert_int_equal(oprequest(op), NTMS_OPSTATE_UNKNOWN);
}

static void a_deleted_pool_ends_the_wait(void **state)
{
	wait_for_medium(&root, INFINITE);
	assert_int_equal(DO(root, DeleteNtmsMediaPool, .pool = pool), 0);
	assert_true(world_woken(OFFLINE));
	OK(allocations_retry(t, e));
	assert_int_equal(poll_call(&root, &call), ERROR_INVALID_MEDIA_POOL);
}

static void the_session_takes_its_calls_along(void **state)
{
	struct session_end end = {.session = root.session};
	int64_t op = wait_for_medium(&root, INFINITE);

	OK(media_session_ended(t, &end, e));
	assert_true(told(&call));
	assert_int_equal(poll_call(&root, &call), ERROR_CANCELLED); /* for a poll still under way */
	assert_int_equal(oprequest(op), NTMS_OPSTATE_UNKNOWN);
	now_ms += 61000;
	OK(waiting_expire(t, e));
	assert_int_equal(poll_call(&root, &call), ERROR_OBJECT_NOT_FOUND);
}

static void giving_a_call_up_cancels_it(void **state)
{
	int64_t op = wait_for_medium(&root, INFINITE);

	OK(media_end_call(t, &call, e));
	assert_int_equal(oprequest(op), NTMS_OPSTATE_UNKNOWN);
	assert_int_equal(poll_call(&root, &call), ERROR_OBJECT_NOT_FOUND);
}

/* The answer never left: as if it hadn't been asked. */
static void an_unsent_allocation_is_undone(void **state)
{
	guid id = guid_new();
	struct session_end end = {.session = root.session, .unsent = &id, .n_unsent = 1};
	int64_t m = a_medium("A00001L8", lto, 0, FREE, AVAILABLE), side = side_of(m, 0);

	assert_int_equal(CALL(root, AllocateNtmsMedia, &got, .pool = pool, .call = id), 0);
	OK(media_session_ended(t, &end, e));
	assert_int_equal(side_state(side), AVAILABLE);
	assert_true(number("SELECT pool FROM physical_media WHERE id=?", m) == system_pool(FREE, lto));
	assert_int_equal(number("SELECT allocate_count FROM side WHERE id=?", side), 0);
	assert_int_equal(number("SELECT used FROM side WHERE id=?", side), 0);
	assert_int_equal(row_of(&got.medium), 0);
}

static void an_unsent_import_goes_back(void **state)
{
	guid id = guid_new(), discs = app_pool("\\Discs", mo, 0, 0, 0);
	struct session_end end = {.session = root.session, .unsent = &id, .n_unsent = 1};
	int64_t m = a_medium("M00001", mo, 0, NTMS_POOLTYPE_IMPORT, NTMS_PARTSTATE_IMPORT);

	assert_int_equal(CALL(root, AllocateNtmsMedia, &got, .pool = discs, .call = id,
			      .side = guid_of(side_of(m, 0))),
			 0);
	OK(media_session_ended(t, &end, e));
	assert_int_equal(side_state(side_of(m, 0)), NTMS_PARTSTATE_IMPORT);
	assert_true(number("SELECT pool FROM physical_media WHERE id=?", m) ==
		    system_pool(NTMS_POOLTYPE_IMPORT, mo));
}

static void an_unsent_new_frees_what_it_reserved_and_a_next_is_reserved_again(void **state)
{
	guid id = guid_new(), next = guid_new(),
	     discs = app_pool("\\Discs", mo, NTMS_ALLOCATE_FROMSCRATCH, 0, 0);
	struct session_end end = {.session = root.session, .unsent = &next, .n_unsent = 1};
	int64_t m = a_medium("M00001", mo, 0, FREE, AVAILABLE);

	assert_int_equal(
		CALL(root, AllocateNtmsMedia, &got, .pool = discs, .call = id, .options = NTMS_ALLOCATE_NEW),
		0);
	assert_int_equal(DO(root, AllocateNtmsMedia, .pool = discs, .call = next,
			    .options = NTMS_ALLOCATE_NEXT, .medium = got.medium),
			 0);
	OK(media_session_ended(
		t, &(struct session_end){.session = guid_new(), .unsent = &next, .n_unsent = 1}, e));
	assert_int_equal(side_state(side_of(m, 1)), NTMS_PARTSTATE_RESERVED);
	end.unsent = &id;
	OK(media_session_ended(t, &end, e));
	assert_int_equal(side_state(side_of(m, 0)), AVAILABLE);
	assert_int_equal(side_state(side_of(m, 1)), AVAILABLE);
	assert_true(number("SELECT pool FROM physical_media WHERE id=?", m) == system_pool(FREE, mo));
}

static void what_nobody_acknowledged_before_a_restart_is_unclaimed(void **state)
{
	struct RsmGetObjectDetail_out detail = {0};
	guid id = guid_new();
	int64_t op;

	a_medium("A00001L8", lto, 0, FREE, AVAILABLE);
	assert_int_equal(CALL(root, AllocateNtmsMedia, &got, .pool = pool, .call = id), 0);
	struct AllocateNtmsMedia_out kept = got;
	op = wait_for_medium(&root, INFINITE);
	OK(waiting_restart(t, e));
	assert_int_equal(CALL(root, RsmGetObjectDetail, &detail, .object = kept.medium), 0);
	assert_int_equal(detail.flags, 4);
	wire_clear(wire_calls[CALL_RsmGetObjectDetail].out, &detail);
	assert_int_equal(poll_call(&root, &call), ERROR_OBJECT_NOT_FOUND);
	assert_int_equal(oprequest(op), NTMS_OPSTATE_UNKNOWN);
}

/* ---- WaitForNtmsOperatorRequest, Satisfy, Cancel ---- */

static int64_t post(void)
{
	int64_t id = 0;

	OK(oprequest_post(t, &(struct oprequest_new){.request = NTMS_OPREQ_MESSAGE, .message = "please"}, &id,
			  e));
	return id;
}

static int wait_for(const struct caller *who, int64_t op, uint32_t timeout)
{
	struct WaitForNtmsOperatorRequest_out out;

	call = guid_new();
	return CALL(*who, WaitForNtmsOperatorRequest, &out, .request = guid_of(op), .call = call,
		    .timeout = timeout);
}

static void waiting_for_an_operator(void **state)
{
	int64_t op = post();

	assert_int_equal(wait_for(&user, op, 0), ERROR_TIMEOUT); /* just a test */
	assert_int_equal(wait_for(&user, op, 1000), ERROR_IO_PENDING);
	now_ms += 1000;
	OK(waiting_expire(t, e));
	assert_int_equal(poll_call(&user, &call), ERROR_TIMEOUT);
	assert_int_equal(oprequest(op), NTMS_OPSTATE_SUBMITTED); /* the request stays */
	assert_int_equal(wait_for(&user, op, INFINITE), ERROR_IO_PENDING);
	assert_int_equal(satisfy(op), 0);
	assert_true(told(&call));
	assert_int_equal(poll_call(&user, &call), 0);
	assert_int_equal(wait_for(&user, op, INFINITE), 0);
	op = post();
	assert_int_equal(wait_for(&user, op, INFINITE), ERROR_IO_PENDING);
	assert_int_equal(refuse(op), 0);
	assert_int_equal(poll_call(&user, &call), ERROR_CANCELLED);
	assert_int_equal(wait_for(&user, op, 0), ERROR_CANCELLED);
	op = post();
	assert_int_equal(wait_for(&user, op, INFINITE), ERROR_IO_PENDING);
	OK(oprequest_delete(t, op, e));
	assert_int_equal(poll_call(&user, &call), ERROR_OBJECT_NOT_FOUND);
	assert_int_equal(DO(user, WaitForNtmsOperatorRequest, .request = guid_new(), .call = guid_new()),
			 ERROR_OBJECT_NOT_FOUND);
	assert_int_equal(DO(user, WaitForNtmsOperatorRequest, .call = guid_new()), ERROR_INVALID_PARAMETER);
	grant(model_computer(NULL), &other, NTMS_USE_ACCESS);
	assert_int_equal(wait_for(&user, post(), 0), ERROR_ACCESS_DENIED);
}

static void only_administrators_answer_and_only_once(void **state)
{
	int64_t op = post();

	assert_int_equal(DO(user, SatisfyNtmsOperatorRequest, .request = guid_of(op)), ERROR_ACCESS_DENIED);
	assert_int_equal(DO(user, CancelNtmsOperatorRequest, .request = guid_of(op)), ERROR_ACCESS_DENIED);
	assert_int_equal(DO(root, SatisfyNtmsOperatorRequest, .request = guid_null), ERROR_INVALID_PARAMETER);
	assert_int_equal(DO(root, CancelNtmsOperatorRequest, .request = guid_null), ERROR_INVALID_PARAMETER);
	assert_int_equal(DO(root, SatisfyNtmsOperatorRequest, .request = guid_new()), ERROR_OBJECT_NOT_FOUND);
	assert_int_equal(DO(root, CancelNtmsOperatorRequest, .request = guid_of(lib)),
			 ERROR_OBJECT_NOT_FOUND);
	assert_int_equal(satisfy(op), 0);
	assert_int_equal(satisfy(op), ERROR_OBJECT_NOT_FOUND);
	assert_int_equal(refuse(op), ERROR_INVALID_STATE);
	assert_int_equal(oprequest(op), NTMS_OPSTATE_COMPLETE);
}

static void the_same_request_is_posted_once_while_open(void **state)
{
	int64_t op = post();

	assert_true(post() == op);
	assert_int_equal(satisfy(op), 0);
	assert_true(post() != op);
}

static void finished_requests_are_purged(void **state)
{
	int64_t op = post(), refused, request = 0, failed = 0, at = 0;
	const int64_t hours72 = 72LL * 3600 * 1000;

	assert_int_equal(satisfy(op), 0);
	OK(request_new(t, &(struct request_new){.library = lib, .op = NTMS_LM_INVENTORY}, &request, NULL, e));
	OK(request_new(t, &(struct request_new){.library = lib, .op = NTMS_LM_INVENTORY}, &failed, NULL, e));
	OK(request_finish(t, request, NTMS_LM_PASSED, 0, "", e));
	OK(request_finish(t, failed, NTMS_LM_FAILED, ERROR_BUSY, "", e));
	OK(oprequest_post(t, &(struct oprequest_new){.request = NTMS_OPREQ_MESSAGE, .message = "no"},
			  &refused, e));
	assert_int_equal(refuse(refused), 0);
	OK(purge_next(t, &at, e));
	assert_true(at == now_ms + hours72 + 600000); /* later, and with others */
	now_ms += hours72 - 1;
	OK(purge_finished(t, e));
	assert_int_equal(number("SELECT count(*) FROM librequest WHERE ?=0", 0), 2);
	now_ms++;
	sql_run("UPDATE computer SET librequest_flags=2, oprequest_flags=1");
	OK(purge_finished(t, e));
	assert_int_equal(number("SELECT id FROM librequest WHERE ?=0", 0), failed); /* failed ones are kept */
	assert_int_equal(number("SELECT count(*) FROM oprequest WHERE ?=0", 0), 2);
	OK(purge_next(t, &at, e));
	assert_true(at == 0);
	sql_run("UPDATE computer SET librequest_flags=0, oprequest_flags=2");
	OK(purge_finished(t, e));
	assert_int_equal(number("SELECT count(*) FROM librequest WHERE ?=0", 0), 0);
	assert_int_equal(number("SELECT id FROM oprequest WHERE ?=0", 0), refused);
	assert_int_equal(number("SELECT count(*) FROM object WHERE id=?", op), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_world, world_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(asks_for_media_and_names_the_pool),
		TEST(time_out_zero_waits_unless_a_setting_says_otherwise),
		TEST(nothing_is_asked_when_errors_are_wanted),
		TEST(completion_repeats_the_search),
		TEST(a_completion_without_media_asks_again),
		TEST(refusal_cancels),
		TEST(the_time_runs_out),
		TEST(whatever_becomes_available_ends_the_wait),
		TEST(events_that_wake),
		TEST(first_come_first_served),
		TEST(rights_are_checked_again),
		TEST(a_deleted_pool_ends_the_wait),
		TEST(the_session_takes_its_calls_along),
		TEST(giving_a_call_up_cancels_it),
		TEST(an_unsent_allocation_is_undone),
		TEST(an_unsent_import_goes_back),
		TEST(an_unsent_new_frees_what_it_reserved_and_a_next_is_reserved_again),
		TEST(what_nobody_acknowledged_before_a_restart_is_unclaimed),
		TEST(waiting_for_an_operator),
		TEST(only_administrators_answer_and_only_once),
		TEST(the_same_request_is_posted_once_while_open),
		TEST(finished_requests_are_purged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
