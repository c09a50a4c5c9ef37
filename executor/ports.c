/* SPDX-License-Identifier: GPL-2.0-or-later
 * The mail slots, watched while nobody asks for them: what somebody lays there, or takes away. A robot that
 * tells of it (6/28/01) needn't be asked: the look every two seconds hears it. Another one's mail slots are
 * read now and then, they alone; only a difference is told. */
#include "base/clock.h"
#include "executor/impl.h"

#include <string.h>

/* FNV-1a */
static uint64_t mix(uint64_t h, const void *bytes, size_t n)
{
	const uint8_t *b = bytes;

	for (size_t i = 0; i < n; i++)
		h = (h ^ b[i]) * 0x100000001B3;
	return h;
}

static uint64_t fingerprint(const struct element *els, size_t n)
{
	uint64_t h = 0xCBF29CE484222325;

	for (size_t i = 0; i < n; i++)
		if (els[i].type == ELEMENT_IE) {
			uint8_t state[] = {(uint8_t)(els[i].address >> 8), (uint8_t)els[i].address,
					   els[i].full, els[i].access};

			h = mix(mix(h, state, sizeof state), els[i].tag, strlen(els[i].tag));
		}
	return h;
}

bool ports_due(const struct robot *r)
{
	return !r->ports_told && changer_shape(r->changer)->of[ELEMENT_IE].count &&
	       device_quirk(changer_device(r->changer))->ports_s && clock_mono() >= r->ports_at;
}

void ports_read(struct robot *r, const struct element *els, size_t n)
{
	r->ports_seen = fingerprint(els, n);
	r->ports_at = clock_mono() + device_quirk(changer_device(r->changer))->ports_s * 1000LL;
}

enum outcome ports_look(struct robot *r, bool *changed, struct verdict *v)
{
	uint64_t was = r->ports_seen;
	element_vec els = {0};

	*changed = false;
	if (changer_read(r->changer, ELEMENT_IE, 0, 0, &els, v) == OUTCOME_DONE) {
		ports_read(r, els.v, els.n);
		*changed = was != r->ports_seen;
	}
	vec_free(&els);
	return v->outcome;
}
