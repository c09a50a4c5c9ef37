/* SPDX-License-Identifier: GPL-2.0-or-later
 * Phases that bring a medium into a drive and find out what it is: mount, identification, free label. */
#include "library/controller.h"

#include <stdio.h>
#include <string.h>

static int identity_error(struct ctl *c, struct request *r, const char *why)
{
	TRY(medium_quarantine(c->t, r->medium, why, c->e));
	if (r->op == NTMS_LM_MOUNT && c->auto_recovery) {
		struct request_new n = {
			.library = c->id, .op = NTMS_LM_INVENTORY, .option = NTMS_INVENTORY_OMID};
		int64_t id = 0;

		TRY(request_open(c, NTMS_LM_INVENTORY, 0, 0, &id));
		if (!id)
			TRY(request_new(c->t, &n, &id, NULL, c->e));
	}
	return request_end(c, r, NTMS_LM_FAILED, ERROR_UNEXPECTED_OMID, "%s", why);
}

/* ---- a drive ---- */

/* Things that may have changed since the request was queued. */
static int still_possible(struct ctl *c, struct request *r, bool *in_use)
{
	uint32_t enabled = 0, cleaner = 0, state = 0;
	int64_t library = 0, other = 0, mounted = 0;
	int rc = sql_get(c->t, c->e,
			 "SELECT o.enabled, m.cleaner, m.library, s.state FROM physical_media m "
			 "JOIN object o ON o.id=m.id JOIN side s ON s.id=? WHERE m.id=?",
			 "ii", r->side, r->medium, "uuiu", &enabled, &cleaner, &library, &state);

	if (rc == SQL_NONE)
		return request_end(c, r, NTMS_LM_FAILED, ERROR_INVALID_MEDIA, "the medium is gone");
	TRY(rc);
	if (library != c->id)
		return request_end(c, r, NTMS_LM_FAILED, ERROR_MEDIA_OFFLINE,
				   "the medium has left the library");
	if (!enabled)
		return request_end(c, r, NTMS_LM_FAILED, ERROR_RESOURCE_DISABLED, "the medium is disabled");
	if (cleaner)
		return request_end(c, r, NTMS_LM_FAILED, ERROR_INVALID_MEDIA,
				   "a cleaning cartridge is never mounted");
	if (r->op == NTMS_LM_WRITESCRATCH && state != NTMS_PARTSTATE_UNPREPARED)
		return request_end(c, r, NTMS_LM_CANCELLED, 0, "the side waits for no free label any more");
	TRY(sql_get(c->t, c->e,
		    "SELECT coalesce(mounted_side,0), (SELECT count(*) "
		    "FROM librequest o WHERE o.id=m.request AND o.open=1 AND o.id<>?) "
		    "FROM physical_media m WHERE id=?",
		    "ii", r->id, r->medium, "ii", &mounted, &other));
	*in_use = mounted || other;
	return 0;
}

static int drive_start(struct ctl *c, struct request *r)
{
	int64_t held = 0;
	bool in_use = false;

	TRY(sql_get(c->t, c->e, "SELECT count(*) FROM drive WHERE request=?", "i", r->id, "i", &held));
	if (held) /* reserved with the other media of its call */
		return STEP_NEXT;
	TRY(still_possible(c, r, &in_use));
	if (in_use) {
		r->waits = r->medium;
		return mount_waits(c, r, 0, "the medium is in use");
	}
	return drives_reserve(c, r);
}

const struct phase phase_drive = {"drive", drive_start, NULL};

/* ---- the way to the drive ---- */

static int turn_by_hand(struct ctl *c, struct request *r)
{
	struct oprequest_new o = {
		.request = NTMS_OPREQ_MOVEMEDIA,
		.arg1_type = NTMS_PHYSICAL_MEDIA,
		.arg1 = r->medium,
		.arg2_type = NTMS_LIBRARY,
		.arg2 = c->id,
		.message = "Turn the medium over in its slot: this library can't. Then answer this request."};
	uint32_t state = NTMS_OPSTATE_UNKNOWN;

	if (r->oprequest)
		TRY(oprequest_state(c->t, r->oprequest, &state, c->e));
	if (state == NTMS_OPSTATE_REFUSED)
		return request_end(c, r, NTMS_LM_FAILED, ERROR_REQUEST_REFUSED,
				   "the operator refused to turn the medium over");
	if (state == NTMS_OPSTATE_COMPLETE) {
		TRY(sql_do(c->t, c->e, "UPDATE physical_media SET inverted=1-inverted, verified=0 WHERE id=?",
			   "i", r->medium));
		TRY(sql_do(c->t, c->e, "UPDATE librequest SET oprequest=NULL WHERE id=?", "i", r->id));
		return STEP_AGAIN;
	}
	if (state == NTMS_OPSTATE_UNKNOWN) {
		TRY(oprequest_post(c->t, &o, &r->oprequest, c->e));
		TRY(sql_do(c->t, c->e, "UPDATE librequest SET oprequest=? WHERE id=?", "ii", r->oprequest,
			   r->id));
	}
	return request_wait(c, r, 1000, "an operator must turn the medium over");
}

