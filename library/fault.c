/* SPDX-License-Identifier: GPL-2.0-or-later
 * What a failed action means for its request. One row per fault; the phases add nothing of their own. */
#include "library/controller.h"

enum remedy {
	AGAIN,	   /* the same phase, after a pause, so many times; then fail */
	SETTLE,	   /* read the elements, then the same phase; so many times */
	ELSEWHERE, /* another drive if the request may choose; else fail */
	NOT_THERE, /* another drive if the medium is in none yet; else as WAIT_FOR */
	WAIT_FOR,  /* the same phase for as long as it takes, telling why; so many times the pause doubles */
	FAIL,
};

static const struct {
	enum remedy remedy;
	uint32_t tries, pause_ms;
	uint32_t code;				       /* when it fails */
	bool blame_medium, blame_drive, tell_operator; /* the latter: beyond what trouble.c tells */
} remedies[] = {
	[FAULT_OK] = {FAIL, 0, 0, ERROR_INVALID_STATE, false, false, false},
	[FAULT_LATER] = {AGAIN, 60, 5000, ERROR_BUSY, false, false, false},
	[FAULT_MEDIUM] = {FAIL, 0, 0, ERROR_UNABLE_TO_LOAD_MEDIUM, true, false, false},
	[FAULT_DRIVE] = {ELSEWHERE, 2, 0, ERROR_DEVICE_NOT_AVAILABLE, false, true, false},
	[FAULT_ROBOT] = {SETTLE, 1, 0, ERROR_DEVICE_NOT_AVAILABLE, false, false, true},
	[FAULT_OPERATOR] = {WAIT_FOR, 0, 10000, 0, false, false, true},
	[FAULT_CANNOT] = {FAIL, 0, 0, ERROR_DEVICE_NOT_AVAILABLE, false, false, false},
	[FAULT_PATH] = {SETTLE, 1000, 0, ERROR_DEVICE_NOT_AVAILABLE, false, false, false},
	[FAULT_SOURCE_EMPTY] = {SETTLE, 2, 0, ERROR_MEDIUM_NOT_ACCESSIBLE, false, false, false},
	[FAULT_DESTINATION_FULL] = {SETTLE, 2, 0, ERROR_RESOURCE_NOT_AVAILABLE, false, false, false},
	[FAULT_HELD] = {NOT_THERE, 4, 2000, 0, false, false, false},
	[FAULT_NEEDS_UNLOAD] = {AGAIN, 3, 1000, ERROR_BUSY, false, false, false},
	[FAULT_INCOMPATIBLE] = {ELSEWHERE, 10, 0, ERROR_MEDIA_INCOMPATIBLE, false, false, false},
	[FAULT_PROTECTED] = {FAIL, 0, 0, ERROR_WRITE_PROTECT, false, false, false},
	[FAULT_NO_MEDIUM] = {SETTLE, 2, 0, ERROR_MEDIUM_NOT_ACCESSIBLE, false, false, false},
	[FAULT_ELEMENT] = {SETTLE, 20, 0, ERROR_DEVICE_NOT_AVAILABLE, false, false, false},
	[FAULT_CLEANER] = {FAIL, 0, 0, ERROR_CLEANER_CARTRIDGE_INSTALLED, false, false, false},
};

/* request: takes the operator request with it when it ends; NULL: it stays until somebody answers. */
static int tell_operator(struct ctl *c, const struct request *r, const struct event *ev, int64_t *request)
{
	struct oprequest_new o = {.request = NTMS_OPREQ_DEVICESERVICE,
				  .arg1_type = NTMS_LIBRARY,
				  .arg1 = c->id,
				  .message = ev->why};
	int64_t id;

	if (remedies[ev->fault].blame_drive && r->drive)
		o.arg1_type = NTMS_DRIVE, o.arg1 = r->drive;
	else if (remedies[ev->fault].blame_medium && r->medium)
		o.arg1_type = NTMS_PHYSICAL_MEDIA, o.arg1 = r->medium;
	TRY(oprequest_post(c->t, &o, &id, c->e));
	if (!request)
		return 0;
	*request = id;
	return sql_do(c->t, c->e, "UPDATE librequest SET oprequest=? WHERE id=?", "ii", id, r->id);
}

static int medium_failed(struct ctl *c, int64_t medium, const char *why)
{
	c->troubled = true;
	return sql_do(c->t, c->e, "UPDATE physical_media SET reason=? WHERE id=?", "ti", why, medium);
}

static int fail(struct ctl *c, struct request *r, const struct event *ev)
{
	uint32_t code = remedies[ev->fault].code;

	if (remedies[ev->fault].tell_operator)
		TRY(tell_operator(c, r, ev, NULL));
	/* nor is it identified again by itself, until somebody or something has changed */
	if (r->op == NTMS_LM_PROCESSOMID && r->medium)
		TRY(medium_failed(c, r->medium, ev->why));

	if (ev->fault == FAULT_INCOMPATIBLE && r->side) {
		uint32_t state = 0;

		TRY(sql_get(c->t, c->e, "SELECT state FROM side WHERE id=?", "i", r->side, "u", &state));
		if (state == NTMS_PARTSTATE_NEW || state == NTMS_PARTSTATE_FOREIGN ||
		    state == NTMS_PARTSTATE_UNPREPARED)
			TRY(side_set_state(c->t, r->side, NTMS_PARTSTATE_INCOMPATIBLE, c->e));
	}
	if (ev->fault == FAULT_CLEANER && r->medium)
		TRY(sql_do(c->t, c->e, "UPDATE physical_media SET cleaner=1 WHERE id=?", "i", r->medium));
	if (remedies[ev->fault].blame_medium && r->medium) {
		TRY(medium_failed(c, r->medium, ev->why));
		TRY(medium_state(c->t, r->medium, NTMS_MEDIASTATE_OPERROR, c->e));
	}
	if (r->op == NTMS_LM_DISMOUNT && r->drive) { /* or it would be tried for ever: a person must look */
		TRY(drive_needs_service(c, r->drive, ev->why));
		TRY(hold_ends(c, r));
	}
	/* AutoRecovery: RSM looks for itself after a mount that failed (behaviour.md, inventory) */
	if (r->op == NTMS_LM_MOUNT && c->auto_recovery && ev->fault != FAULT_INCOMPATIBLE)
		TRY(library_doubt(c, BIT_ALL));
	return request_end(c, r, NTMS_LM_FAILED, code, "%s", ev->why);
}

