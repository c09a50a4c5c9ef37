/* SPDX-License-Identifier: GPL-2.0-or-later
 * Start, end, and the way of an action from its commit to its device's thread. */
#include "executor/executor.h"

#include "base/clock.h"
#include "base/log.h"
#include "device/fence.h"
#include "executor/impl.h"
#include "store/sql.h"

#include <errno.h>
#include <ntmstypes.h>
#include <string.h>
#include <sys/stat.h>

#define NUMBER_DIGITS 4	   /* of "-<number>" in device names: 999 drives */
#define STOP_LIMIT_MS 5000 /* for all threads together; one that opens a device can't be interrupted */

/* ---- start and end ---- */

static int check(const char *devices, const struct executor_library *l, struct err *e)
{
	size_t n = strlen(devices) + strlen("/") + strlen(l->name) + NUMBER_DIGITS;

	if (strchr(l->name, '/'))
		return err_set(e, ERROR_INVALID_NAME, "library %s: a name can't have a '/'", l->name);
	if (n > NAME_MAX_DEVICE)
		return err_set(e, ERROR_INVALID_NAME,
			       "library %s: device names like %s/%s-1 would have up to %zu "
			       "characters, applications get %d: shorten the name, or the path of the state "
			       "directory",
			       l->name, devices, l->name, n, NAME_MAX_DEVICE);
	return 0;
}

static int add_robot(struct executor *x, const struct executor_library *l, struct robot **out, struct err *e)
{
	struct robot *r;

	if (check(x->devices, l, e))
		return (int)e->code;
	r = calloc(1, sizeof *r);
	r->executor = x;
	r->id = l->id;
	r->name = strdup(l->name);
	r->url = l->changer ? strdup(l->changer) : NULL;
	snprintf(r->identity, sizeof r->identity, "%s", l->identity ? l->identity : "");
	r->fence = l->fence ? x->fence_key : 0;
	r->pause = r->probe_pause = 1000;
	lane_init(&r->lane);
	pthread_mutex_init(&r->units_lock, NULL);
	for (size_t i = 0; i < l->n_drives; i++)
		*vec_add(&r->given) = (struct given_drive){l->drives[i].element, strdup(l->drives[i].url)};
	pthread_mutex_lock(&x->robots_lock);
	*vec_add(&x->robots) = *out = r;
	pthread_mutex_unlock(&x->robots_lock);
	return 0;
}

int executor_new(const struct executor_config *c, struct executor **out, struct err *e)
{
	struct executor *x = calloc(1, sizeof *x);
	struct robot *r;

	*e = (struct err){0};
	x->store = c->store;
	x->event = c->event;
	x->world = c->world;
	x->fence_key = fence_key(&c->installation, c->epoch);
	pthread_mutex_init(&x->robots_lock, NULL);
	if (asprintf(&x->devices, "%s/dev", c->state) < 0 || (mkdir(x->devices, 0755) && errno != EEXIST))
		err_errno(e, ERROR_ACCESS_DENIED, "%s", x->devices);
	for (size_t i = 0; !e->code && i < c->n_libraries; i++)
		add_robot(x, &c->libraries[i], &r, e);
	if (e->code) {
		executor_free(x);
		return (int)e->code;
	}
	*out = x;
	return 0;
}

int executor_start(struct executor *x, struct err *e)
{
	vec_each(r, &x->robots)
		if (lane_start(&(*r)->lane, robot_run, *r, e))
			return (int)e->code;
	return 0;
}

int executor_add(struct executor *x, const struct executor_library *l, struct err *e)
{
	struct robot *r;

	return add_robot(x, l, &r, e) ? (int)e->code : lane_start(&r->lane, robot_run, r, e);
}

void executor_plugged(struct executor *x)
{
	vec_each(it, &x->robots) {
		struct robot *r = *it;

		if (!robot_is_local(r))
			continue;
		atomic_store(&r->plugged, true);
		lane_poke(&r->lane);
	}
}

static void stop_lane(struct lane *l, const char *name, int64_t until)
{
	int64_t left = until - clock_mono();

	if (!lane_join(l, left > 0 ? left : 0))
		log_warn("%s: its device doesn't let go; left behind", name);
}

void executor_stop(struct executor *x)
{
	int64_t until = clock_mono() + STOP_LIMIT_MS;

	vec_each(r, &x->robots)
		lane_stop(&(*r)->lane);
	vec_each(it, &x->robots) { /* a changer's thread makes drives' threads: it ends first */
		struct robot *r = *it;

		stop_lane(&r->lane, r->name, until);
		pthread_mutex_lock(&r->units_lock);
		vec_each(u, &r->units)
			lane_stop(&(*u)->lane);
		pthread_mutex_unlock(&r->units_lock);
	}
	vec_each(r, &x->robots)
		vec_each(u, &(*r)->units)
			stop_lane(&(*u)->lane, (*u)->name, until);
}

static bool robot_free(struct robot *r)
{
	bool ended = !r->lane.started;

	vec_each(u, &r->units)
		ended &= !(*u)->lane.started;
	if (!ended)
		return false;
	vec_each(u, &r->units) {
		lane_free(&(*u)->lane);
		free(*u);
	}
	vec_free(&r->units);
	vec_each(g, &r->given)
		free(g->url);
	vec_free(&r->given);
	lane_free(&r->lane);
	pthread_mutex_destroy(&r->units_lock);
	free(r->probe.drives);
	free(r->name), free(r->url);
	free(r);
	return true;
}

void executor_free(struct executor *x)
{
	bool ended = true;

	if (!x)
		return;
	vec_each(r, &x->robots)
		ended &= robot_free(*r);
	if (!ended)
		return; /* a thread that was left behind still uses it; the process is about to end */
	vec_free(&x->robots);
	pthread_mutex_destroy(&x->robots_lock);
	free(x->devices);
	free(x);
}

/* ---- actions ---- */

static struct robot *robot_of(struct executor *x, int64_t library)
{
	struct robot *found = NULL;

	pthread_mutex_lock(&x->robots_lock);
	vec_each(r, &x->robots)
		if ((*r)->id == library)
			found = *r;
	pthread_mutex_unlock(&x->robots_lock);
	return found;
}

/* After COMMIT, on the writer's thread. An action for a drive that was never found goes to the changer, which
 * says so. */
static void deliver(struct post *post)
{
	struct order *o = (struct order *)post;
	struct robot *r = robot_of(o->executor, o->action.library);
	struct unit *u = r && o->action.drive ? robot_unit(r, o->element) : NULL;

	if (r) {
		lane_put(u ? &u->lane : &r->lane, o);
		return;
	}
	log_error("action %lld is for library %lld, which isn't configured", (long long)o->action.id,
		  (long long)o->action.library);
	free(o);
}

static void drop(struct post *post) { free(post); }

void executor_act(struct txn *t, const struct action *a, void *executor)
{
	struct order *o = calloc(1, sizeof *o);
	uint32_t element = 0;
	struct err e;

	if (a->drive && sql_get(t, &e, "SELECT element FROM drive WHERE id=?", "i", a->drive, "u", &element))
		element = 0;
	*o = (struct order){
		.post = {deliver, drop}, .executor = executor, .action = *a, .element = (uint16_t)element};
	txn_post(t, &o->post);
}
