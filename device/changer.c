/* SPDX-License-Identifier: GPL-2.0-or-later
 * Medium changer commands. Which optional fields and commands a robot takes is learned from its answers. */
#include "device/changer.h"

#include "base/cleanup.h"
#include "device/elements.h"

#include <ntmstypes.h>
#include <string.h>

#define READ_MS 300000
#define QUICK_MS 60000
#define ELEMENT_BYTES 128 /* room for one descriptor; larger ones mean fewer for each command */
#define ANSWER_MAX 0x200000

struct changer {
	struct device *d;
	struct changer_shape shape;
	bool curdata, with_tags; /* RES: CURDATA is taken; DVCID may come together with VOLTAG */
	bool dvcid, voltag;
};

struct device *changer_device(struct changer *c) { return c->d; }
const struct changer_shape *changer_shape(const struct changer *c) { return &c->shape; }
bool changer_can_prevent(const struct changer *c)
{
	return device_has(c->d, 0x1E) && !device_quirk(c->d)->no_prevent;
}
bool changer_can_open_ie(const struct changer *c)
{
	return device_has(c->d, 0x1B) && !device_quirk(c->d)->no_ie_door;
}

static enum outcome read_addresses(struct changer *c, struct verdict *v)
{
	static const uint8_t at[ELEMENT_TYPES] = {0, 2, 6, 10, 14};
	uint8_t buf[255];
	const uint8_t *p;
	size_t n;

	if (device_mode_page(c->d, 0x1D, buf, sizeof buf, &p, &n, v) != OUTCOME_DONE)
		return v->outcome;
	if (n < 18)
		return verdict_fail(v, REACT_CANNOT, ERROR_INVALID_DATA,
				    "%s: mode page 1Dh (element addresses) has %zu bytes", device_name(c->d),
				    n);
	for (int t = ELEMENT_TRANSPORT; t < ELEMENT_TYPES; t++) {
		c->shape.of[t].first = (uint16_t)be16(p + at[t]);
		c->shape.of[t].count = (uint16_t)be16(p + at[t] + 2);
		if (c->shape.of[t].first + c->shape.of[t].count > 0x10000)
			return verdict_fail(
				v, REACT_CANNOT, ERROR_INVALID_DATA,
				"%s: mode page 1Dh: %u %s elements from %u on leave the 16-bit addresses",
				device_name(c->d), c->shape.of[t].count, element_type_name(t),
				c->shape.of[t].first);
	}
	for (int t = ELEMENT_TRANSPORT; t < ELEMENT_TYPES; t++)
		for (int u = t + 1; u < ELEMENT_TYPES; u++)
			if (c->shape.of[t].first < c->shape.of[u].first + c->shape.of[u].count &&
			    c->shape.of[u].first < c->shape.of[t].first + c->shape.of[t].count)
				return verdict_fail(
					v, REACT_CANNOT, ERROR_INVALID_DATA,
					"%s: mode page 1Dh: the addresses of %s and %s elements overlap",
					device_name(c->d), element_type_name(t), element_type_name(u));
	return OUTCOME_DONE;
}

enum outcome changer_reshape(struct changer *c, struct verdict *v)
{
	struct changer_shape old = c->shape;
	struct verdict ignored;
	uint8_t buf[255];
	const uint8_t *p;
	size_t n;

	c->shape = (struct changer_shape){0};
	if (read_addresses(c, v) != OUTCOME_DONE) {
		c->shape = old;
		return v->outcome;
	}
	if (device_mode_page(c->d, 0x1E, buf, sizeof buf, &p, &n, &ignored) == OUTCOME_DONE)
		for (size_t i = 2; i < n; i += 2)
			c->shape.rotates |= p[i] & 1;
	/* A hint only; without it everything is allowed to try. */
	c->shape.stores = 0x0E;
	memset(c->shape.moves, 0x0F, sizeof c->shape.moves);
	if (device_mode_page(c->d, 0x1F, buf, sizeof buf, &p, &n, &ignored) == OUTCOME_DONE && n >= 8) {
		c->shape.stores = p[2] & 0x0F;
		for (int t = ELEMENT_TRANSPORT; t < ELEMENT_TYPES; t++)
			c->shape.moves[t] = p[3 + t] & 0x0F;
	}
	return OUTCOME_DONE;
}

