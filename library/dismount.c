/* SPDX-License-Identifier: GPL-2.0-or-later
 * Out of the drive: unload by the drive first, then back to a slot. */
#include "library/controller.h"

/* Deferred: the medium stays where it is, and may be taken out or used again. */
static int leave_in_drive(struct ctl *c, struct request *r)
{
	TRY(sql_do(c->t, c->e, "UPDATE physical_media SET mounted_side=NULL WHERE id=?", "i", r->medium));
	TRY(medium_state(c->t, r->medium, NTMS_MEDIASTATE_IDLE, c->e));
	TRY(sql_do(c->t, c->e, "UPDATE drive SET dismountable_since=?, holder='', request=NULL WHERE id=?",
		   "ii", c->now, r->drive));
	TRY(drive_set_state(c, r->drive, NTMS_DRIVESTATE_DISMOUNTABLE));
	TRY(object_changed(c->t, r->medium, c->e));
	return request_end(c, r, NTMS_LM_PASSED, 0, "%s", "");
}

static int dismount_start(struct ctl *c, struct request *r)
{
	int64_t place = 0, inverted = 0, other = 0, user = 0;

	TRY(medium_place(c, r->medium, &place, &inverted));
	if (place != r->drive || !r->drive)
		return request_end(c, r, NTMS_LM_PASSED, 0, "%s", "it is in no drive");
	TRY(sql_get(c->t, c->e, "SELECT coalesce((SELECT request FROM drive WHERE id=?),0)", "i", r->drive,
		    "i", &other));
	if (other && other != r->id)
		return request_wait(c, r, 0, "the drive works for another request");
	/* queued by drives_tidy(), and meanwhile an application has mounted it */
	TRY(sql_get(c->t, c->e,
		    "SELECT coalesce((SELECT mounted_side FROM physical_media WHERE id=?),0)<>0 "
		    "AND (SELECT session IS NULL FROM librequest WHERE id=?)",
		    "ii", r->medium, r->id, "i", &user));
	if (user && !(r->wanted & WANTED_FORCE))
		return request_end(c, r, NTMS_LM_CANCELLED, 0, "the medium is in use again");
	TRY(sql_do(c->t, c->e, "UPDATE drive SET request=?, dismountable_since=0 WHERE id=?", "ii", r->id,
		   r->drive));
	return STEP_NEXT;
}

const struct phase phase_dismount = {"dismount", dismount_start, NULL};

static int unload_start(struct ctl *c, struct request *r)
{
	if (r->option == NTMS_DISMOUNT_DEFERRED)
		return leave_in_drive(c, r);
	return action_drive(c, r, ACT_UNLOAD, r->drive, r->medium);
}

int hold_ends(struct ctl *c, const struct request *r)
{
	/* it may have been fetched into another drive, and mounted there */
	TRY(sql_do(c->t, c->e, "UPDATE physical_media SET mounted_side=NULL WHERE id=? AND place=?", "ii",
		   r->medium, r->drive));
	TRY(sql_do(c->t, c->e, "UPDATE drive SET holder='' WHERE id=?", "i", r->drive));
	return object_changed(c->t, r->drive, c->e);
}

static int unload_outcome(struct ctl *c, struct request *r, const struct event *ev)
{
	TRY(hold_ends(c, r));
	return STEP_NEXT;
}

const struct phase phase_unload = {"unload", unload_start, unload_outcome};

static int return_start(struct ctl *c, struct request *r)
{
	int64_t place = 0, inverted = 0, home = 0, slot = 0;

	TRY(medium_place(c, r->medium, &place, &inverted));
	if (place != r->drive)
		return STEP_NEXT;
	TRY(sql_get(c->t, c->e, "SELECT coalesce(home_slot,0) FROM physical_media WHERE id=?", "i", r->medium,
		    "i", &home));
	TRY(free_slot(c, home, &slot));
	if (!slot)
		return request_wait(c, r, 0, "the library has no empty slot for the medium");
	/* in its slot a medium lies as it came: side A up */
	return action_move(c, r, r->medium, r->drive, slot, inverted && c->two_sided);
}

static int return_outcome(struct ctl *c, struct request *r, const struct event *ev)
{
	int64_t place = 0, inverted = 0;

	TRY(medium_place(c, r->medium, &place, &inverted));
	if (place == r->drive)
		return STEP_STAY;
	TRY(drive_set_state(c, r->drive, NTMS_DRIVESTATE_DISMOUNTED));
	TRY(drive_release(c, r->drive));
	TRY(sql_do(c->t, c->e, "UPDATE physical_media SET request=NULL WHERE id=? AND request=?", "ii",
		   r->medium, r->id));
	TRY(medium_state(c->t, r->medium, NTMS_MEDIASTATE_IDLE, c->e));
	return STEP_NEXT;
}

const struct phase phase_return = {"return", return_start, return_outcome};
