/* SPDX-License-Identifier: GPL-2.0-or-later
 * Enabling and disabling: queued like all work, so that what was asked before is done before. */
#include "library/controller.h"

static int target(struct ctl *c, const struct request *r, int64_t *id)
{
	switch (r->op) {
	case NTMS_LM_DISABLEDRIVE:
	case NTMS_LM_ENABLEDRIVE:
		*id = r->drive;
		break;
	case NTMS_LM_DISABLEMEDIA:
	case NTMS_LM_ENABLEMEDIA:
		*id = r->medium;
		break;
	default:
		*id = c->id;
	}
	return 0;
}

/* A library's devices go with it. */
static int devices_enable(struct ctl *c, bool enabled)
{
	auto_ids struct ids devices = {0};

	TRY(ids_of(sql_rows(c->t, c->e,
			    "SELECT id FROM drive "
			    "WHERE library=?1 UNION ALL SELECT id FROM changer WHERE library=?1",
			    "i", c->id),
		   &devices, c->e));
	vec_each(id, &devices)
		TRY(object_enable(c->t, *id, enabled, c->e));
	return 0;
}

static int enable_start(struct ctl *c, struct request *r)
{
	int64_t id = 0;

	TRY(target(c, r, &id));
	if (r->op == NTMS_LM_ENABLEMEDIA) {
		TRY(medium_enable(c->t, id, true, "", c->e));
		c->troubled = true;
		return STEP_NEXT;
	}
	TRY(object_enable(c->t, id, true, c->e));
	if (r->op == NTMS_LM_ENABLEDRIVE) { /* and it gets another chance */
		TRY(sql_do(c->t, c->e, "UPDATE drive SET reason='' WHERE id=?", "i", id));
		c->troubled = true;
		TRY(object_set_state(c->t, id, NTMS_READY, c->e));
		TRY(look_again(c)); /* who waits for some time needn't, with this one */
	} else {
		c->enabled = true;
		TRY(devices_enable(c, true));
		TRY(library_doubt(c, BIT_ALL));
		txn_wake(c->t, c->id); /* this look at the queue has passed doubts by already */
	}
	return STEP_NEXT;
}

const struct phase phase_enable = {"enable", enable_start, NULL};

/* What still waits for a disabled library ends: nothing of it could run. */
static int end_waiting(struct ctl *c, const struct request *self)
{
	auto_ids struct ids waiting = {0};

	TRY(ids_of(sql_rows(c->t, c->e,
			    "SELECT id FROM librequest WHERE library=? AND open=1 AND id<>? AND op>6", "ii",
			    c->id, self->id),
		   &waiting, c->e));
	vec_each(id, &waiting) {
		struct request o;
		bool acting;
		int rc = request_load(c, *id, &o);

		TRY(rc);
		acting = request_acting(c, o.id, &rc);
		TRY(rc);
		if (acting || !request_is_open(&o))
			continue;
		if (o.op == NTMS_LM_DISMOUNT && o.drive)
			TRY(hold_ends(c, &o));
		rc = request_end(c, &o, NTMS_LM_FAILED, ERROR_RESOURCE_DISABLED, "the library was disabled");
		if (rc > 0)
			return rc;
	}
	return 0;
}

static int disable_drive(struct ctl *c, struct request *r)
{
	int64_t medium = 0, held = 0, user = 0;
	int rc = medium_at(c->t, r->drive, &medium, c->e);
	bool acting;

	if (rc && rc != SQL_NONE)
		return rc;
	acting = drive_acting(c, r->drive, &rc);
	if (rc && rc != SQL_NONE)
		return rc;
	TRY(sql_get(c->t, c->e, "SELECT coalesce((SELECT request FROM drive WHERE id=?),0)", "i", r->drive,
		    "i", &user));
	if (acting || user)
		return request_wait(c, r, 0, "the drive is at work");
	if (medium)
		TRY(sql_get(c->t, c->e, "SELECT coalesce(mounted_side,0) FROM physical_media WHERE id=?", "i",
			    medium, "i", &held));
	/* "whenever possible, first returned to its slot": not out of an application's hands, nor when the
	 * robot can't */
	if (medium && !held && c->ready && c->enabled) {
		TRY(put_away(c, r->drive, medium));
		return request_wait(c, r, 0, "its medium is being returned to a slot");
	}
	TRY(object_enable(c->t, r->drive, false, c->e));
	return STEP_NEXT;
}

static int disable_start(struct ctl *c, struct request *r)
{
	if (r->op == NTMS_LM_DISABLEDRIVE)
		return disable_drive(c, r);
	if (r->op == NTMS_LM_DISABLEMEDIA) {
		TRY(medium_enable(c->t, r->medium, false, "disabled by an administrator", c->e));
		return STEP_NEXT;
	}
	TRY(object_enable(c->t, c->id, false, c->e));
	c->enabled = false;
	TRY(devices_enable(c, false));
	TRY(end_waiting(c, r));
	return STEP_NEXT;
}

const struct phase phase_disable = {"disable", disable_start, NULL};