/* Somebody has put another medium into our drive meanwhile: drives_tidy() puts that one away. */
static int other_in_drive(struct ctl *c, const struct request *r, int64_t *other)
{
	int rc = medium_at(c->t, r->drive, other, c->e);

	if (rc == SQL_NONE || (!rc && *other == r->medium))
		*other = rc = 0;
	return rc;
}

static int another_drive(struct ctl *c, struct request *r)
{
	TRY(drive_release(c, r->drive));
	TRY(sql_do(c->t, c->e, "UPDATE librequest SET drive=NULL, drive_guid=NULL WHERE id=?", "i", r->id));
	TRY(sql_do(c->t, c->e, "UPDATE physical_media SET request=NULL WHERE id=? AND request=?", "ii",
		   r->medium, r->id));
	r->drive = 0;
	return request_goto(c, r, &phase_drive);
}

/* In another drive, which failed to load it: that one must let go of it first. */
static int out_of_drive(struct ctl *c, int64_t place, bool *holds)
{
	int64_t n = 0;

	TRY(sql_get(c->t, c->e, "SELECT count(*) FROM drive WHERE id=? AND state<>?", "iu", place,
		    (uint32_t)NTMS_DRIVESTATE_UNLOADED, "i", &n));
	*holds = n > 0;
	return 0;
}

static int fetch_start(struct ctl *c, struct request *r)
{
	int64_t place = 0, inverted = 0, side = 0, other = 0;
	bool holds = false;

	TRY(medium_place(c, r->medium, &place, &inverted));
	TRY(sql_get(c->t, c->e, "SELECT number FROM side WHERE id=?", "i", r->side, "i", &side));
	TRY(other_in_drive(c, r, &other));
	if (other && !(r->wanted & NTMS_MOUNT_SPECIFIC_DRIVE))
		return another_drive(c, r);
	if (place == r->drive) {
		if (inverted == side)
			return STEP_NEXT;
		/* the other side is up: out of the drive first, which turns it back */
		return action_drive(c, r, ACT_UNLOAD, r->drive, r->medium);
	}
	if (!place)
		return request_end(c, r, NTMS_LM_FAILED, ERROR_MEDIA_OFFLINE,
				   "the medium has left the library");
	TRY(out_of_drive(c, place, &holds));
	if (holds)
		return action_drive(c, r, ACT_UNLOAD, place, r->medium);
	if (inverted != side && !c->two_sided)
		return turn_by_hand(c, r);
	return action_move(c, r, r->medium, place, r->drive, inverted != side);
}

static int fetch_outcome(struct ctl *c, struct request *r, const struct event *ev)
{
	int64_t place = 0, inverted = 0, side = 0, slot = 0;

	TRY(medium_place(c, r->medium, &place, &inverted));
	TRY(sql_get(c->t, c->e, "SELECT number FROM side WHERE id=?", "i", r->side, "i", &side));
	if (place != r->drive)
		return STEP_STAY;
	if (inverted == side) {
		TRY(drive_set_state(c, r->drive, NTMS_DRIVESTATE_MOUNTED));
		TRY(medium_state(c->t, r->medium, NTMS_MEDIASTATE_MOUNTED, c->e));
		return STEP_NEXT;
	}
	/* unloaded to be turned: back to a slot, then again */
	TRY(free_slot(c, 0, &slot));
	if (!slot)
		return request_end(c, r, NTMS_LM_FAILED, ERROR_LIBRARY_FULL,
				   "no empty slot to turn the medium over through");
	return action_move(c, r, r->medium, r->drive, slot, false);
}

const struct phase phase_fetch = {"fetch", fetch_start, fetch_outcome};

/* ---- loading and reading ---- */

static int load_start(struct ctl *c, struct request *r)
{
	return action_drive(c, r, ACT_LOAD, r->drive, r->medium);
}

const struct phase phase_load = {"load", load_start, NULL};

static int read_start(struct ctl *c, struct request *r)
{
	return action_drive(c, r, ACT_READ_LABEL, r->drive, r->medium);
}

