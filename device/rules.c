/* SPDX-License-Identifier: GPL-2.0-or-later
 * See rules.h. */
#include "device/rules.h"

#include <string.h>

enum {
	NO_ELEMENT = SENSE(0x5, 0x21, 0x01),
	BAD_FIELD = SENSE(0x5, 0x24, 0x00),
	DOOR_OPEN = SENSE(0x2, 0x04, 0x18),
	PORT_OPEN = SENSE(0x2, 0x3A, 0x02),
	HAND_FULL = SENSE(0x4, 0x3B, 0x16),
	SOURCE_EMPTY = SENSE(0x5, 0x3B, 0x0E),
	DESTINATION_FULL = SENSE(0x5, 0x3B, 0x0D),
	SEVERAL = SENSE(0x4, 0x80, 0x01),
	INCOMPLETE = SENSE(0x4, 0x80, 0x02),
	STILL_LOADED = SENSE(0x5, 0x3A, 0x00),
	DRIVE_HOLDS = SENSE(0x5, 0x53, 0x03),
	NOT_MOVED = SENSE(0x4, 0x15, 0x01),
	CLEANER_IN_DRIVE = SENSE(0x2, 0x30, 0x03),
	UNSUITABLE = SENSE(0x2, 0x30, 0x00),
	WRITE_PROTECTED = SENSE(0x7, 0x27, 0x00),
	READ_ONLY = SENSE(0x7, 0x30, 0x05),
};

/* ---- moves ---- */

static bool is_free(struct picker *r, struct cell *c)
{
	r->ops->look(r, c);
	return c->content == CONTENT_EMPTY || c->content == CONTENT_STRAY;
}

static bool exist(const struct picker *r, const struct trip *t)
{
	if (!t->from || !t->to || t->to == r->hand)
		return false;
	return !t->exchange || (t->other && t->from != r->hand && t->other != r->hand && t->from != t->to &&
				t->to != t->other);
}

static bool port_open(const struct cell *c) { return c && c->type == ELEMENT_IE && c->open; }

uint32_t trip_refused(struct picker *r, const struct trip *t)
{
	if (!exist(r, t))
		return NO_ELEMENT;
	if (t->invert && (t->exchange || !r->rotates))
		return BAD_FIELD;
	if (r->door)
		return DOOR_OPEN;
	for (int i = 0; i < 3; i++) {
		struct cell *c = i == 0 ? t->from : i == 1 ? t->to : t->other;

		if (!c)
			continue;
		r->ops->look(r, c);
		if (port_open(c))
			return PORT_OPEN;
	}
	return t->from != r->hand && !is_free(r, r->hand) ? HAND_FULL : 0;
}

/* No cartridge that could be taken lies there. */
static uint32_t missing(struct picker *r, struct cell *from)
{
	r->ops->look(r, from);
	switch (from->content) {
	case CONTENT_CARTRIDGE:
		return 0;
	case CONTENT_SEVERAL:
		return SEVERAL;
	case CONTENT_INCOMPLETE:
		return INCOMPLETE;
	default:
		return SOURCE_EMPTY;
	}
}

/* A drive must have let go of the medium. */
static uint32_t clings(struct picker *r, struct cell *from)
{
	if (from->type != ELEMENT_DRIVE)
		return 0;
	if (from->fill == FILL_LOADING || (from->fill == FILL_LOADED && !r->autounloads))
		return STILL_LOADED;
	if (from->held || (from->fill == FILL_LOADED && !r->ops->release(r, from)))
		return DRIVE_HOLDS;
	return 0;
}

uint32_t trip_blocked(struct picker *r, const struct trip *t)
{
	struct cell *end = t->exchange ? t->other : t->to;
	bool vacated = end == t->from && (t->exchange || t->invert);
	uint32_t why = missing(r, t->from);

	if (!why && t->exchange)
		why = missing(r, t->to);
	if (why)
		return why;
	if (!vacated && !is_free(r, end))
		return DESTINATION_FULL;
	if (t->invert && t->from->tape.sides != 2)
		return BAD_FIELD;
	why = clings(r, t->from);
	return why || !t->exchange ? why : clings(r, t->to);
}

