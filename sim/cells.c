/* SPDX-License-Identifier: GPL-2.0-or-later
 * Elements, the cartridges in them, what stands on their tapes; and what actions do to them: the rules of
 * device/rules.h on an array. What a device refuses it refuses with sense data, which the tables of rsmd
 * (device/sense.def, library/outcome.c) turn into what controllers hear. */
#include "sim/world.h"

#include "library/outcome.h"

#include <stdio.h>
#include <string.h>

void cells_add(struct world *w, uint8_t type, uint16_t first, size_t n)
{
	for (size_t i = 0; i < n; i++)
		*vec_add(&w->places) =
			(struct place){.cell = {.address = (uint16_t)(first + i), .type = type},
				       .cartridge = -1,
				       .loaded = -1,
				       .seated = -1};
}

struct place *place_at(struct world *w, uint16_t address)
{
	/* the runs of addresses stand one behind the other, in this order */
	const struct {
		uint16_t first;
		size_t n;
	} runs[] = {{HAND, 1}, {SLOT, w->slots}, {PORT, w->ports}, {DRIVE, w->drives}};
	size_t before = 0;

	address = (uint16_t)(address - w->shift);
	for (size_t i = 0; i < sizeof runs / sizeof *runs; before += runs[i++].n)
		if (address >= runs[i].first && address < runs[i].first + runs[i].n)
			return &w->places.v[before + address - runs[i].first];
	world_fail("no element %u", address);
}

int cartridge_add(struct world *w, uint16_t address, const char *tag, enum label_kind kind, const char *id)
{
	struct cartridge *k = vec_add(&w->cartridges);

	*k = (struct cartridge){.label = {kind, kind}};
	snprintf(k->tag, sizeof k->tag, "%s", tag);
	snprintf(k->id[0], sizeof k->id[0], "%s", id ? id : "");
	k->tape = (struct tape){.sides = w->rotates ? 2 : 1,
				.generation = barcode_generation(tag),
				.worm = barcode_is_worm(tag),
				.cleaner = barcode_is_cleaner(tag)};
	if (address)
		place_at(w, address)->cartridge = (int)w->cartridges.n - 1;
	return (int)w->cartridges.n - 1;
}

static int drive_element(struct txn *t, void *arg, struct err *e)
{
	int64_t *drive = arg;

	return sql_get(t, e, "SELECT element FROM drive WHERE id=?", "i", *drive, "i", drive);
}

struct place *action_drive_at(struct world *w, const struct action *a)
{
	int64_t drive = a->drive;
	struct err e = {0};

	if (store_read(w->store, drive_element, &drive, &e))
		world_fail("action %lld: no drive %lld", (long long)a->id, (long long)a->drive);
	return place_at(w, (uint16_t)drive);
}

/* ---- the rules, in memory ---- */

static void look(struct picker *k, struct cell *cell)
{
	struct world *w = (struct world *)k;
	struct place *p = (struct place *)cell;

	cell->content = p->cartridge < 0 ? CONTENT_EMPTY : CONTENT_CARTRIDGE;
	cell->fill = p->cartridge < 0 ? FILL_EMPTY : p->loaded == p->cartridge ? FILL_LOADED : FILL_SEATED;
	cell->by_hand = p->cartridge != p->seated;
	cell->source = cell->by_hand ? 0 : p->source;
	if (p->cartridge < 0)
		return;
	cell->tape = w->cartridges.v[p->cartridge].tape;
	cell->tape.up = 1 + p->inverted;
	cell->barcode = w->cartridges.v[p->cartridge].tag[0] ? BARCODE_READ : BARCODE_MISSING;
}

static bool release(struct picker *k, struct cell *drive)
{
	((struct place *)drive)->loaded = -1;
	return true;
}

