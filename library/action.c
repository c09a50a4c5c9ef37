/* SPDX-License-Identifier: GPL-2.0-or-later
 * Actions: a row first, then a post to the executor; and their outcomes. */
#include "library/controller.h"

#include <stdio.h>
#include <string.h>

/* Finished ones, for people who ask what the robot did; those that are too many go, a few at a time. */
enum { ACTIONS_KEPT = 10000, PRUNE_EACH = 64 };

int action_begin(struct ctl *c, struct action *a, const struct request *r, int64_t medium, int64_t source,
		 int64_t destination)
{
	a->library = c->id;
	TRY(sql_do(c->t, c->e,
		   "INSERT INTO action(library, request, "
		   "kind, types, epoch, medium, source, destination, drive, invert, started, detail) "
		   "VALUES(?,?,?,?,(SELECT value FROM meta WHERE key='epoch'),?,?,?,?,?,?,?)",
		   "ifuuffffuit", c->id, r ? r->id : (int64_t)0, (uint32_t)a->kind, (uint32_t)a->types,
		   medium, source, destination, a->drive, (uint32_t)a->invert, c->now, a->label_id));
	a->id = sql_rowid(c->t);
	if (a->id % PRUNE_EACH == 0)
		TRY(sql_do(c->t, c->e, "DELETE FROM action WHERE id<=? AND state IN (1,2)", "i",
			   a->id - ACTIONS_KEPT));
	if (r)
		TRY(sql_do(c->t, c->e, "UPDATE librequest SET waits=? WHERE id=?", "ii",
			   (int64_t)WAITS_ACTION, r->id));
	c->world->act(c->t, a, c->world->arg);
	return STEP_ACTION;
}

static bool exists(struct ctl *c, int *rc, const char *sql, int64_t id)
{
	int64_t n = 0;
	int got = sql_get(c->t, c->e, sql, "i", id, "i", &n);

	if (got && got != SQL_NONE)
		*rc = got;
	return n > 0;
}

bool robot_busy(struct ctl *c, int *rc)
{
	return exists(c, rc,
		      "SELECT EXISTS(SELECT 1 FROM action WHERE library=? AND state=0 AND drive IS NULL)",
		      c->id);
}

bool drive_acting(struct ctl *c, int64_t drive, int *rc)
{
	int64_t n = 0;
	int got = sql_get(c->t, c->e,
			  "SELECT count(*) FROM action "
			  "WHERE library=? AND state IN (0,3) AND (drive=? OR source=? OR destination=?)",
			  "iiii", c->id, drive, drive, drive, "i", &n);

	if (got)
		*rc = got;
	return n > 0;
}

bool request_acting(struct ctl *c, int64_t request, int *rc)
{
	int64_t n = 0;
	int got = sql_get(c->t, c->e,
			  "SELECT count(*) FROM action WHERE library=? AND state IN (0,3) AND request=?",
			  "ii", c->id, request, "i", &n);

	if (got)
		*rc = got;
	return n > 0;
}

/* The changer does one thing at a time: whoever comes second waits for the next look at the queue. */
static int robot_free(struct ctl *c)
{
	int rc = 0;

	if (robot_busy(c, &rc))
		return rc ? rc : STEP_ROBOT;
	return rc;
}

int action_status(struct ctl *c, const struct request *r, uint8_t types)
{
	struct action a = {.kind = ACT_STATUS, .types = types};

	TRY(robot_free(c));
	return action_begin(c, &a, r, 0, 0, 0);
}

int action_robot(struct ctl *c, const struct request *r, enum action_kind kind, int64_t port)
{
	struct action a = {.kind = kind};

	TRY(robot_free(c));
	if (port)
		TRY(element_address(c, port, &a.source));
	return action_begin(c, &a, r, 0, port, 0);
}

int action_drive(struct ctl *c, const struct request *r, enum action_kind kind, int64_t drive, int64_t medium)
{
	struct action a = {.kind = kind, .drive = drive};
	int rc = 0;

	if (drive_acting(c, drive, &rc))
		return rc ? rc : STEP_STAY;
	return action_begin(c, &a, r, medium, 0, 0);
}

int action_move(struct ctl *c, const struct request *r, int64_t medium, int64_t from, int64_t to, bool invert)
{
	struct action a = {.kind = ACT_MOVE, .invert = invert};

	TRY(robot_free(c));
	TRY(element_address(c, from, &a.source));
	TRY(element_address(c, to, &a.destination));
	return action_begin(c, &a, r, medium, from, to);
}

struct action_row {
	int64_t id, request, medium, source, destination, drive, invert, state;
	uint32_t kind, types, op; /* op: of its request */
};