enum outcome changer_attach(const char *url, struct changer **out, struct verdict *v)
{
	struct changer *c = calloc(1, sizeof *c);
	const struct quirk *q;

	*out = NULL;
	if (!c)
		return verdict_fail(v, REACT_CANNOT, ERROR_NOT_ENOUGH_MEMORY, "%s: no memory", url);
	if (device_open(url, KIND_CHANGER, &c->d, v) == OUTCOME_DONE) {
		q = device_quirk(c->d);
		c->curdata = !q->no_curdata;
		c->with_tags = !q->dvcid_alone;
		c->dvcid = !q->no_dvcid;
		c->voltag = true;
		*out = c;
	} else {
		changer_close(c);
	}
	return v->outcome;
}

enum outcome changer_open(const char *url, struct changer **out, struct verdict *v)
{
	if (changer_attach(url, out, v) == OUTCOME_DONE && changer_reshape(*out, v) != OUTCOME_DONE) {
		changer_close(*out);
		*out = NULL;
	}
	return v->outcome;
}

void changer_close(struct changer *c)
{
	if (!c)
		return;
	device_close(c->d);
	free(c);
}

/* --- READ ELEMENT STATUS --------------------------------------------------------------------------- */

/* The robot refused a field of the CDB: ask for less. False: nothing is left to leave out. */
static bool ask_for_less(struct changer *c, bool *tags, bool *ids)
{
	if (c->curdata)
		c->curdata = false;
	else if (*tags && *ids)
		c->with_tags = *ids = false;
	else if (*ids)
		c->dvcid = *ids = false;
	else if (*tags)
		c->voltag = *tags = false;
	else
		return false;
	return true;
}

static enum outcome read_once(struct changer *c, enum element_type type, uint16_t first, uint16_t count,
			      bool tags, bool ids, element_vec *out, struct elements_answer *a,
			      struct verdict *v)
{
	size_t size = 16 + (size_t)count * ELEMENT_BYTES;
	auto_free uint8_t *buf = NULL;
	char what[80];
	struct err e;

	if (size > ANSWER_MAX)
		size = ANSWER_MAX;
	buf = malloc(size);
	if (!buf)
		return verdict_fail(v, REACT_CANNOT, ERROR_NOT_ENOUGH_MEMORY, "no memory for %zu bytes",
				    size);
	snprintf(what, sizeof what, "read element status of %u %s elements from %u", count,
		 element_type_name(type), first);
	for (;;) {
		struct scsi_cmd cmd = {.cdb = {0xB8, (uint8_t)((tags && c->voltag ? 0x10 : 0) | type)},
				       .cdb_len = 12,
				       .dir = SCSI_DATA_IN,
				       .data = buf,
				       .len = size,
				       .timeout_ms = READ_MS};

		put16(cmd.cdb + 2, first);
		put16(cmd.cdb + 4, count);
		cmd.cdb[6] = (uint8_t)((ids ? 1 : 0) | (c->curdata ? 2 : 0));
		put24(cmd.cdb + 7, (unsigned)size);
		if (device_run(c->d, &cmd, what, v) == OUTCOME_DONE) {
			if (elements_parse(buf, cmd.done, cmd.done == size, type,
					   device_identity(c->d)->vendor, out, a, &e))
				return verdict_fail(v, REACT_ROBOT, e.code, "%s: %s: %s", device_name(c->d),
						    what, e.why);
			return OUTCOME_DONE;
		}
		if (v->key != 0x5 || v->asc != 0x24 || !ask_for_less(c, &tags, &ids))
			return v->outcome;
	}
}

/* What came must be new, of the asked type's addresses, and in order. */
static enum outcome check(struct changer *c, enum element_type type, const element_vec *out, size_t from,
			  uint32_t low, struct verdict *v)
{
	uint16_t first = c->shape.of[type].first, count = c->shape.of[type].count;

	for (size_t i = from; i < out->n; low = out->v[i++].address + 1u) {
		uint16_t address = out->v[i].address;

		if (address < first || address >= first + count) {
			v->flags |= VF_CONFIG;
			return verdict_fail(v, REACT_ROBOT, ERROR_INVALID_DATA,
					    "%s: read element status told of %s element %u; mode page 1Dh "
					    "has them from %u to %u",
					    device_name(c->d), element_type_name(type), address, first,
					    first + count - 1);
		}
		if (address < low)
			return verdict_fail(
				v, REACT_ROBOT, ERROR_INVALID_DATA,
				"%s: read element status told of %s element %u twice, or out of order",
				device_name(c->d), element_type_name(type), address);
	}
	return OUTCOME_DONE;
}

