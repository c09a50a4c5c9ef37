/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What libntmsapi makes of answers that a healthy rsmd of today never gives: an older service, one that
 * starts, one that breaks in the middle of a wait, something else on the socket. Each test's script answers
 * on a unix socket. */
#include <rsmext.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SESSION "{\"session\":\"11111111-2222-3333-4444-555555555555\",\"incarnation\":null,\"apiVersion\":1}"

struct reply {
	int status; /* 0: break the connection */
	const char *body;
};
typedef struct reply script_fn(const char *request, int polls);

static struct {
	char dir[40], name[80];
	int fd;
	pthread_t thread;
	script_fn *script;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int polls;	   /* GET /v1/calls */
	bool closed;	   /* DELETE /v1/sessions */
	char last[2][100]; /* bodies of the last two POSTs of a waiting call */
} server;

static void note(const char *request, script_fn **script, int *polls)
{
	const char *body = strstr(request, "\r\n\r\n") + 4;

	pthread_mutex_lock(&server.lock);
	*script = server.script;
	*polls = server.polls += !strncmp(request, "GET /v1/calls/", 14);
	if (!strncmp(request, "POST /v1/operator-requests/", 27)) {
		memcpy(server.last[0], server.last[1], sizeof server.last[0]);
		snprintf(server.last[1], sizeof server.last[1], "%s", body);
	}
	pthread_cond_broadcast(&server.changed);
	pthread_mutex_unlock(&server.lock);
}

/* One request in buf[0..n)? Headers and as many bytes as they promise. */
static bool whole(const char *buf, size_t n)
{
	const char *end = strstr(buf, "\r\n\r\n"), *length = strstr(buf, "Content-Length:");

	return end &&
	       n >= (size_t)(end + 4 - buf) + (length && length < end ? strtoul(length + 15, NULL, 10) : 0);
}

static void *serve(void *arg)
{
	int fd = (int)(intptr_t)arg;
	char buf[4096], head[200];
	script_fn *script;
	size_t n = 0;
	ssize_t got;
	int polls;

	while ((got = read(fd, buf + n, sizeof buf - 1 - n)) > 0) {
		n += (size_t)got;
		buf[n] = 0;
		if (!whole(buf, n))
			continue;
		note(buf, &script, &polls);
		struct reply r = script(buf, polls);
		int len = snprintf(head, sizeof head, "HTTP/1.1 %d X\r\nContent-Length: %zu\r\n\r\n",
				   r.status, strlen(r.body));

		if (!r.status || send(fd, head, (size_t)len, MSG_NOSIGNAL) < 0 ||
		    send(fd, r.body, strlen(r.body), MSG_NOSIGNAL) < 0)
			break;
		n = 0;
	}
	close(fd);
	return NULL;
}

static void *listen_(void *arg)
{
	int fd;

	(void)arg;
	while ((fd = accept(server.fd, NULL, NULL)) >= 0) {
		pthread_t t;

		pthread_create(&t, NULL, serve, (void *)(intptr_t)fd);
		pthread_detach(t);
	}
	return NULL;
}

static int start(void **state)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	(void)state;
	snprintf(server.dir, sizeof server.dir, "/tmp/answers_test.XXXXXX");
	if (!mkdtemp(server.dir))
		return -1;
	snprintf(a.sun_path, sizeof a.sun_path, "%s/s", server.dir);
	snprintf(server.name, sizeof server.name, "unix:%s", a.sun_path);
	pthread_mutex_init(&server.lock, NULL);
	pthread_cond_init(&server.changed, NULL);
	server.fd = socket(AF_UNIX, SOCK_STREAM, 0);
	return bind(server.fd, (struct sockaddr *)&a, sizeof a) || listen(server.fd, 8) ||
	       pthread_create(&server.thread, NULL, listen_, NULL);
}

static int stop(void **state)
{
	(void)state;
	shutdown(server.fd, SHUT_RDWR);
	pthread_join(server.thread, NULL);
	close(server.fd);
	unlink(server.name + 5);
	return rmdir(server.dir);
}

static HANDLE begin(script_fn *script)
{
	pthread_mutex_lock(&server.lock);
	server.script = script;
	server.polls = 0;
	server.closed = false;
	memset(server.last, 0, sizeof server.last);
	pthread_mutex_unlock(&server.lock);
	return OpenNtmsSession(server.name, "test", 0);
}

static void fails_to_open(script_fn *script, DWORD code)
{
	assert_ptr_equal(begin(script), INVALID_HANDLE_VALUE);
	assert_string_equal(RsmErrorName(GetLastError()), RsmErrorName(code));
	assert_string_not_equal(RsmLastErrorText(), "");
}

/* ---- opening ---- */

