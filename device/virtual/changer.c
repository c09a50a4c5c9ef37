/* SPDX-License-Identifier: GPL-2.0-or-later
 * The virtual changer: SMC commands on directories. */
#include "device/virtual/commands.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/str.h"

#include <ntmstypes.h>
#include <string.h>

static enum outcome good(struct scsi_cmd *c) { return answer_data(c, "", 0); }

static enum outcome ready(struct user *u, struct scsi_cmd *c) { return good(c); }

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
		for (int t = ELEMENT_STORAGE; t < ELEMENT_TYPES; t++)
			p[3 + t] = 0x0E;
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

/* The exception of what lies there, as ASC << 8 | ASCQ; 0 none. */
static unsigned exception(const struct status_query *q, enum content content, const struct cartridge *c)
{
	switch (content) {
	case CONTENT_SEVERAL:
		return 0x8001;
	case CONTENT_INCOMPLETE:
		return 0x8002;
	case CONTENT_STRAY:
		return 0x8003;
	case CONTENT_CARTRIDGE:
		if (!q->lib->set.barcodes)
			return 0;
		if (!c->label)
			return 0x5306;
		if (!cartridge_name_valid(c->name))
			return 0x5305;
		return occurs_twice(q, c->name) ? 0x5307 : 0;
	default:
		return 0;
	}
}

static size_t stride_of(const struct status_query *q, enum element_type type)
{
	return 16u + (q->tags ? 36 : 0) + (q->ids && type == ELEMENT_DRIVE ? 56 : 0);
}

static void put_id(const struct status_query *q, const struct place *p, uint8_t *d)
{
	const struct settings *s = &q->lib->set;
	char serial[40];

	d[0] = 2, d[1] = 1, d[3] = 56;
	memset(d + 4, ' ', 56);
	memcpy(d + 4, s->drive_vendor, strlen(s->drive_vendor));
	memcpy(d + 12, s->drive_product, strlen(s->drive_product));
	vdrive_serial(q->lib, p, serial);
	memcpy(d + 28, serial, strnlen(serial, 32));
}

static void put_tag(const struct status_query *q, const struct place *p, const struct cartridge *c,
		    bool readable, uint8_t *d)
{
	const struct fault *f = faults_strike(&q->lib->faults, "element", p->address, -1);

	if (f && f->effect == EFFECT_TAG)
		memcpy(d, f->tag, strlen(f->tag));
	else if (readable)
		memcpy(d, c->name, strnlen(c->name, 32));
}