static enum outcome read_range(struct changer *c, enum element_type type, uint32_t first, uint32_t end,
			       bool tags, bool ids, element_vec *out, struct verdict *v)
{
	const struct quirk *q = device_quirk(c->d);
	uint32_t next = first, met = 0;

	while (next < end) {
		uint32_t left = end - next, chunk = q->chunk > 0 ? (uint32_t)q->chunk : 1;
		struct elements_answer a = {0};
		size_t had = out->n;

		if (chunk > left)
			chunk = left;
		if (read_once(c, type, (uint16_t)next, (uint16_t)chunk, tags, ids, out, &a, v) !=
			    OUTCOME_DONE ||
		    check(c, type, out, had, next, v) != OUTCOME_DONE)
			return v->outcome;
		met |= v->flags;
		while (out->n > had && out->v[out->n - 1].address >= end)
			out->n--; /* the robot ignored our number of elements */
		if (out->n == had) {
			/* None from here on: a gap at the end of the addresses, unless more were announced.
			 */
			if (a.announced)
				return verdict_fail(v, REACT_ROBOT, ERROR_INVALID_DATA,
						    "%s: read element status announced %u %s elements from "
						    "%u and sent none",
						    device_name(c->d), a.announced, element_type_name(type),
						    next);
			break;
		}
		next = out->v[out->n - 1].address + 1u;
	}
	v->flags |= met;
	return OUTCOME_DONE;
}

enum outcome changer_read(struct changer *c, enum element_type type, uint16_t first, uint16_t count,
			  element_vec *out, struct verdict *v)
{
	uint32_t low = c->shape.of[type].first, end = low + c->shape.of[type].count;

	*v = (struct verdict){.progress = -1};
	if (count) {
		if (first < low || first + (uint32_t)count > end)
			return verdict_fail(v, REACT_CANNOT, ERROR_INVALID_PARAMETER,
					    "%s: no %s elements %u to %u", device_name(c->d),
					    element_type_name(type), first, first + count - 1);
		low = first, end = first + (uint32_t)count;
	}
	return read_range(c, type, low, end, true, type == ELEMENT_DRIVE && c->dvcid && c->with_tags, out, v);
}

/* Identifiers asked for by themselves, put to the elements that are there already. */
static void add_identifiers(struct changer *c, element_vec *all, size_t from)
{
	uint32_t low = c->shape.of[ELEMENT_DRIVE].first;
	element_vec ids = {0};
	struct verdict v;

	if (read_range(c, ELEMENT_DRIVE, low, low + c->shape.of[ELEMENT_DRIVE].count, false, true, &ids,
		       &v) == OUTCOME_DONE)
		vec_each(id, &ids)
			for (size_t i = from; i < all->n; i++)
				if (all->v[i].address == id->address) {
					memcpy(all->v[i].id_vendor, id->id_vendor, sizeof id->id_vendor);
					memcpy(all->v[i].id_product, id->id_product, sizeof id->id_product);
					memcpy(all->v[i].id_serial, id->id_serial, sizeof id->id_serial);
				}
	vec_free(&ids);
}

enum outcome changer_inventory(struct changer *c, element_vec *out, struct verdict *v)
{
	uint32_t met = 0;

	*v = (struct verdict){.progress = -1};
	for (int t = ELEMENT_TRANSPORT; t < ELEMENT_TYPES; t++) {
		size_t from = out->n;

		if (changer_read(c, t, 0, 0, out, v) != OUTCOME_DONE)
			return v->outcome;
		met |= v->flags;
		if (t == ELEMENT_DRIVE && c->dvcid && !c->with_tags)
			add_identifiers(c, out, from);
	}
	v->flags |= met;
	return OUTCOME_DONE;
}

