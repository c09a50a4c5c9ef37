/* SPDX-License-Identifier: GPL-2.0-or-later
 * Drive commands: state, load and unload, the medium's properties. Its first records: records.c. */
#include "device/drive_priv.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "device/health.h"

#include <ntmstypes.h>
#include <string.h>

#define NO_MEDIUM_GRACE_MS 5000 /* some drives notice a cartridge late */

struct device *drive_device(struct drive *d) { return d->d; }
bool drive_is_tape(const struct drive *d) { return device_identity(d->d)->type == TYPE_TAPE; }

enum outcome drive_open(const char *url, struct drive **out, struct verdict *v)
{
	struct drive *d = calloc(1, sizeof *d);

	*out = NULL;
	if (!d)
		return verdict_fail(v, REACT_CANNOT, ERROR_NOT_ENOUGH_MEMORY, "%s: no memory", url);
	if (device_open(url, KIND_DRIVE, &d->d, v) == OUTCOME_DONE)
		*out = d;
	else
		drive_close(d);
	return v->outcome;
}

void drive_close(struct drive *d)
{
	if (!d)
		return;
	device_close(d->d);
	free(d);
}

static enum drive_status status_of(const struct verdict *v)
{
	if (v->outcome == OUTCOME_DONE)
		return DRIVE_READY;
	if (v->flags & VF_NO_MEDIUM)
		return DRIVE_EMPTY;
	if (v->flags & VF_NEEDS_LOAD)
		return DRIVE_UNLOADED;
	if (v->flags & VF_CLEANER && v->reaction != REACT_OPERATOR)
		return DRIVE_CLEANING;
	if (v->outcome == OUTCOME_FAILED && (v->reaction == REACT_WAIT || v->reaction == REACT_LATER))
		return DRIVE_LOADING;
	return DRIVE_TROUBLE;
}

enum drive_status drive_status(struct drive *d, struct verdict *v)
{
	enum drive_status s;

	device_ready(d->d, v);
	s = status_of(v);
	if (s != DRIVE_TROUBLE)
		v->outcome = OUTCOME_DONE;
	return s;
}

static enum outcome load_unload(struct drive *d, bool load, struct verdict *v)
{
	bool loej = !drive_is_tape(d) || device_quirk(d->d)->loej;
	struct scsi_cmd c = {.cdb = {0x1B, 0, 0, 0, (uint8_t)(load | (loej ? 2 : 0))},
			     .cdb_len = 6,
			     .timeout_ms = device_quirk(d->d)->load_s * 1000};

	return device_run(d->d, &c, load ? "load" : "unload", v);
}

enum outcome drive_load(struct drive *d, struct verdict *v) { return load_unload(d, true, v); }

enum outcome drive_unload(struct drive *d, struct verdict *v)
{
	if (load_unload(d, false, v) == OUTCOME_FAILED && v->flags & (VF_NO_MEDIUM | VF_NEEDS_LOAD))
		v->outcome = OUTCOME_DONE; /* empty, or unloaded already */
	return v->outcome;
}

enum outcome drive_prevent(struct drive *d, bool prevent, struct verdict *v)
{
	return device_prevent(d->d, prevent, v);
}

bool drive_calibrates(struct drive *d)
{
	enum drive_activity a = drive_is_tape(d) ? device_activity(d->d) : ACTIVITY_NONE;

	return a == ACTIVITY_CALIBRATING || (a == ACTIVITY_UNKNOWN && device_quirk(d->d)->calibrates);
}

/* Its usual time is over, and it is still becoming ready. */
static bool has_more_time(struct drive *d, int64_t gone)
{
	return gone < device_quirk(d->d)->calibrate_s * 1000LL && drive_calibrates(d);
}

enum outcome drive_wait_ready(struct drive *d, int64_t limit_ms, device_told *told, void *arg,
			      struct verdict *v)
{
	int64_t start = clock_mono(), gone;
	bool load_sent = false, usual = !limit_ms;
	uint32_t met = 0;

