/* SPDX-License-Identifier: GPL-2.0-or-later
 * OpenNtmsSession: finding the server, being let in. */
#include "rsm_test.h"

#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

RSM_RIG(.library = {{"lib", 6, 1, 1, .cartridges = 4}})

/* ---- what a child process finds ---- */

/* The code with which a child, prepared, fails to open a session; 0 if it opens one. */
static DWORD open_in_child(int (*prepare)(void), const char *server)
{
	int tube[2];
	DWORD code = 0;
	pid_t child;

	assert_int_equal(0, pipe(tube));
	child = fork();
	if (child == 0) {
		HANDLE s;
		if (prepare() != 0)
			code = ERROR_CALL_NOT_IMPLEMENTED;
		else if ((s = OpenNtmsSessionA(server, "child", 0)) == INVALID_HANDLE_VALUE)
			code = GetLastError();
		if (write(tube[1], &code, sizeof code) < 0)
			_exit(1);
		_exit(0);
	}
	close(tube[1]);
	assert_int_equal(sizeof code, read(tube[0], &code, sizeof code));
	close(tube[0]);
	waitpid(child, NULL, 0);
	return code;
}

static int become_nobody(void) { return setgroups(0, NULL) || setgid(65534) || setuid(65534); }

static int leave_the_network(void)
{
	return unshare(geteuid() == 0 ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET);
}

/* ---- the server ---- */

static void it_opens_and_the_application_is_recorded(void **state)
{
	HANDLE s = OpenNtmsSessionA(rig.server, "My application", 0);
	NTMS_GUID medium = rig_blank(&rig, 0), request;

	assert_ptr_not_equal(INVALID_HANDLE_VALUE, s);
	OUTCOME_OF(OpenNtmsSession, ERROR_SUCCESS, 0);
	OK(DisableNtmsObject(s, NTMS_PHYSICAL_MEDIA, &medium));
	assert_true(find_request(S, null_guid, NTMS_LM_DISABLEMEDIA, medium, &request));
	assert_string_equal("My application",
			    info(S, request, NTMS_LIBREQUEST).Info.LibRequest.szApplication);
	assert_true(strlen(info(S, request, NTMS_LIBREQUEST).Info.LibRequest.szUser) > 0);
	assert_true(strlen(info(S, request, NTMS_LIBREQUEST).Info.LibRequest.szComputer) > 0);
	WAIT_UNTIL(request_ended(S, request));
	OK(CloseNtmsSession(s));
	/* NULL: the server records RSM */
	s = OpenNtmsSessionA(rig.server, NULL, NTMS_SESSION_QUERYEXPEDITE);
	assert_ptr_not_equal(INVALID_HANDLE_VALUE, s);
	OK(EnableNtmsObject(s, NTMS_PHYSICAL_MEDIA, &medium));
	assert_true(find_request(S, null_guid, NTMS_LM_ENABLEMEDIA, medium, &request));
	assert_string_equal("RSM", info(S, request, NTMS_LIBREQUEST).Info.LibRequest.szApplication);
	WAIT_UNTIL(request_ended(S, request));
	OK(CloseNtmsSession(s));
}

static void long_names_are_cut_on_a_whole_character(void **state)
{
	/* 62 bytes and a character of three: it doesn't fit into 63 */
	char name[100];
	HANDLE s;
	NTMS_GUID medium = rig_blank(&rig, 0), request;

	memset(name, 'n', 62);
	strcpy(name + 62, "\xe2\x82\xac rest");
	s = OpenNtmsSessionA(rig.server, name, 0);
	assert_ptr_not_equal(INVALID_HANDLE_VALUE, s);
	OK(DisableNtmsObject(s, NTMS_PHYSICAL_MEDIA, &medium));
	assert_true(find_request(S, null_guid, NTMS_LM_DISABLEMEDIA, medium, &request));
	name[62] = 0;
	assert_string_equal(name, info(S, request, NTMS_LIBREQUEST).Info.LibRequest.szApplication);
	WAIT_UNTIL(request_ended(S, request));
	OK(EnableNtmsObject(s, NTMS_PHYSICAL_MEDIA, &medium));
	OK(CloseNtmsSession(s));
}

