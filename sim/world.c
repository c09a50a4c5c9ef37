/* SPDX-License-Identifier: GPL-2.0-or-later
 * rsmd in a box: its store, its controllers, its calls, on one thread. */
#include "sim/world.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void world_fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}

static int64_t now_of(void *w) { return ((struct world *)w)->now; }

struct queued {
	struct post post;
	struct world *w;
	struct action a;
};

static void deliver(struct post *p)
{
	struct queued *q = (struct queued *)p;

	*vec_add(&q->w->queue) = q->a;
	free(q);
}

static void drop(struct post *p) { free(p); }

static void act(struct txn *t, const struct action *a, void *w)
{
	struct queued *q = calloc(1, sizeof *q);

	*q = (struct queued){{deliver, drop}, w, *a};
	txn_post(t, &q->post);
}

static int create(struct txn *t, void *arg, struct err *e)
{
	struct world *w = arg;
	struct library_key k = {.key = "test", .library_type = NTMS_LIBRARYTYPE_ONLINE};
	int rc = model_create(t, "testhost", e);

	if (!rc)
		rc = library_start(t, &k, 1, e);
	w->library = k.id;
	w->offline = model_offline_library(t);
	return rc;
}

static void must(int rc, const struct err *e)
{
	if (rc)
		world_fail("code %d: %s", rc, e->why);
}

void world_start(struct world *w, size_t slots, size_t drives, size_t ports)
{
	struct store_config sc = {.path = ":memory:",
				  .single = true,
				  .now = now_of,
				  .now_arg = w,
				  .woken = library_woken,
				  .woken_arg = &w->hooks};
	struct err e = {0};

	w->now = 1000000000000;
	w->hooks = (struct library_world){act, w};
	w->slots = slots, w->drives = drives, w->ports = ports;
	cells_add(w, 1, HAND, 1);
	cells_add(w, 2, SLOT, slots);
	cells_add(w, 3, PORT, ports);
	cells_add(w, 4, DRIVE, drives);
	w->picker =
		(struct picker){.ops = &in_memory, .hand = &place_at(w, HAND)->cell, .rotates = w->rotates};
	must(store_open(&sc, &w->store, &e), &e);
	must(store_run(w->store, create, w, &e), &e);
	w->token = token_new(0, NULL, 0, (gid_t)-1);
	w->caller = (struct caller){.session = guid_new(),
				    .token = w->token,
				    .application = "test",
				    .user = "root",
				    .computer = "here"};
}

void world_end(struct world *w)
{
	store_close(w->store);
	token_free(w->token);
	vec_each(q, &w->questions)
		free(*q);
	vec_free(&w->questions);
	vec_free(&w->cartridges);
	vec_free(&w->places);
	vec_free(&w->queue);
	vec_free(&w->done);
}

/* ---- jobs, and what may happen to them ---- */

struct undone {
	job_fn *fn;
	void *arg;
};

static int run_out_of_disk(struct txn *t, void *arg, struct err *e)
{
	struct undone *u = arg;

	return u->fn(t, u->arg, e) ? (int)e->code : err_set(e, ERROR_DATABASE_FULL, "the disk is full");
}

static void moment(struct world *w, enum moment m, const struct action *a)
{
	if (w->watch)
		w->watch(w, m, a);
}

static int job(struct world *w, job_fn *fn, void *arg, struct err *e)
{
	struct undone u = {fn, arg};
	struct err first = {0};
	int rc;

	if (w->dead)
		return err_set(e, ERROR_NOT_CONNECTED, "rsmd is dead");
	moment(w, MOMENT_JOB, NULL);
	if (w->disk_full) {
		w->disk_full = false;
		store_run(w->store, run_out_of_disk, &u, &first);
	}
	rc = store_run(w->store, fn, arg, e);
	if (!rc)
		moment(w, MOMENT_COMMIT, NULL);
	return rc;
}

struct told {
	struct world *w;
	struct event *ev;
};

static int tell(struct txn *t, void *arg, struct err *e)
{
	struct told *x = arg;

	return library_event(t, &x->w->hooks, x->ev, e);
}

void world_tell(struct world *w, struct event *ev)
{
	struct told x = {w, ev};
	struct err e = {0};

	ev->library = w->library;
	must(!w->dead && job(w, tell, &x, &e), &e);
}

void world_probe(struct world *w)
{
	struct probe p = {.vendor = "TEST",
			  .product = "ROBOT",
			  .serial = "R1",
			  .rotates = w->rotates,
			  .can_lock = true,
			  .can_extend = false,
			  .barcode_reader = true};
	struct event ev = {.kind = EV_UP, .probe = &p};
	VEC(struct probe_drive) drives = {0};

	p.first[1] = (uint16_t)(HAND + w->shift), p.count[1] = 1;
	p.first[2] = (uint16_t)(SLOT + w->shift), p.count[2] = (uint16_t)w->slots;
	p.first[3] = (uint16_t)(PORT + w->shift), p.count[3] = (uint16_t)w->ports;
	p.first[4] = (uint16_t)(DRIVE + w->shift), p.count[4] = (uint16_t)w->drives;
	for (size_t i = 0; i < w->drives; i++) {
		struct probe_drive *d = vec_add(&drives);

		*d = (struct probe_drive){.element = (uint16_t)(DRIVE + w->shift + (int)i),
					  .present = true,
					  .vendor = "TEST",
					  .product = "DRIVE",
					  .device_type = 0x1f};
		snprintf(d->serial, sizeof d->serial, "D%zu", i);
		if (!i && w->serial)
			snprintf(d->serial, sizeof d->serial, "%s", w->serial);
		snprintf(d->device, sizeof d->device, "/dev/test%zu", i);
		snprintf(d->node, sizeof d->node, "/dev/test%zu",
			 i); /* a local one: it is granted to users */
		snprintf(d->generation, sizeof d->generation, "%s", w->generation ? w->generation : "");
	}
	p.drives = drives.v, p.n_drives = drives.n;
	world_tell(w, &ev);
	vec_free(&drives);
}

