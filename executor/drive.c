/* SPDX-License-Identifier: GPL-2.0-or-later
 * A drive's thread: loads, reads and writes labels, unloads. Between actions it sends nothing: an
 * application's tape driver needs the unit attentions that a poll would take. */
#include "base/clock.h"
#include "base/log.h"
#include "device/health.h"
#include "executor/impl.h"
#include "label/label.h"
#include "library/outcome.h"

#include <ntmstypes.h>
#include <string.h>

#define TELL_MS 3000	/* between two events of progress */
#define RETRY_MS 120000 /* how long a command that changes nothing is asked again */
#define LABEL_MARKS 2	/* filemarks behind the free label: an empty volume */

/* What one action is about, for the callbacks of the device layer. */
struct work {
	struct unit *u;
	const struct action *a;
	struct event ev;
	int64_t start, told;
};

static void close_drive(struct unit *u)
{
	lane_use(&u->lane, NULL);
	drive_close(u->drive);
	u->drive = NULL;
}

/* Opens the device that the changer's thread found for this element, unless it is open. */
static enum outcome open_drive(struct unit *u, struct verdict *v)
{
	const char *found;
	char url[sizeof u->url], why[sizeof u->why], sg[sizeof u->sg], serial[sizeof u->serial];

	pthread_mutex_lock(&u->lane.lock);
	memcpy(url, u->url, sizeof url);
	memcpy(why, u->why, sizeof why);
	memcpy(sg, u->sg, sizeof sg);
	memcpy(serial, u->serial, sizeof serial);
	pthread_mutex_unlock(&u->lane.lock);
	*v = (struct verdict){.progress = -1};
	if (u->drive && !strcmp(url, u->open_url) && !strcmp(sg, u->open_sg))
		return OUTCOME_DONE;
	close_drive(u);
	if (!url[0])
		return verdict_fail(v, REACT_PATH, ERROR_DEVICE_NOT_AVAILABLE, "%s", why);
	if (drive_open(url, &u->drive, v) != OUTCOME_DONE)
		return v->outcome;
	/* paths wander: what was found here a moment ago may be elsewhere now */
	found = device_identity(drive_device(u->drive))->serial;
	if (strncmp(found, serial, sizeof serial - 1) != 0) {
		verdict_fail(v, REACT_PATH, ERROR_DEVICE_NOT_AVAILABLE,
			     "%s is now the drive with serial number %s, not %s", url, found, serial);
		close_drive(u);
		return v->outcome;
	}
	memcpy(u->open_url, url, sizeof url);
	memcpy(u->open_sg, sg, sizeof sg);
	lane_use(&u->lane, drive_device(u->drive));
	if (fence_drive(u, v) != OUTCOME_DONE)
		close_drive(u);
	return v->outcome;
}

/* No trouble, but something to tell: what takes so long, and until when. */
static void calibrating(struct work *w, const struct verdict *v, struct event *ev)
{
	int64_t gone = clock_mono() - w->start,
		usual = device_quirk(drive_device(w->u->drive))->calibrates_s * 1000LL;

	if (v->progress > 0)
		ev->left_ms = gone * (100 - v->progress) / v->progress;
	else if (gone < usual)
		ev->left_ms = usual - gone;
	snprintf(ev->why, sizeof ev->why,
		 "%s: prepares a new cartridge (calibration): once in its life, 40 minutes as a rule, up to "
		 "2 hours",
		 w->u->name);
}

static void told(void *arg, const struct verdict *v)
{
	struct work *w = arg;
	struct event ev = {.kind = EV_PROGRESS, .library = w->ev.library, .action = w->a->id};

	if (w->told && clock_mono() < w->told + TELL_MS)
		return;
	w->told = clock_mono();
	if (v->progress >= 0)
		ev.done = (uint32_t)v->progress, ev.total = 100;
	snprintf(ev.why, sizeof ev.why, "%s: %.*s", w->u->name, (int)sizeof ev.why - 110, v->err.why);
	if (v->reaction == REACT_WAIT && drive_calibrates(w->u->drive))
		calibrating(w, v, &ev);
	tell_once(w->u->robot->executor, &ev);
}

static void load(struct work *w, struct verdict *v)
{
	struct drive_medium m;
	struct medium_info *i = &w->ev.medium;

	drive_memory(w->u->drive, &m);
	i->density = m.density, i->worm = m.worm; /* told also of what this drive can't take */
	/* some drives clean at once, some call it not ready: nobody must wait for that */
	if (m.cleaner) {
		verdict_fail(v, REACT_CANNOT, ERROR_CLEANER_CARTRIDGE_INSTALLED,
			     "its cartridge memory says that it is a cleaning cartridge");
		v->flags |= VF_CLEANER;
		return;
	}
	if (drive_wait_ready(w->u->drive, w->a->limit_ms, told, w, v) != OUTCOME_DONE ||
	    drive_medium(w->u->drive, &m, v) != OUTCOME_DONE)
		return;
	*i = (struct medium_info){.medium_type = m.medium_type,
				  .density = m.density,
				  .write_protected = m.write_protected,
				  .worm = m.worm,
				  .capacity = m.capacity};
	snprintf(i->serial, sizeof i->serial, "%s%s%s", m.manufacturer,
		 m.manufacturer[0] && m.serial[0] ? " " : "", m.serial);
}

static enum outcome read_label(struct work *w, struct verdict *v)
{
	CLEANUP(records_free) struct records r = {0};

