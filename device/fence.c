/* SPDX-License-Identifier: GPL-2.0-or-later
 * See fence.h. */
#include "device/fence.h"

#include "base/cleanup.h"

#include <inttypes.h>
#include <ntmstypes.h>
#include <stdio.h>

#define LIMIT_MS 60000
#define PARAMETERS 24
#define HEADER 8
#define KEYS_MAX 64 /* registrations that we look at; a device that has more isn't ours alone */

enum { PR_READ_KEYS = 0x00, PR_READ_RESERVATION = 0x01 };
enum {
	PR_REGISTER = 0x00,
	PR_RESERVE = 0x01,
	PR_PREEMPT = 0x04,
	PR_PREEMPT_AND_ABORT = 0x05,
	PR_REGISTER_AND_IGNORE = 0x06
};
#define REGISTRANTS_ONLY 0x06 /* of a logical unit, exclusive access */

#define TAG 0x52534DULL /* "RSM" */
#define EPOCH_BITS 16

uint64_t fence_key(const guid *installation, int64_t epoch)
{
	return TAG << 40 | (uint64_t)be24(installation) << EPOCH_BITS | (uint16_t)epoch;
}

static bool same_installation(uint64_t a, uint64_t b) { return a >> EPOCH_BITS == b >> EPOCH_BITS; }

struct keys {
	uint64_t v[KEYS_MAX];
	size_t n;
};

static enum outcome reserve_in(struct device *d, uint8_t action, void *buf, size_t size, size_t *n,
			       const char *what, struct verdict *v)
{
	struct scsi_cmd c = {.cdb = {0x5E, action},
			     .cdb_len = 10,
			     .dir = SCSI_DATA_IN,
			     .data = buf,
			     .len = size,
			     .timeout_ms = LIMIT_MS};

	put16(c.cdb + 7, (unsigned)size);
	device_run(d, &c, what, v);
	/* both answers: generation, length of what follows */
	*n = c.done < HEADER ? 0 : c.done - HEADER;
	if (*n && be32((uint8_t *)buf + 4) < *n)
		*n = be32((uint8_t *)buf + 4);
	return v->outcome;
}

static enum outcome reserve_out(struct device *d, uint8_t action, uint64_t key, uint64_t other,
				const char *what, struct verdict *v)
{
	bool typed = action == PR_RESERVE || action == PR_PREEMPT || action == PR_PREEMPT_AND_ABORT;
	uint8_t parameters[PARAMETERS] = {0};
	struct scsi_cmd c = {.cdb = {0x5F, action, typed ? REGISTRANTS_ONLY : 0, [8] = PARAMETERS},
			     .cdb_len = 10,
			     .dir = SCSI_DATA_OUT,
			     .data = parameters,
			     .len = PARAMETERS,
			     .timeout_ms = LIMIT_MS};

	put64(parameters, key);
	put64(parameters + 8, other);
	return device_run(d, &c, what, v);
}

static enum outcome read_keys(struct device *d, struct keys *k, struct verdict *v)
{
	uint8_t buf[HEADER + KEYS_MAX * 8];
	size_t n;

	k->n = 0;
	if (reserve_in(d, PR_READ_KEYS, buf, sizeof buf, &n, "read reservation keys", v) == OUTCOME_DONE)
		for (size_t at = 0; at + 8 <= n; at += 8)
			k->v[k->n++] = be64(buf + HEADER + at);
	return v->outcome;
}

/* The key that holds the device, 0 none is told; its type. */
static uint64_t read_holder(struct device *d, uint8_t *type)
{
	uint8_t buf[HEADER + 16];
	struct verdict v;
	size_t n;

	*type = 0;
	if (reserve_in(d, PR_READ_RESERVATION, buf, sizeof buf, &n, "read reservation", &v) != OUTCOME_DONE ||
	    n < 16)
		return 0;
	*type = buf[HEADER + 13] & 0x0F;
	return be64(buf + HEADER);
}

static const char *type_name(uint8_t type)
{
	static const char *const names[16] = {[1] = "write exclusive",
					      [3] = "exclusive access",
					      [5] = "write exclusive, registrants only",
					      [6] = "exclusive access, registrants only",
					      [7] = "write exclusive, all registrants",
					      [8] = "exclusive access, all registrants"};

	return names[type & 15] ? names[type & 15] : "of unknown type";
}

/* For a person, who alone knows whether that host still lives. key: 0 not told. */
static enum outcome refuse(struct device *d, uint64_t key, struct verdict *v)
{
	char who[120] = "another host", type_text[80] = "";
	uint8_t type;
	uint64_t holder = read_holder(d, &type);

	if (type)
		snprintf(type_text, sizeof type_text, " (%s, type %u)", type_name(type), type);
	if (holder)
		key = holder;
	if (key)
		snprintf(who, sizeof who, "%s with the key %016" PRIx64,
			 key >> 40 == TAG ? "another rsmd" : "another host", key);
	verdict_fail(v, REACT_LATER, ERROR_BUSY,
		     "%s: %s by %s%s; stop what uses it there, or, if that host is gone for good, clear it "
		     "with sg_persist as rsmd.conf(5) says under fence",
		     device_name(d), type ? "reserved" : "in use", who, type_text);
	v->status = SCSI_CONFLICT;
	return v->outcome;
}

/* With what that path had sent, where the device can. */
static enum outcome preempt(struct device *d, uint64_t key, uint64_t other, const char *what,
			    struct verdict *v)
{
	if (reserve_out(d, PR_PREEMPT_AND_ABORT, key, other, what, v) == OUTCOME_FAILED && v->key == 0x5)
		reserve_out(d, PR_PREEMPT, key, other, what, v);
	return v->outcome;
}

/* What earlier epochs of ours left, on paths that aren't ours any more (a path that is has our key by now:
 * then theirs is unknown, which is as good). */
static void take_back(struct device *d, uint64_t key, const struct keys *keys, uint64_t *retaken)
{
	struct verdict v;

	for (size_t i = 0; i < keys->n; i++) {
		if (keys->v[i] == key)
			continue;
		*retaken = keys->v[i];
		preempt(d, key, keys->v[i], "preempt an earlier key", &v);
	}
}

static enum outcome hold(struct device *d, uint64_t key, struct verdict *v)
{
	struct verdict ignored;
	uint64_t holder;
	uint8_t type;

	if (reserve_out(d, PR_RESERVE, key, 0, "reserve", v) != OUTCOME_FAILED || v->status != SCSI_CONFLICT)
		return v->outcome;
	holder = read_holder(d, &type);
	if (holder == key) /* a session of ours that was lost still holds it */
		return preempt(d, key, key, "preempt a lost path", v);
	/* somebody was quicker: our registration would let us in beside them */
	reserve_out(d, PR_REGISTER, key, 0, "unregister", &ignored);
	return refuse(d, holder, v);
}

enum outcome device_fence(struct device *d, uint64_t key, uint64_t *retaken, struct verdict *v)
{
	struct keys keys;

	*retaken = 0;
	if (read_keys(d, &keys, v) != OUTCOME_DONE)
		return v->outcome;
	for (size_t i = 0; i < keys.n; i++)
		if (!same_installation(keys.v[i], key))
			return refuse(d, keys.v[i], v);
	if (reserve_out(d, PR_REGISTER_AND_IGNORE, 0, key, "register a key", v) != OUTCOME_DONE)
		return v->status == SCSI_CONFLICT ? refuse(d, 0, v) : v->outcome;
	take_back(d, key, &keys, retaken);
	return hold(d, key, v);
}
