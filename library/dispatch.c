/* SPDX-License-Identifier: GPL-2.0-or-later
 * What happened, to whom it concerns; then a look at the queue. */
#include "library/controller.h"

static int load(struct ctl *c, int64_t library)
{
	uint32_t enabled = 0, ready = 0, two_sided = 0, can_lock = 0, can_extend = 0, recovery = 0,
		 paused = 0, tells = 0;

	c->id = library;
	TRY(sql_get(c->t, c->e,
		    "SELECT l.library_type, o.enabled, o.opstate, l.ready, l.two_sided, l.can_lock, "
		    "l.can_extend, l.auto_recovery, l.inventory_method, l.doubt, l.identify_paused, "
		    "l.tells_ports, l.poll_at FROM library l JOIN object o ON o.id=l.id WHERE l.id=?",
		    "i", library, "uuuuuuuuuuuui", &c->type, &enabled, &c->opstate, &ready, &two_sided,
		    &can_lock, &can_extend, &recovery, &c->inventory_method, &c->doubt, &paused, &tells,
		    &c->poll_at));
	c->identify_paused = paused;
	c->tells_ports = tells;
	c->enabled = enabled, c->ready = ready, c->two_sided = two_sided, c->can_lock = can_lock,
	c->can_extend = can_extend;
	c->auto_recovery = recovery;
	return 0;
}

/* Out of reach: nothing can be asked; what is under way will be UNKNOWN. */
static int down(struct ctl *c, const struct event *ev)
{
	c->ready = false;
	TRY(sql_do(c->t, c->e, "UPDATE library SET ready=0 WHERE id=?", "i", c->id));
	TRY(library_doubt(c, BIT_ALL));
	return library_state(c, !ev->fault || ev->fault == FAULT_PATH ? NTMS_NOT_PRESENT : NTMS_NEEDS_SERVICE,
			     ev->why);
}

static int progress(struct ctl *c, const struct event *ev)
{
	int64_t expected = ev->left_ms ? c->now + ev->left_ms : 0;

	TRY(sql_do(c->t, c->e,
		   "UPDATE drive SET reason=?, done=?, total=?, expected=? "
		   "WHERE id=(SELECT drive FROM action WHERE id=? AND state=0)",
		   "tuuii", ev->why, ev->done, ev->total, expected, ev->action));
	return sql_do(c->t, c->e,
		      "UPDATE librequest SET done=?, total=?, expected=?, reason=? "
		      "WHERE id=(SELECT request FROM action WHERE id=?) AND open=1",
		      "uuiti", ev->done, ev->total, expected, ev->why, ev->action);
}

static int attention(struct ctl *c, const struct event *ev)
{
	TRY(library_doubt(c, ev->types));
	if (ev->tells_ports && !c->tells_ports) {
		c->tells_ports = true;
		TRY(sql_do(c->t, c->e, "UPDATE library SET tells_ports=1 WHERE id=?", "i", c->id));
	}
	return ev->noticed ? look_again(c) : 0;
}

int library_event(struct txn *t, const struct library_world *world, const struct event *ev, struct err *e)
{
	struct ctl c = {.t = t, .world = world, .e = e, .now = txn_now(t)};
	int rc = load(&c, ev->library);

	if (rc == SQL_NONE)
		return 0; /* the library was deleted */
	TRY(rc);
	switch (ev->kind) {
	case EV_UP:
		TRY(library_up(&c, ev->probe));
		TRY(look_again(&c));
		break;
	case EV_DOWN:
		TRY(down(&c, ev));
		break;
	case EV_OUTCOME:
		TRY(action_outcome(&c, ev));
		break;
	case EV_PROGRESS:
		return progress(&c, ev);
	case EV_ATTENTION:
		TRY(attention(&c, ev));
		break;
	case EV_WAKE:
		break;
	}
	if (c.type == NTMS_LIBRARYTYPE_OFFLINE)
		return offline_run(&c);
	TRY(queue_run(&c));
	if (c.troubled)
		TRY(troubles_tell(&c));
	if (!c.poll_at || c.poll_at > c.now)
		return 0;
	return sql_do(t, e, "UPDATE library SET poll_at=0 WHERE id=? AND poll_at<=?", "ii", c.id, c.now);
}

int library_woken(struct txn *t, int64_t library, void *world, struct err *e)
{
	struct event ev = {.kind = EV_WAKE, .library = library};

	return library_event(t, world, &ev, e);
}
