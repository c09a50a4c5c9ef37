/* SPDX-License-Identifier: GPL-2.0-or-later
 * Elements, the cartridges in them, what stands on their tapes; and what actions do to them. */
#include "sim/world.h"

#include <stdio.h>
#include <string.h>

void cells_add(struct world *w, uint8_t type, uint16_t first, size_t n)
{
	for (size_t i = 0; i < n; i++)
		*vec_add(&w->places) = (struct place){(uint16_t)(first + i), type, -1, false, 0};
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

	*k = (struct cartridge){.label = {kind, kind}, .sides = 1};
	snprintf(k->tag, sizeof k->tag, "%s", tag);
	snprintf(k->id[0], sizeof k->id[0], "%s", id ? id : "");
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

static void read_label(struct world *w, const struct action *a, struct event *ev)
{
	const struct place *at = action_drive_at(w, a);
	const struct cartridge *k;
	int side = at->inverted;

	if (at->cartridge < 0) {
		ev->outcome = OUTCOME_FAILED, ev->fault = FAULT_NO_MEDIUM;
		return;
	}
	k = &w->cartridges.v[at->cartridge];
	ev->label.kind = k->label[side];
	ev->label.type = k->label[side] == LABEL_FREE ? "RSM" : k->label[side] == LABEL_FOREIGN ? "tar" : "";
	ev->label.id_len = strlen(k->id[side]);
	memcpy(ev->label.id, k->id[side], ev->label.id_len);
}

static void write_label(struct world *w, const struct action *a, struct event *ev)
{
	const struct place *at = action_drive_at(w, a);

	if (at->cartridge >= 0) {
		struct cartridge *k = &w->cartridges.v[at->cartridge];

		k->label[at->inverted] = LABEL_FREE;
		snprintf(k->id[at->inverted], sizeof k->id[0], "%s", a->label_id);
	}
	read_label(w, a, ev);
}

static void move(struct world *w, const struct action *a, struct event *ev)
{
	struct place *from = place_at(w, a->source), *to = place_at(w, a->destination);

	if (from->cartridge < 0 || to->cartridge >= 0) {
		ev->outcome = OUTCOME_FAILED;
		ev->fault = from->cartridge < 0 ? FAULT_SOURCE_EMPTY : FAULT_DESTINATION_FULL;
		snprintf(ev->why, sizeof ev->why, "the robot found it otherwise");
		return;
	}
	if (a->invert && !w->rotates)
		world_fail("action %lld turns a cartridge over, and this robot can't", (long long)a->id);
	to->cartridge = from->cartridge;
	to->inverted = from->inverted != a->invert;
	to->source = from->address;
	from->cartridge = -1;
}

static void status(struct world *w, const struct action *a, struct event *ev, struct element_state *out)
{
	size_t n = 0;

	vec_each(p, &w->places)
		if (a->types & 1 << p->type) {
			struct element_state *s = &out[n++];

			*s = (struct element_state){.address = p->address,
						    .type = p->type,
						    .full = p->cartridge >= 0,
						    .access = true,
						    .inverted = p->inverted,
						    .source = p->source};
			if (s->full)
				snprintf(s->tag, sizeof s->tag, "%s", w->cartridges.v[p->cartridge].tag);
		}
	ev->elements = out, ev->n_elements = n;
}

void world_perform(struct world *w, const struct action *a, struct event *ev, struct element_state *elements)
{
	switch (a->kind) {
	case ACT_MOVE:
		move(w, a, ev);
		break;
	case ACT_READ_LABEL:
		read_label(w, a, ev);
		break;
	case ACT_WRITE_LABEL:
		write_label(w, a, ev);
		break;
	case ACT_STATUS:
	case ACT_INITIALIZE:
		status(w, a, ev, elements);
		break;
	case ACT_LOAD:
	case ACT_UNLOAD:
	case ACT_LOCK:
	case ACT_UNLOCK:
	case ACT_EXTEND:
	case ACT_RETRACT:
	case ACT_GRANT:
	case ACT_REVOKE:
		break;
	}
}