static bool carry(struct picker *k, struct cell *from, struct cell *to, bool invert)
{
	struct place *a = (struct place *)from, *b = (struct place *)to;
	struct place was = *a;

	a->cartridge = a->loaded = -1;
	b->cartridge = b->seated = was.cartridge;
	b->inverted = was.inverted != invert;
	b->source = from->type == ELEMENT_STORAGE || from->type == ELEMENT_IE ? from->address : was.source;
	b->loaded = -1;
	return true;
}

const struct picker_ops in_memory = {look, release, carry};

/* ---- what devices say ---- */

void world_sense(struct event *ev, bool drive, uint32_t sense, const char *what)
{
	const uint8_t bytes[18] = {0x70, [2] = (uint8_t)(sense >> 16), [7] = 10, [12] = (uint8_t)(sense >> 8),
				   [13] = (uint8_t)sense};
	const char *who = drive ? "drive" : "robot";
	struct verdict v;

	sense_decode(bytes, sizeof bytes, drive ? KIND_DRIVE : KIND_CHANGER, "TEST", "", &v);
	verdict_explain(&v, who, what);
	outcome_fill(ev, "library test", &v);
}

static void no_answer(struct event *ev)
{
	ev->outcome = OUTCOME_UNKNOWN, ev->fault = FAULT_PATH;
	snprintf(ev->why, sizeof ev->why, "library test: no answer; nobody knows whether it was done");
}

/* ---- drives ---- */

int world_generation(const struct world *w)
{
	const char *n = w->generation ? strchr(w->generation, '-') : NULL;

	return n ? atoi(n + 1) : 0;
}

/* What a drive says of its cartridge; 0: nothing is in the way. */
static uint32_t suits(const struct world *w, const struct cell *drive)
{
	if (drive->fill == FILL_EMPTY)
		return SENSE(0x2, 0x3A, 0x00);
	if (!world_generation(w) || (!drive->tape.generation && !drive->tape.cleaner))
		return 0;
	return drive_refuses(world_generation(w), &drive->tape);
}

static void tell_label(const struct cartridge *k, int side, struct label *l)
{
	l->kind = k->label[side];
	l->type = k->label[side] == LABEL_FREE ? "RSM" : k->label[side] == LABEL_FOREIGN ? "tar" : "";
	l->id_len = strlen(k->id[side]);
	memcpy(l->id, k->id[side], l->id_len);
}

static uint32_t drive_does(struct world *w, const struct action *a, struct event *ev)
{
	struct place *p = action_drive_at(w, a);
	struct cartridge *k = p->cartridge < 0 ? NULL : &w->cartridges.v[p->cartridge];
	uint32_t sense;

	look(&w->picker, &p->cell);
	if (a->kind == ACT_UNLOAD) {
		p->loaded = -1;
		return 0;
	}
	sense = suits(w, &p->cell);
	if (sense || !k)
		return sense;
	if (a->kind == ACT_LOAD) {
		p->loaded = p->cartridge;
		k->tape.calibrated = true;
		ev->medium.worm = k->tape.worm != 0;
		ev->medium.write_protected = world_generation(w) && k->tape.generation &&
					     drive_protects(world_generation(w), &k->tape) != 0;
		return 0;
	}
	if (p->cell.fill != FILL_LOADED)
		return SENSE(0x2, 0x04, 0x02);
	if (a->kind == ACT_WRITE_LABEL) {
		sense = world_generation(w) && k->tape.generation
				? drive_protects(world_generation(w), &k->tape)
				: 0;
		if (sense)
			return sense;
		k->label[p->inverted] = LABEL_FREE;
		snprintf(k->id[p->inverted], sizeof k->id[0], "%s", a->label_id);
	}
	tell_label(k, p->inverted, &ev->label);
	return 0;
}

/* ---- the robot ---- */

