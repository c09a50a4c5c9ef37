/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "play.h"

#include "rows.h"

#include "base/cleanup.h"
#include "store/sql.h"

#include <stdio.h>
#include <string.h>

enum {
	STEP,
	OUTCOME,
	STRUCK,
	HAPPENED_UNHEARD,
	CRASH,
	ATTENTION,
	DOWN,
	UP,
	SWAP,
	TAKEN,
	TIME,
	MUCH_TIME,
	OPERATOR,
	REFUSAL
};

#define BIT(kind) (1u << (kind))
#define MAY (BIT(CRASH) | BIT(ATTENTION) | BIT(DOWN) | BIT(SWAP))
#define ROBOT (BIT(ACT_STATUS) | BIT(ACT_INITIALIZE) | BIT(ACT_MOVE) | BIT(ACT_LOCK) | BIT(ACT_UNLOCK))
#define DRIVES (BIT(ACT_LOAD) | BIT(ACT_UNLOAD) | BIT(ACT_READ_LABEL) | BIT(ACT_WRITE_LABEL))

#define THE_FAULT "a fault" /* of all kinds: what it is called decides nothing */

/* What a device can do instead of what it was asked. */
enum instead { NOTHING, IT, IN_THE_HAND, ASTRAY, OTHER_LABEL };
static const struct {
	const char *name;
	uint32_t actions;
	enum outcome outcome;
	enum fault fault;
	enum instead instead;
} strikes[] = {
	{"busy", ROBOT | DRIVES, OUTCOME_FAILED, FAULT_LATER, NOTHING},
	{"the robot refuses", BIT(ACT_MOVE) | BIT(ACT_LOCK), OUTCOME_FAILED, FAULT_ROBOT, NOTHING},
	{"no answer, nothing done", ROBOT | DRIVES, OUTCOME_UNKNOWN, FAULT_PATH, NOTHING},
	{"no answer, but done", BIT(ACT_MOVE) | BIT(ACT_UNLOAD) | BIT(ACT_WRITE_LABEL), OUTCOME_UNKNOWN,
	 FAULT_PATH, IT},
	{"failed, but done", BIT(ACT_MOVE), OUTCOME_FAILED, FAULT_ROBOT, IT},
	{"no answer, left in the hand", BIT(ACT_MOVE), OUTCOME_UNKNOWN, FAULT_PATH, IN_THE_HAND},
	{"failed, left in the hand", BIT(ACT_MOVE), OUTCOME_FAILED, FAULT_ROBOT, IN_THE_HAND},
	{"put elsewhere", BIT(ACT_MOVE), OUTCOME_FAILED, FAULT_ROBOT, ASTRAY},
	{"the robot wants a person", BIT(ACT_MOVE), OUTCOME_FAILED, FAULT_OPERATOR, NOTHING},
	{"the medium fails", BIT(ACT_LOAD) | BIT(ACT_READ_LABEL) | BIT(ACT_WRITE_LABEL), OUTCOME_FAILED,
	 FAULT_MEDIUM, NOTHING},
	{"the drive fails", DRIVES, OUTCOME_FAILED, FAULT_DRIVE, NOTHING},
	{"held", BIT(ACT_UNLOAD) | BIT(ACT_GRANT) | BIT(ACT_REVOKE), OUTCOME_FAILED, FAULT_HELD, NOTHING},
	{"incompatible", BIT(ACT_LOAD), OUTCOME_FAILED, FAULT_INCOMPATIBLE, NOTHING},
	{"write protected", BIT(ACT_WRITE_LABEL), OUTCOME_FAILED, FAULT_PROTECTED, NOTHING},
	{"a cleaning cartridge", BIT(ACT_LOAD), OUTCOME_FAILED, FAULT_CLEANER, NOTHING},
	{"another one's label", BIT(ACT_READ_LABEL), OUTCOME_DONE, FAULT_OK, OTHER_LABEL},
};