static void put_descriptor(const struct status_query *q, struct place *p, uint8_t *d)
{
	bool full, readable;
	enum content content;
	struct cartridge c;
	unsigned ex;

	if (p->type == ELEMENT_DRIVE) {
		enum drive_fill fill = vdrive_state(q->lib, p, &c);

		content = p->content;
		d[2] |= fill == FILL_EMPTY || fill == FILL_SEATED ? 0x08 : 0;
	} else {
		content = vlib_look(q->lib, p, &c);
		d[2] |= p->type == ELEMENT_STORAGE || !ie_is_open(q->lib, p) ? 0x08 : 0;
	}
	full = content == CONTENT_CARTRIDGE || content == CONTENT_SEVERAL || content == CONTENT_INCOMPLETE;
	ex = exception(q, content, &c);
	readable = content == CONTENT_CARTRIDGE && q->lib->set.barcodes && ex != 0x5306 && ex != 0x5305;
	put16(d, p->address);
	d[2] |= (full ? 0x01 : 0) | (ex ? 0x04 : 0);
	if (p->type == ELEMENT_IE)
		d[2] |= 0x30 | (full && c.at != p->address ? 0x02 : 0);
	put16(d + 4, ex);
	if (content == CONTENT_CARTRIDGE) {
		d[9] = cartridge_is_cleaner(c.name) ? 2 : 1;
		d[9] |= c.up == 2 ? 0x40 : 0;
		if (c.at == p->address && c.source) {
			d[9] |= 0x80;
			put16(d + 10, c.source);
		}
	}
	if (q->tags)
		put_tag(q, p, &c, readable, d + 12);
	if (q->ids && p->type == ELEMENT_DRIVE && q->lib->set.identifiers)
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
	if (type == ELEMENT_TRANSPORT && most && start <= (unsigned)q->lib->set.first[type]) {
		memset(d, 0, sizeof d);
		put16(d, (unsigned)q->lib->set.first[type]);
		*first = (unsigned)q->lib->set.first[type];
		if (out->n + stride <= room)
			str_add(out, d, stride);
		count = 1;
	}
	vec_each(p, &q->lib->places) {
		if (p->type != type || p->address < start || count == most)
			continue;
		if (!count++ && p->address < *first)
			*first = p->address;
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

/* Readies the source: a drive must have let go of the medium. */
static bool source_fails(struct user *u, struct scsi_cmd *c, struct place *from, struct cartridge *m)
{
	enum drive_fill fill;
	struct err e;

	if (from->type != ELEMENT_DRIVE)
		return false;
	fill = vdrive_state(u->lib, from, m);
	if (fill == FILL_LOADING || (fill == FILL_LOADED && !u->lib->set.autounload)) {
		answer_sense(c, 0x5, 0x3A, 0x00);
		return true;
	}
	if (vlib_prevented(u->lib, from) || (fill == FILL_LOADED && vdrive_unload(u->lib, from, m, &e))) {
		answer_sense(c, 0x5, 0x53, 0x03);
		return true;
	}
	return false;
}

static enum outcome move_medium(struct user *u, struct scsi_cmd *c)
{
	unsigned transport = be16(c->cdb + 2);
	struct place *from = vlib_place(u->lib, be16(c->cdb + 4)), *to = vlib_place(u->lib, be16(c->cdb + 6));
	bool invert = c->cdb[10] & 1;
	enum content there;
	struct cartridge m, other;
	struct err e;

	if (!from || !to || (transport && transport != (unsigned)u->lib->set.first[ELEMENT_TRANSPORT]))
		return answer_sense(c, 0x5, 0x21, 0x01);
	if (invert && !u->lib->set.rotation)
		return answer_sense(c, 0x5, 0x24, 0x00);
	if ((from->type == ELEMENT_IE && ie_is_open(u->lib, from)) ||
	    (to->type == ELEMENT_IE && ie_is_open(u->lib, to)))
		return answer_sense(c, 0x2, 0x3A, 0x02);
	/* half of the time goes by before the cartridge changes its place, half of it after */
	if (!pass_time(u, c, u->lib->set.move_ms / 2))
		return OUTCOME_UNKNOWN;
	there = vlib_look(u->lib, to, &other);
	switch (vlib_look(u->lib, from, &m)) {
	case CONTENT_EMPTY:
	case CONTENT_STRAY:
		return answer_sense(c, 0x5, 0x3B, 0x0E);
	case CONTENT_SEVERAL:
		return answer_sense(c, 0x4, 0x80, 0x01);
	case CONTENT_INCOMPLETE:
		return answer_sense(c, 0x4, 0x80, 0x02);
	default:
		break;
	}
	if (there != CONTENT_EMPTY && there != CONTENT_STRAY && !(from == to && invert))
		return answer_sense(c, 0x5, 0x3B, 0x0D);
	if (invert && m.sides != 2)
		return answer_sense(c, 0x5, 0x24, 0x00);
	if (source_fails(u, c, from, &m))
		return OUTCOME_DONE;
	if (vlib_move(u->lib, from, to, &m, invert, &e))
		return answer_sense(c, 0x4, 0x15, 0x01);
	if (to->type == ELEMENT_DRIVE)
		to->ready_at = clock_mono() + u->lib->set.load_ms;
	return pass_time(u, c, (u->lib->set.move_ms + 1) / 2) ? good(c) : OUTCOME_UNKNOWN;
}

/* --- the rest -------------------------------------------------------------------------------------- */

static enum outcome initialize(struct user *u, struct scsi_cmd *c)
{
	struct cartridge m;

	if (!pass_time(u, c, u->lib->set.initialize_ms))
		return OUTCOME_UNKNOWN;
	vec_each(p, &u->lib->places)
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

	if (!p || p->type != ELEMENT_IE)
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
	{0x37, "initialize", initialize},
	{0xA5, "move", move_medium, .elements = 2},
	{0xB8, "inventory", read_element_status},
	{0xE7, "initialize", initialize},
};

enum outcome vchanger_execute(struct user *u, struct scsi_cmd *c)
{
	return virtual_execute(u, c, commands, countof(commands));
}
