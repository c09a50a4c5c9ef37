/* SPDX-License-Identifier: GPL-2.0-or-later
 * WaitForNtmsOperatorRequest: what became of it. (Requests here are RSM's own; SubmitNtmsOperatorRequest
 * comes later.) */
#include "rsm_test.h"

enum { LIBRARY };
RSM_RIG(.library = {{"lib", 6, 1, 1, .cartridges = 2}})

static NTMS_GUID pool, medium;

static NTMS_GUID a_request(struct mount *m)
{
	NTMS_GUID request = null_guid;

	*m = (struct mount){
		S, {side_of(S, medium, 0)}, .count = 1, .options = NTMS_MOUNT_READ, .timeout = INFINITE};
	mount_start(m);
	WAIT_UNTIL(find_oprequest(S, NTMS_OPREQ_MOVEMEDIA, medium, &request));
	return request;
}

static void end(struct mount *m)
{
	NTMS_GUID request;

	WAIT_UNTIL(find_oprequest(S, NTMS_OPREQ_MOVEMEDIA, medium, &request) &&
		   CancelNtmsOperatorRequest(S, &request) == 0);
	assert_int_equal(ERROR_REQUEST_REFUSED, mount_end(m));
}

static void it_needs_a_session_and_a_request(void **state)
{
	OUTCOME(WaitForNtmsOperatorRequest, ERROR_INVALID_HANDLE, NULL, &unknown, 0);
	OUTCOME(WaitForNtmsOperatorRequest, ERROR_INVALID_PARAMETER, S, NULL, 0);
	OUTCOME(WaitForNtmsOperatorRequest, ERROR_OBJECT_NOT_FOUND, S, &unknown, 0);
	OUTCOME(WaitForNtmsOperatorRequest, ERROR_OBJECT_NOT_FOUND, S, LIB, INFINITE);
}

static void zero_just_looks(void **state)
{
	struct mount m;
	NTMS_GUID request = a_request(&m);

	OUTCOME(WaitForNtmsOperatorRequest, ERROR_TIMEOUT, S, &request, 0);
	OUTCOME(WaitForNtmsOperatorRequest, ERROR_TIMEOUT, S, &request, 200);
	assert_int_equal(NTMS_OPSTATE_SUBMITTED, oprequest_state(S, request)); /* it stays */
	end(&m);
	OUTCOME(WaitForNtmsOperatorRequest, ERROR_CANCELLED, S, &request, 0);
}

static void satisfied(void **state)
{
	struct mount m;
	NTMS_GUID request = a_request(&m);
	struct request_wait w = {.session = S, .request = request, .timeout = INFINITE};

	request_wait_start(&w);
	OK(SatisfyNtmsOperatorRequest(S, &request));
	OUTCOME_OF(WaitForNtmsOperatorRequest, ERROR_SUCCESS, request_wait_end(&w));
	OUTCOME(WaitForNtmsOperatorRequest, ERROR_SUCCESS, S, &request, INFINITE); /* also afterwards */
	end(&m);
}

static void refused(void **state)
{
	struct mount m;
	NTMS_GUID request = a_request(&m);
	struct request_wait w = {.session = S, .request = request, .timeout = 60000};

	request_wait_start(&w);
	OK(CancelNtmsOperatorRequest(S, &request));
	OUTCOME_OF(WaitForNtmsOperatorRequest, ERROR_CANCELLED, request_wait_end(&w));
	assert_int_equal(ERROR_REQUEST_REFUSED, mount_end(&m));
}

static void a_wait_takes_the_request_away_from_nobody(void **state)
{
	struct mount m;
	NTMS_GUID request = a_request(&m);
	HANDLE others[3];
	struct request_wait w[3];

	for (int i = 0; i < 3; i++) {
		others[i] = OpenNtmsSessionA(rig.server, "waiter", 0);
		w[i] = (struct request_wait){.session = others[i], .request = request, .timeout = INFINITE};
		request_wait_start(&w[i]);
	}
	OK(SatisfyNtmsOperatorRequest(S, &request));
	for (int i = 0; i < 3; i++) {
		OUTCOME_OF(WaitForNtmsOperatorRequest, ERROR_SUCCESS, request_wait_end(&w[i]));
		OK(CloseNtmsSession(others[i]));
	}
	end(&m);
}

static void flushed_ones_are_not_found(void **state)
{
	object_info i = info(S, computer(S), NTMS_COMPUTER), was = i;
	struct mount m;
	NTMS_GUID request = a_request(&m);

	end(&m);
	i.Info.Computer.dwOpRequestPurgeTime = 0;
	set_info(S, &i);
	WAIT_UNTIL(oprequest_state(S, request) == NTMS_OPSTATE_UNKNOWN);
	set_info(S, &was);
	OUTCOME(WaitForNtmsOperatorRequest, ERROR_OBJECT_NOT_FOUND, S, &request, INFINITE);
}

static void use_of_the_computer_is_enough(void **state)
{
	NTMS_GUID pc = computer(S), request;
	struct descriptor before = get_security(S, pc, NTMS_COMPUTER, DACL_SECURITY_INFORMATION);
	HANDLE guest = rig_session_as(&rig, "nobody");
	struct mount m;

	request = a_request(&m);
	OUTCOME(WaitForNtmsOperatorRequest, ERROR_TIMEOUT, guest, &request, 0);
	grant(S, pc, NTMS_COMPUTER, 65534, 0);
	OUTCOME(WaitForNtmsOperatorRequest, ERROR_ACCESS_DENIED, guest, &request, 0);
	OK(SetNtmsObjectSecurity(S, &pc, NTMS_COMPUTER, DACL_SECURITY_INFORMATION, before.bytes));
	OK(CloseNtmsSession(guest));
	end(&m);
}

/* The last test: the daemon doesn't come back. */
static void the_service_is_gone(void **state)
{
	struct mount m;
	struct request_wait w = {.session = S, .timeout = INFINITE};

	w.request = a_request(&m);
	request_wait_start(&w);
	rig_kill(&rig);
	OUTCOME_OF(WaitForNtmsOperatorRequest, ERROR_NOT_CONNECTED, request_wait_end(&w));
	assert_int_equal(ERROR_NOT_CONNECTED, mount_end(&m));
	OUTCOME(WaitForNtmsOperatorRequest, ERROR_NOT_CONNECTED, S, &w.request, 0);
}

static int start_with_an_offline_medium(void **state)
{
	start(state);
	pool = rig_pool(&rig, "\\Away");
	medium = rig_available(&rig, LIBRARY, pool);
	operator_takes_out(&rig, LIBRARY, medium);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_needs_a_session_and_a_request),
		cmocka_unit_test(zero_just_looks),
		cmocka_unit_test(satisfied),
		cmocka_unit_test(refused),
		cmocka_unit_test(a_wait_takes_the_request_away_from_nobody),
		cmocka_unit_test(flushed_ones_are_not_found),
		cmocka_unit_test(use_of_the_computer_is_enough),
		cmocka_unit_test(the_service_is_gone),
	};

	return RSM_TESTS(tests, start_with_an_offline_medium, stop);
}
