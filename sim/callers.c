/* SPDX-License-Identifier: GPL-2.0-or-later
 * All calls but mounts: administrators and applications, each kind at its rate ([calls] of a scenario). */
#include "sim/sim.h"

#include "base/cleanup.h"

#include <math.h>
#include <string.h>

/* ---- any object ---- */

struct choice {
	const char *sql;
	uint64_t n, take;
	guid g;
};

static int choose(struct txn *t, void *arg, struct err *e)
{
	struct choice *c = arg;
	auto_rows struct rows *q = sql_rows(t, e, c->sql, "");

	for (c->n = 0; rows_next(q); c->n++)
		if (c->n == c->take)
			c->g = rows_guid(q, 0);
	return rows_failed(q) ? (int)e->code : 0;
}

/* One of those that the query gives; false: there is none. */
static bool any(struct sim *s, const char *sql, guid *g)
{
	struct choice c = {.sql = sql, .take = UINT64_MAX};

	if (sim_read(s, choose, &c) || !c.n)
		return false;
	c.take = dice_below(&s->calls, c.n);
	if (sim_read(s, choose, &c))
		return false;
	*g = c.g;
	return true;
}

#define ANY_MEDIUM "SELECT o.guid FROM physical_media m JOIN object o ON o.id=m.id "
#define DO(fn, in, out) SIM_CALL(s, guid_new(), fn, in, out)
#define CLEAR(fn, answer) wire_clear(wire_calls[CALL_##fn].out, answer)

/* ---- calls ---- */

static void new_medium(struct sim *s, const guid *g)
{
	size_t hot = dice_below(&s->calls, s->media.n / 10 + 1); /* what is new is asked for more */

	*vec_add(&s->media) = *g;
	s->media.v[s->media.n - 1] = s->media.v[hot];
	s->media.v[hot] = *g;
}

static void allocate(struct sim *s)
{
	bool wait = dice_chance(&s->calls, 0.3);
	struct AllocateNtmsMedia_in in = {.pool = s->pool,
					  .call = guid_new(),
					  .options = wait ? 0 : NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE,
					  .timeout = wait ? 7200000 : 0};
	struct AllocateNtmsMedia_out out = {0};
	int code = DO(AllocateNtmsMedia, &in, &out);

	if (!code)
		new_medium(s, &out.medium);
	if (code == ERROR_IO_PENDING)
		*vec_add(&s->waiting) = (struct waiting_call){in.call, s->w.caller.session};
}

static int end_call(struct txn *t, void *arg, struct err *e) { return media_end_call(t, arg, e); }

bool callers_answered(struct sim *s, const guid *call)
{
	struct AllocateNtmsMedia_out out = {0};
	struct err e = {0};

	for (size_t i = 0; i < s->waiting.n; i++) {
		int code;

		if (!guid_eq(&s->waiting.v[i].call, call))
			continue;
		s->w.caller.session = s->waiting.v[i].session;
		code = world_poll(&s->w, call, &out);
		if (code == ERROR_IO_PENDING)
			return true;
		if (!code)
			new_medium(s, &out.medium);
		report_call(&s->report, CALL_AllocateNtmsMedia, (uint32_t)code);
		store_run(s->w.store, end_call, (void *)call, &e);
		s->waiting.v[i] = s->waiting.v[--s->waiting.n];
		return true;
	}
	return false;
}

static void deallocate(struct sim *s)
{
	size_t i = s->media.n / 2 +
		   dice_below(&s->calls, s->media.n - s->media.n / 2); /* of the less popular half */
	struct DeallocateNtmsMedia_in in = {0};

	if (s->media.n < 2)
		return;
	in.medium = s->media.v[i];
	if (DO(DeallocateNtmsMedia, &in, NULL) == 0) {
		memmove(&s->media.v[i], &s->media.v[i + 1], (s->media.n - i - 1) * sizeof in.medium);
		s->media.n--;
	}
}

static void complete(struct sim *s)
{
	struct SetNtmsMediaComplete_in in = {0};

	if (!s->media.n)
		return;
	in.medium = s->media.v[dice_below(&s->calls, s->media.n)];
	DO(SetNtmsMediaComplete, &in, NULL);
}

static void label(struct sim *s)
{
	char text[512] = {0};
	struct UpdateNtmsOmidInfo_in in = {.labelType = NTMS_OMID_TYPE_RAW_LABEL,
					   .label = {(uint8_t *)text, sizeof text}};
	unsigned sum = 0;

	if (!s->media.n)
		return;
	/* the first block of a tar archive */
	snprintf(text, 100, "backup-%06u", (unsigned)dice_below(&s->calls, 1000000));
	memcpy(text + 100,
	       "0000644\0"
	       "0000000\0"
	       "0000000\0"
	       "00000000000\0"
	       "00000000000\0"
	       "        "
	       "0",
	       57);
	memcpy(text + 257,
	       "ustar\0"
	       "00",
	       8);
	for (size_t i = 0; i < sizeof text; i++)
		sum += (uint8_t)text[i];
	snprintf(text + 148, 8, "%06o", sum);
	in.medium = s->media.v[dice_below(&s->calls, s->media.n)];
	DO(UpdateNtmsOmidInfo, &in, NULL);
}