static void the_wide_form_opens_too(void **state)
{
	WCHAR server[120];
	HANDLE s;
	size_t n = strlen(rig.server);

	for (size_t i = 0; i <= n; i++)
		server[i] = (WCHAR)rig.server[i];
	s = OpenNtmsSessionW(server, u"größer", 0);
	assert_ptr_not_equal(INVALID_HANDLE_VALUE, s);
	OK(CloseNtmsSession(s));
	assert_ptr_equal(INVALID_HANDLE_VALUE, OpenNtmsSessionW(u"ftp://host", NULL, 0));
	OUTCOME_OF(OpenNtmsSession, ERROR_INVALID_COMPUTERNAME, GetLastError());
}

static void without_a_name_the_environment_names_the_server(void **state)
{
	HANDLE s;

	setenv("RSM_SERVER", rig.server, 1);
	s = OpenNtmsSessionA(NULL, "environment", 0);
	unsetenv("RSM_SERVER");
	assert_ptr_not_equal(INVALID_HANDLE_VALUE, s);
	OK(CloseNtmsSession(s));
}

static void malformed_names_are_no_names(void **state)
{
	static const char *const names[] = {"unix:",
					    "ftp://host",
					    "https://",
					    "http://127.0.0.1:port",
					    "http://127.0.0.1:70000",
					    "two words",
					    "http://example.com:8731" /* not loopback, not https */};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		OUTCOME_OPEN(ERROR_INVALID_COMPUTERNAME, names[i], "test", 0);
}

static void other_parameters_are_checked(void **state)
{
	OUTCOME_OPEN(ERROR_INVALID_PARAMETER, rig.server, "test", 0x80);
	OUTCOME_OPEN(ERROR_INVALID_PARAMETER, rig.server, "not UTF-8: \xff", 0);
}

static void nobody_there(void **state)
{
	char gone[120];

	snprintf(gone, sizeof gone, "%s.gone", rig.server);
	OUTCOME_OPEN(ERROR_NOT_CONNECTED, gone, "test", 0);
	OUTCOME_OPEN(ERROR_NOT_CONNECTED, "http://127.0.0.1:9", "test", 0);
}

static void no_network(void **state)
{
	DWORD code = open_in_child(leave_the_network, "https://192.0.2.1:8731");

	if (code == ERROR_CALL_NOT_IMPLEMENTED)
		OUTCOME_SKIPPED(OpenNtmsSession, ERROR_NO_NETWORK,
				"this kernel lets us have no network namespace");
	else
		OUTCOME_OF(OpenNtmsSession, ERROR_NO_NETWORK, code);
}

static void it_needs_use_of_the_computer(void **state)
{
	NTMS_GUID pc = computer(S);
	struct descriptor before = get_security(S, pc, NTMS_COMPUTER, DACL_SECURITY_INFORMATION);
	HANDLE guest = rig_session_as(&rig, "nobody"); /* everyone may, at first */

	OK(CloseNtmsSession(guest));
	grant(S, pc, NTMS_COMPUTER, 65534, 0);
	if (geteuid() == 0) {
		OUTCOME_OF(OpenNtmsSession, ERROR_ACCESS_DENIED, open_in_child(become_nobody, rig.server));
		grant(S, pc, NTMS_COMPUTER, 65534, NTMS_USE_ACCESS);
		OUTCOME_OF(OpenNtmsSession, ERROR_SUCCESS, open_in_child(become_nobody, rig.server));
	} else {
		OUTCOME_SKIPPED(OpenNtmsSession, ERROR_ACCESS_DENIED, "only root can become somebody else");
	}
	OK(SetNtmsObjectSecurity(S, &pc, NTMS_COMPUTER, DACL_SECURITY_INFORMATION, before.bytes));
}