uint32_t trip_made(struct picker *r, const struct trip *t)
{
	bool done = t->exchange ? r->ops->carry(r, t->to, r->hand, false) &&
					  r->ops->carry(r, t->from, t->to, false) &&
					  r->ops->carry(r, r->hand, t->other, false)
				: r->ops->carry(r, t->from, t->to, t->invert);

	return done ? 0 : NOT_MOVED;
}

uint32_t trip_dropped(struct picker *r, const struct trip *t)
{
	return t->from == r->hand || r->ops->carry(r, t->from, r->hand, false) ? 0 : NOT_MOVED;
}

/* ---- what is told of an element ---- */

static unsigned exception(const struct cell *c)
{
	static const unsigned contents[] = {
		[CONTENT_SEVERAL] = 0x8001, [CONTENT_INCOMPLETE] = 0x8002, [CONTENT_STRAY] = 0x8003};
	static const unsigned barcodes[] = {[BARCODE_INVALID] = 0x5305,
					    [BARCODE_MISSING] = 0x5306,
					    [BARCODE_TWICE] = 0x5307,
					    [BARCODE_NO_READER] = 0};

	if (c->content == CONTENT_EMPTY)
		return 0;
	return c->content == CONTENT_CARTRIDGE ? barcodes[c->barcode] : contents[c->content];
}

void cell_tell(const struct cell *c, struct element *e)
{
	bool cartridge = c->content == CONTENT_CARTRIDGE;
	unsigned ex = exception(c);

	e->full = c->content != CONTENT_EMPTY && c->content != CONTENT_STRAY;
	e->access = c->type == ELEMENT_DRIVE ? c->fill == FILL_EMPTY || c->fill == FILL_SEATED : !c->open;
	e->except = ex != 0, e->asc = (uint8_t)(ex >> 8), e->ascq = (uint8_t)ex;
	if (c->type == ELEMENT_IE)
		e->inenab = e->exenab = true, e->impexp = e->full && c->by_hand;
	if (cartridge) {
		e->medium_type = c->tape.cleaner ? 2 : 1;
		e->inverted = c->tape.up == 2;
		e->source_valid = c->source != 0, e->source = c->source;
	}
}

/* ---- drives and media ---- */

bool lto_writes(long drive, int medium) { return medium == drive || (medium == drive - 1 && drive <= 9); }
bool lto_reads(long drive, int medium)
{
	return lto_writes(drive, medium) || (drive <= 7 && medium == drive - 2);
}

uint32_t drive_refuses(int drive, const struct tape *t)
{
	if (t->cleaner)
		return CLEANER_IN_DRIVE;
	return lto_reads(drive, t->generation) ? 0 : UNSUITABLE;
}

uint32_t drive_protects(int drive, const struct tape *t)
{
	if (t->write_protected)
		return WRITE_PROTECTED;
	return lto_writes(drive, t->generation) ? 0 : READ_ONLY;
}

bool drive_must_calibrate(int drive, const struct tape *t)
{
	return t->generation >= 9 && t->generation == drive && !t->calibrated && !t->cleaner;
}

/* ---- bar codes ---- */

bool barcode_is_cleaner(const char *tag) { return strncmp(tag, "CLN", 3) == 0; }

bool barcode_is_worm(const char *tag)
{
	size_t n = strlen(tag);

	return n >= 8 && tag[n - 2] == 'L' && tag[n - 1] >= 'T' && tag[n - 1] <= 'Z';
}

int barcode_generation(const char *tag)
{
	size_t n = strlen(tag);

	if (n < 8)
		return 0;
	if (tag[n - 2] == 'L' && tag[n - 1] >= '1' && tag[n - 1] <= '9')
		return tag[n - 1] - '0';
	if (barcode_is_worm(tag))
		return tag[n - 1] - 'T' + 3;
	if (strcmp(tag + n - 2, "LA") == 0)
		return 10;
	return strcmp(tag + n - 2, "M8") == 0 ? 8 : 0;
}
