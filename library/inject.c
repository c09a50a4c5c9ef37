/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Inserting: the port is unlocked and extended, watched, pulled in and locked; then each cartridge in it goes
 * to a slot, and an identification is queued for it.
 *
 * A port for one cartridge is pulled in as soon as it is full; one for several waits for STOP, RETRACT, the
 * operator closing it, or the time-out. STARTMANY opens again after each find.
 */
#include "library/controller.h"

struct ports {
	int64_t n, full, extended;
};

static int look_at_ports(struct ctl *c, struct ports *p)
{
	return sql_get(c->t, c->e,
		       "SELECT count(*), coalesce(sum(content=1),0), coalesce(sum(position=1),0) "
		       "FROM ieport WHERE library=?",
		       "i", c->id, "iii", &p->n, &p->full, &p->extended);
}

static int watch_start(struct ctl *c, struct request *r)
{
	if (r->wanted & (WANTED_STOP | WANTED_RETRACT))
		return STEP_NEXT;
	return action_status(c, r, BIT_IE);
}

static int watch_outcome(struct ctl *c, struct request *r, const struct event *ev)
{
	struct ports p = {0};

	TRY(look_at_ports(c, &p));
	if ((r->wanted & (WANTED_STOP | WANTED_RETRACT)) || (r->deadline && c->now >= r->deadline))
		return STEP_NEXT;
	if (p.full && (p.n == 1 || (c->can_extend && !p.extended))) /* full, or the operator has closed it */
		return STEP_NEXT;
	TRY(port_poll(c, r));
	return STEP_STAY;
}

const struct phase phase_watch = {"watch", watch_start, watch_outcome};

static int collect_start(struct ctl *c, struct request *r) { return action_status(c, r, BIT_IE); }

/* A port that the robot could not pull in stays the operator's to close. */
static int collect_outcome(struct ctl *c, struct request *r, const struct event *ev)
{
	struct oprequest_new o = {.request = NTMS_OPREQ_DEVICESERVICE,
				  .arg1_type = NTMS_LIBRARY,
				  .arg1 = c->id,
				  .message = "The mail slot is still open after its time is over. Close it."};
	struct ports p = {0};
	int64_t id = 0;

	TRY(look_at_ports(c, &p));
	if (p.extended && c->can_extend) /* one that can't be closed is no fault */
		TRY(oprequest_post(c->t, &o, &id, c->e));
	/* what was asked while the port was out is done now */
	TRY(sql_do(c->t, c->e, "UPDATE librequest SET wanted=wanted & ~? WHERE id=?", "ui", WANTED_RETRACT,
		   r->id));
	return STEP_NEXT;
}

const struct phase phase_collect = {"collect", collect_start, collect_outcome};

/* The medium in the port becomes ours: the one with that bar code, or a new one. */
static int medium_in_port(struct ctl *c, int64_t port, const char *tag, bool cleaner, int64_t *medium)
{
	int rc = tag[0] ? medium_by_barcode(c->t, tag, c->id, medium, c->e) : SQL_NONE;
	int64_t library = 0;

	if (rc && rc != SQL_NONE)
		return rc;
	if (!rc)
		TRY(sql_get(c->t, c->e, "SELECT library FROM physical_media WHERE id=?", "i", *medium, "i",
			    &library));
	/* a medium that sits elsewhere in this library has only the same bar code */
	if (!rc && library == model_offline_library(c->t))
		return medium_move(c->t, *medium, port, false, true, c->e);
	return newcomer(c, port, tag, cleaner, false, medium);
}

/* The next full port. Its tag was kept by the reader of elements in ieport.tag. */
static int next_port(struct ctl *c, int64_t *port, int64_t *medium, char tag[65], int64_t *cleaner)
{
	int rc = sql_get(c->t, c->e,
			 "SELECT p.id, coalesce(m.id,0), p.tag, p.cleaner "
			 "FROM ieport p LEFT JOIN physical_media m ON m.place=p.id "
			 "WHERE p.library=? AND p.content=1 ORDER BY p.number LIMIT 1",
			 "i", c->id, "iiTi", port, medium, tag, (size_t)65, cleaner);

	if (rc == SQL_NONE)
		*port = 0;
	return rc == SQL_NONE ? 0 : rc;
}

