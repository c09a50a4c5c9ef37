/* SPDX-License-Identifier: GPL-2.0-or-later
 * The changer's thread: opens the library and says what it found, performs the actions of the changer, looks
 * every two seconds what happened behind our back, and opens the library again when it was lost. */
#include "base/clock.h"
#include "base/log.h"
#include "device/health.h"
#include "device/sysfs.h"
#include "executor/impl.h"
#include "library/outcome.h"

#include <ntmstypes.h>
#include <string.h>

#define PAUSE_MIN 1000
#define PAUSE_PATH_MAX 30000 /* unreachable: don't hammer the network */
#define PAUSE_MAX 5000	     /* reachable, but not ready: a person waits beside it */
#define PROBE_MIN 2000
#define PROBE_MAX 60000
#define WAITS_MAX 3	/* looks in a row that may find it busy with itself */
#define RETRY_MS 120000 /* how long a command that changes nothing is asked again */

#define BIT(type) (1u << (type))
#define ALL_PLACES (BIT(ELEMENT_STORAGE) | BIT(ELEMENT_IE) | BIT(ELEMENT_DRIVE))

struct unit *robot_unit(struct robot *r, uint16_t element)
{
	struct unit *found = NULL;

	pthread_mutex_lock(&r->units_lock);
	vec_each(u, &r->units)
		if ((*u)->element == element)
			found = *u;
	pthread_mutex_unlock(&r->units_lock);
	return found;
}

/* Rows say seconds; 0 is for tests that can't wait. */
static int look_ms(const struct robot *r)
{
	int s = device_quirk(changer_device(r->changer))->look_s;

	return s ? s * 1000 : 100;
}

/* ---- up and down ---- */

static struct unit *new_unit(struct robot *r, uint16_t element, size_t number)
{
	struct unit *u = calloc(1, sizeof *u);
	struct err e;

	u->robot = r;
	u->element = element;
	snprintf(u->name, sizeof u->name, "library %.40s: drive %zu (element %u)", r->name, number, element);
	lane_init(&u->lane);
	if (lane_start(&u->lane, unit_run, u, &e))
		log_error("%s: %s", u->name, e.why);
	pthread_mutex_lock(&r->units_lock);
	*vec_add(&r->units) = u;
	pthread_mutex_unlock(&r->units_lock);
	return u;
}

/* Tells each drive's thread where its device is now. */
static void assign_units(struct robot *r, const struct probe *p)
{
	for (size_t i = 0; i < p->n_drives; i++) {
		struct unit *u = robot_unit(r, p->drives[i].element);

		if (!u)
			u = new_unit(r, p->drives[i].element, i + 1);
		pthread_mutex_lock(&u->lane.lock);
		snprintf(u->url, sizeof u->url, "%s", p->drives[i].present ? p->drives[i].url : "");
		snprintf(u->why, sizeof u->why, "%s", p->drives[i].why);
		snprintf(u->sg, sizeof u->sg, "%s", p->drives[i].sg);
		snprintf(u->serial, sizeof u->serial, "%s", p->drives[i].serial);
		pthread_mutex_unlock(&u->lane.lock);
		if (r->fence)
			lane_poke(&u->lane);
	}
}

static void close_changer(struct robot *r)
{
	lane_use(&r->lane, NULL);
	changer_close(r->changer);
	r->changer = NULL;
}

static void go_down(struct robot *r, const struct verdict *v)
{
	struct event ev = {.kind = EV_DOWN, .library = r->id, .fault = outcome_fault(v)};
	int most = v->reaction == REACT_PATH && !robot_is_local(r) ? PAUSE_PATH_MAX : PAUSE_MAX;

	close_changer(r);
	if (lane_stopped(&r->lane))
		return;
	r->next = clock_mono() + r->pause;
	r->pause = r->pause * 2 < most ? r->pause * 2 : most;
	snprintf(ev.why, sizeof ev.why, "%.*s", (int)sizeof ev.why - 1, v->err.why);
	if (!strcmp(r->down, ev.why))
		return;
	snprintf(r->down, sizeof r->down, "%s", ev.why);
	log_warn("library %s: %s", r->name, ev.why);
	tell(r->executor, &r->lane, &ev);
}

