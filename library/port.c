/* SPDX-License-Identifier: GPL-2.0-or-later
 * Import/export ports: lock, unlock, extend, retract. What a robot can't do is skipped: its port simply is
 * always open. */
#include "library/controller.h"

static int first_port(struct ctl *c, int64_t *port, int64_t *seconds)
{
	TRY(sql_get(c->t, c->e, "SELECT coalesce(min(id),0) FROM ieport WHERE library=?", "i", c->id, "i",
		    port));
	return sql_get(c->t, c->e, "SELECT coalesce(max(max_extend),0) FROM ieport WHERE library=?", "i",
		       c->id, "i", seconds);
}

/* Inserts and ejects share the port, but not with each other: whoever came first has it. */
static int port_taken(struct ctl *c, const struct request *r, bool *taken)
{
	int64_t n = 0;

	TRY(sql_get(c->t, c->e,
		    "SELECT count(*) FROM librequest WHERE library=? AND id<>? "
		    "AND open=1 AND phase>0 AND ((?=12 AND op IN (10,12)) OR (?=10 AND op=12))",
		    "iiuu", c->id, r->id, r->op, r->op, "i", &n));
	*taken = n > 0;
	return 0;
}

static int lock_set(struct ctl *c, bool locked)
{
	return sql_do(c->t, c->e, "UPDATE library SET locked=?1 WHERE id=?2 AND locked<>?1", "ui",
		      (uint32_t)locked, c->id);
}

static int unlock_outcome(struct ctl *c, struct request *r, const struct event *ev)
{
	TRY(lock_set(c, false));
	return STEP_NEXT;
}

static int unlock_start(struct ctl *c, struct request *r)
{
	bool taken = false;

	if (r->op == NTMS_LM_INJECT && (r->wanted & WANTED_STOP))
		return request_end(c, r, NTMS_LM_STOPPED, 0, "stopped");
	if (r->op == NTMS_LM_INJECT)
		TRY(port_taken(c, r, &taken));
	if (taken)
		return request_wait(c, r, 0, "the port is in use by another insert or eject");
	return c->can_lock ? action_robot(c, r, ACT_UNLOCK, 0) : STEP_NEXT;
}

const struct phase phase_unlock = {"unlock", unlock_start, unlock_outcome};

/* From now on the port may stay open for MaxExtendSecs. */
static int extended(struct ctl *c, struct request *r)
{
	int64_t port = 0, seconds = 0;

	TRY(first_port(c, &port, &seconds));
	r->deadline = c->now + seconds * 1000;
	TRY(sql_do(c->t, c->e, "UPDATE librequest SET deadline=? WHERE id=?", "ii", r->deadline, r->id));
	return STEP_NEXT;
}

static int extend_start(struct ctl *c, struct request *r)
{
	int64_t port = 0, seconds = 0;

	TRY(first_port(c, &port, &seconds));
	if (!c->can_extend)
		return extended(c, r);
	return action_robot(c, r, ACT_EXTEND, r->port ? r->port : port);
}

static int extend_outcome(struct ctl *c, struct request *r, const struct event *ev) { return extended(c, r); }

const struct phase phase_extend = {"extend", extend_start, extend_outcome};

#define LOOK_EVERY_MS 1000
#define LOOK_ANYWAY_MS 30000 /* at a robot that tells: if it should forget to */

/* Not beyond the port's time, which ends the waiting. */
static int64_t port_pause(const struct ctl *c, const struct request *r)
{
	int64_t pause = c->tells_ports ? LOOK_ANYWAY_MS : LOOK_EVERY_MS, left = r->deadline - c->now;

	return r->deadline && left < pause ? (left > 0 ? left : 1) : pause;
}

int port_poll(struct ctl *c, struct request *r) { return request_poll(c, r, port_pause(c, r)); }

int64_t port_full_pause(const struct ctl *c, const struct request *r)
{
	int64_t waited = c->now - r->queued;

	return waited < LOOK_EVERY_MS ? LOOK_EVERY_MS : waited < LOOK_ANYWAY_MS ? waited : LOOK_ANYWAY_MS;
}

static int retract_start(struct ctl *c, struct request *r)
{
	int64_t port = 0, seconds = 0;

	TRY(first_port(c, &port, &seconds));
	return c->can_extend ? action_robot(c, r, ACT_RETRACT, r->port ? r->port : port) : STEP_NEXT;
}

const struct phase phase_retract = {"retract", retract_start, NULL};

static int lock_start(struct ctl *c, struct request *r)
{
	int64_t others = 0;

	/* another eject still has its cartridge out there, or this one, which nobody has taken in time */
	TRY(sql_get(
		c->t, c->e,
		"SELECT EXISTS(SELECT 1 FROM librequest WHERE library=?1 AND id<>?2 AND op=10 AND open=1 AND "
		"phase>0) OR (?3=10 AND EXISTS(SELECT 1 FROM ieport WHERE library=?1 AND content=1))",
		"iiu", c->id, r->id, r->op, "i", &others));
	if (!c->can_lock || others)
		return STEP_NEXT;
	TRY(lock_set(c, true));
	return action_robot(c, r, ACT_LOCK, 0);
}

const struct phase phase_lock = {"lock", lock_start, NULL};

/* A robot that refuses isn't asked again: it has a panel. */
int port_release(struct ctl *c)
{
	int64_t inserting = 0;
	int rc = 0;

	TRY(sql_get(
		c->t, c->e,
		"SELECT EXISTS(SELECT 1 FROM librequest WHERE library=? AND open=1 AND op=12 AND phase>0)",
		"i", c->id, "i", &inserting));
	if (inserting || robot_busy(c, &rc) || rc)
		return rc;
	TRY(lock_set(c, false));
	rc = c->can_lock ? action_robot(c, NULL, ACT_UNLOCK, 0) : 0;
	return rc < 0 ? 0 : rc;
}