static const char *const action_names[] = {
	[ACT_STATUS] = "elements", [ACT_INITIALIZE] = "inventory",
	[ACT_MOVE] = "move",	   [ACT_LOAD] = "load",
	[ACT_READ_LABEL] = "read", [ACT_WRITE_LABEL] = "write",
	[ACT_UNLOAD] = "unload",   [ACT_LOCK] = "lock",
	[ACT_UNLOCK] = "unlock",   [ACT_EXTEND] = "extend",
	[ACT_RETRACT] = "retract", [ACT_GRANT] = "grant",
	[ACT_REVOKE] = "revoke",
};
static const char *const step_names[] = {
	[MOUNT] = "mounts",	     [MOUNT_BRIEF] = "mounts, for 10 s",
	[DISMOUNT] = "dismounts",    [LEAVE] = "dismounts, deferred",

	[EJECT] = "ejects",	     [INJECT] = "inserts",
	[LAY_IN] = "lays one in",    [INJECT_STOP] = "has inserted",
	[INVENTORY] = "inventories", [FREE] = "frees",
	[ALLOCATE] = "allocates",    [DEALLOCATE] = "deallocates",
	[DISABLE] = "disables",	     [ENABLE] = "enables",
	[CANCEL] = "gives up",
};

/* ---- what can happen ---- */

struct answerable {
	guid request;
	uint32_t kind;
	int nth, n;
	uint32_t awaited; /* bits */
};

static int nth_request(struct txn *t, void *arg, struct err *e)
{
	struct answerable *a = arg;
	auto_rows struct rows *q = sql_rows(
		t, e,
		"SELECT o.guid, r.request, " AWAITED("r") " FROM oprequest r JOIN object o ON o.id=r.id "
							  "WHERE " ANSWERABLE("r") " ORDER BY r.id",
		"");

	for (a->n = 0; rows_next(q); a->n++) {
		a->awaited |= rows_u32(q, 2) << a->n;
		if (a->n == a->nth)
			a->request = rows_guid(q, 0), a->kind = rows_u32(q, 1);
	}
	return rows_failed(q) ? (int)e->code : 0;
}

static int look(struct play *p, job_fn *fn, void *arg)
{
	struct err e = {0};

	if (store_read(p->w.store, fn, arg, &e))
		world_fail("it can't be read: %s", e.why);
	return 0;
}

static int earliest(struct txn *t, void *arg, struct err *e)
{
	int64_t *at = arg, waiting = 0;

	TRY(library_next_deadline(t, at, e));
	TRY(waiting_next_deadline(t, &waiting, e));
	if (waiting && (!*at || waiting < *at))
		*at = waiting;
	return 0;
}

/* A deadline of a request is looked at when it polls; polls until then change nothing. */
static int last_moment(struct txn *t, void *arg, struct err *e)
{
	return sql_get(t, e,
		       "SELECT coalesce(min(deadline),0) FROM librequest WHERE open=1 AND deadline>0 AND "
		       "poll_at>0",
		       "", "i", (int64_t *)arg);
}

static bool robot_moves(const struct play *p)
{
	vec_each(a, &p->w.queue)
		if (!a->drive)
			return true;
	return false;
}

struct mail_slot {
	int64_t ejected, inserting;
};

static int at_mail_slot(struct txn *t, void *arg, struct err *e)
{
	struct mail_slot *m = arg;

	return sql_get(t, e,
		       "SELECT EXISTS(SELECT 1 FROM ieport p JOIN physical_media m ON m.place=p.id), "
		       "EXISTS(SELECT 1 FROM librequest WHERE open=1 AND op=12)",
		       "", "ii", &m->ejected, &m->inserting);
}

/* Somebody may empty it, unless it is locked: of what was ejected, or of what lies there and no insert is to
 * fetch. */
