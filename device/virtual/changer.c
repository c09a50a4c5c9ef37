/* SPDX-License-Identifier: GPL-2.0-or-later
 * The virtual changer: SMC commands on directories. */
#include "device/virtual/commands.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/str.h"

#include <ntmstypes.h>
#include <string.h>

static enum outcome good(struct scsi_cmd *c) { return answer_data(c, "", 0); }

/* The door stands open: nothing moves. */
static bool door_open(struct user *u, struct scsi_cmd *c)
{
	if (u->lib->picker.door)
		answer_sense(c, 0x2, 0x04, 0x18);
	return u->lib->picker.door;
}

static enum outcome ready(struct user *u, struct scsi_cmd *c)
{
	return door_open(u, c) ? OUTCOME_DONE : good(c);
}

static enum outcome inquiry(struct user *u, struct scsi_cmd *c)
{
	const struct settings *s = &u->lib->set;

	return answer_inquiry(u, c, TYPE_CHANGER, s->vendor, s->product, s->serial);
}

/* --- MODE SENSE ------------------------------------------------------------------------------------ */

static enum outcome mode_sense(struct user *u, struct scsi_cmd *c)
{
	const struct settings *s = &u->lib->set;
	uint8_t b[4 + 20] = {0}, *p = b + 4;

	p[0] = c->cdb[2] & 0x3F;
	switch (p[0]) {
	case 0x1D:
		p[1] = 0x12;
		for (int t = ELEMENT_TRANSPORT; t < ELEMENT_TYPES; t++) {
			put16(p + t * 4 - 2, (unsigned)s->first[t]);
			put16(p + t * 4, (unsigned)s->count[t]);
		}
		break;
	case 0x1E:
		p[1] = 2;
		p[2] = s->rotation != 0;
		break;
	case 0x1F: /* slots, mail slots and drives hold media; moves between all of them */
		p[1] = 0x12;
		p[2] = 0x0E;
		for (int t = ELEMENT_TRANSPORT; t < ELEMENT_TYPES; t++)
			p[3 + t] = 0x0E; /* moves, out of the hand, too */
		for (int t = ELEMENT_STORAGE; t < ELEMENT_TYPES; t++)
			p[11 + t] = 0x0E; /* exchanges */
		break;
	default:
		return answer_sense(c, 0x5, 0x24, 0x00);
	}
	b[0] = (uint8_t)(3 + 2 + p[1]);
	return answer_data(c, b, b[0] + 1u);
}

/* --- READ ELEMENT STATUS --------------------------------------------------------------------------- */

struct status_query {
	struct vlib *lib;
	bool tags, ids;
	const char **names; /* of all cartridges, sorted: to see which occurs twice */
	size_t names_n;
};

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void collect_names(struct status_query *q)
{
	q->names = calloc(q->lib->places.n + 1, sizeof *q->names);
	vec_each(p, &q->lib->places)
		if (p->seen[0] && q->names)
			q->names[q->names_n++] = p->seen;
	if (q->names)
		qsort(q->names, q->names_n, sizeof *q->names, by_text);
}

static bool occurs_twice(const struct status_query *q, const char *name)
{
	const char **hit = bsearch(&name, q->names, q->names_n, sizeof *q->names, by_text);

	return hit && ((hit > q->names && strcmp(hit[-1], name) == 0) ||
		       (hit + 1 < q->names + q->names_n && strcmp(hit[1], name) == 0));
}

static size_t stride_of(const struct status_query *q, enum element_type type)
{
	return 16u + (q->tags ? 36 : 0) + (q->ids && type == ELEMENT_DRIVE ? 56 : 0);
}

static void put_id(const struct status_query *q, const struct place *p, uint8_t *d)
{
	char serial[40], product[24];
	const struct settings *s = &q->lib->set;

	d[0] = 2, d[1] = 1, d[3] = 56;
	memset(d + 4, ' ', 56);
	memcpy(d + 4, s->drive_vendor, strlen(s->drive_vendor));
	vdrive_product(q->lib, p, product);
	memcpy(d + 12, product, strnlen(product, 16));
	vdrive_serial(q->lib, p, serial);
	memcpy(d + 28, serial, strnlen(serial, 32));
}

