/* SPDX-License-Identifier: GPL-2.0-or-later
 * Ejecting: to an empty port, which then stays open until the operator has taken the cartridge, somebody
 * stops the operation, or the port's time is over. The medium leaves the library's records when the port is
 * found empty. */
#include "library/controller.h"

/* In a slot, and nobody uses it; out of a drive it is dismounted first. */
static int reachable(struct ctl *c, struct request *r, int64_t *place)
{
	int64_t inverted = 0, held = 0, drive = 0;
	bool barred = false;
	char why[400];

	TRY(medium_place(c, r->medium, place, &inverted));
	if (!*place)
		return request_end(c, r, NTMS_LM_FAILED, ERROR_MEDIA_OFFLINE,
				   "the medium has left the library");
	TRY(sql_get(c->t, c->e, "SELECT count(*) FROM drive WHERE id=?", "i", *place, "i", &drive));
	TRY(sql_get(c->t, c->e, "SELECT coalesce(mounted_side,0) FROM physical_media WHERE id=?", "i",
		    r->medium, "i", &held));
	TRY(slot_barred(c, *place, &barred, why, sizeof why));
	if (barred)
		return request_wait(c, r, 60000, "%s", why);
	if (!drive)
		return 0;
	if (held && !(r->wanted & WANTED_FORCE))
		return request_end(c, r, NTMS_LM_FAILED, ERROR_BUSY, "the medium is mounted");
	if (held)
		TRY(sql_do(c->t, c->e, "UPDATE physical_media SET mounted_side=NULL WHERE id=?", "i",
			   r->medium));
	TRY(put_away(c, *place, r->medium));
	return request_wait(c, r, 0, "the medium is being dismounted");
}

static int fit_start(struct ctl *c, struct request *r)
{
	int64_t place = 0, inserting = 0;

	if (r->wanted & WANTED_STOP)
		return request_end(c, r, NTMS_LM_STOPPED, 0, "stopped");
	TRY(reachable(c, r, &place));
	TRY(sql_get(c->t, c->e,
		    "SELECT count(*) FROM librequest WHERE library=? AND op=12 AND open=1 AND phase>0", "i",
		    c->id, "i", &inserting));
	if (inserting)
		return request_wait(c, r, 0, "the port is in use by an insert");
	return action_status(c, r, BIT_IE);
}

const struct phase phase_fit = {"fit", fit_start, NULL};

static int put_start(struct ctl *c, struct request *r)
{
	int64_t place = 0, port = 0;
	int rc;

	if (r->wanted & WANTED_STOP)
		return request_end(c, r, NTMS_LM_STOPPED, 0, "stopped");
	TRY(reachable(c, r, &place));
	if (r->port && place == r->port)
		return STEP_NEXT;
	rc = sql_get(c->t, c->e,
		     "SELECT p.id FROM ieport p WHERE p.library=? "
		     "AND p.content=2 AND NOT EXISTS(SELECT 1 FROM physical_media m WHERE m.place=p.id) "
		     "AND NOT EXISTS(SELECT 1 FROM action a WHERE a.library=p.library "
		     "AND a.state IN (0,3) AND a.destination=p.id) ORDER BY p.number LIMIT 1",
		     "i", c->id, "i", &port);
	if (rc == SQL_NONE) { /* look again: an operator may have emptied it */
		TRY(request_goto(c, r, &phase_fit) == STEP_AGAIN ? 0 : (int)c->e->code);
		return request_wait(c, r, port_full_pause(c, r), "every mail slot is full");
	}
	TRY(rc);
	r->port = port;
	TRY(sql_do(c->t, c->e, "UPDATE librequest SET port=? WHERE id=?", "ii", port, r->id));
	return action_move(c, r, r->medium, place, port, false);
}

const struct phase phase_put = {"put", put_start, NULL};

static int taken_start(struct ctl *c, struct request *r) { return action_status(c, r, BIT_IE); }

static int taken_outcome(struct ctl *c, struct request *r, const struct event *ev)
{
	struct oprequest_new o = {.request = NTMS_OPREQ_MOVEMEDIA,
				  .arg1_type = NTMS_PHYSICAL_MEDIA,
				  .arg1 = r->medium,
				  .arg2_type = NTMS_LIBRARY,
				  .arg2 = model_offline_library(c->t),
				  .message = "Take the ejected medium out of the mail slot."};
	int64_t place = 0, inverted = 0;

	TRY(medium_place(c, r->medium, &place, &inverted));
	if (place != r->port || (r->wanted & WANTED_STOP))
		return STEP_NEXT;
	if (r->deadline && c->now >= r->deadline) {
		TRY(oprequest_post(c->t, &o, &place, c->e));
		return STEP_NEXT;
	}
	TRY(port_poll(c, r));
	return STEP_STAY;
}

const struct phase phase_taken = {"taken", taken_start, taken_outcome};