static struct reply older(const char *request, int polls)
{
	return (struct reply){200, "{\"session\":\"11111111-2222-3333-4444-555555555555\",\"apiVersion\":0}"};
}
static struct reply starting(const char *request, int polls)
{
	return (struct reply){503, "{\"code\":21,\"name\":\"ERROR_NOT_READY\",\"detail\":\"starting\"}"};
}
static struct reply a_web_page(const char *request, int polls)
{
	return (struct reply){200, "<html>It works!</html>"};
}
static struct reply an_array(const char *request, int polls) { return (struct reply){200, "[[[[["}; }
static struct reply no_session(const char *request, int polls)
{
	return (struct reply){200, "{\"apiVersion\":1}"};
}
static struct reply wrong_kinds(const char *request, int polls)
{
	return (struct reply){200, "{\"session\":7,\"incarnation\":{},\"apiVersion\":\"x\"}"};
}
static struct reply nobody(const char *request, int polls) { return (struct reply){401, ""}; }
static struct reply hang_up(const char *request, int polls) { return (struct reply){0, ""}; }

static void test_open_fails(void **state)
{
	(void)state;
	fails_to_open(older, RPC_S_NO_INTERFACES);
	fails_to_open(starting, ERROR_NOT_READY);
	fails_to_open(a_web_page, ERROR_NOT_CONNECTED);
	fails_to_open(an_array, ERROR_NOT_CONNECTED);
	fails_to_open(no_session, ERROR_NOT_CONNECTED);
	fails_to_open(wrong_kinds, ERROR_NOT_CONNECTED);
	fails_to_open(nobody, ERROR_ACCESS_DENIED);
	fails_to_open(hang_up, ERROR_NOT_CONNECTED);
}

/* ---- a session that the service has lost ---- */

static struct reply forgets(const char *request, int polls)
{
	if (!strncmp(request, "POST /v1/sessions", 17))
		return (struct reply){200, SESSION};
	return (struct reply){
		440, "{\"code\":6,\"name\":\"ERROR_INVALID_HANDLE\",\"detail\":\"no such session\"}"};
}

static void test_session_lost(void **state)
{
	HANDLE h = begin(forgets);
	NTMS_GUID id = {.Data1 = 1};

	(void)state;
	assert_ptr_not_equal(h, INVALID_HANDLE_VALUE);
	assert_int_equal(DeallocateNtmsMedia(h, &id, 0), ERROR_NOT_CONNECTED);
	assert_int_equal(WaitForNtmsOperatorRequest(h, &id, INFINITE), ERROR_NOT_CONNECTED);
	assert_int_equal(CloseNtmsSession(h), ERROR_CONNECTION_UNAVAIL);
	assert_int_equal(CloseNtmsSession(h), ERROR_INVALID_HANDLE);
}

/* ---- a wait that takes several polls, over connections that break ---- */

static struct reply patient(const char *request, int polls)
{
	static atomic_int times;

	if (!strncmp(request, "POST /v1/sessions", 17))
		return (struct reply){200, SESSION};
	if (!strncmp(request, "POST ", 5)) /* the first is lost, the second arrives */
		return times++ ? (struct reply){202, "{\"pending\":true}"} : (struct reply){0, ""};
	if (!strncmp(request, "GET ", 4)) {
		if (polls == 2)
			return (struct reply){0, ""};
		return polls < 4 ? (struct reply){202, "{\"pending\":true}"} : (struct reply){204, ""};
	}
	return (struct reply){204, ""};
}

static void test_wait_survives_broken_connections(void **state)
{
	HANDLE h = begin(patient);
	NTMS_GUID id = {.Data1 = 1};

	(void)state;
	assert_int_equal(WaitForNtmsOperatorRequest(h, &id, INFINITE), ERROR_SUCCESS);
	assert_int_equal(CloseNtmsSession(h), ERROR_SUCCESS);
	pthread_mutex_lock(&server.lock);
	assert_int_equal(server.polls, 4);
	assert_string_not_equal(server.last[0], "");
	assert_string_equal(server.last[0], server.last[1]); /* the same call, not another one */
	pthread_mutex_unlock(&server.lock);
}

/* ---- closing while another thread waits ---- */

/* Polls hang until the session is closed; then the service only knows that there is no such session. */
static struct reply until_closed(const char *request, int polls)
{
	if (!strncmp(request, "POST /v1/sessions", 17))
		return (struct reply){200, SESSION};
	if (!strncmp(request, "POST ", 5))
		return (struct reply){202, "{\"pending\":true}"};
	pthread_mutex_lock(&server.lock);
	if (!strncmp(request, "DELETE ", 7)) {
		server.closed = true;
		pthread_cond_broadcast(&server.changed);
		pthread_mutex_unlock(&server.lock);
		return (struct reply){204, ""};
	}
	while (!server.closed)
		pthread_cond_wait(&server.changed, &server.lock);
	pthread_mutex_unlock(&server.lock);
	return (struct reply){440, "{\"code\":6,\"detail\":\"no such session\"}"};
}

