/* SPDX-License-Identifier: GPL-2.0-or-later
 * See executor_sink.h. */
#include "tests/unit/executor_sink.h"

#include "base/clock.h"
#include "base/vec.h"
#include "store/sql.h"

#include <ntmsapi.h>
#include <pthread.h>
#include <string.h>

#define LIMIT_MS 60000 /* after which an awaited event counts as missing */

struct store *sink_store;
struct executor *sink_executor;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t told = PTHREAD_COND_INITIALIZER;
static VEC(struct event *) events; /* with their own elements and probe */
static size_t seen;		   /* events before it were awaited already */
static int refuse;		   /* so many events more are refused */

static struct event *keep(const struct event *ev)
{
	struct event *own = malloc(sizeof *own);

	*own = *ev;
	if (ev->n_elements) {
		struct element_state *el = calloc(ev->n_elements, sizeof *el);

		memcpy(el, ev->elements, ev->n_elements * sizeof *el);
		own->elements = el;
	}
	if (ev->probe) {
		struct probe *p = malloc(sizeof *p);

		*p = *ev->probe;
		p->drives = calloc(p->n_drives + 1, sizeof *p->drives);
		memcpy(p->drives, ev->probe->drives, p->n_drives * sizeof *p->drives);
		own->probe = p;
	}
	return own;
}

static void forget(struct event *ev)
{
	free((void *)ev->elements);
	if (ev->probe)
		free(ev->probe->drives);
	free((void *)ev->probe);
	free(ev);
}

static int sink(struct txn *t, const struct library_world *world, const struct event *ev, struct err *e)
{
	int rc = 0;

	pthread_mutex_lock(&lock);
	if (refuse > 0 && refuse--)
		rc = err_set(e, ERROR_DATABASE_FULL, "refused by the test");
	else
		*vec_add(&events) = keep(ev);
	pthread_cond_broadcast(&told);
	pthread_mutex_unlock(&lock);
	return rc;
}

const struct event *await(enum event_kind kind, int64_t action)
{
	struct timespec until = {.tv_sec = clock_now() / 1000 + LIMIT_MS / 1000};
	const struct event *found = NULL;
	int r = 0;

	pthread_mutex_lock(&lock);
	while (!found && !r) {
		while (!found && seen < events.n) {
			const struct event *ev = events.v[seen++];

			if (ev->kind == kind && (!action || ev->action == action))
				found = ev;
		}
		if (!found)
			r = pthread_cond_timedwait(&told, &lock, &until);
	}
	pthread_mutex_unlock(&lock);
	if (!found)
		fail_msg("event %d (action %lld) didn't come", kind, (long long)action);
	return found;
}

size_t count(enum event_kind kind)
{
	size_t n = 0;

	pthread_mutex_lock(&lock);
	vec_each(ev, &events)
		n += (*ev)->kind == kind;
	pthread_mutex_unlock(&lock);
	return n;
}

/* ---- asking ---- */

static int act_job(struct txn *t, void *a, struct err *e)
{
	executor_act(t, a, sink_executor);
	return 0;
}

int64_t start(struct action a)
{
	static int64_t last;
	struct err e;

	a.id = ++last;
	a.library = LIBRARY;
	assert_int_equal(store_run(sink_store, act_job, &a, &e), 0);
	return a.id;
}

const struct event *act(struct action a) { return await(EV_OUTCOME, start(a)); }

void assert_done(const struct event *ev)
{
	if (ev->outcome != OUTCOME_DONE)
		fail_msg("outcome %d, fault %d: %s", ev->outcome, ev->fault, ev->why);
}

const struct element_state *element(const struct event *ev, unsigned address)
{
	for (size_t i = 0; i < ev->n_elements; i++)
		if (ev->elements[i].address == address)
			return &ev->elements[i];
	fail_msg("no element %u among %zu", address, ev->n_elements);
	return NULL;
}

static int rows_job(struct txn *t, void *arg, struct err *e)
{
	const struct probe *p = arg;
	guid g = guid_new();

	if (sql_do(t, e, "INSERT OR IGNORE INTO object(id,guid,type,created,modified) VALUES(?,?,9,1,1)",
		   "ig", (int64_t)LIBRARY, &g) ||
	    sql_do(t, e, "INSERT OR IGNORE INTO library(id,key,library_type) VALUES(?,'lib',2)", "i",
		   (int64_t)LIBRARY))
		return (int)e->code;
	for (size_t i = 0; i < p->n_drives; i++) {
		g = guid_new();
		if (sql_do(t, e,
			   "INSERT OR IGNORE INTO object(id,guid,type,created,modified) VALUES(?,?,5,1,1)",
			   "ig", (int64_t)(DRIVE + i), &g) ||
		    sql_do(t, e, "INSERT OR IGNORE INTO drive(id,library,number,element) VALUES(?,?,?,?)",
			   "iiii", (int64_t)(DRIVE + i), (int64_t)LIBRARY, (int64_t)i + 1,
			   (int64_t)p->drives[i].element))
			return (int)e->code;
	}
	return 0;
}

const struct probe *await_up(void)
{
	const struct probe *p = await(EV_UP, 0)->probe;
	struct err e;

	if (store_run(sink_store, rows_job, (void *)p, &e))
		fail_msg("%s", e.why);
	return p;
}

int sink_new(const char *name, const char *state, const char *changer, struct err *e)
{
	struct executor_library l = {.id = LIBRARY, .name = name, .changer = changer};
	struct executor_config c = {
		.store = sink_store, .event = sink, .state = state, .libraries = &l, .n_libraries = 1};

	return executor_new(&c, &sink_executor, e);
}

void sink_start(const char *state, const char *changer)
{
	struct err e;

	if (sink_new("lib", state, changer, &e) || executor_start(sink_executor, &e))
		fail_msg("%s", e.why);
}

void sink_refuse(int n)
{
	pthread_mutex_lock(&lock);
	refuse = n;
	pthread_mutex_unlock(&lock);
}

int sink_refused(void)
{
	pthread_mutex_lock(&lock);
	int n = refuse;
	pthread_mutex_unlock(&lock);
	return n;
}

int sink_set_up(void)
{
	struct err e;

	seen = events.n = 0;
	refuse = 0;
	if (!store_open(&(struct store_config){.path = ":memory:"}, &sink_store, &e))
		return 0;
	print_message("# %s\n", e.why);
	return -1;
}

void sink_tear_down(void)
{
	if (sink_executor)
		executor_stop(sink_executor);
	store_close(sink_store);
	executor_free(sink_executor);
	sink_executor = NULL;
	vec_each(ev, &events)
		forget(*ev);
	vec_free(&events);
}