static bool can_be_emptied(struct play *p)
{
	struct mail_slot m = {0, 0};

	if (place_at(&p->w, PORT)->cartridge < 0 || robot_moves(p) || p->locked)
		return false;
	look(p, at_mail_slot, &m);
	return !m.inserting || m.ejected;
}

struct list {
	struct choice *out;
	size_t n;
};

static void add(struct list *l, int kind, int a, int b, const char *who, const char *what)
{
	struct choice *c = &l->out[l->n++];

	if (l->n > CHOICES)
		world_fail("too many choices");
	*c = (struct choice){.kind = kind, .a = a, .b = b, .may = BIT(kind) & MAY};
	snprintf(c->name, sizeof c->name, "%s%s%s", who, *what ? ": " : "", what);
}

static void of_action(const struct play *p, struct list *l, size_t i)
{
	const struct action *a = &p->w.queue.v[i];
	char who[40];

	snprintf(who, sizeof who, "%s %lld", action_names[a->kind], (long long)a->id);
	add(l, OUTCOME, (int)i, 0, who, "");
	for (size_t f = 0; p->faults & FAULT_OF_ACTION && !p->down && f < countof(strikes); f++)
		if (strikes[f].actions & BIT(a->kind))
			add(l, STRUCK, (int)i, (int)f, who, strikes[f].name);
	if (p->faults & FAULT_CRASH &&
	    BIT(a->kind) & (BIT(ACT_MOVE) | BIT(ACT_WRITE_LABEL) | BIT(ACT_LOAD) | BIT(ACT_UNLOAD)))
		add(l, HAPPENED_UNHEARD, (int)i, 0, who, "done, but rsmd dies before it hears of it");
}

/* Each device does one thing after the other. */
static bool first_of_its_device(const struct play *p, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (p->w.queue.v[k].drive == p->w.queue.v[i].drive)
			return false;
	return true;
}

static bool one_bit(int media) { return media && !(media & (media - 1)); }

/* Who has called whom first is the same for callers of whom each does alike to a medium of its own, or to the
 * same one: they begin in their order. (The slots of their media differ in their numbers alone.) */
static bool alike(const struct mix *m, int a, int b)
{
	int media[CALLERS] = {0};
	bool same = true;

	for (int k = 0; k < STEPS; k++) {
		if (m->steps[a][k].kind != m->steps[b][k].kind)
			return false;
		same = same && m->steps[a][k].arg == m->steps[b][k].arg;
	}
	for (int i = 0; i < CALLERS; i++)
		for (int k = 0; k < STEPS; k++)
			media[i] |= media_of(&m->steps[i][k]);
	if (same)
		return true;
	for (int i = 0; i < CALLERS; i++)
		if ((i != a && media[i] & media[a]) || (i != b && media[i] & media[b]))
			return false;
	return one_bit(media[a]) && one_bit(media[b]);
}

static bool after_another(const struct play *p, int caller)
{
	if (p->callers[caller].step)
		return false;
	for (int i = 0; i < caller; i++)
		if (!p->callers[i].step && alike(p->mix, i, caller))
			return true;
	return false;
}