static void a_wrong_token_is_denied(void **state)
{
	char file[100];
	FILE *f;

	OUTCOME_OPEN(ERROR_ACCESS_DENIED, rig.tcp, "no token", 0);
	snprintf(file, sizeof file, "%s/token.wrong", rig.dir);
	f = fopen(file, "w");
	assert_non_null(f);
	fputs("guessed\n", f);
	fclose(f);
	setenv("RSM_TOKEN_FILE", file, 1);
	OUTCOME_OPEN(ERROR_ACCESS_DENIED, rig.tcp, "wrong token", 0);
	unsetenv("RSM_TOKEN_FILE");
}

/* ---- servers that aren't up to it ---- */

/* Answers each request on a unix socket with this, until it is killed. */
static pid_t fake_server(const char *path, const char *status, const char *body)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	pid_t child;

	strcpy(a.sun_path, path);
	assert_int_equal(0, bind(fd, (struct sockaddr *)&a, sizeof a));
	assert_int_equal(0, listen(fd, 5));
	child = fork();
	if (child)
		return close(fd), child;
	for (;;) {
		char request[4000], answer[2000];
		int c = accept(fd, NULL, NULL);
		while (read(c, request, sizeof request) > 0) {
			int n = snprintf(answer, sizeof answer,
					 "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: "
					 "%zu\r\n\r\n%s",
					 status, strlen(body), body);
			if (write(c, answer, (size_t)n) != n)
				break;
		}
		close(c);
	}
}

static DWORD open_fake(const char *name, const char *status, const char *body)
{
	char path[100], server[110];
	DWORD code = 0;
	HANDLE s;
	pid_t fake;

	snprintf(path, sizeof path, "%s/%s", rig.dir, name);
	snprintf(server, sizeof server, "unix:%s", path);
	fake = fake_server(path, status, body);
	s = OpenNtmsSessionA(server, "test", 0);
	if (s == INVALID_HANDLE_VALUE)
		code = GetLastError();
	else
		CloseNtmsSession(s);
	kill(fake, SIGKILL);
	waitpid(fake, NULL, 0);
	return code;
}

static void an_older_server_has_no_interface_for_us(void **state)
{
	OUTCOME_OF(OpenNtmsSession, RPC_S_NO_INTERFACES,
		   open_fake("old", "200 OK",
			     "{\"session\":\"11111111-2222-3333-4444-555555555555\",\"incarnation\":"
			     "\"11111111-2222-3333-4444-555555555556\",\"apiVersion\":0,\"version\":\"0\","
			     "\"ready\":1}"));
}

static void a_server_that_talks_nonsense_is_no_server(void **state)
{
	OUTCOME_OF(OpenNtmsSession, ERROR_NOT_CONNECTED, open_fake("nonsense", "200 OK", "{\"session\": 7"));
}

static bool not_ready(void)
{
	HANDLE s = OpenNtmsSessionA(rig.server, "early", 0);
	DWORD code = GetLastError();

	assert_ptr_equal(INVALID_HANDLE_VALUE, s);
	assert_true(code == ERROR_NOT_READY || code == ERROR_NOT_CONNECTED); /* it doesn't listen yet */
	return code == ERROR_NOT_READY;
}

/* The service listens while it starts, and lets nobody in before it is through with that. */
static void a_server_that_starts_is_not_ready(void **state)
{
	OK(CloseNtmsSession(S));
	rig_kill(&rig);
	rig_hold_start(&rig);
	WAIT_UNTIL(not_ready());
	OUTCOME_OPEN(ERROR_NOT_READY, rig.server, "early", 0);
	rig_let_start(&rig);
	rig_settle(&rig);
}

/* ---- a session and processes ---- */

static DWORD enumerate_in_child(HANDLE s)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		DWORD n = 0;
		_exit(EnumerateNtmsObject(s, NULL, NULL, &n, NTMS_LIBRARY, 0) == ERROR_INVALID_HANDLE ? 0
												      : 1);
	}
	waitpid(child, &status, 0);
	return (DWORD)status;
}

static void a_session_is_not_handed_to_another_process(void **state)
{
	DWORD n = 0;

	assert_int_equal(0, enumerate_in_child(S));
	assert_int_equal(ERROR_INSUFFICIENT_BUFFER, EnumerateNtmsObject(S, NULL, NULL, &n, NTMS_LIBRARY, 0));
}