	if (usual)
		limit_ms = device_quirk(d->d)->ready_s * 1000;
	for (;;) {
		gone = clock_mono() - start;
		device_wait(d->d, limit_ms - gone, told, arg, v);
		v->flags |= met & ~(uint32_t)(VF_NEEDS_LOAD | VF_NO_MEDIUM);
		met = v->flags;
		if (v->outcome == OUTCOME_FAILED && v->flags & VF_NEEDS_LOAD && !load_sent) {
			load_sent = true;
			if (drive_load(d, v) != OUTCOME_DONE)
				return v->outcome;
		} else if (v->outcome == OUTCOME_FAILED && v->flags & VF_NO_MEDIUM &&
			   gone < NO_MEDIUM_GRACE_MS && gone < limit_ms) {
			if (!device_sleep(d->d, 250))
				return v->outcome;
		} else if (usual && v->outcome == OUTCOME_FAILED && v->err.code == ERROR_TIMEOUT &&
			   v->reaction == REACT_WAIT && has_more_time(d, gone = clock_mono() - start)) {
			limit_ms = device_quirk(d->d)->calibrate_s * 1000LL;
			usual = false;
		} else {
			return v->outcome;
		}
	}
}

/* --- the medium ------------------------------------------------------------------------------------ */

enum outcome drive_mode_header(struct drive *d, struct mode_header *m, struct verdict *v)
{
	static const uint8_t pages[] = {0x00, 0x3F};
	uint8_t buf[255];

	*m = (struct mode_header){0};
	for (size_t i = 0; i < countof(pages); i++) {
		struct scsi_cmd c = {.cdb = {0x1A, 0, pages[i], 0, sizeof buf},
				     .cdb_len = 6,
				     .dir = SCSI_DATA_IN,
				     .data = buf,
				     .len = sizeof buf,
				     .timeout_ms = QUICK_MS};

		if (device_run(d->d, &c, "mode sense", v) == OUTCOME_DONE) {
			if (c.done < 4)
				return verdict_fail(
					v, REACT_CANNOT, ERROR_INVALID_DATA,
					"%s: mode sense answered %zu bytes; the header alone has 4",
					device_name(d->d), c.done);
			m->medium_type = buf[1], m->specific = buf[2];
			if (buf[3] >= 8 && c.done >= 12)
				m->density = buf[4], m->block_length = be24(buf + 9), m->described = true;
			return OUTCOME_DONE;
		}
		if (v->key != 0x5)
			break;
	}
	return v->outcome;
}

static void attribute(unsigned id, const uint8_t *p, size_t n, struct drive_medium *m)
{
	static const struct {
		unsigned id;
		size_t offset, size;
	} texts[] = {
		{0x0400, offsetof(struct drive_medium, manufacturer), sizeof m->manufacturer},
		{0x0401, offsetof(struct drive_medium, serial), sizeof m->serial},
		{0x0806, offsetof(struct drive_medium, barcode), sizeof m->barcode},
	};

	for (size_t i = 0; i < countof(texts); i++)
		if (texts[i].id == id) {
			char *out = (char *)m + texts[i].offset;
			size_t used = 0;

			while (n && (p[n - 1] == ' ' || !p[n - 1]))
				n--;
			for (; n && used + 1 < texts[i].size; p++, n--)
				out[used++] = (char)(*p >= 0x20 && *p < 0x7F ? *p : '?');
			out[used] = 0;
			return;
		}
	if (n == 8 && id == 0x0000)
		m->remaining = be64(p) << 20;
	else if (n == 8 && id == 0x0001)
		m->capacity = be64(p) << 20;
	else if (n == 1 && id == 0x0405 && !m->density) /* what the drive said counts more */
		m->density = *p;
	else if (n == 1 && id == 0x0408) { /* 6 in older drives' books */
		m->worm |= *p == 0x80;
		m->cleaner |= *p == 0x01 || *p == 0x06;
	}
}