/* A cartridge's label as the reader tells it: some robots leave out the media identifier. */
static void put_tag(const struct status_query *q, const char *name, uint8_t *d)
{
	size_t n = strnlen(name, 32);

	if (!q->lib->set.suffix && barcode_generation(name))
		n -= 2;
	memcpy(d, name, n);
}

/* One descriptor on its way, for the lies that are told about it. */
struct telling {
	const struct status_query *q;
	uint8_t *d;
};

static void lie(void *arg, const struct mishap *f)
{
	const struct telling *t = arg;
	uint8_t *d = t->d;

	switch (f->effect) {
	case EFFECT_TAG:
		if (t->q->tags) {
			memset(d + 12, 0, 36);
			memcpy(d + 12, f->tag, strlen(f->tag));
		}
		break;
	case EFFECT_EXCEPT:
		d[2] |= 0x04, d[4] = f->asc, d[5] = f->ascq;
		break;
	case EFFECT_FULL:
		d[2] |= 0x01;
		break;
	case EFFECT_EMPTY:
		d[2] &= 0xFE;
		break;
	case EFFECT_NO_ACCESS:
		d[2] &= 0xF7;
		break;
	case EFFECT_DISABLED:
		d[9] |= 0x08;
		break;
	case EFFECT_TYPE:
		d[9] = (uint8_t)((d[9] & 0xF8) | (f->number & 7));
		break;
	case EFFECT_SOURCE:
		d[9] |= 0x80, put16(d + 10, (unsigned)f->number);
		break;
	default:
		break;
	}
}

static void put_descriptor(const struct status_query *q, struct place *p, uint8_t *d)
{
	struct picker *picker = &q->lib->picker;
	struct element e = {0};

	picker->ops->look(picker, &p->cell);
	if (p->cell.barcode == BARCODE_READ && occurs_twice(q, p->seen))
		p->cell.barcode = BARCODE_TWICE;
	cell_tell(&p->cell, &e);
	put16(d, p->cell.address);
	d[2] = (uint8_t)((e.full ? 0x01 : 0) | (e.impexp ? 0x02 : 0) | (e.except ? 0x04 : 0) |
			 (e.access && p->cell.type != ELEMENT_TRANSPORT ? 0x08 : 0) | (e.exenab ? 0x10 : 0) |
			 (e.inenab ? 0x20 : 0));
	d[4] = e.asc, d[5] = e.ascq;
	d[9] = (uint8_t)(e.medium_type | (e.inverted ? 0x40 : 0) | (e.source_valid ? 0x80 : 0));
	put16(d + 10, e.source);
	if (q->tags && p->cell.content == CONTENT_CARTRIDGE &&
	    (p->cell.barcode == BARCODE_READ || p->cell.barcode == BARCODE_TWICE))
		put_tag(q, p->seen, d + 12);
	faults_strike(&q->lib->faults, "element", p->cell.address, -1, p->seen, lie, &(struct telling){q, d});
	if (q->ids && p->cell.type == ELEMENT_DRIVE && q->lib->set.identifiers)
		put_id(q, p, d + (q->tags ? 48 : 12));
}

/* The elements of one type, one page. Returns how many; *first the lowest address. Only whole descriptors
 * that fit into room are written; the lengths tell of all. */
static unsigned put_page(const struct status_query *q, enum element_type type, unsigned start, unsigned most,
			 struct str *out, size_t room, size_t *bytes, unsigned *first)
{
	uint8_t head[8] = {(uint8_t)type, q->tags ? 0x80 : 0}, d[128];
	size_t stride = stride_of(q, type), head_at = out->n;
	unsigned count = 0;

