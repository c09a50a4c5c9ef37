/* SPDX-License-Identifier: GPL-2.0-or-later
 * How a mix begins: the library, its media, and who has them. */
#include "play.h"

#include "store/sql.h"

#include <stdio.h>
#include <string.h>

static uint32_t drawn;
static void guid_bytes(void *bytes, size_t n)
{
	memset(bytes, 0x77, n);
	drawn++;
	for (size_t i = 0; i < 4 && i < n; i++) /* at the end: a guid has its version further ahead */
		((uint8_t *)bytes)[n - 1 - i] = (uint8_t)(drawn >> 8 * i);
}

static void must(int code, const char *what)
{
	if (code)
		world_fail("%s: %d", what, code);
}

static guid medium_of(struct play *p, int i)
{
	char sql[200];

	snprintf(sql, sizeof sql,
		 "SELECT o.guid FROM physical_media m JOIN object o ON o.id=m.id WHERE barcode='TAPE%02dL8'",
		 i);
	return ask_guid(&p->w, sql);
}

static guid side_of(struct play *p, int i)
{
	char sql[200];

	snprintf(sql, sizeof sql,
		 "SELECT o.guid FROM side s JOIN object o ON o.id=s.id JOIN physical_media m ON "
		 "m.id=s.medium WHERE m.barcode='TAPE%02dL8'",
		 i);
	return ask_guid(&p->w, sql);
}

static void pools(struct play *p)
{
	struct CreateNtmsMediaPool_in in = {.name = (char *)"\\Proof", .action = NTMS_CREATE_NEW};
	struct CreateNtmsMediaPool_out out = {0};

	in.mediaType = ask_guid(
		&p->w, "SELECT o.guid FROM media_type t JOIN object o ON o.id=t.id WHERE t.key='LTO-8'");
	must(CALL(&p->w, CreateNtmsMediaPool, &in, &out), "pool");
	p->pool = out.pool;
	p->free_pool = ask_guid(
		&p->w, "SELECT o.guid FROM media_pool p JOIN object o ON o.id=p.id JOIN media_type t ON "
		       "t.id=p.media_type WHERE p.pool_type=1 AND t.key='LTO-8'");
}

/* Medium i: allocated, labelled; or blank, if somebody is to free it. */
static bool to_be_freed(const struct mix *m, int medium)
{
	for (int i = 0; i < CALLERS; i++)
		for (int k = 0; k < STEPS; k++)
			if (m->steps[i][k].kind == FREE && m->steps[i][k].arg == medium)
				return true;
	return false;
}

static void own(struct play *p, int i)
{
	struct MoveToNtmsMediaPool_in in = {.medium = p->medium[i], .pool = p->free_pool};
	struct AllocateNtmsMedia_in take = {
		.pool = p->pool, .call = guid_new(), .options = NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE};
	struct AllocateNtmsMedia_out out = {0};
	int code;

	if (to_be_freed(p->mix, i))
		return;
	must(CALL(&p->w, MoveToNtmsMediaPool, &in, NULL), "free");
	world_run(&p->w);
	in.pool = p->pool;
	must(CALL(&p->w, MoveToNtmsMediaPool, &in, NULL), "into the pool");
	code = CALL(&p->w, AllocateNtmsMedia, &take, &out);
	must(code, "allocate");
	end_of_call(p, &take.call);
	p->lmid[i] = out.medium;
}

static int used_often(struct txn *t, void *unused, struct err *e)
{
	return sql_do(t, e, "UPDATE drive SET mount_count=1000 WHERE element=?", "i", (int64_t)DRIVE + 1);
}

/* The least used drive is taken: always the same one if both are empty, so that how often each has been used
 * since needn't be told apart. */
static void worn(struct play *p)
{
	struct err e = {0};

	must(store_run(p->w.store, used_often, NULL, &e), "drive");
}

void play_start(struct play *p, const struct mix *mix, unsigned faults)
{
	*p = (struct play){.mix = mix, .faults = faults};
	drawn = 0;
	guid_source = guid_bytes;
	p->w.generation = "LTO-8";
	world_start(&p->w, 5, 2, 1);
	for (int i = 0; i < MEDIA; i++) {
		char tag[24];

		snprintf(tag, sizeof tag, "TAPE%02dL8", i);
		cartridge_add(&p->w, (uint16_t)(SLOT + i), tag, LABEL_BLANK, NULL);
	}
	p->elements = calloc(p->w.places.n, sizeof *p->elements);
	world_up(&p->w);
	pools(p);
	p->library =
		ask_guid(&p->w, "SELECT o.guid FROM library l JOIN object o ON o.id=l.id WHERE l.key='test'");
	p->drive[0] =
		ask_guid(&p->w, "SELECT o.guid FROM drive d JOIN object o ON o.id=d.id ORDER BY d.element");
	p->drive[1] = ask_guid(
		&p->w, "SELECT o.guid FROM drive d JOIN object o ON o.id=d.id ORDER BY d.element DESC");
	for (int i = 0; i < MEDIA; i++) {
		p->medium[i] = medium_of(p, i);
		p->side[i] = side_of(p, i);
		own(p, i);
	}
	for (int i = 0; i < CALLERS; i++) {
		p->callers[i].session.b[0] = p->callers[i].call.b[0] = (uint8_t)(i + 1);
		p->callers[i].call.b[15] = 1;
	}
	worn(p);
	if (mix->strange)
		cartridge_add(&p->w, SLOT + 4, "STRANGL8", LABEL_FOREIGN, "tar");
	p->w.done.n = 0;
}

void play_end(struct play *p)
{
	free(p->elements);
	vec_free(&p->saved);
	world_end(&p->w);
	guid_source = NULL;
}
