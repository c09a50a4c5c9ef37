/* SPDX-License-Identifier: GPL-2.0-or-later
 * Who may open a drive: from the end of a mount to its dismount its user, and otherwise nobody but rsmd. For
 * drives of this machine alone; a drive without a node here has nothing to grant.
 *
 * What was opened stays open when the grant is taken back. So a dismount waits until the last descriptor is
 * closed, with the name of the process as its reason, and until then the drive serves nobody else.
 *
 * A program may have a drive open that was never granted: root's, or from before. The executor puts no
 * cartridge into such a drive (FAULT_HELD); the request takes another one, and this one is looked at now and
 * then. */
#include "library/controller.h"

#include <stdio.h>
#include <string.h>

#define HELD_LOOK_MS 2000

static bool is_local(struct ctl *c, int64_t drive, int *rc)
{
	int64_t local = 0;

	*rc = sql_get(c->t, c->e, "SELECT node<>'' FROM drive WHERE id=?", "i", drive, "i", &local);
	return !*rc && local;
}

/* ---- phases ---- */

static int grant_start(struct ctl *c, struct request *r)
{
	struct action a = {.kind = ACT_GRANT,
			   .drive = r->drive,
			   .write = r->wanted & NTMS_MOUNT_WRITE || !(r->wanted & NTMS_MOUNT_READ)};
	int rc;

	if (!is_local(c, r->drive, &rc))
		return rc ? rc : STEP_NEXT;
	if (drive_acting(c, r->drive, &rc))
		return rc ? rc : STEP_STAY;
	TRY(sql_get(c->t, c->e, "SELECT user FROM librequest WHERE id=?", "i", r->id, "T", a.user,
		    sizeof a.user));
	return action_begin(c, &a, r, r->medium, 0, 0);
}

static int grant_outcome(struct ctl *c, struct request *r, const struct event *ev)
{
	TRY(sql_do(c->t, c->e,
		   "UPDATE drive SET granted=?||(SELECT user FROM librequest WHERE id=?) WHERE id=?", "tii",
		   r->wanted & NTMS_MOUNT_WRITE || !(r->wanted & NTMS_MOUNT_READ) ? "w " : "r ", r->id,
		   r->drive));
	return STEP_NEXT;
}

const struct phase phase_grant = {"grant", grant_start, grant_outcome};

/* Who has a drive open that was never granted is no reason to leave a medium in it. */
static int revoke_start(struct ctl *c, struct request *r)
{
	int64_t granted = 0;
	int rc;

	TRY(sql_get(c->t, c->e, "SELECT granted<>'' FROM drive WHERE id=?", "i", r->drive, "i", &granted));
	if (!granted)
		return STEP_NEXT;
	return is_local(c, r->drive, &rc) ? action_drive(c, r, ACT_REVOKE, r->drive, r->medium)
	       : rc			  ? rc
					  : STEP_NEXT;
}

static int revoke_outcome(struct ctl *c, struct request *r, const struct event *ev)
{
	TRY(sql_do(c->t, c->e, "UPDATE drive SET granted='' WHERE id=?", "i", r->drive));
	return STEP_NEXT;
}

const struct phase phase_revoke = {"revoke", revoke_start, revoke_outcome};

/* ---- after a start, and when devices were plugged ---- */

int grants_follow(struct ctl *c)
{
	VEC(struct action) todo = {0};
	int rc;

	{
		auto_rows struct rows *q = sql_rows(
			c->t, c->e,
			"SELECT d.id, CASE WHEN EXISTS(SELECT 1 FROM physical_media m "
			"WHERE m.place=d.id AND m.mounted_side IS NOT NULL) THEN d.granted ELSE '' END "
			"FROM drive d JOIN object o ON o.id=d.id WHERE d.library=? "
			"AND d.node<>'' AND d.request IS NULL AND o.opstate=0 ORDER BY d.element",
			"i", c->id);

		while (rows_next(q)) {
			const char *granted = rows_text(q, 1);
			struct action *a = vec_add(&todo);

			*a = (struct action){.kind = *granted ? ACT_GRANT : ACT_REVOKE,
					     .drive = rows_i64(q, 0),
					     .write = *granted == 'w',
					     .again = *granted != 0};
			snprintf(a->user, sizeof a->user, "%s", *granted ? granted + 2 : "");
		}
		rc = rows_failed(q) ? (int)c->e->code : 0;
	}
	for (size_t i = 0; !rc && i < todo.n; i++)
		if (!drive_acting(c, todo.v[i].drive, &rc))
			rc = action_begin(c, &todo.v[i], NULL, 0, 0, 0) == STEP_ACTION ? 0 : (int)c->e->code;
	vec_free(&todo);
	return rc;
}

/* ---- drives that strangers have open ---- */

int drive_held(struct ctl *c, int64_t drive, const struct event *ev)
{
	bool held = ev->outcome != OUTCOME_DONE && ev->fault == FAULT_HELD;

	TRY(sql_do(c->t, c->e,
		   "UPDATE drive SET held_look=?1, reason=?2 WHERE id=?3 AND (held_look<>0 OR ?1<>0)", "iti",
		   held ? c->now + HELD_LOOK_MS : (int64_t)0, held ? ev->why : "", drive));
	return sql_changes(c->t) ? object_changed(c->t, drive, c->e) : 0;
}

int held_look(struct ctl *c)
{
	auto_ids struct ids due = {0};

	TRY(ids_of(sql_rows(c->t, c->e, HELD_DRIVES, "ii", c->id, c->now), &due, c->e));
	vec_each(drive, &due) {
		struct action a = {.kind = ACT_REVOKE, .drive = *drive};
		int64_t idle = 0;
		int rc = 0;

		/* the others' requests look themselves; but no time may stay in the past */
		TRY(sql_do(c->t, c->e, "UPDATE drive SET held_look=? WHERE id=?", "ii", c->now + HELD_LOOK_MS,
			   *drive));
		TRY(sql_get(c->t, c->e,
			    "SELECT d.request IS NULL AND o.opstate=0 "
			    "FROM drive d JOIN object o ON o.id=d.id WHERE d.id=?",
			    "i", *drive, "i", &idle));
		if (idle && !drive_acting(c, *drive, &rc) && !rc)
			rc = action_begin(c, &a, NULL, 0, 0, 0);
		if (rc > 0)
			return rc;
	}
	return 0;
}