	if (drive_read_records(w->u->drive, &r, v) == OUTCOME_DONE)
		label_identify(r.bytes, r.n, &w->ev.label);
	return v->outcome;
}

/* Changes nothing, so it may be asked again while the drive is busy. */
static void read_label_patiently(struct work *w, struct verdict *v)
{
	int64_t until = clock_mono() + (w->a->limit_ms ? w->a->limit_ms : RETRY_MS);

	for (int pause = 250;; pause = pause < 4000 ? pause * 2 : 8000)
		if (read_label(w, v) != OUTCOME_FAILED ||
		    (v->reaction != REACT_WAIT && v->reaction != REACT_LATER) ||
		    clock_mono() + pause > until || !device_sleep(drive_device(w->u->drive), pause))
			break;
	if (v->outcome == OUTCOME_UNKNOWN) /* nothing was to happen, so nothing is in doubt */
		v->outcome = OUTCOME_FAILED;
}

static void write_label(struct work *w, struct verdict *v)
{
	static const size_t lengths[LABEL_RECORDS] = {LABEL_RECORD, LABEL_RECORD, LABEL_RECORD};
	const struct action *a = w->a;
	const struct label *l = &w->ev.label;
	uint8_t bytes[LABEL_RECORDS * LABEL_RECORD];
	struct err e;

	if (label_make_free(a->label_id, a->volume, bytes, &e)) {
		verdict_fail(v, REACT_CANNOT, e.code, "%s", e.why);
		return;
	}
	if (drive_write_records(w->u->drive, bytes, lengths, LABEL_RECORDS, LABEL_MARKS, v) != OUTCOME_DONE ||
	    read_label(w, v) != OUTCOME_DONE)
		return;
	if (l->kind != LABEL_FREE || l->id_len != LABEL_ID || memcmp(l->id, a->label_id, LABEL_ID))
		verdict_fail(v, REACT_MEDIUM, ERROR_INVALID_MEDIA,
			     "the free label was written, but something else is read back");
}

/* A drive that still loads, or calibrates, can't be interrupted: first ready, then out. */
static void unload(struct work *w, struct verdict *v)
{
	if (drive_unload(w->u->drive, v) != OUTCOME_FAILED || v->reaction != REACT_WAIT ||
	    v->flags & VF_CLEANER)
		return;
	if (drive_wait_ready(w->u->drive, w->a->limit_ms, told, w, v) == OUTCOME_DONE)
		drive_unload(w->u->drive, v);
}

/* What the drive itself says of a failure helps whoever has to look. */
static void add_alerts(struct work *w, struct verdict *v)
{
	char text[160];
	uint64_t flags;
	struct verdict ignored;
	size_t n = strlen(v->err.why);

	if (v->outcome != OUTCOME_FAILED || (v->reaction != REACT_DRIVE && v->reaction != REACT_MEDIUM))
		return;
	if (device_alerts(drive_device(w->u->drive), &flags, &ignored) == OUTCOME_DONE && flags)
		snprintf(v->err.why + n, sizeof v->err.why - n, "; %s",
			 alerts_text(flags, KIND_DRIVE, text, sizeof text));
}

static void run(struct work *w, struct verdict *v)
{
	switch (w->a->kind) {
	case ACT_LOAD:
		load(w, v);
		break;
	case ACT_READ_LABEL:
		read_label_patiently(w, v);
		break;
	case ACT_WRITE_LABEL:
		write_label(w, v);
		break;
	case ACT_GRANT:
	case ACT_REVOKE:
		unit_grant(w->u, w->a, v);
		break;
	case ACT_UNLOAD:
		unload(w, v);
		break;
	default:
		verdict_fail(v, REACT_CANNOT, ERROR_INVALID_FUNCTION, "a drive can't do that");
	}
}

static void perform(struct unit *u, const struct action *a)
{
	struct work w = {.u = u,
			 .a = a,
			 .start = clock_mono(),
			 .ev = {.kind = EV_OUTCOME, .library = u->robot->id, .action = a->id}};
	struct verdict v = {.progress = -1};
	struct err e;

	if (open_drive(u, &v) == OUTCOME_DONE) {
		if (fail_point("action", &e))
			verdict_fail(&v, REACT_LATER, e.code, "%s", e.why);
		else
			run(&w, &v);
		add_alerts(&w, &v);
	}
	outcome_fill(&w.ev, u->name, &v);
	if (v.outcome != OUTCOME_DONE && v.reaction == REACT_PATH) {
		close_drive(u);
		atomic_store(&u->robot->drive_lost, true);
		lane_poke(&u->robot->lane);
	} else if (u->robot->fence && v.flags & VF_RESERVATION) {
		close_drive(u); /* opened anew, it is fenced anew */
	}
	tell_outcome(u->robot->executor, &u->lane, &w.ev);
}

/* A drive is kept from others as soon as it is known, not only when it is first used. */
static void fence_early(struct unit *u)
{
	struct verdict v = {.progress = -1};

	if (open_drive(u, &v) != OUTCOME_DONE && v.status == SCSI_CONFLICT)
		log_warn("%s: %s", u->name, v.err.why);
}

void unit_run(void *arg)
{
	struct unit *u = arg;

	while (!lane_stopped(&u->lane)) {
		struct order *o = lane_take(&u->lane, INT64_MAX / 2);

		if (o)
			perform(u, &o->action);
		else if (u->robot->fence && !lane_stopped(&u->lane))
			fence_early(u);
		free(o);
	}
	close_drive(u);
}