static void *enumerate(void *s)
{
	for (int i = 0; i < 200; i++) {
		NTMS_GUID v[200];
		DWORD n = 200;
		if (EnumerateNtmsObject(s, NULL, v, &n, NTMS_MEDIA_TYPE, 0) != 0)
			return s;
	}
	return NULL;
}

static void several_threads_use_it_at_once(void **state)
{
	pthread_t t[4];
	void *bad;

	for (int i = 0; i < 4; i++)
		assert_int_equal(0, pthread_create(&t[i], NULL, enumerate, S));
	for (int i = 0; i < 4; i++) {
		pthread_join(t[i], &bad);
		assert_null(bad);
	}
}

/* ---- start-up (behaviour.md, 16) ---- */

static void a_restart_cancels_unfinished_work_and_ends_sessions(void **state)
{
	NTMS_GUID operation = null_guid;
	HANDLE old = S;
	DWORD code, n = 0;

	OK(InjectNtmsMedia(S, LIB, &operation, NTMS_INJECT_START));
	rig_kill(&rig);
	rig_restart(&rig);
	assert_int_equal(NTMS_LM_CANCELLED, request_state(S, operation));
	code = EnumerateNtmsObject(old, NULL, NULL, &n, NTMS_LIBRARY, 0);
	assert_true(code == ERROR_NOT_CONNECTED || code == ERROR_INVALID_HANDLE);
	CloseNtmsSession(old);
	rig_settle(&rig);
}

/* What an application holds it holds on: allocations, mounts; and what operators were asked. */
static void a_restart_keeps_holds_and_operator_requests(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Held"), lmid = rig_allocated(&rig, 0, pool), request, operation;
	NTMS_GUID medium = medium_of_logical(S, lmid), ejected = rig_free(&rig, 0),
		  drive = mount_medium(S, lmid);
	HANDLE old = S;

	set_max_extend(S, *LIB, 1);
	OK(EjectNtmsMedia(S, &ejected, &operation, NTMS_EJECT_START));
	WAIT_UNTIL(find_oprequest(S, NTMS_OPREQ_MOVEMEDIA, ejected, &request)); /* take it out of the port */
	rig_kill(&rig);
	CloseNtmsSession(old);
	rig_restart(&rig);
	WAIT_UNTIL(operational_state(S, *LIB, NTMS_LIBRARY) == NTMS_READY && library_idle(S, *LIB));
	assert_int_equal(NTMS_PARTSTATE_ALLOCATED, medium_side_state(S, medium, 0));
	assert_same(drive, info(S, medium, NTMS_PHYSICAL_MEDIA).Info.PhysicalMedia.Location);
	assert_int_equal(NTMS_MEDIASTATE_LOADED, media_state(S, medium));
	assert_int_equal(NTMS_DRIVESTATE_LOADED, info(S, drive, NTMS_DRIVE).Info.Drive.State);
	assert_int_equal(NTMS_OPSTATE_SUBMITTED, oprequest_state(S, request));
	dismount_medium(S, lmid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_opens_and_the_application_is_recorded),
		cmocka_unit_test(long_names_are_cut_on_a_whole_character),
		cmocka_unit_test(the_wide_form_opens_too),
		cmocka_unit_test(without_a_name_the_environment_names_the_server),
		cmocka_unit_test(malformed_names_are_no_names),
		cmocka_unit_test(other_parameters_are_checked),
		cmocka_unit_test(nobody_there),
		cmocka_unit_test(no_network),
		cmocka_unit_test(it_needs_use_of_the_computer),
		cmocka_unit_test(a_wrong_token_is_denied),
		cmocka_unit_test(an_older_server_has_no_interface_for_us),
		cmocka_unit_test(a_server_that_talks_nonsense_is_no_server),
		cmocka_unit_test(a_server_that_starts_is_not_ready),
		cmocka_unit_test(a_session_is_not_handed_to_another_process),
		cmocka_unit_test(several_threads_use_it_at_once),
		cmocka_unit_test(a_restart_cancels_unfinished_work_and_ends_sessions),
		cmocka_unit_test(a_restart_keeps_holds_and_operator_requests),
	};

	return RSM_TESTS(tests, start, stop);
}