static void take_probe(struct robot *r, struct probe *p)
{
	bool missing = false;

	for (size_t i = 0; i < p->n_drives; i++)
		missing |= !p->drives[i].present;
	if (!missing)
		r->probe_pause = PROBE_MIN;
	r->probe_at = missing ? clock_mono() + r->probe_pause : INT64_MAX;
	r->probe_pause = r->probe_pause * 2 < PROBE_MAX ? r->probe_pause * 2 : PROBE_MAX;
	assign_units(r, p);
	free(r->probe.drives);
	r->probe = *p;
}

static void go_up(struct robot *r, struct probe *p)
{
	struct event ev = {.kind = EV_UP, .library = r->id, .probe = &r->probe};

	take_probe(r, p);
	r->down[0] = 0;
	r->waits = 0;
	r->said = 0;
	r->next = clock_mono() + look_ms(r);
	log_note("library %s: %s %s, %u slots, %u mail slots, %zu drives", r->name, p->vendor, p->product,
		 p->count[ELEMENT_STORAGE], p->count[ELEMENT_IE], p->n_drives);
	for (size_t i = 0; i < p->n_drives; i++)
		if (!p->drives[i].present)
			log_warn("library %s: drive element %u: %s", r->name, p->drives[i].element,
				 p->drives[i].why);
	tell(r->executor, &r->lane, &ev);
}

/* Whether something was plugged in or out of this machine since the last look. */
static bool devices_changed(struct robot *r)
{
	uint64_t was = r->generation;

	if (!robot_is_local(r))
		return false;
	r->generation = sysfs_generation();
	return was != r->generation;
}

static void try_open(struct robot *r)
{
	struct verdict v = {.progress = -1};
	struct probe p = {0};

	if (!r->url)
		verdict_fail(&v, REACT_PATH, ERROR_NOT_SUPPORTED, "stand-alone drives are not supported yet");
	if (!r->url || robot_find(r, &v) != OUTCOME_DONE) {
		go_down(r, &v);
		return;
	}
	lane_use(&r->lane, changer_device(r->changer));
	devices_changed(r);
	if (fence_robot(r, &v) != OUTCOME_DONE || changer_reshape(r->changer, &v) != OUTCOME_DONE ||
	    probe_library(r, &p, &v)) {
		free(p.drives);
		go_down(r, &v);
	} else {
		go_up(r, &p);
	}
}

/* Something about the library itself may have changed while it is up: tells it if so. */
static void probe_again(struct robot *r, bool reshaped)
{
	struct verdict v;
	struct probe p = {0};

	if ((reshaped && changer_reshape(r->changer, &v) != OUTCOME_DONE) || probe_library(r, &p, &v)) {
		free(p.drives);
		go_down(r, &v);
	} else if (probe_equal(&p, &r->probe)) {
		take_probe(r, &p);
	} else {
		go_up(r, &p);
	}
}

/* ---- what happened behind our back ---- */

static void heed_flags(struct robot *r, const struct verdict *v, bool noticed)
{
	uint32_t flags = v->flags;
	struct event ev = {.kind = EV_ATTENTION, .library = r->id, .noticed = noticed};
	struct verdict ignored;

	if (flags & VF_RESERVATION && fence_robot(r, &ignored) != OUTCOME_DONE) {
		go_down(r, &ignored);
		return;
	}
	if (flags & VF_RESERVATION && r->locked)
		changer_prevent(r->changer, true, &ignored);
	if (flags & VF_INVENTORY)
		ev.types = ALL_PLACES;
	if (flags & VF_IE)
		ev.types |= BIT(ELEMENT_IE);
	ev.tells_ports = flags & VF_IE_USED;
	r->ports_told |= ev.tells_ports;
	if (ev.types)
		tell(r->executor, &r->lane, &ev);
	if (flags & VF_CONFIG)
		probe_again(r, true);
}

