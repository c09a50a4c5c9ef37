/* SPDX-License-Identifier: GPL-2.0-or-later
 * Waiting, and telling what for. The work of a library is followed through its requests, whose reason says
 * what they wait for; blocking calls run in a thread meanwhile. */
#include "cli/cli.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#define LOOK_MS 100 /* how often an unfinished request is looked at */

static long long now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

void wait_a_moment(void) { nanosleep(&(struct timespec){.tv_nsec = LOOK_MS * 1000000L}, NULL); }

/* Says it of the object if it is news. */
static void say(struct object *o, const char *text)
{
	if (o->told && !strcmp(text, o->told))
		return;
	free(o->told);
	o->told = strdup(text);
	note("%s", text);
}

static void say_request(struct object *o)
{
	auto_str text = {0};
	const struct kind *k = kind_of(NTMS_LIBREQUEST);
	const RSM_OBJECTDETAIL *d = object_detail(o);
	if (o->info.Info.LibRequest.State == NTMS_LM_QUEUED && !d->szReason[0])
		return;
	for (size_t i = 0; i < k->n; i++)
		if (!strcmp(k->columns[i].name, "OPERATION")) {
			column_text(&k->columns[i], o, false, &text);
			if (!guid_null(&o->info.Info.LibRequest.PhysMediaId))
				str_printf(&text, " of %s",
					   object_name(&o->info.Info.LibRequest.PhysMediaId));
		} else if (!strcmp(k->columns[i].name, "STATE")) {
			str_puts(&text, ": ");
			column_text(&k->columns[i], o, false, &text);
		}
	if (d->szReason[0])
		str_printf(&text, ": %s", d->szReason);
	if (d->dwTotal)
		str_printf(&text, " (%u of %u)", d->dwDone, d->dwTotal);
	say(o, text.s ? text.s : "");
}

static int verdict(struct object *o)
{
	DWORD code = o->info.Info.LibRequest.dwErrorCode;
	if (o->code)
		return EXIT_OK; /* finished and purged */
	switch (o->info.Info.LibRequest.State) {
	case NTMS_LM_PASSED:
	case NTMS_LM_STOPPED:
		return EXIT_OK;
	case NTMS_LM_CANCELLED:
		code = code ? code : ERROR_CANCELLED;
		break;
	}
	SetLastError(code);
	const char *medium = object_name(&o->info.Info.LibRequest.PhysMediaId);
	fprintf(stderr, "rsm: %s: %s (%u): %s%s%s\n", command_name, RsmErrorName(code), code, medium,
		*medium ? ": " : "", object_detail(o)->szReason);
	return EXIT_FAILED;
}

static bool late(long long end, DWORD timeout) { return timeout != INFINITE && now_ms() >= end; }

static int timed_out(void)
{
	fprintf(stderr, "rsm: %s: %s (%u): it goes on in the library; see 'rsm list requests'\n",
		command_name, RsmErrorName(ERROR_TIMEOUT), ERROR_TIMEOUT);
	return EXIT_FAILED;
}

int wait_request(const GUID *request, DWORD timeout)
{
	long long end = now_ms() + timeout;
	for (;;) {
		struct object *o = object_again(request);
		if (request_finished(o))
			return verdict(o);
		if (late(end, timeout))
			return timed_out();
		say_request(o);
		wait_a_moment();
	}
}

static bool concerns(struct object *o, unsigned ops, const GUID *medium)
{
	return !o->code && o->info.Info.LibRequest.OperationCode < 32 &&
	       1u << o->info.Info.LibRequest.OperationCode & ops &&
	       (guid_null(medium) || guid_same(medium, &o->info.Info.LibRequest.PhysMediaId));
}

static guid_vec before; /* sorted */

static int by_id(const void *a, const void *b) { return memcmp(a, b, sizeof(GUID)); }

void work_before(void)
{
	enumerate(NULL, NTMS_LIBREQUEST, &before);
	if (before.n)
		qsort(before.v, before.n, sizeof *before.v, by_id);
}

static bool is_ours(const GUID *id)
{
	return !before.n || !bsearch(id, before.v, before.n, sizeof *before.v, by_id);
}