void world_up(struct world *w)
{
	world_probe(w);
	world_run(w);
}

bool world_step(struct world *w)
{
	struct event ev = {.kind = EV_OUTCOME, .outcome = OUTCOME_DONE};
	struct element_state *elements = calloc(w->places.n, sizeof *elements);
	struct action a;
	bool carry = true;

	if (!w->queue.n || w->dead) {
		free(elements);
		return false;
	}
	a = w->queue.v[0];
	memmove(w->queue.v, w->queue.v + 1, --w->queue.n * sizeof a);
	*vec_add(&w->done) = a.kind;
	ev.action = a.id;
	if (w->fault.kind == a.kind) {
		ev.outcome = w->fault.outcome, ev.fault = w->fault.fault;
		snprintf(ev.why, sizeof ev.why, "a fault of the test");
		carry = w->fault.happens;
		w->fault.kind = 0;
	}
	if (carry) {
		world_perform(w, &a, NULL, &ev, elements);
		moment(w, MOMENT_OUTCOME, &a);
	}
	world_tell(w, &ev);
	free(elements);
	return true;
}

void world_run(struct world *w)
{
	for (int i = 0; world_step(w); i++)
		if (i > 10000)
			world_fail("the controllers never come to rest");
}

static int wake(struct txn *t, void *arg, struct err *e)
{
	struct world *w = arg;

	txn_wake(t, w->library);
	txn_wake(t, w->offline);
	return 0;
}

void world_wake(struct world *w)
{
	struct err e = {0};

	must(!w->dead && job(w, wake, w, &e), &e);
}

void world_pass(struct world *w, int64_t ms)
{
	w->now += ms;
	world_wake(w);
	world_run(w);
}

typedef int do_fn(struct txn *, const struct caller *, const void *, void *, struct err *);

static int restart(struct txn *t, void *arg, struct err *e)
{
	struct library_key k = {.key = "test", .library_type = NTMS_LIBRARYTYPE_ONLINE};

	return library_start(t, &k, 1, e);
}

void world_restart(struct world *w)
{
	struct err e = {0};

	w->queue.n = 0;
	w->dead = false;
	must(job(w, restart, w, &e), &e);
}

struct called {
	struct world *w;
	do_fn *fn;
	const void *in;
	void *out;
	const guid *call;
	int code;
};

static int run_call(struct txn *t, void *arg, struct err *e)
{
	struct called *x = arg;

	x->code = x->fn(t, &x->w->caller, x->in, x->out, e);
	return x->code == ERROR_IO_PENDING ? 0 : x->code; /* pending: what it wrote stays */
}

int world_call(struct world *w, void (*fn)(void), const void *in, void *out)
{
	struct called x = {w, (do_fn *)fn, in, out, NULL, 0};
	struct err e = {0};
	int rc = job(w, run_call, &x, &e);

	if (rc && !x.code && !w->dead)
		fprintf(stderr, "store: %s\n", e.why);
	return rc ? rc : x.code;
}

static int run_poll(struct txn *t, void *arg, struct err *e)
{
	struct called *x = arg;
	enum wire_call which;

	x->code = media_poll_call(t, &x->w->caller, x->call, &which, x->out, e);
	return 0;
}

int world_poll(struct world *w, const guid *call, void *out)
{
	struct called x = {w, NULL, NULL, out, call, 0};
	struct err e = {0};

	must(store_read(w->store, run_poll, &x, &e), &e);
	return x.code;
}

struct asked {
	const char *sql;
	int64_t n;
	guid g;
	bool is_guid;
};

static int run_ask(struct txn *t, void *arg, struct err *e)
{
	struct asked *a = arg;
	auto_rows struct rows *q = sql_rows(t, e, a->sql, "");

	if (!rows_next(q))
		return rows_failed(q) ? (int)e->code : 0;
	if (a->is_guid)
		a->g = rows_guid(q, 0);
	else
		a->n = rows_i64(q, 0);
	return 0;
}

int64_t ask(struct world *w, const char *sql)
{
	struct asked a = {.sql = *vec_add(&w->questions) = strdup(sql), .n = -1};
	struct err e = {0};

	must(store_read(w->store, run_ask, &a, &e), &e);
	return a.n;
}

guid ask_guid(struct world *w, const char *sql)
{
	struct asked a = {.sql = *vec_add(&w->questions) = strdup(sql), .is_guid = true};
	struct err e = {0};

	must(store_read(w->store, run_ask, &a, &e), &e);
	return a.g;
}