size_t play_choices(void *play, struct choice out[CHOICES])
{
	static const char *const callers[] = {"caller 1", "caller 2", "caller 3"};
	struct play *p = play;
	struct list l = {out, 0};
	struct answerable ask = {.nth = -1};
	int64_t at = 0, deadline = 0;

	for (size_t i = 0; i < p->w.queue.n; i++)
		if (first_of_its_device(p, i))
			of_action(p, &l, i);
	for (int i = 0; i < CALLERS; i++) {
		const struct step *next = &p->mix->steps[i][p->callers[i].step];

		/* a dismount is refused while the robot is out of reach: the application tries again later */
		if (p->down && (next->kind == DISMOUNT || next->kind == LEAVE))
			continue;
		if (next->kind && (!p->callers[i].waits || next->kind == CANCEL) && !after_another(p, i))
			add(&l, STEP, i, 0, callers[i], step_names[next->kind]);
	}
	if (p->faults & FAULT_CRASH)
		add(&l, CRASH, 0, 0, "rsmd dies", "");
	if (p->faults & FAULT_AROUND) {
		add(&l, ATTENTION, 0, 0, "unit attention", "");
		add(&l, DOWN, 0, 0, "the robot is out of reach", "");
		if (!robot_moves(p))
			add(&l, SWAP, 0, 0, "slots 1 and 2 are exchanged by hand", "");
	}
	if (p->down)
		add(&l, UP, 0, 0, "the robot is there again", "");
	look(p, nth_request, &ask);
	for (int i = 0; i < ask.n && !p->down; i++) {
		add(&l, OPERATOR, i, 0, "the operator does it", "");
		if (ask.awaited & BIT(i))
			add(&l, REFUSAL, i, 0, "the operator refuses", "");
		else /* refused or not: it goes on as if nobody had answered yet */
			out[l.n - 1].may = true;
	}
	look(p, earliest, &at);
	if (at && at <= p->w.now + 86400000)
		add(&l, TIME, 0, 0, "time passes", "");
	look(p, last_moment, &deadline);
	if (deadline > at)
		add(&l, MUCH_TIME, 0, 0, "much time passes", "");
	if (can_be_emptied(p))
		add(&l, TAKEN, 0, 0, "somebody empties the mail slot", "");
	return l.n;
}

/* ---- and it happens ---- */

static void crash(struct play *p)
{
	world_restart(&p->w);
	callers_crashed(p);
	p->down = false;
	world_probe(&p->w);
}

static void move_to(struct play *p, const struct action *a, uint16_t to)
{
	struct place *from = place_at(&p->w, a->source), *at = place_at(&p->w, to);

	if (from->cartridge < 0 || at->cartridge >= 0)
		return;
	at->cartridge = from->cartridge, at->inverted = from->inverted, at->source = from->cell.address;
	from->cartridge = -1;
}

static void instead(struct play *p, const struct action *a, enum instead what, struct event *ev)
{
	uint16_t to = SLOT;

	switch (what) {
	case NOTHING:
		break;
	case IT:
		world_check_write(&p->w, a, explore_violated, NULL);
		world_perform(&p->w, a, NULL, &(struct event){0}, p->elements);
		break;
	case IN_THE_HAND:
		move_to(p, a, HAND);
		break;
	case ASTRAY:
		while (to < SLOT + p->w.slots - 1 &&
		       (place_at(&p->w, to)->cartridge >= 0 || to == a->destination))
			to++;
		move_to(p, a, to);
		break;
	case OTHER_LABEL:
		world_perform(&p->w, a, NULL, ev, p->elements);
		ev->label = (struct label){.kind = LABEL_FREE, .type = "RSM", .id_len = 5};
		memcpy(ev->label.id, "OTHER", 5);
		break;
	}
}

static int failed_before(struct txn *t, void *arg, struct err *e)
{
	int64_t *x = arg;

	return sql_get(t, e,
		       "SELECT count(*) FROM action a JOIN action b ON b.request=a.request AND b.kind=a.kind "
		       "WHERE a.id=? AND b.state IN (2,3) AND b.reason<>'" THE_FAULT "'",
		       "i", x[0], "i", &x[1]);
}

/* Since somebody was faster at the mail slot, say; play_state() relies on it. */
static void fails_by_itself(struct play *p, const struct action *a)
{
	int64_t x[2] = {a->id, 0};

	look(p, failed_before, x);
	if (x[1])
		explore_violated(NULL, "a request fails twice without a fault: its tries must be told apart");
}