static int row_load(struct ctl *c, int64_t id, struct action_row *a)
{
	a->id = id;
	return sql_get(c->t, c->e,
		       "SELECT request, medium, source, destination, drive, invert, state, kind, types, "
		       "(SELECT op FROM librequest r WHERE r.id=action.request) "
		       "FROM action WHERE id=? AND library=?",
		       "ii", id, c->id, "iiiiiiiuuu", &a->request, &a->medium, &a->source, &a->destination,
		       &a->drive, &a->invert, &a->state, &a->kind, &a->types, &a->op);
}

static int moved(struct ctl *c, const struct action_row *a)
{
	int64_t place = 0, inverted = 0;

	TRY(medium_place(c, a->medium, &place, &inverted));
	if (place != a->source) /* settled meanwhile by what the robot reports */
		return library_doubt(c, BIT_ALL);
	TRY(move_accepted(c, a->source, a->destination));
	return medium_move(c->t, a->medium, a->destination, (inverted != 0) != (a->invert != 0), true, c->e);
}

static int loaded(struct ctl *c, const struct action_row *a, const struct medium_info *m)
{
	TRY(drive_set_state(c, a->drive, NTMS_DRIVESTATE_LOADED));
	TRY(sql_do(c->t, c->e,
		   "UPDATE physical_media "
		   "SET medium_type_code=?, density_code=?, write_protected=?, worm=? WHERE id=?",
		   "uuuui", (uint32_t)m->medium_type, (uint32_t)m->density, (uint32_t)m->write_protected,
		   (uint32_t)m->worm, a->medium));
	TRY(medium_told(c, a->medium, a->drive, m));
	/* the serial number is part of the proof of identity that the next phase asks for */
	TRY(sql_do(c->t, c->e, "UPDATE action SET detail=? WHERE id=?", "ti", m->serial, a->id));
	if (m->capacity)
		TRY(sql_do(c->t, c->e,
			   "UPDATE side SET capacity=? "
			   "WHERE medium=? AND number=(SELECT inverted FROM physical_media WHERE id=?)",
			   "iii", (int64_t)m->capacity, a->medium, a->medium));
	return medium_state(c->t, a->medium, NTMS_MEDIASTATE_LOADED, c->e);
}

/* What an action that was DONE did to the world, whether its request still lives or not. */
static int apply(struct ctl *c, const struct action_row *a, const struct event *ev)
{
	switch ((enum action_kind)a->kind) {
	case ACT_STATUS:
	case ACT_INITIALIZE:
		return reconcile(c, ev, (uint8_t)a->types);
	case ACT_MOVE:
		return moved(c, a);
	case ACT_LOAD:
		return loaded(c, a, &ev->medium);
	case ACT_UNLOAD:
		TRY(drive_set_state(c, a->drive, NTMS_DRIVESTATE_UNLOADED));
		return medium_state(c->t, a->medium, NTMS_MEDIASTATE_UNLOADED, c->e);
	case ACT_EXTEND:
	case ACT_RETRACT:
		TRY(sql_do(c->t, c->e, "UPDATE ieport SET position=? WHERE library=?", "ui",
			   (uint32_t)(a->kind == ACT_EXTEND ? NTMS_PORTPOSITION_EXTENDED
							    : NTMS_PORTPOSITION_RETRACTED),
			   c->id));
		return a->source ? object_changed(c->t, a->source, c->e) : 0;
	case ACT_READ_LABEL:
	case ACT_WRITE_LABEL:
	case ACT_LOCK:
	case ACT_UNLOCK:
	case ACT_GRANT:
	case ACT_REVOKE:
		return 0; /* their phases know what it means */
	}
	return 0;
}

/* A port that an insert or eject left open when rsmd, or the path to the robot, came to an end. What lies in
 * it couldn't be fetched, and no one else would close it. */
static int close_port(struct ctl *c)
{
	int64_t port = 0;
	int rc =
		sql_get(c->t, c->e,
			"SELECT id "
			"FROM ieport WHERE library=?1 AND position=1 AND NOT EXISTS(SELECT 1 FROM librequest "
			"WHERE library=?1 AND op IN (10,12) AND open=1 AND phase>0) LIMIT 1",
			"i", c->id, "i", &port);

	if (rc == SQL_NONE || !c->can_extend)
		return 0;
	if (!rc)
		rc = action_robot(c, NULL, ACT_RETRACT, port);
	return rc < 0 ? 0 : rc;
}