static void look(struct sim *s)
{
	struct GetNtmsObjectInformation_in info = {0};
	struct GetNtmsObjectInformation_out info_out = {0};
	struct EnumerateNtmsObject_in list = {.type = NTMS_PHYSICAL_MEDIA, .container = s->library};
	struct EnumerateNtmsObject_out list_out = {0};
	struct RsmGetObjectDetail_in detail = {0};
	struct RsmGetObjectDetail_out detail_out = {0};
	struct GetNtmsMediaPoolName_in name = {.pool = s->pool};
	struct GetNtmsMediaPoolName_out name_out = {0};

	DO(EnumerateNtmsObject, &list, &list_out);
	CLEAR(EnumerateNtmsObject, &list_out);
	DO(GetNtmsMediaPoolName, &name, &name_out);
	CLEAR(GetNtmsMediaPoolName, &name_out);
	if (!any(s, "SELECT guid FROM object", &info.object))
		return;
	detail.object = info.object;
	DO(GetNtmsObjectInformation, &info, &info_out);
	CLEAR(GetNtmsObjectInformation, &info_out);
	DO(RsmGetObjectDetail, &detail, &detail_out);
	CLEAR(RsmGetObjectDetail, &detail_out);
}

static void pool(struct sim *s)
{
	struct CreateNtmsMediaPool_in in = {.name = "\\Short lived", .action = NTMS_CREATE_NEW};
	struct CreateNtmsMediaPool_out out = {0};
	struct DeleteNtmsMediaPool_in gone = {0};

	if (DO(CreateNtmsMediaPool, &in, &out))
		return;
	gone.pool = out.pool;
	DO(DeleteNtmsMediaPool, &gone, NULL);
}

static void enable_again(struct sim *s, void *object)
{
	struct EnableNtmsObject_in *in = object;

	DO(EnableNtmsObject, in, NULL);
	free(in);
}

static void enable(struct sim *s)
{
	bool drive = dice_chance(&s->calls, 0.5);
	struct DisableNtmsObject_in in = {.type = drive ? NTMS_DRIVE : NTMS_PHYSICAL_MEDIA};
	struct EnableNtmsObject_in *back = malloc(sizeof *back);

	if (!back)
		abort();
	if (!any(s, drive ? "SELECT o.guid FROM drive d JOIN object o ON o.id=d.id" : ANY_MEDIUM,
		 &in.object) ||
	    DO(DisableNtmsObject, &in, NULL)) {
		free(back);
		return;
	}
	*back = (struct EnableNtmsObject_in){.object = in.object, .type = in.type};
	due_add(&s->line, s->w.now + llround(dice_exponential(&s->calls, 600) * S_MS), enable_again, back);
}

/* A medium that came in becomes free: to the free pool of its type. */
static void give_back(struct sim *s)
{
	struct MoveToNtmsMediaPool_in in = {0};

	if (any(s, ANY_MEDIUM "JOIN media_pool p ON p.id=m.pool WHERE p.pool_type IN (2,3) AND o.enabled=1",
		&in.medium) &&
	    any(s,
		"SELECT o.guid FROM media_pool p JOIN object o ON o.id=p.id JOIN library_media_type t ON "
		"t.media_type=p.media_type JOIN drive d ON d.library=t.library JOIN media_type y ON "
		"y.id=p.media_type AND "
		"y.key=d.generation WHERE p.pool_type=1",
		&in.pool))
		DO(MoveToNtmsMediaPool, &in, NULL);
}

static void inventory(struct sim *s)
{
	struct InventoryNtmsLibrary_in in = {.library = s->library, .action = NTMS_INVENTORY_FAST};

	DO(InventoryNtmsLibrary, &in, NULL);
}

static void inject(struct sim *s) { people_insert(s, NULL); }

static void eject(struct sim *s)
{
	struct EjectNtmsMedia_in in = {.action = NTMS_EJECT_START};
	struct EjectNtmsMedia_out out = {0};

	if (any(s, ANY_MEDIUM "JOIN slot s ON s.id=m.place", &in.medium))
		DO(EjectNtmsMedia, &in, &out);
}

static const struct kind {
	enum scenario_key rate;
	void (*call)(struct sim *s);
} kinds[] = {
	{SC_ALLOCATE, allocate},   {SC_DEALLOCATE, deallocate},
	{SC_COMPLETE, complete},   {SC_LABEL, label},
	{SC_LOOK, look},	   {SC_POOL, pool},
	{SC_ENABLE, enable},	   {SC_RETURN, give_back},
	{SC_INVENTORY, inventory}, {SC_INJECT, inject},
	{SC_EJECT, eject},
};

/* One process for all kinds: an arrival is of a kind by the share of its rate. */
static void arrive(struct sim *s, void *unused)
{
	double sum = 0, at;

	for (size_t i = 0; i < countof(kinds); i++)
		sum += s->sc.v[kinds[i].rate];
	if (sum <= 0)
		return;
	due_add(&s->line, s->w.now + 1 + llround(dice_exponential(&s->calls, HOUR_MS / sum)), arrive, NULL);
	at = dice_unit(&s->calls) * sum;
	for (size_t i = 0; i < countof(kinds); i++) {
		at -= s->sc.v[kinds[i].rate];
		if (at < 0) {
			kinds[i].call(s);
			return;
		}
	}
}

void callers_start(struct sim *s) { due_add(&s->line, s->w.now + 60 * S_MS, arrive, NULL); }