static void device(struct play *p, size_t i, int strike, bool heard)
{
	struct action a = p->w.queue.v[i];
	struct event ev = {.kind = EV_OUTCOME, .action = a.id};

	p->w.queue.n--;
	memmove(&p->w.queue.v[i], &p->w.queue.v[i + 1], (p->w.queue.n - i) * sizeof a);
	if (strike >= 0) {
		p->faults = NO_FAULT;
		ev.outcome = strikes[strike].outcome, ev.fault = strikes[strike].fault;
		snprintf(ev.why, sizeof ev.why, THE_FAULT);
		instead(p, &a, strikes[strike].instead, &ev);
	} else {
		world_check_write(&p->w, &a, explore_violated, NULL);
		world_perform(&p->w, &a, NULL, &ev, p->elements);
		if (ev.outcome == OUTCOME_DONE && (a.kind == ACT_LOCK || a.kind == ACT_UNLOCK))
			p->locked = a.kind == ACT_LOCK;
		if (p->down && !a.drive)
			ev.outcome = OUTCOME_UNKNOWN, ev.fault = FAULT_PATH, ev.n_elements = 0,
			snprintf(ev.why, sizeof ev.why, THE_FAULT);
		else if (ev.outcome != OUTCOME_DONE)
			fails_by_itself(p, &a);
	}
	if (heard)
		world_tell(&p->w, &ev);
}

static void around(struct play *p, int kind)
{
	struct event changed = {.kind = EV_ATTENTION, .types = 30},
		     down = {.kind = EV_DOWN, .fault = FAULT_PATH, .why = "out of reach"};
	struct place *a = place_at(&p->w, SLOT), *b = place_at(&p->w, SLOT + 1);
	int was = a->cartridge;

	p->faults = NO_FAULT;
	if (kind == SWAP)
		a->cartridge = b->cartridge, b->cartridge = was;
	p->down = kind == DOWN;
	world_tell(&p->w, kind == DOWN ? &down : &changed);
}

static void answer(struct play *p, int nth, bool refuse)
{
	struct answerable ask = {.nth = nth};
	struct CancelNtmsOperatorRequest_in no = {0};
	struct SatisfyNtmsOperatorRequest_in yes = {0};

	look(p, nth_request, &ask);
	no.request = yes.request = ask.request;
	if (refuse) {
		CALL(&p->w, CancelNtmsOperatorRequest, &no, NULL);
		return;
	}
	if (ask.kind == NTMS_OPREQ_DEVICESERVICE && place_at(&p->w, HAND)->cartridge >= 0) {
		struct action out = {.source = HAND};
		uint16_t to = SLOT;

		while (place_at(&p->w, to)->cartridge >= 0)
			to++;
		move_to(p, &out, to);
	}
	if (ask.kind == NTMS_OPREQ_MOVEMEDIA)
		place_at(&p->w, PORT)->cartridge = -1;
	if (ask.kind == NTMS_OPREQ_DEVICESERVICE)
		world_probe(&p->w);
	CALL(&p->w, SatisfyNtmsOperatorRequest, &yes, NULL);
}

void play_take(void *play, const struct choice *c)
{
	struct play *p = play;
	int64_t at = 0;

	p->w.now++;
	switch (c->kind) {
	case STEP:
		caller_step(p, c->a);
		break;
	case OUTCOME:
		device(p, (size_t)c->a, -1, true);
		break;
	case STRUCK:
		device(p, (size_t)c->a, c->b, true);
		break;
	case HAPPENED_UNHEARD:
		device(p, (size_t)c->a, -1, false);
		p->faults = NO_FAULT;
		crash(p);
		break;
	case CRASH:
		p->faults = NO_FAULT;
		crash(p);
		break;
	case ATTENTION:
	case DOWN:
	case SWAP:
		around(p, c->kind);
		break;
	case UP:
		p->down = false;
		world_probe(&p->w);
		break;
	case TAKEN:
		place_at(&p->w, PORT)->cartridge = -1;
		break;
	case TIME:
	case MUCH_TIME:
		look(p, c->kind == TIME ? earliest : last_moment, &at);
		if (at > p->w.now)
			p->w.now = at;
		world_wake(&p->w);
		break;
	case OPERATOR:
	case REFUSAL:
		answer(p, c->a, c->kind == REFUSAL);
		break;
	}
	callers_hear(p);
}