/* An answer after which the library can't be used until it has been opened anew. */
static bool fatal(struct robot *r, const struct verdict *v)
{
	if (v->reaction != REACT_WAIT)
		r->waits = 0;
	if (v->outcome == OUTCOME_DONE)
		return false;
	if (v->outcome == OUTCOME_UNKNOWN)
		return true;
	switch (v->reaction) {
	case REACT_PATH:
	case REACT_ROBOT:
		return true;
	case REACT_OPERATOR:
		return !(v->flags & VF_IE); /* an open mail slot is everyday life */
	case REACT_WAIT:
		return ++r->waits >= WAITS_MAX;
	default:
		return false;
	}
}

static void watch_ports(struct robot *r)
{
	struct event ev = {.kind = EV_ATTENTION, .library = r->id, .types = BIT(ELEMENT_IE), .noticed = true};
	struct verdict v;
	bool changed;

	ports_look(r, &changed, &v);
	if (fatal(r, &v)) {
		go_down(r, &v);
		return;
	}
	heed_flags(r, &v, true);
	if (changed)
		tell(r->executor, &r->lane, &ev);
}

static void look(struct robot *r)
{
	struct verdict v;
	int code;

	r->next = clock_mono() + look_ms(r);
	device_ready(changer_device(r->changer), &v);
	if (fatal(r, &v)) {
		go_down(r, &v);
		return;
	}
	r->pause = PAUSE_MIN;
	/* a state that lasts is told once; a unit attention, told once by the robot, leaves DONE behind */
	code = v.outcome == OUTCOME_DONE ? 0 : v.asc << 8 | v.ascq;
	if (!code || code != r->said)
		heed_flags(r, &v, true);
	r->said = code;
	if (r->changer && v.outcome == OUTCOME_DONE && ports_due(r))
		watch_ports(r);
	if (!r->changer)
		return;
	if (atomic_exchange(&r->drive_lost, false) || devices_changed(r))
		r->probe_at = 0;
	if (clock_mono() >= r->probe_at)
		probe_again(r, false);
}

/* ---- actions ---- */

typedef VEC(struct element_state) state_vec;

static enum outcome read_status(struct robot *r, uint8_t types, state_vec *out, struct verdict *v)
{
	element_vec elements = {0};
	uint32_t met = 0;

	for (int t = ELEMENT_TRANSPORT; t < ELEMENT_TYPES; t++) {
		if (!(types & BIT(t)))
			continue;
		if (changer_read(r->changer, t, 0, 0, &elements, v) != OUTCOME_DONE)
			break;
		if (t == ELEMENT_IE)
			ports_read(r, elements.v, elements.n);
		met |= v->flags;
	}
	v->flags |= met;
	vec_each(el, &elements)
		element_fill(el, vec_add(out));
	vec_free(&elements);
	return v->outcome;
}

/* Changes nothing, so it may be asked again while the robot is busy or becoming ready. */
static enum outcome status(struct robot *r, const struct action *a, state_vec *out, struct verdict *v)
{
	int64_t until = clock_mono() + (a->limit_ms ? a->limit_ms : RETRY_MS);

	for (int pause = 250;; pause = pause < 4000 ? pause * 2 : 8000) {
		out->n = 0;
		if (read_status(r, a->types ? a->types : ALL_PLACES | BIT(ELEMENT_TRANSPORT), out, v) !=
			    OUTCOME_FAILED ||
		    (v->reaction != REACT_WAIT && v->reaction != REACT_LATER) ||
		    clock_mono() + pause > until || !device_sleep(changer_device(r->changer), pause))
			break;
	}
	if (v->outcome == OUTCOME_UNKNOWN) /* nothing was to happen, so nothing is in doubt */
		v->outcome = OUTCOME_FAILED;
	return v->outcome;
}

/* A robot that lacks a command of convenience has done all that it can. */
static void forgive_unsupported(struct verdict *v)
{
	if (v->outcome == OUTCOME_FAILED && v->flags & VF_UNSUPPORTED)
		*v = (struct verdict){.progress = -1};
}

