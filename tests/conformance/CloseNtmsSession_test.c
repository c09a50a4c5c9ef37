/* SPDX-License-Identifier: GPL-2.0-or-later
 * CloseNtmsSession. What it does to blocked calls is shown with these: AllocateNtmsMedia, MountNtmsMedia. */
#include "rsm_test.h"

RSM_RIG(.library = {{"lib", 4, 1, 1, .cartridges = 1}})

static void it_closes(void **state)
{
	HANDLE s = OpenNtmsSessionA(rig.server, "closing", 0);
	DWORD n = 0;

	OUTCOME(CloseNtmsSession, ERROR_SUCCESS, s);
	/* any later use is an error */
	OUTCOME(CloseNtmsSession, ERROR_INVALID_HANDLE, s);
	assert_int_equal(ERROR_INVALID_HANDLE, EnumerateNtmsObject(s, NULL, NULL, &n, NTMS_LIBRARY, 0));
}

static void what_is_no_session_is_refused(void **state)
{
	OUTCOME(CloseNtmsSession, ERROR_INVALID_HANDLE, NULL);
	OUTCOME(CloseNtmsSession, ERROR_INVALID_HANDLE, INVALID_HANDLE_VALUE);
	OUTCOME(CloseNtmsSession, ERROR_INVALID_HANDLE, (HANDLE)(LONG_PTR)0x1234560);
}

/* Closes the session of a wait that another thread has begun; if it hadn't yet, that one finds no session. */
static bool cancels_a_wait(NTMS_GUID request)
{
	struct request_wait w = {
		.session = OpenNtmsSessionA(rig.server, "w", 0), .request = request, .timeout = INFINITE};
	DWORD code;

	request_wait_start(&w);
	OK(EnumerateNtmsObject(S, NULL, (NTMS_GUID[9]){0}, (DWORD[]){9}, NTMS_LIBRARY,
			       0)); /* some time passes */
	OUTCOME(CloseNtmsSession, ERROR_SUCCESS, w.session);
	code = request_wait_end(&w);
	assert_true(code == ERROR_CANCELLED || code == ERROR_INVALID_HANDLE);
	return code == ERROR_CANCELLED;
}

static void a_wait_for_an_operator_ends(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Empty"), request;
	struct allocation a = {
		.session = OpenNtmsSessionA(rig.server, "a", 0), .pool = pool, .timeout = INFINITE};

	allocation_start(&a);
	WAIT_UNTIL(find_oprequest(S, NTMS_OPREQ_NEWMEDIA, pool, &request));
	WAIT_UNTIL(cancels_a_wait(request));
	/* Somebody else's wait goes on. */
	assert_int_not_equal(NTMS_OPSTATE_UNKNOWN, oprequest_state(S, request));
	OUTCOME(CloseNtmsSession, ERROR_SUCCESS, a.session);
	assert_int_equal(ERROR_CANCELLED, allocation_end(&a));
}

/* The last test: the daemon doesn't come back. */
static void the_connection_is_gone(void **state)
{
	HANDLE s = OpenNtmsSessionA(rig.server, "left alone", 0);

	rig_kill(&rig);
	OUTCOME(CloseNtmsSession, ERROR_CONNECTION_UNAVAIL, s);
	OUTCOME(CloseNtmsSession, ERROR_INVALID_HANDLE, s); /* closed all the same */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_closes),
		cmocka_unit_test(what_is_no_session_is_refused),
		cmocka_unit_test(a_wait_for_an_operator_ends),
		cmocka_unit_test(the_connection_is_gone),
	};

	return RSM_TESTS(tests, start, stop);
}