static int all_tries(struct txn *t, void *arg, struct err *e)
{
	auto_rows struct rows *q =
		sql_rows(t, e, "SELECT tries FROM librequest WHERE open=1 ORDER BY id", "");

	while (rows_next(q)) {
		int64_t n = rows_i64(q, 0);

		digest_add(arg, &n, sizeof n);
	}
	return rows_failed(q) ? (int)e->code : 0;
}

void play_state(void *play, uint8_t key[16])
{
	struct play *p = play;
	struct digest d = {1, 2};
	guid names[2 * CALLERS];

	for (int i = 0; i < CALLERS; i++) {
		const struct caller_of *c = &p->callers[i];
		const int all[] = {c->step, c->waits};

		names[2 * i] = c->session, names[2 * i + 1] = c->call;
		digest_add(&d, all, sizeof all);
	}
	digest_add(&d, &p->faults, sizeof p->faults);
	digest_add(&d, &p->down, sizeof p->down);
	digest_add(&d, &p->locked, sizeof p->locked);
	/* How often a request has failed decides what becomes of it when it fails again. Without a fault it
	 * fails once at most (fails_by_itself()), and library/fault.c allows each failure that can happen so
	 * at least two before: after the fault it makes no difference. */
	if (p->faults)
		look(p, all_tries, &d);
	digest_robot(&d, &p->w);
	digest_rows(&d, &p->w, names, countof(names));
	memcpy(key, &d, 16);
}

static int still_open(struct txn *t, void *arg, struct err *e)
{
	return sql_get(t, e,
		       "SELECT (SELECT count(*) FROM librequest WHERE open=1) + (SELECT count(*) "
		       "FROM waiting WHERE code IS NULL)",
		       "", "i", (int64_t *)arg);
}

static int held(struct txn *t, void *arg, struct err *e)
{
	return sql_get(t, e, "SELECT count(*) FROM physical_media WHERE mounted_side IS NOT NULL", "", "i",
		       (int64_t *)arg);
}

/* Who mounts a medium and keeps it keeps others waiting: for the medium, or for the only drive that is left.
 */
static bool somebody_keeps_one(struct play *p)
{
	int64_t n = 0;

	for (int i = 0; i < CALLERS; i++) {
		const struct step *last = p->mix->steps[i];

		while (last[0].kind && last[1].kind)
			last++;
		if (!p->callers[i].waits && last->kind == MOUNT)
			look(p, held, &n);
	}
	return n > 0;
}

struct said {
	char what[4][300];
	size_t n;
};

/* Not while the rows are read: play_show() reads them, too. */
static void later(void *arg, const char *what)
{
	struct said *s = arg;

	if (s->n < countof(s->what))
		snprintf(s->what[s->n++], sizeof s->what[0], "%s", what);
}

void play_check(void *play, bool end)
{
	struct play *p = play;
	struct said said = {.n = 0};
	int64_t open = 0;

	world_check(&p->w, end, later, &said);
	for (size_t i = 0; i < said.n; i++)
		explore_violated(NULL, said.what[i]);
	if (!end || somebody_keeps_one(p))
		return;
	for (int i = 0; i < CALLERS; i++)
		if (p->callers[i].waits)
			explore_violated(NULL, "a call never ends");
	look(p, still_open, &open);
	if (open)
		explore_violated(NULL, "a request or call is left open");
}

/* ---- back to a state ---- */

struct saved {
	int64_t now;
	struct caller_of callers[CALLERS];
	guid lmid[MEDIA + 1];
	unsigned faults;
	bool down, locked;
	size_t places, cartridges, queue;
	char rest[];
};