static void run(struct robot *r, const struct action *a, state_vec *out, struct verdict *v)
{
	struct changer *c = r->changer;

	switch (a->kind) {
	case ACT_INITIALIZE:
		if (changer_initialize(c, 0, 0, v) != OUTCOME_DONE && !(v->flags & VF_UNSUPPORTED))
			break;
		status(r, a, out, v);
		break;
	case ACT_STATUS:
		status(r, a, out, v);
		break;
	case ACT_MOVE:
		if (robot_may_fill(r, a->destination, v))
			changer_move(c, 0, a->source, a->destination, a->invert, v);
		break;
	case ACT_LOCK:
	case ACT_UNLOCK:
		r->locked = a->kind == ACT_LOCK;
		if (changer_prevent(c, r->locked, v) != OUTCOME_DONE)
			forgive_unsupported(v);
		break;
	case ACT_EXTEND:
	case ACT_RETRACT:
		if ((a->kind == ACT_EXTEND ? changer_open_ie : changer_close_ie)(c, a->source, v) !=
		    OUTCOME_DONE)
			forgive_unsupported(v);
		break;
	default:
		verdict_fail(v, REACT_CANNOT, ERROR_DEVICE_NOT_AVAILABLE,
			     "no drive of this library is known for that");
	}
}

/* What the robot itself says of a failure helps whoever has to look. */
static void add_alerts(struct robot *r, struct verdict *v)
{
	char text[160];
	uint64_t flags;
	struct verdict ignored;
	size_t n = strlen(v->err.why);

	if (v->outcome != OUTCOME_FAILED ||
	    (v->reaction != REACT_ROBOT && v->reaction != REACT_DRIVE && v->reaction != REACT_OPERATOR))
		return;
	if (device_alerts(changer_device(r->changer), &flags, &ignored) == OUTCOME_DONE && flags)
		snprintf(v->err.why + n, sizeof v->err.why - n, "; %s",
			 alerts_text(flags, KIND_CHANGER, text, sizeof text));
}

/* Not this move failed, the whole robot waits for a person: the door, a magazine. */
static bool stands_still(const struct verdict *v)
{
	return v->key == 0x2 && v->reaction == REACT_OPERATOR && !(v->flags & VF_IE);
}

static void perform(struct robot *r, const struct action *a)
{
	struct event ev = {.kind = EV_OUTCOME, .library = r->id, .action = a->id};
	struct verdict v = {.progress = -1};
	state_vec states = {0};
	char who[60];
	struct err e;

	if (!r->changer)
		verdict_fail(&v, REACT_PATH, ERROR_DEVICE_NOT_AVAILABLE, "%s",
			     r->down[0] ? r->down : "not opened yet");
	else if (fail_point("action", &e))
		verdict_fail(&v, REACT_LATER, e.code, "%s", e.why);
	else
		run(r, a, &states, &v);
	if (r->changer)
		add_alerts(r, &v);
	snprintf(who, sizeof who, "library %.45s", r->name);
	outcome_fill(&ev, who, &v);
	ev.elements = states.v;
	ev.n_elements = states.n;
	tell_outcome(r->executor, &r->lane, &ev);
	vec_free(&states);
	if (!r->changer)
		return;
	/* a move that failed mechanically is the controller's to judge: it reads the elements; that must work
	 */
	if (v.outcome == OUTCOME_UNKNOWN ||
	    (v.outcome == OUTCOME_FAILED &&
	     (v.reaction == REACT_PATH || stands_still(&v) ||
	      ((a->kind == ACT_STATUS || a->kind == ACT_INITIALIZE) && ev.fault != FAULT_LATER))))
		go_down(r, &v);
	else
		heed_flags(r, &v, false);
}

void robot_run(void *arg)
{
	struct robot *r = arg;

	while (!lane_stopped(&r->lane)) {
		struct order *o = lane_take(&r->lane, r->next);

		if (atomic_exchange(&r->plugged, false)) {
			r->next = 0;
			atomic_store(&r->drive_lost, true);
		}
		if (o)
			perform(r, &o->action);
		else if (lane_stopped(&r->lane))
			break;
		else if (!r->changer && clock_mono() >= r->next)
			try_open(r);
		else if (r->changer)
			look(r);
		free(o);
	}
	close_changer(r);
}
