/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What an application gets through libntmsapi: a thread and a session for each client. Output as
 * bench_server's. */
#include "tests/bench/http.h"

#include <ntmsapi.h>
#include <rsmext.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IDS = 1000 };

static NTMS_GUID ids[IDS], pool;
static DWORD n_ids = IDS;
static atomic_bool stop;
static atomic_long whole;
static pthread_barrier_t ready;

static void need(DWORD code, const char *what)
{
	if (code != ERROR_SUCCESS)
		bench_die("%s: %u %s", what, code, RsmLastErrorText());
}

static HANDLE open_session(void)
{
	HANDLE session = OpenNtmsSession(NULL, "bench", 0);

	if (session == INVALID_HANDLE_VALUE || !session)
		bench_die("OpenNtmsSession: %u", GetLastError());
	return session;
}

static void read_one(HANDLE session, unsigned *i)
{
	NTMS_OBJECTINFORMATION info = {.dwSize = sizeof info, .dwType = NTMS_PHYSICAL_MEDIA};

	need(GetNtmsObjectInformation(session, &ids[(*i)++ % n_ids], &info), "GetNtmsObjectInformation");
}

static void pair(HANDLE session, unsigned *i)
{
	NTMS_GUID medium = {0};

	need(AllocateNtmsMedia(session, &pool, NULL, &medium, NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, 0, NULL),
	     "AllocateNtmsMedia");
	need(DeallocateNtmsMedia(session, &medium, 0), "DeallocateNtmsMedia");
}

static void *client(void *operation)
{
	void (*one)(HANDLE, unsigned *) = *(void (**)(HANDLE, unsigned *))operation;
	HANDLE session = open_session();
	unsigned i = 0;

	one(session, &i);
	pthread_barrier_wait(&ready);
	while (!stop) {
		one(session, &i);
		whole++;
	}
	CloseNtmsSession(session);
	return NULL;
}

static double measure(void (*one)(HANDLE, unsigned *), int n, double seconds)
{
	pthread_t threads[256];
	struct timespec rest = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
	double begun;

	stop = false;
	whole = 0;
	pthread_barrier_init(&ready, NULL, (unsigned)n + 1);
	for (int i = 0; i < n; i++) {
		if (pthread_create(&threads[i], NULL, client, &one) != 0)
			bench_die("no thread");
	}
	pthread_barrier_wait(&ready);
	begun = bench_now();
	nanosleep(&rest, NULL);
	stop = true;
	begun = (double)whole / (bench_now() - begun);
	for (int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&ready);
	return begun;
}

int main(int argc, char **argv)
{
	HANDLE session;
	double seconds;
	DWORD code;

	if (argc < 3)
		bench_die("usage: bench_client SECONDS read|pair:CLIENTS... (and RSM_SERVER)");
	seconds = atof(argv[1]);
	session = open_session();
	code = EnumerateNtmsObject(session, NULL, ids, &n_ids, NTMS_PHYSICAL_MEDIA, 0);
	if (code == ERROR_INSUFFICIENT_BUFFER)
		n_ids = IDS;
	else
		need(code, "EnumerateNtmsObject");
	need(CreateNtmsMediaPool(session, "bench", NULL, NTMS_OPEN_EXISTING, NULL, &pool),
	     "CreateNtmsMediaPool");
	CloseNtmsSession(session);
	for (int i = 2; i < argc; i++) {
		char *colon = strchr(argv[i], ':');
		int n = colon ? atoi(colon + 1) : 0;

		if (n < 1 || n > 256)
			bench_die("how many clients? %s", argv[i]);
		*colon = '\0';
		printf("%s %d %.0f\n", argv[i], n,
		       measure(strcmp(argv[i], "read") == 0 ? read_one : pair, n, seconds));
		fflush(stdout);
	}
	return 0;
}
