/* SPDX-License-Identifier: GPL-2.0-or-later
 * LOG SENSE of the virtual changer and drives: TapeAlert, whose flags are `alert` faults, and of a drive what
 * it is busy with. */
#include "device/virtual/commands.h"

#include "base/cleanup.h"
#include "base/str.h"

#include <string.h>

#define PAGE_STATUS 0x11
#define PAGE_ALERT 0x2E
#define FLAGS 64

static void raise_flag(void *arg, const struct mishap *f)
{
	uint8_t *flags = arg;

	if (f->effect == EFFECT_FLAG && f->number >= 1 && f->number <= FLAGS)
		flags[f->number - 1] = 1;
}

/* Reading clears them: a fault that strikes once is told once. */
static void put_alerts(struct user *u, struct str *out)
{
	int at = u->drive ? u->drive->cell.address : (int)u->lib->set.first[ELEMENT_TRANSPORT];
	uint8_t flags[FLAGS] = {0};

	faults_strike(&u->lib->faults, "alert", at, -1, u->drive ? u->drive->seen : "", raise_flag, flags);
	for (int i = 0; i < FLAGS; i++)
		str_add(out, (uint8_t[]){0, (uint8_t)(i + 1), 0x60, 1, flags[i]}, 5);
}

/* The "very high frequency" parameter: bits of presence, and the activity. */
static void put_status(struct user *u, struct str *out)
{
	uint8_t b[8] = {0, 0, 0x03, 4};
	struct cartridge m;

	switch (vdrive_state(u->lib, u->drive, &m)) {
	case FILL_LOADED:
		b[4] = 0x21 | (m.tape.write_protected ? 0x08 : 0), b[5] = 0x17;
		break;
	case FILL_LOADING:
		b[4] = 0x20, b[5] = 0x94, b[6] = u->drive->calibrating ? 0x0B : 0x02;
		break;
	case FILL_SEATED:
		b[4] = 0x20, b[5] = 0x34, b[6] = m.tape.cleaner ? 0x01 : 0x00;
		break;
	default:
		b[5] = 0x20;
	}
	str_add(out, b, sizeof b);
}

enum outcome answer_log(struct user *u, struct scsi_cmd *c)
{
	uint8_t head[4] = {c->cdb[2] & 0x3F};
	auto_str out = {0};
	unsigned room = be16(c->cdb + 7);

	if (c->cdb[3] || be16(c->cdb + 5))
		return answer_sense(c, 0x5, 0x24, 0x00);
	str_add(&out, head, sizeof head);
	switch (head[0]) {
	case 0x00:
		str_add(&out, "\x00", 1);
		if (u->drive)
			str_add(&out, "\x11", 1);
		str_add(&out, "\x2E", 1);
		break;
	case PAGE_STATUS:
		if (!u->drive)
			return answer_sense(c, 0x5, 0x24, 0x00);
		put_status(u, &out);
		break;
	case PAGE_ALERT:
		put_alerts(u, &out);
		break;
	default:
		return answer_sense(c, 0x5, 0x24, 0x00);
	}
	put16(out.s + 2, (unsigned)out.n - 4);
	return answer_data(c, out.s, out.n < room ? out.n : room);
}