static int surplus(struct ctl *c, struct request *r)
{
	struct oprequest_new o = {.request = NTMS_OPREQ_DEVICESERVICE,
				  .arg1_type = NTMS_LIBRARY,
				  .arg1 = c->id,
				  .message = "The library has no empty slot for the media left in its mail "
					     "slot. Take them out, or take "
					     "other media out of the library."};
	int64_t id = 0;

	TRY(oprequest_post(c->t, &o, &id, c->e));
	if (!r->slot) /* slot: the last one filled */
		return request_end(c, r, NTMS_LM_FAILED, ERROR_LIBRARY_FULL, "the library has no empty slot");
	return request_end(c, r, NTMS_LM_PASSED, 0, "no empty slot for the rest, which stays in the port");
}

static int finished(struct ctl *c, struct request *r)
{
	bool over = (r->wanted & WANTED_STOP) || (r->deadline && c->now >= r->deadline);

	if ((r->wanted & WANTED_MANY) && !over) {
		TRY(request_goto(c, r, &phase_unlock) == STEP_AGAIN ? 0 : (int)c->e->code);
		return STEP_AGAIN;
	}
	if (r->wanted & WANTED_STOP)
		return request_end(c, r, NTMS_LM_STOPPED, 0, "stopped");
	return request_end(c, r, NTMS_LM_PASSED, 0, "%s", r->slot ? "" : "nothing was inserted in time");
}

static int stow_start(struct ctl *c, struct request *r)
{
	int64_t port = 0, medium = 0, cleaner = 0, slot = 0, home = 0, spare = 0;
	char tag[65] = "";

	TRY(next_port(c, &port, &medium, tag, &cleaner));
	if (!port)
		return finished(c, r);
	if (medium)
		TRY(sql_get(c->t, c->e, "SELECT coalesce(home_slot,0) FROM physical_media WHERE id=?", "i",
			    medium, "i", &home));
	TRY(free_slot(c, home, &slot));
	TRY(slots_to_spare(c, &spare));
	if (!slot || spare <= 0)
		return surplus(c, r);
	if (!medium)
		TRY(medium_in_port(c, port, tag, cleaner != 0, &medium));
	r->medium = medium, r->slot = slot;
	TRY(sql_do(c->t, c->e,
		   "UPDATE librequest SET medium=?1, medium_guid=(SELECT guid FROM object WHERE id=?1), "
		   "slot=?2, slot_guid=(SELECT guid FROM object WHERE id=?2), port=?3 WHERE id=?4",
		   "iiii", medium, slot, port, r->id));
	return action_move(c, r, medium, port, slot, false);
}

static int stow_outcome(struct ctl *c, struct request *r, const struct event *ev)
{
	auto_ids struct ids sides = {0};
	int64_t cleaner = 0;

	TRY(sql_do(c->t, c->e, "UPDATE librequest SET done=done+1 WHERE id=?", "i", r->id));
	TRY(sql_get(c->t, c->e, "SELECT cleaner FROM physical_media WHERE id=?", "i", r->medium, "i",
		    &cleaner));
	if (cleaner) /* never mounted to identify it */
		return STEP_STAY;
	TRY(ids_of(sql_rows(c->t, c->e, "SELECT id FROM side WHERE medium=? ORDER BY number", "i", r->medium),
		   &sides, c->e));
	vec_each(side, &sides) {
		struct request_new n = {
			.library = c->id, .op = NTMS_LM_PROCESSOMID, .side = *side, .medium = r->medium};

		TRY(request_new(c->t, &n, NULL, NULL, c->e));
	}
	return STEP_STAY;
}

const struct phase phase_stow = {"stow", stow_start, stow_outcome};