/* The cartridge memory, where drive and cartridge have one. */
static void read_attributes(struct drive *d, struct drive_medium *m)
{
	uint8_t buf[8192];
	struct scsi_cmd c = {.cdb = {0x8C},
			     .cdb_len = 16,
			     .dir = SCSI_DATA_IN,
			     .data = buf,
			     .len = sizeof buf,
			     .timeout_ms = QUICK_MS};
	struct verdict v;
	size_t end;

	if (!drive_is_tape(d) || !device_has(d->d, 0x8C))
		return;
	put32(c.cdb + 10, sizeof buf);
	if (device_run(d->d, &c, "read attribute", &v) != OUTCOME_DONE || c.done < 4)
		return;
	end = 4 + (size_t)be32(buf);
	if (end > c.done)
		end = c.done;
	for (size_t at = 4; at + 5 <= end && at + 5 + be16(buf + at + 3) <= end;
	     at += 5u + be16(buf + at + 3))
		attribute(be16(buf + at), buf + at + 5, be16(buf + at + 3), m);
}

void drive_memory(struct drive *d, struct drive_medium *m)
{
	*m = (struct drive_medium){0};
	read_attributes(d, m);
}

enum outcome drive_medium(struct drive *d, struct drive_medium *m, struct verdict *v)
{
	struct mode_header h;

	*m = (struct drive_medium){0};
	if (drive_mode_header(d, &h, v) == OUTCOME_DONE) {
		m->write_protected = h.specific & 0x80;
		m->medium_type = h.medium_type;
		m->density = h.density;
		m->block_length = h.block_length;
		m->worm = drive_is_tape(d) && (h.medium_type & 0x0F) == 0x0C && h.medium_type >= 0x30;
	} else if (v->outcome != OUTCOME_FAILED || v->flags & (VF_NO_MEDIUM | VF_NEEDS_LOAD) ||
		   v->reaction != REACT_CANNOT) {
		return v->outcome;
	}
	read_attributes(d, m);
	v->outcome = OUTCOME_DONE;
	return OUTCOME_DONE;
}

enum outcome drive_formats(struct drive *d, format_vec *out, struct verdict *v)
{
	enum { STRIDE = 52 };
	uint8_t buf[4096];
	struct scsi_cmd c = {.cdb = {0x44},
			     .cdb_len = 10,
			     .dir = SCSI_DATA_IN,
			     .data = buf,
			     .len = sizeof buf,
			     .timeout_ms = QUICK_MS};
	size_t end;

	*v = (struct verdict){.progress = -1};
	if (!drive_is_tape(d)) {
		v->flags = VF_UNSUPPORTED;
		return verdict_fail(v, REACT_CANNOT, ERROR_NOT_SUPPORTED, "%s: not a tape drive",
				    device_name(d->d));
	}
	put16(c.cdb + 7, sizeof buf);
	if (device_run(d->d, &c, "report density support", v) != OUTCOME_DONE)
		return v->outcome;
	end = 2u + be16(buf) < c.done ? 2u + be16(buf) : c.done;
	for (size_t at = 4; at + STRIDE <= end; at += STRIDE) {
		const uint8_t *p = buf + at;
		struct drive_format f = {
			.density = p[0], .writable = p[2] & 0x80, .capacity_mb = be32(p + 12)};

		for (int i = 0; i < 8 && p[24 + i] > 0x20 && p[24 + i] < 0x7F; i++)
			f.name[i] = (char)p[24 + i];
		*vec_add(out) = f;
	}
	return OUTCOME_DONE;
}

enum outcome drive_rewind(struct drive *d, struct verdict *v)
{
	struct scsi_cmd c = {.cdb = {0x01}, .cdb_len = 6, .timeout_ms = LIMIT_MS(d, rewind)};

	*v = (struct verdict){.progress = -1};
	return drive_is_tape(d) ? device_run(d->d, &c, "rewind", v) : OUTCOME_DONE;
}