	str_add(out, head, sizeof head);
	vec_each(p, &q->lib->places) {
		if (p->cell.type != type || p->cell.address < start || count == most)
			continue;
		if (!count++ && p->cell.address < *first)
			*first = p->cell.address;
		if (out->n + stride > room)
			continue;
		memset(d, 0, sizeof d);
		put_descriptor(q, p, d);
		str_add(out, d, stride);
	}
	if (!count) {
		out->n = head_at;
		return 0;
	}
	put16((uint8_t *)out->s + head_at + 2, (unsigned)stride);
	put24((uint8_t *)out->s + head_at + 5, (unsigned)(stride * count));
	*bytes += sizeof head + stride * count;
	return count;
}

static enum outcome read_element_status(struct user *u, struct scsi_cmd *c)
{
	struct status_query q = {.lib = u->lib, .tags = c->cdb[1] & 0x10, .ids = c->cdb[6] & 1};
	unsigned type = c->cdb[1] & 0x0F, most = be16(c->cdb + 4), room = be24(c->cdb + 7), first = 0xFFFF,
		 n = 0;
	auto_str out = {0};
	size_t bytes = 0;

	if (type >= ELEMENT_TYPES || c->cdb[6] & ~3)
		return answer_sense(c, 0x5, 0x24, 0x00);
	collect_names(&q);
	str_add(&out, "\0\0\0\0\0\0\0", 8);
	for (unsigned t = ELEMENT_TRANSPORT; t < ELEMENT_TYPES; t++)
		if (!type || type == t)
			n += put_page(&q, t, be16(c->cdb + 2), most - n, &out, room, &bytes, &first);
	free(q.names);
	put16(out.s, n ? first : 0);
	put16(out.s + 2, n);
	put24(out.s + 5, (unsigned)bytes);
	return answer_data(c, out.s, out.n < room ? out.n : room);
}

/* --- MOVE MEDIUM ----------------------------------------------------------------------------------- */

/* The element that the CDB names at that byte; NULL: there is none. */
static struct cell *cell_at(struct user *u, const struct scsi_cmd *c, int at)
{
	struct place *p = vlib_place(u->lib, be16(c->cdb + at));

	return p ? &p->cell : NULL;
}

/* The robot has one hand; 0 leaves the choice to it. */
static bool transport_known(const struct user *u, unsigned transport)
{
	return !transport || transport == (unsigned)u->lib->set.first[ELEMENT_TRANSPORT];
}

/* Instead of a move: a put that failed, or somebody who has opened the door. */
static enum outcome strike_half_way(struct user *u, struct scsi_cmd *c, const struct trip *t)
{
	const struct mishap *f = &u->strike;
	uint32_t failed = trip_dropped(&u->lib->picker, t);
	struct err e;

	if (failed || f->effect == EFFECT_HAND)
		return answer_rule(c, failed ? failed : SENSE(f->key, f->asc, f->ascq));
	return vlib_open_door(u->lib, &e) ? answer_sense(c, 0x4, 0x15, 0x01)
					  : answer_sense(c, 0x2, 0x04, 0x18);
}

/* Half of the time goes by before the cartridge changes its place, half of it after. */
static enum outcome travel(struct user *u, struct scsi_cmd *c, const struct trip *t, long ms)
{
	struct picker *picker = &u->lib->picker;
	uint32_t sense =
		transport_known(u, be16(c->cdb + 2)) ? trip_refused(picker, t) : SENSE(0x5, 0x21, 0x01);

	if (sense)
		return answer_rule(c, sense);
	if (!pass_time(u, c, ms / 2))
		return OUTCOME_UNKNOWN;
	sense = trip_blocked(picker, t);
	if (!sense && (u->strike.effect == EFFECT_HAND || u->strike.effect == EFFECT_DOOR))
		return strike_half_way(u, c, t);
	if (!sense)
		sense = trip_made(picker, t);
	if (sense)
		return answer_rule(c, sense);
	return pass_time(u, c, (ms + 1) / 2) ? good(c) : OUTCOME_UNKNOWN;
}

static enum outcome move_medium(struct user *u, struct scsi_cmd *c)
{
	struct trip t = {.from = cell_at(u, c, 4), .to = cell_at(u, c, 6), .invert = c->cdb[10] & 1};

	return travel(u, c, &t, u->lib->set.move_ms);
}