/* drives_tidy() puts away what it leaves in the drive. Queued anew: one that may not wait has to hear if
 * there is no other drive. */
static int choose_again(struct ctl *c, struct request *r, const char *why)
{
	TRY(drive_release(c, r->drive));
	TRY(sql_do(c->t, c->e, "UPDATE librequest SET drive=NULL, drive_guid=NULL WHERE id=?", "i", r->id));
	TRY(request_goto(c, r, &phase_drive) == STEP_AGAIN ? 0 : (int)c->e->code);
	TRY(request_state(c->t, r->id, NTMS_LM_QUEUED, why, c->e));
	return STEP_STAY;
}

/* The request may choose another drive, and one is left that may take the medium. */
static int may_go_elsewhere(struct ctl *c, struct request *r, const struct event *ev, bool *possible)
{
	*possible = r->drive && !(r->wanted & NTMS_MOUNT_SPECIFIC_DRIVE) && r->op != NTMS_LM_DISMOUNT;
	if (ev->fault == FAULT_INCOMPATIBLE && r->drive && r->medium) {
		TRY(medium_refused(c, r->medium, r->drive, &ev->medium));
		if (*possible)
			TRY(drive_exists(c, r, possible));
	}
	return 0;
}

/* The move to the drive was refused, and the medium lies in its slot; or a drive that nobody was given can't
 * be given to the request either. */
static int may_avoid_drive(struct ctl *c, const struct request *r, bool *yes)
{
	int64_t n = phase_of(r) == &phase_grant && !(r->wanted & NTMS_MOUNT_SPECIFIC_DRIVE);

	if (!c->acted && r->drive && r->op != NTMS_LM_DISMOUNT)
		TRY(sql_get(c->t, c->e,
			    "SELECT count(*) FROM physical_media m JOIN slot s ON s.id=m.place WHERE m.id=?",
			    "i", r->medium, "i", &n));
	*yes = n > 0;
	return 0;
}

/* Its medium can't be fetched now: the drive is for others until it can. */
static int let_drive_go(struct ctl *c, struct request *r)
{
	if (!r->drive || r->op == NTMS_LM_DISMOUNT)
		return 0;
	TRY(drive_release(c, r->drive));
	return request_goto(c, r, &phase_drive) == STEP_AGAIN ? 0 : (int)c->e->code;
}

/* Who holds a drive may do so for days: the device isn't asked every other second all the while. */
static int wait_for(struct ctl *c, struct request *r, const struct event *ev)
{
	uint32_t most = remedies[ev->fault].tries, doubled = r->tries < most ? r->tries : most;

	if (r->tries < most)
		TRY(sql_do(c->t, c->e, "UPDATE librequest SET tries=tries+1 WHERE id=?", "i", r->id));
	return request_wait(c, r, (int64_t)remedies[ev->fault].pause_ms << doubled, "%s", ev->why);
}

int request_fault(struct ctl *c, struct request *r, const struct event *ev)
{
	enum remedy remedy = remedies[ev->fault].remedy;
	bool possible = false;

	if (remedy == NOT_THERE) {
		TRY(may_avoid_drive(c, r, &possible));
		if (possible) {
			TRY(drive_held(c, r->drive, ev));
			return choose_again(c, r, ev->why);
		}
		remedy = WAIT_FOR;
	}
	if (remedies[ev->fault].blame_drive && (c->acted || r->drive))
		TRY(drive_needs_service(c, c->acted ? c->acted : r->drive, ev->why));
	if (remedy == WAIT_FOR && remedies[ev->fault].tell_operator && !r->oprequest)
		TRY(tell_operator(c, r, ev, &r->oprequest));
	if (remedy == WAIT_FOR)
		return wait_for(c, r, ev);
	if (r->tries >= remedies[ev->fault].tries)
		remedy = FAIL;
	TRY(sql_do(c->t, c->e, "UPDATE librequest SET tries=tries+1 WHERE id=?", "i", r->id));
	switch (remedy) {
	case AGAIN:
		return request_wait(c, r, remedies[ev->fault].pause_ms, "%s", ev->why);
	case SETTLE:
		TRY(library_doubt(c, BIT_ALL));
		if (ev->fault == FAULT_ELEMENT)
			TRY(let_drive_go(c, r));
		return request_wait(c, r, 0, "%s", ev->why);
	case ELSEWHERE:
		TRY(may_go_elsewhere(c, r, ev, &possible));
		if (!possible)
			break;
		return choose_again(c, r, ev->why);
	case NOT_THERE:
	case WAIT_FOR:
	case FAIL:
		break;
	}
	return fail(c, r, ev);
}
