/* SPDX-License-Identifier: GPL-2.0-or-later
 * LOG SENSE, as far as it tells why something went wrong. */
#include "device/health.h"

#include "base/cleanup.h"

#include <ntmstypes.h>
#include <stdio.h>
#include <string.h>

#define QUICK_MS 60000
#define PAGE_STATUS 0x11
#define PAGE_ALERT 0x2E

static const struct {
	uint8_t number;
	const char *name;
} of_drives[] =
	{
#define A(number, name) {number, name},
#include "device/alert_drive.def"
},
  of_changers[] = {
#include "device/alert_changer.def"
#undef A
};

/* Current values of one page. *n: what came of it, header included; at least the header. */
static enum outcome log_sense(struct device *d, uint8_t page, uint8_t *buf, size_t size, size_t *n,
			      struct verdict *v)
{
	struct scsi_cmd c = {.cdb = {0x4D, 0, (uint8_t)(0x40 | page)},
			     .cdb_len = 10,
			     .dir = SCSI_DATA_IN,
			     .data = buf,
			     .len = size,
			     .timeout_ms = QUICK_MS};
	char what[40];

	put16(c.cdb + 7, (unsigned)size);
	snprintf(what, sizeof what, "log sense page %02Xh", page);
	if (device_run(d, &c, what, v) != OUTCOME_DONE)
		return v->outcome;
	if (c.done < 4 || (buf[0] & 0x3F) != page)
		return verdict_fail(v, REACT_CANNOT, ERROR_INVALID_DATA, "%s: %s: another page came",
				    device_name(d), what);
	*n = 4u + be16(buf + 2) < c.done ? 4u + be16(buf + 2) : c.done;
	return OUTCOME_DONE;
}

enum outcome device_alerts(struct device *d, uint64_t *flags, struct verdict *v)
{
	uint8_t buf[4 + 64 * 8];
	size_t n = 0;

	*flags = 0;
	*v = (struct verdict){.progress = -1};
	if (!device_has(d, 0x4D))
		return verdict_fail(v, REACT_CANNOT, ERROR_NOT_SUPPORTED, "%s: has no log pages",
				    device_name(d));
	if (log_sense(d, PAGE_ALERT, buf, sizeof buf, &n, v) != OUTCOME_DONE)
		return v->outcome;
	for (size_t at = 4; at + 4 <= n && at + 4 + buf[at + 3] <= n; at += 4u + buf[at + 3]) {
		unsigned code = be16(buf + at);

		if (code >= 1 && code <= 64 && buf[at + 3] >= 1 && buf[at + 4] & 1)
			*flags |= 1ull << (code - 1);
	}
	return OUTCOME_DONE;
}

static const char *name_of(unsigned number, enum device_kind kind)
{
	if (kind == KIND_CHANGER)
		for (size_t i = 0; i < countof(of_changers); i++)
			if (of_changers[i].number == number)
				return of_changers[i].name;
	if (kind == KIND_DRIVE)
		for (size_t i = 0; i < countof(of_drives); i++)
			if (of_drives[i].number == number)
				return of_drives[i].name;
	return NULL;
}

const char *alerts_text(uint64_t flags, enum device_kind kind, char *buf, size_t size)
{
	size_t at = 0;

	buf[0] = 0;
	for (unsigned i = 1; i <= 64 && at < size; i++) {
		const char *name = name_of(i, kind);

		if (flags & 1ull << (i - 1))
			at += (size_t)snprintf(buf + at, size - at, "%s%u%s%s%s", at ? ", " : "TapeAlert ", i,
					       name ? " (" : "", name ? name : "", name ? ")" : "");
	}
	return buf;
}

enum drive_activity device_activity(struct device *d)
{
	uint8_t buf[256];
	struct verdict v;
	size_t n = 0;

	if (!device_has(d, 0x4D) || log_sense(d, PAGE_STATUS, buf, sizeof buf, &n, &v) != OUTCOME_DONE)
		return ACTIVITY_UNKNOWN;
	for (size_t at = 4; at + 4 <= n && at + 4 + buf[at + 3] <= n; at += 4u + buf[at + 3])
		if (be16(buf + at) == 0 && buf[at + 3] >= 4)
			return (enum drive_activity)buf[at + 6];
	return ACTIVITY_UNKNOWN;
}