static void *wait_for_ever(void *h)
{
	NTMS_GUID id = {.Data1 = 1};

	return (void *)(uintptr_t)WaitForNtmsOperatorRequest(h, &id, INFINITE);
}

static void test_close_cancels_waits(void **state)
{
	HANDLE h = begin(until_closed);
	pthread_t t[2];
	void *code;

	(void)state;
	for (int i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, wait_for_ever, h);
	pthread_mutex_lock(&server.lock);
	while (server.polls < 2)
		pthread_cond_wait(&server.changed, &server.lock);
	pthread_mutex_unlock(&server.lock);
	assert_int_equal(CloseNtmsSession(h), ERROR_SUCCESS);
	for (int i = 0; i < 2; i++) {
		pthread_join(t[i], &code);
		assert_int_equal((uintptr_t)code, ERROR_CANCELLED);
	}
}

/* ---- lists and objects that make no sense ---- */

static struct reply odd_answers(const char *request, int polls)
{
	if (!strncmp(request, "POST /v1/sessions", 17))
		return (struct reply){200, SESSION};
	if (strstr(request, "type=5&"))
		return (struct reply){200, "{\"count\":1,\"objects\":[\"not a guid\"]}"};
	if (strstr(request, "type=9&"))
		return (struct reply){200,
				      "{\"count\":9,\"objects\":[\"00000001-0000-0000-0000-000000000000\"]}"};
	if (strstr(request, "GET /v1/objects/"))
		return (struct reply){200, "{\"info\":{\"type\":77}}"};
	return (struct reply){204, ""};
}

static void test_odd_answers(void **state)
{
	HANDLE h = begin(odd_answers);
	NTMS_OBJECTINFORMATION info = {.dwSize = sizeof info, .dwType = NTMS_UNKNOWN};
	NTMS_GUID list[2] = {{.Data1 = 7}, {.Data1 = 7}};
	DWORD n = 2;

	(void)state;
	assert_int_equal(EnumerateNtmsObject(h, NULL, list, &n, NTMS_DRIVE, 0), ERROR_NOT_CONNECTED);
	n = 2;
	assert_int_equal(EnumerateNtmsObject(h, NULL, list, &n, NTMS_LIBRARY, 0), ERROR_INSUFFICIENT_BUFFER);
	assert_int_equal(n, 9);
	assert_int_equal(list[0].Data1, 1);
	assert_int_equal(list[1].Data1, 7);
	assert_int_equal(GetNtmsObjectInformation(h, list, &info), ERROR_NOT_CONNECTED);
	assert_int_equal(CloseNtmsSession(h), ERROR_SUCCESS);
}

/* ---- one session, many threads ---- */

static struct reply echo(const char *request, int polls)
{
	static _Thread_local char list[100];
	const char *type = strstr(request, "type=");

	if (!strncmp(request, "POST /v1/sessions", 17))
		return (struct reply){200, SESSION};
	if (!type)
		return (struct reply){204, ""};
	snprintf(list, sizeof list, "{\"count\":1,\"objects\":[\"%08lx-0000-0000-0000-000000000000\"]}",
		 strtoul(type + 5, NULL, 10));
	return (struct reply){200, list};
}

struct caller {
	HANDLE session;
	DWORD type, wrong;
	pthread_t thread;
};

/* Each gets its own answers, and its own last error. */
static void *enumerate(void *arg)
{
	struct caller *c = arg;

	for (int i = 0; i < 100; i++) {
		NTMS_GUID id = {0};
		DWORD n = 1;

		c->wrong += EnumerateNtmsObject(c->session, NULL, &id, &n, c->type, 0) || id.Data1 != c->type;
		SetLastError(c->type);
		c->wrong += DeallocateNtmsMedia(c->session, NULL, 0) != ERROR_INVALID_PARAMETER;
		c->wrong += strcmp(RsmLastErrorText(), "lpMediaId is NULL") || GetLastError() != c->type;
	}
	return NULL;
}

static void test_many_threads(void **state)
{
	struct caller callers[8];
	HANDLE h = begin(echo);

	(void)state;
	for (DWORD i = 0; i < 8; i++) {
		callers[i] = (struct caller){.session = h, .type = i + 1};
		pthread_create(&callers[i].thread, NULL, enumerate, &callers[i]);
	}
	for (DWORD i = 0; i < 8; i++) {
		pthread_join(callers[i].thread, NULL);
		assert_int_equal(callers[i].wrong, 0);
	}
	assert_int_equal(CloseNtmsSession(h), ERROR_SUCCESS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_fails),
		cmocka_unit_test(test_session_lost),
		cmocka_unit_test(test_wait_survives_broken_connections),
		cmocka_unit_test(test_close_cancels_waits),
		cmocka_unit_test(test_odd_answers),
		cmocka_unit_test(test_many_threads),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