void play_save(void *play)
{
	struct play *p = play;
	struct world *w = &p->w;
	size_t places = w->places.n * sizeof *w->places.v,
	       cartridges = w->cartridges.n * sizeof *w->cartridges.v,
	       queue = w->queue.n * sizeof *w->queue.v;
	struct saved *s = malloc(sizeof *s + places + cartridges + queue);
	struct err e = {0};

	if (!s || store_mark(w->store, &e))
		world_fail("a state can't be saved: %s", e.why);
	*s = (struct saved){.now = w->now,
			    .faults = p->faults,
			    .down = p->down,
			    .locked = p->locked,
			    .places = places,
			    .cartridges = cartridges,
			    .queue = queue};
	memcpy(s->callers, p->callers, sizeof s->callers);
	memcpy(s->lmid, p->lmid, sizeof s->lmid);
	memcpy(s->rest, w->places.v, places);
	memcpy(s->rest + places, w->cartridges.v, cartridges);
	memcpy(s->rest + places + cartridges, w->queue.v, queue);
	*vec_add(&p->saved) = s;
}

void play_restore(void *play)
{
	struct play *p = play;
	struct world *w = &p->w;
	const struct saved *s = p->saved.v[p->saved.n - 1];
	struct err e = {0};

	if (store_rewind(w->store, &e))
		world_fail("a state can't be restored: %s", e.why);
	w->now = s->now, p->faults = s->faults, p->down = s->down, p->locked = s->locked;
	memcpy(p->callers, s->callers, sizeof s->callers);
	memcpy(p->lmid, s->lmid, sizeof s->lmid);
	/* none of them has ever had less room than it had then */
	memcpy(w->places.v, s->rest, s->places);
	memcpy(w->cartridges.v, s->rest + s->places, s->cartridges);
	memcpy(w->queue.v, s->rest + s->places + s->cartridges, s->queue);
	w->cartridges.n = s->cartridges / sizeof *w->cartridges.v;
	w->queue.n = s->queue / sizeof *w->queue.v;
}

void play_forget(void *play)
{
	struct play *p = play;
	struct err e = {0};

	if (store_unmark(p->w.store, &e))
		world_fail("a state can't be forgotten: %s", e.why);
	free(p->saved.v[--p->saved.n]);
}

static int show(struct txn *t, void *arg, struct err *e)
{
	auto_rows struct rows *q =
		sql_rows(t, e,
			 "SELECT * FROM (SELECT 'ended: op '||op||', state '||state||', error '||error||': "
			 "'||reason FROM librequest WHERE open=0 ORDER BY id DESC LIMIT 4) "
			 "UNION ALL SELECT 'request of op '||op||', phase '||phase||', state "
			 "'||state||', tries '||tries||': '||reason FROM "
			 "librequest WHERE open=1 UNION ALL SELECT 'operator "
			 "request '||message FROM oprequest WHERE state IN "
			 "(1,2,3) UNION ALL SELECT 'in '||coalesce((SELECT element FROM "
			 "slot WHERE id=place),(SELECT element FROM drive "
			 "WHERE id=place),(SELECT element FROM ieport WHERE "
			 "id=place),'?')||' '||barcode||' '||reason||CASE WHEN "
			 "mounted_side IS NULL THEN '' ELSE ' mounted' END FROM "
			 "physical_media UNION ALL SELECT 'drive '||element||' "
			 "state '||d.state||', '||opstate||' '||reason FROM drive d JOIN "
			 "object o ON o.id=d.id UNION ALL SELECT 'library "
			 "'||reason FROM library",
			 "");

	while (rows_next(q))
		fprintf(stderr, "#     %s\n", rows_text(q, 0));
	return 0;
}

void play_show(void *play)
{
	struct play *p = play;

	look(p, show, NULL);
	vec_each(at, &p->w.places)
		if (at->cartridge >= 0)
			fprintf(stderr, "#     %u holds %s\n", at->cell.address,
				p->w.cartridges.v[at->cartridge].tag);
}