/* A status that nobody asked for on a request's behalf: the library's own look around. */
static int own_status(struct ctl *c, const struct event *ev)
{
	if (ev->outcome == OUTCOME_DONE) {
		if (!c->ready) /* the first since it came up */
			TRY(close_port(c));
		c->ready = true;
		TRY(sql_do(c->t, c->e, "UPDATE library SET ready=1, poll_at=0 WHERE id=?", "i", c->id));
		TRY(library_state(c, NTMS_READY, ""));
		return identify_new(c);
	}
	TRY(library_doubt(c, BIT_ALL));
	if (c->opstate != NTMS_NOT_PRESENT) /* told already that it can't be reached */
		TRY(library_state(c, NTMS_NEEDS_SERVICE, ev->why));
	return sql_do(c->t, c->e, "UPDATE library SET poll_at=? WHERE id=?", "ii", c->now + 5000, c->id);
}

/* What the action told on the way is over, and its request can go on; of what nobody knows yet (a move) it
 * waits for the settling. */
static int acted(struct ctl *c, const struct action_row *a, uint32_t state)
{
	return sql_do(c->t, c->e, "UPDATE librequest SET waits=?, done=0, total=0, expected=0 WHERE id=?",
		      "ii", (int64_t)(state == ACTION_UNKNOWN ? WAITS_ACTION : WAITS_NOTHING), a->request);
}

/* Its row is written after the phase has had its say: at once with where it goes on. An insert counts there
 * what it has stowed, and what went wrong leads anywhere: theirs is written before. */
static bool acted_later(const struct action_row *a, const struct event *ev)
{
	return ev->outcome == OUTCOME_DONE && (a->op == NTMS_LM_MOUNT || a->op == NTMS_LM_DISMOUNT ||
					       a->op == NTMS_LM_PROCESSOMID || a->op == NTMS_LM_WRITESCRATCH);
}

/* rc: what the phase made of the outcome. */
static int go_on(struct ctl *c, const struct action_row *a, int rc, bool later)
{
	if (rc == STEP_NEXT)
		return sql_do(
			c->t, c->e,
			"UPDATE librequest SET phase=phase+1, tries=0, poll_at=0, waits=0, done=0, total=0, "
			"expected=0 WHERE id=?",
			"i", a->request);
	if (later && rc < 0 && rc != STEP_ACTION)
		return acted(c, a, ACTION_DONE);
	return rc < 0 ? 0 : rc;
}

int action_outcome(struct ctl *c, const struct event *ev)
{
	struct action_row a;
	struct request r;
	const struct phase *p;
	int rc = row_load(c, ev->action, &a);
	uint32_t state = ev->outcome == OUTCOME_DONE	 ? ACTION_DONE
			 : ev->outcome == OUTCOME_FAILED ? ACTION_FAILED
							 : ACTION_UNKNOWN;
	bool later;

	if (rc == SQL_NONE || (!rc && a.state != ACTION_OPEN))
		return 0; /* of an earlier incarnation, or settled already */
	TRY(rc);
	/* only a move leaves a question that has to be settled; the rest is asked again */
	if (state == ACTION_UNKNOWN && a.kind != ACT_MOVE)
		state = ACTION_FAILED;
	TRY(sql_do(c->t, c->e, "UPDATE action SET state=?, ended=?, reason=? WHERE id=?", "uiti", state,
		   c->now, ev->why, a.id));
	/* a load that failed may still have placed the cartridge; a move that was refused has moved nothing
	 */
	if (a.kind == ACT_MOVE && state != ACTION_DONE && ev->fault != FAULT_HELD)
		TRY(library_doubt(c, BIT_ALL));
	if (ev->fault == FAULT_ELEMENT && a.kind == ACT_MOVE)
		TRY(move_refused(c, a.source, a.destination, ev->why));
	later = acted_later(&a, ev);
	if (a.request && !later)
		TRY(acted(c, &a, state));
	if (a.kind == ACT_LOAD || a.kind == ACT_UNLOAD)
		TRY(sql_do(c->t, c->e,
			   "UPDATE drive SET reason='', done=0, total=0, expected=0 "
			   "WHERE id=? AND (reason<>'' OR total>0)",
			   "i", a.drive));
	if (ev->outcome == OUTCOME_DONE)
		TRY(apply(c, &a, ev));
	if (a.kind == ACT_GRANT || a.kind == ACT_REVOKE)
		TRY(drive_held(c, a.drive, ev));
	if (!a.request)
		return a.kind == ACT_STATUS || a.kind == ACT_INITIALIZE ? own_status(c, ev) : 0;

	rc = request_load(c, a.request, &r);
	if (rc == SQL_NONE)
		return 0;
	TRY(rc);
	if (!request_is_open(&r))
		return go_on(c, &a, STEP_END, later); /* ended meanwhile: drives_tidy() cleans up */
	c->acted = a.drive;
	if (ev->outcome != OUTCOME_DONE)
		rc = request_fault(c, &r, ev);
	else
		rc = (p = phase_of(&r)) && p->outcome ? p->outcome(c, &r, ev) : STEP_NEXT;
	return go_on(c, &a, rc, later);
}