/* --- moving ---------------------------------------------------------------------------------------- */

enum outcome changer_move(struct changer *c, uint16_t transport, uint16_t from, uint16_t to, bool invert,
			  struct verdict *v)
{
	struct scsi_cmd cmd = {.cdb = {0xA5}, .cdb_len = 12, .timeout_ms = device_quirk(c->d)->move_s * 1000};
	char what[60];

	put16(cmd.cdb + 2, transport);
	put16(cmd.cdb + 4, from);
	put16(cmd.cdb + 6, to);
	cmd.cdb[10] = invert;
	snprintf(what, sizeof what, "move medium from %u to %u%s", from, to, invert ? ", turned over" : "");
	if (device_run(c->d, &cmd, what, v) == OUTCOME_FAILED && v->key == 0x5 && v->asc == 0x24)
		v->flags |= VF_CONFIG | VF_INVENTORY; /* nothing in it but addresses: there are others now */
	return v->outcome;
}

enum outcome changer_exchange(struct changer *c, uint16_t from, uint16_t first, uint16_t second,
			      struct verdict *v)
{
	struct scsi_cmd cmd = {
		.cdb = {0xA6}, .cdb_len = 12, .timeout_ms = device_quirk(c->d)->move_s * 2 * 1000};
	char what[80];

	put16(cmd.cdb + 4, from);
	put16(cmd.cdb + 6, first);
	put16(cmd.cdb + 8, second);
	snprintf(what, sizeof what, "exchange medium: %u to %u, what is there to %u", from, first, second);
	return device_run(c->d, &cmd, what, v);
}

enum outcome changer_position(struct changer *c, uint16_t element, struct verdict *v)
{
	struct scsi_cmd cmd = {.cdb = {0x2B}, .cdb_len = 10, .timeout_ms = device_quirk(c->d)->move_s * 1000};
	char what[40];

	put16(cmd.cdb + 4, element);
	snprintf(what, sizeof what, "position to element %u", element);
	return device_run(c->d, &cmd, what, v);
}

enum outcome changer_initialize(struct changer *c, uint16_t first, uint16_t count, struct verdict *v)
{
	int limit = device_quirk(c->d)->initialize_s * 1000;
	struct scsi_cmd all = {.cdb = {0x07}, .cdb_len = 6, .timeout_ms = limit};

	for (int i = 0; count && i < 2; i++) {
		static const uint8_t ranged[] = {0x37, 0xE7};
		struct scsi_cmd cmd = {.cdb = {ranged[i], 1}, .cdb_len = 10, .timeout_ms = limit};

		if (!device_has(c->d, ranged[i]))
			continue;
		put16(cmd.cdb + 2, first);
		put16(cmd.cdb + 6, count);
		if (device_run(c->d, &cmd, "initialize element status with range", v) == OUTCOME_DONE ||
		    !(v->flags & VF_UNSUPPORTED))
			return v->outcome;
	}
	return device_run(c->d, &all, "initialize element status", v);
}

enum outcome changer_prevent(struct changer *c, bool prevent, struct verdict *v)
{
	return device_prevent(c->d, prevent, v);
}

static enum outcome ie_door(struct changer *c, uint16_t element, bool close, struct verdict *v)
{
	struct scsi_cmd cmd = {.cdb = {0x1B, 0, 0, 0, close}, .cdb_len = 6, .timeout_ms = QUICK_MS * 5};
	char what[60];

	*v = (struct verdict){.progress = -1};
	if (!changer_can_open_ie(c)) {
		v->flags = VF_UNSUPPORTED;
		return verdict_fail(v, REACT_CANNOT, ERROR_NOT_SUPPORTED,
				    "%s: its mail slots can't be opened by command", device_name(c->d));
	}
	put16(cmd.cdb + 2, element);
	snprintf(what, sizeof what, "%s import/export element %u", close ? "close" : "open", element);
	return device_run(c->d, &cmd, what, v);
}

enum outcome changer_open_ie(struct changer *c, uint16_t element, struct verdict *v)
{
	return ie_door(c, element, false, v);
}

enum outcome changer_close_ie(struct changer *c, uint16_t element, struct verdict *v)
{
	return ie_door(c, element, true, v);
}
