/* SPDX-License-Identifier: GPL-2.0-or-later
 * See fence.h. */
#include "device/fence.h"

#include <inttypes.h>
#include <ntmstypes.h>
#include <stdio.h>

#define LIMIT_MS 60000
#define PARAMETERS 24

enum { PR_RESERVE = 0x01, PR_REGISTER_AND_IGNORE = 0x06, PR_READ_RESERVATION = 0x01 };
#define REGISTRANTS_ONLY 0x06 /* of a logical unit, exclusive access */

static enum outcome reserve_out(struct device *d, uint8_t action, uint64_t key, uint64_t new_key,
				const char *what, struct verdict *v)
{
	uint8_t parameters[PARAMETERS] = {0};
	struct scsi_cmd c = {
		.cdb = {0x5F, action, action == PR_RESERVE ? REGISTRANTS_ONLY : 0, [8] = PARAMETERS},
		.cdb_len = 10,
		.dir = SCSI_DATA_OUT,
		.data = parameters,
		.len = PARAMETERS,
		.timeout_ms = LIMIT_MS};

	put64(parameters, key);
	put64(parameters + 8, new_key);
	return device_run(d, &c, what, v);
}

/* Who holds it, for a person; nothing if the device doesn't tell. */
static void add_holder(struct device *d, struct verdict *v)
{
	uint8_t buf[24];
	struct scsi_cmd c = {.cdb = {0x5E, PR_READ_RESERVATION, [8] = sizeof buf},
			     .cdb_len = 10,
			     .dir = SCSI_DATA_IN,
			     .data = buf,
			     .len = sizeof buf,
			     .timeout_ms = LIMIT_MS};
	struct verdict asked;
	char text[80] = "";

	if (device_run(d, &c, "read reservation", &asked) == OUTCOME_DONE && c.done >= 24 &&
	    be32(buf + 4) >= 16)
		snprintf(text, sizeof text, ", with the key %016" PRIx64, be64(buf + 8));
	verdict_fail(v, REACT_LATER, ERROR_BUSY,
		     "%s: another host has reserved it%s; stop what uses it there, or have that reservation "
		     "cleared",
		     device_name(d), text);
	v->status = SCSI_CONFLICT;
}

enum outcome device_fence(struct device *d, uint64_t key, struct verdict *v)
{
	if (reserve_out(d, PR_REGISTER_AND_IGNORE, 0, key, "register a key", v) == OUTCOME_DONE)
		reserve_out(d, PR_RESERVE, key, 0, "reserve", v);
	if (v->outcome == OUTCOME_FAILED && v->status == SCSI_CONFLICT)
		add_holder(d, v);
	return v->outcome;
}