/* One look at the requests that concern us. False: one isn't finished. */
static bool all_finished(const guid_vec *all, unsigned ops, const GUID *medium)
{
	bool finished = true;
	vec_each(r, all) {
		struct object *o = object(r); /* a finished one stays finished */
		if (!request_finished(o))
			o = object_again(r);
		if (request_finished(o) || !concerns(o, ops, medium))
			continue;
		finished = false;
		say_request(o);
	}
	return finished;
}

int wait_work(const GUID *library, unsigned ops, const GUID *medium, DWORD timeout)
{
	long long end = now_ms() + timeout;
	guid_vec all = {0};
	int status = EXIT_OK;
	for (size_t last = SIZE_MAX;; last = all.n) {
		all.n = 0;
		enumerate(guid_null(library) ? NULL : library, NTMS_LIBREQUEST, &all);
		/* one that has just finished may have queued others, which the list didn't show yet */
		if (all_finished(&all, ops, medium) && all.n == last)
			break;
		if (late(end, timeout)) {
			status = timed_out();
			break;
		}
		if (all.n == last)
			wait_a_moment();
	}
	vec_each(r, &all)
		if (is_ours(r) && concerns(object(r), ops, medium) && request_finished(object(r)) &&
		    verdict(object(r)))
			status = EXIT_FAILED;
	vec_free(&all);
	return status;
}

/* ---- a call that blocks ---- */

struct blocking {
	DWORD (*call)(void *);
	void *arg;
	DWORD code;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	bool over;
	char text[RSM_REASON_LENGTH];
};

static void *run_call(void *p)
{
	struct blocking *b = p;
	DWORD code = b->call(b->arg);
	const char *text = RsmLastErrorText(); /* of this thread */
	pthread_mutex_lock(&b->lock);
	b->code = code;
	snprintf(b->text, sizeof b->text, "%s", text);
	b->over = true;
	pthread_cond_signal(&b->ended);
	pthread_mutex_unlock(&b->lock);
	return NULL;
}

static void say_operator(struct object *o)
{
	char text[800], id[GUID_CHARS];
	snprintf(text, sizeof text, "operator request %.8s: %s", guid_format(&o->id, id),
		 o->info.Info.OpRequest.szMessage);
	say(o, text);
}

/* Requests of either kind that name the object. */
static void say_waiting(const GUID *about)
{
	guid_vec all = {0};
	enumerate(NULL, NTMS_LIBREQUEST, &all);
	enumerate(NULL, NTMS_OPREQUEST, &all);
	vec_each(r, &all) {
		struct object *o = object(r);
		if (!request_finished(o))
			o = object_again(r);
		if (request_finished(o))
			continue;
		if (o->info.dwType == NTMS_OPREQUEST && guid_same(about, &o->info.Info.OpRequest.Arg1))
			say_operator(o);
		else if (o->info.dwType == NTMS_LIBREQUEST &&
			 guid_same(about, &o->info.Info.LibRequest.PhysMediaId) &&
			 o->info.Info.LibRequest.State != NTMS_LM_INPROCESS)
			say_request(o);
	}
	vec_free(&all);
}

DWORD call_watched(DWORD (*call)(void *), void *arg, const GUID *object_id)
{
	struct blocking b = {.call = call, .arg = arg, .lock = PTHREAD_MUTEX_INITIALIZER};
	pthread_condattr_t attr;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&b.ended, &attr);
	pthread_condattr_destroy(&attr);
	pthread_t thread;
	if (!chatty() || pthread_create(&thread, NULL, run_call, &b))
		return call(arg);
	int wait_ms =
		50; /* soon at first: most calls either return at once or wait for something worth telling */
	for (bool over = false; !over; wait_ms = 3 * LOOK_MS) {
		struct timespec until;
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += wait_ms * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		pthread_mutex_lock(&b.lock);
		while (!b.over && !pthread_cond_timedwait(&b.ended, &b.lock, &until))
			;
		over = b.over;
		pthread_mutex_unlock(&b.lock);
		if (!over)
			say_waiting(object_id);
	}
	pthread_join(thread, NULL);
	server_said(strdup(b.text));
	return b.code;
}