static enum outcome exchange_medium(struct user *u, struct scsi_cmd *c)
{
	struct trip t = {.from = cell_at(u, c, 4),
			 .to = cell_at(u, c, 6),
			 .other = cell_at(u, c, 8),
			 .exchange = true,
			 .invert = c->cdb[10] & 3};

	return travel(u, c, &t, 2 * u->lib->set.move_ms);
}

static enum outcome position(struct user *u, struct scsi_cmd *c)
{
	if (!vlib_place(u->lib, be16(c->cdb + 4)) || !transport_known(u, be16(c->cdb + 2)))
		return answer_sense(c, 0x5, 0x21, 0x01);
	if (c->cdb[8] & 1 && !u->lib->set.rotation)
		return answer_sense(c, 0x5, 0x24, 0x00);
	if (door_open(u, c))
		return OUTCOME_DONE;
	return pass_time(u, c, u->lib->set.move_ms / 2) ? good(c) : OUTCOME_UNKNOWN;
}

/* --- the rest -------------------------------------------------------------------------------------- */

static enum outcome initialize(struct user *u, struct scsi_cmd *c)
{
	/* 37h, E7h: with RANGE the elements from `first`, so many of them; 0 is all that follow */
	bool range = c->cdb[0] != 0x07 && c->cdb[1] & 1;
	unsigned first = range ? be16(c->cdb + 2) : 0, count = range ? be16(c->cdb + 6) : 0;
	struct cartridge m;

	if (c->cdb[0] != 0x07 && c->cdb[1] & (c->cdb[0] == 0x37 ? 0xFC : 0xFE))
		return answer_sense(c, 0x5, 0x24, 0x00);
	if (range && !vlib_place(u->lib, first))
		return answer_sense(c, 0x5, 0x21, 0x01);
	if (door_open(u, c))
		return OUTCOME_DONE;
	if (!pass_time(u, c, u->lib->set.initialize_ms))
		return OUTCOME_UNKNOWN;
	vec_each(p, &u->lib->places)
		if (p->cell.address >= first && (!count || p->cell.address < first + count))
			vlib_look(u->lib, p, &m);
	return good(c);
}

static enum outcome prevent(struct user *u, struct scsi_cmd *c)
{
	u->prevents = c->cdb[4] & 1;
	return good(c);
}

static enum outcome import_export(struct user *u, struct scsi_cmd *c)
{
	struct place *p = vlib_place(u->lib, be16(c->cdb + 2));
	bool open = (c->cdb[4] & 0x1F) == 0;
	struct cartridge m;
	struct err e;

	if (!p || p->cell.type != ELEMENT_IE)
		return answer_sense(c, 0x5, 0x21, 0x01);
	if ((c->cdb[4] & 0x1F) > 1)
		return answer_sense(c, 0x5, 0x24, 0x00);
	if (open && vlib_prevented(u->lib, NULL))
		return answer_sense(c, 0x5, 0x53, 0x02);
	if (open == ie_is_open(u->lib, p))
		return good(c);
	if (ie_set_open(u->lib, p, open, &e))
		return answer_sense(c, 0x4, 0x15, 0x01);
	vlib_look(u->lib, p, &m);
	if (!open)
		vlib_attention(u->lib, NULL, UA_IE, NULL);
	return good(c);
}

static const struct command commands[] = {
	{0x00, "tur", ready},
	{0x03, "", virtual_request_sense, .quiet = true},
	{0x07, "initialize", initialize},
	{0x12, "inquiry", inquiry, .quiet = true},
	{0x1A, "mode", mode_sense},
	{0x1B, "open", import_export, .elements = 1},
	{0x1E, "prevent", prevent},
	{0x2B, "position", position, .elements = 3},
	{0x37, "initialize", initialize},
	{0x4D, "", answer_log},
	{0xA5, "move", move_medium, .elements = 2},
	{0xA6, "exchange", exchange_medium, .elements = 2},
	{0xB8, "inventory", read_element_status},
	{0xE7, "initialize", initialize},
};

enum outcome vchanger_execute(struct user *u, struct scsi_cmd *c)
{
	return virtual_execute(u, c, commands, countof(commands));
}