static uint32_t move(struct world *w, const struct action *a, const struct mishap *f)
{
	struct trip t = {.from = &place_at(w, a->source)->cell,
			 .to = &place_at(w, a->destination)->cell,
			 .invert = a->invert};
	uint32_t sense = trip_refused(&w->picker, &t);

	if (a->invert && !w->rotates)
		world_fail("action %lld turns a cartridge over, and this robot can't", (long long)a->id);
	if (!sense)
		sense = trip_blocked(&w->picker, &t);
	if (sense)
		return sense;
	if (!f || (f->effect != EFFECT_HAND && f->effect != EFFECT_DOOR))
		return trip_made(&w->picker, &t);
	sense = trip_dropped(&w->picker, &t);
	if (sense || f->effect == EFFECT_HAND)
		return sense ? sense : SENSE(f->key, f->asc, f->ascq);
	w->picker.door = true;
	return SENSE(0x2, 0x04, 0x18);
}

static void status(struct world *w, const struct action *a, struct event *ev, struct element_state *out)
{
	size_t n = 0;

	vec_each(p, &w->places)
		if (a->types & 1 << p->cell.type) {
			struct element e = {.address = p->cell.address, .type = p->cell.type};

			look(&w->picker, &p->cell);
			cell_tell(&p->cell, &e);
			if (e.except)
				e.trouble = (uint8_t)exception_decode(e.asc, e.ascq, "TEST", &e.why);
			if (e.full)
				memcpy(e.tag, w->cartridges.v[p->cartridge].tag, sizeof e.tag);
			element_fill(&e, &out[n++]);
		}
	ev->elements = out, ev->n_elements = n;
}

static uint32_t robot_does(struct world *w, const struct action *a, const struct mishap *f, struct event *ev,
			   struct element_state *elements)
{
	if (a->kind == ACT_MOVE)
		return move(w, a, f);
	if (a->kind == ACT_INITIALIZE && w->picker.door)
		return SENSE(0x2, 0x04, 0x18);
	if (a->kind == ACT_STATUS || a->kind == ACT_INITIALIZE)
		status(w, a, ev, elements);
	return 0;
}

/* ---- */

static const char *const names[] = {[ACT_STATUS] = "read element status",
				    [ACT_INITIALIZE] = "initialize",
				    [ACT_MOVE] = "move",
				    [ACT_LOAD] = "load",
				    [ACT_READ_LABEL] = "read",
				    [ACT_WRITE_LABEL] = "write",
				    [ACT_UNLOAD] = "unload",
				    [ACT_LOCK] = "prevent removal",
				    [ACT_UNLOCK] = "allow removal",
				    [ACT_EXTEND] = "open mail slot",
				    [ACT_RETRACT] = "close mail slot",
				    [ACT_GRANT] = "grant",
				    [ACT_REVOKE] = "revoke"};

/* What a fault says instead of the command; true: nothing is done. */
static bool instead(const struct action *a, const struct mishap *f, struct event *ev)
{
	switch (f->effect) {
	case EFFECT_SENSE:
		world_sense(ev, a->drive != 0, SENSE(f->key, f->asc, f->ascq), names[a->kind]);
		return true;
	case EFFECT_BUSY:
		ev->outcome = OUTCOME_FAILED, ev->fault = FAULT_LATER;
		snprintf(ev->why, sizeof ev->why, "library test: status 08h: device is busy");
		return true;
	case EFFECT_GONE:
		no_answer(ev);
		return true;
	default:
		return false;
	}
}

void world_perform(struct world *w, const struct action *a, const struct mishap *f, struct event *ev,
		   struct element_state *elements)
{
	bool drive = a->kind == ACT_LOAD || a->kind == ACT_UNLOAD || a->kind == ACT_READ_LABEL ||
		     a->kind == ACT_WRITE_LABEL;
	uint32_t sense;

	if (f && instead(a, f, ev))
		return;
	sense = drive ? drive_does(w, a, ev) : robot_does(w, a, f, ev, elements);
	if (!sense && f && f->effect == EFFECT_DONE_SENSE)
		sense = SENSE(f->key, f->asc, f->ascq);
	if (sense)
		world_sense(ev, drive, sense, names[a->kind]);
	if (f && f->effect == EFFECT_LOST)
		no_answer(ev);
}