static int read_outcome(struct ctl *c, struct request *r, const struct event *ev)
{
	enum identity identity = IDENTITY_SAME;
	int64_t medium = r->medium, number = 0;
	char why[400] = "", serial[64] = "";
	int rc;

	TRY(sql_get(c->t, c->e, "SELECT number FROM side WHERE id=?", "i", r->side, "i", &number));
	rc = sql_get(c->t, c->e,
		     "SELECT detail FROM action WHERE request=? AND kind=? ORDER BY id DESC LIMIT 1", "iu",
		     r->id, (uint32_t)ACT_LOAD, "T", serial, sizeof serial);
	if (rc && rc != SQL_NONE)
		return rc;
	TRY(medium_identify(c->t, &medium, (uint32_t)number, &ev->label, serial, &identity, why, c->e));
	if (identity == IDENTITY_CONTRADICTION)
		return identity_error(c, r, why);
	if (medium != r->medium) {
		r->medium = medium;
		TRY(sql_get(c->t, c->e, "SELECT id FROM side WHERE medium=? AND number=?", "ii", medium,
			    number, "i", &r->side));
		TRY(sql_do(c->t, c->e,
			   "UPDATE librequest "
			   "SET medium=?1, side=?2, medium_guid=(SELECT guid FROM object "
			   "WHERE id=?1), side_guid=(SELECT guid FROM object WHERE id=?2) WHERE id=?3",
			   "iii", medium, r->side, r->id));
	}
	TRY(medium_verified(c->t, medium, true, c->e));
	return STEP_NEXT;
}

const struct phase phase_read = {"read", read_start, read_outcome};

/* ---- ends ---- */

static int mounted_start(struct ctl *c, struct request *r)
{
	int64_t pending = 0;

	TRY(sql_do(c->t, c->e, "UPDATE physical_media SET mounted_side=?, request=NULL, reason='' WHERE id=?",
		   "ii", r->side, r->medium));
	TRY(object_changed(c->t, r->medium, c->e));
	/* its owner has mounted it: it is still its owner's */
	TRY(sql_do(c->t, c->e, "UPDATE side SET mount_count=mount_count+1, proof=0 WHERE id=?", "i",
		   r->side));
	TRY(object_changed(c->t, r->side, c->e));
	TRY(sql_do(c->t, c->e,
		   "UPDATE drive SET mount_count=mount_count+1, request=NULL, "
		   "holder=(SELECT user||' '||application FROM librequest WHERE id=?) WHERE id=?",
		   "ii", r->id, r->drive));
	TRY(object_changed(c->t, r->drive, c->e));
	/* the mount has read the label: an identification of this side that still waits has nothing left to
	 * find */
	TRY(request_open(c, NTMS_LM_PROCESSOMID, r->medium, r->side, &pending));
	if (pending)
		TRY(request_finish(c->t, pending, NTMS_LM_PASSED, 0, "identified by a mount", c->e));
	return request_end(c, r, NTMS_LM_PASSED, 0, "%s", "");
}

const struct phase phase_mounted = {"mounted", mounted_start, NULL};

static int identified_start(struct ctl *c, struct request *r)
{
	TRY(drive_release(c, r->drive));
	TRY(sql_do(c->t, c->e, "UPDATE physical_media SET request=NULL WHERE id=?", "i", r->medium));
	return request_end(c, r, NTMS_LM_PASSED, 0, "%s", "");
}

const struct phase phase_identified = {"identified", identified_start, NULL};

/* ---- the free label ---- */

static int write_start(struct ctl *c, struct request *r)
{
	struct action a = {.kind = ACT_WRITE_LABEL, .drive = r->drive};
	uint32_t state = 0;
	guid id = guid_new();
	char text[GUID_TEXT], *barcode = NULL;
	size_t n = 0;
	int rc = 0;

	TRY(sql_get(c->t, c->e, "SELECT state FROM side WHERE id=?", "i", r->side, "u", &state));
	if (state == NTMS_PARTSTATE_AVAILABLE) /* written, and then the outcome was lost: the read has told */
		return identified_start(c, r);
	/* invariant 4: catalogued Unprepared, and read uncontradicted in this load (the phase before) */
	if (state != NTMS_PARTSTATE_UNPREPARED)
		return request_end(c, r, NTMS_LM_CANCELLED, 0, "the side waits for no free label any more");
	if (drive_acting(c, r->drive, &rc))
		return rc ? rc : STEP_STAY;
	guid_text(&id, text);
	for (const char *p = text; *p && n < LABEL_ID; p++)
		if (*p != '-')
			a.label_id[n++] = *p;
	TRY(sql_get(c->t, c->e, "SELECT barcode FROM physical_media WHERE id=?", "i", r->medium, "t",
		    &barcode));
	snprintf(a.volume, sizeof a.volume, "%.6s", barcode ? barcode : "");
	free(barcode);
	return action_begin(c, &a, r, r->medium, 0, 0);
}

static int write_outcome(struct ctl *c, struct request *r, const struct event *ev)
{
	if (ev->label.kind != LABEL_FREE)
		return request_end(c, r, NTMS_LM_FAILED, ERROR_UNEXPECTED_OMID,
				   "the free label was written, but not found when it was read back");
	TRY(side_label_written(c->t, r->side, &ev->label, c->e));
	return identified_start(c, r);
}

const struct phase phase_write = {"write", write_start, write_outcome};
