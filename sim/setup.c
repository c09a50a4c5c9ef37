/* SPDX-License-Identifier: GPL-2.0-or-later
 * The library as the scenario finds it: media that have been there for long go through first contact, the
 * free pool and allocation by the same calls and controllers as always, but in no time. */
#include "sim/sim.h"

#include "base/cleanup.h"

#include <stdio.h>
#include <string.h>

#define BATCH 64	       /* at a time: each look at the queue costs what is in it */
#define START_MS 1767571200000 /* 2026-01-05, a Monday, 0:00 */

struct wanted {
	const char *sql, *text;
	guid g;
};

static int find(struct txn *t, void *arg, struct err *e)
{
	struct wanted *f = arg;

	return sql_get(t, e, f->sql, "t", f->text, "g", &f->g);
}

static bool find_guid(struct sim *s, const char *sql, const char *text, guid *g)
{
	struct wanted f = {.sql = sql, .text = text};

	if (sim_read(s, find, &f))
		return false;
	*g = f.g;
	return true;
}

bool medium_of_tag(struct sim *s, const char *tag, guid *medium)
{
	return find_guid(s,
			 "SELECT o.guid FROM physical_media m JOIN object o ON o.id=m.id WHERE m.barcode=? "
			 "AND m.barcode<>''",
			 tag, medium);
}

static int fill(struct sim *s, const char *letter, size_t first, size_t n, double foreign, double unlabelled)
{
	const char *generation = strchr(s->model.generation, '-');

	for (size_t i = first; i < first + n; i++) {
		char tag[33] = "", id[33];
		bool data = dice_chance(&s->people, foreign);

		if (!dice_chance(&s->people, unlabelled))
			snprintf(tag, sizeof tag, "%s%05zuL%s", letter, i % 100000,
				 generation ? generation + 1 : "8");
		snprintf(id, sizeof id, "%s%zu", letter, i);
		cartridge_add(&s->w, (uint16_t)(SLOT + i), tag, data ? LABEL_FOREIGN : LABEL_BLANK,
			      data ? id : NULL);
	}
	return 0;
}

static void shelve(struct sim *s, size_t n)
{
	const char *generation = strchr(s->model.generation, '-');

	for (size_t i = 0; i < n; i++) {
		char tag[33];

		snprintf(tag, sizeof tag, "S%05zuL%s", i, generation ? generation + 1 : "8");
		*vec_add(&s->shelf) = cartridge_add(&s->w, 0, tag, LABEL_BLANK, NULL);
	}
}

static int set_policy(struct sim *s)
{
	struct wire_value v = {.num = NTMS_ALLOCATE_FROMSCRATCH};
	struct SetNtmsObjectInformation_in in = {.object = s->pool, .type = NTMS_MEDIA_POOL, .info = {&v, 1}};

	for (v.field = wire_types[NTMS_MEDIA_POOL].fields; v.field->key; v.field++)
		if (!strcmp(v.field->key, "allocationPolicy"))
			return CALL(&s->w, SetNtmsObjectInformation, &in, NULL);
	return ERROR_INVALID_PARAMETER;
}

static int new_pool(struct sim *s)
{
	struct CreateNtmsMediaPool_in in = {.name = "\\Applications", .action = NTMS_CREATE_NEW};
	struct CreateNtmsMediaPool_out out = {0};
	int code;

	find_guid(s, "SELECT o.guid FROM media_type t JOIN object o ON o.id=t.id WHERE t.key=?",
		  s->model.generation, &in.mediaType);
	code = CALL(&s->w, CreateNtmsMediaPool, &in, &out);
	s->pool = out.pool;
	return code ? code : set_policy(s);
}

static int label_all(struct sim *s)
{
	guid free_pool;

	if (!find_guid(s,
		       "SELECT o.guid FROM media_pool p JOIN object o ON o.id=p.id JOIN media_type t ON "
		       "t.id=p.media_type WHERE p.pool_type=1 AND t.key=?",
		       s->model.generation, &free_pool))
		return ERROR_INVALID_MEDIA_POOL;
	vec_each(k, &s->w.cartridges) {
		struct MoveToNtmsMediaPool_in in = {.pool = free_pool};
		int code = medium_of_tag(s, k->tag, &in.medium) ? CALL(&s->w, MoveToNtmsMediaPool, &in, NULL)
								: ERROR_INVALID_MEDIA;

		if (code)
			return code;
		world_run(&s->w); /* one by one: a queue of all of them would be looked through for each */
	}
	return 0;
}

static int allocate_all(struct sim *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct AllocateNtmsMedia_in in = {
			.pool = s->pool, .call = guid_new(), .options = NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE};
		struct AllocateNtmsMedia_out out = {0};
		int code = CALL(&s->w, AllocateNtmsMedia, &in, &out);

		if (code)
			return code;
		*vec_add(&s->media) = out.medium;
	}
	return 0;
}

static void first_contact(struct sim *s, size_t first, size_t n)
{
	struct event ev = {.kind = EV_ATTENTION, .types = 30};

	fill(s, "T", first, n, 0, 0);
	world_tell(&s->w, &ev);
	world_run(&s->w);
}

int sim_setup(struct sim *s, struct err *e)
{
	const double *v = s->sc.v;
	int code;

	if (v[SC_MEDIA] + v[SC_UNKNOWN] > (double)s->w.slots || v[SC_ALLOCATED] > v[SC_MEDIA])
		return err_set(e, ERROR_INVALID_DATA,
			       "%s: %zu slots can't hold %g media and %g unknown ones, or more are "
			       "allocated than there are",
			       s->sc.name, s->w.slots, v[SC_MEDIA], v[SC_UNKNOWN]);
	s->w.now = START_MS - DAY_MS;
	world_up(&s->w);
	for (size_t i = 0; i < (size_t)v[SC_MEDIA]; i += BATCH)
		first_contact(s, i, (size_t)v[SC_MEDIA] - i < BATCH ? (size_t)v[SC_MEDIA] - i : BATCH);
	code = new_pool(s);
	if (!code)
		code = label_all(s);
	if (!code)
		code = allocate_all(s, (size_t)v[SC_ALLOCATED]);
	if (code)
		return err_set(e, (uint32_t)code, "%s: the library can't be set up: %s", s->sc.name,
			       wire_code_name((uint32_t)code));
	vec_each(k, &s->w.cartridges)
		k->tape.calibrated = true;
	find_guid(s, "SELECT o.guid FROM library l JOIN object o ON o.id=l.id WHERE l.key=?", "test",
		  &s->library);
	s->w.now = START_MS;
	s->w.done.n = 0;
	shelve(s, (size_t)v[SC_SHELF]);
	if (v[SC_UNKNOWN] > 0) { /* brought in behind our back; the robot reports a change */
		struct event ev = {.kind = EV_ATTENTION, .types = 30};

		fill(s, "U", (size_t)v[SC_MEDIA], (size_t)v[SC_UNKNOWN], v[SC_FOREIGN], v[SC_UNLABELLED]);
		world_tell(&s->w, &ev);
	}
	return 0;
}
