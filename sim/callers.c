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
		*vec_add(&s->waiting) =
			(struct waiting_call){in.call, s->w.caller.session, CALL_AllocateNtmsMedia};
}

static int end_call(struct txn *t, void *arg, struct err *e) { return media_end_call(t, arg, e); }

bool callers_answered(struct sim *s, const guid *call)
{
	union {
		struct AllocateNtmsMedia_out allocate;
		struct WaitForNtmsOperatorRequest_out wait;
	} out;
	struct err e = {0};

	for (size_t i = 0; i < s->waiting.n; i++) {
		int code;

		if (!guid_eq(&s->waiting.v[i].call, call))
			continue;
		memset(&out, 0, sizeof out);
		s->w.caller.session = s->waiting.v[i].session;
		code = world_poll(&s->w, call, &out);
		if (code == ERROR_IO_PENDING)
			return true;
		if (!code && s->waiting.v[i].which == CALL_AllocateNtmsMedia)
			new_medium(s, &out.allocate.medium);
		report_call(&s->report, s->waiting.v[i].which, (uint32_t)code);
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
	struct RsmReadObjects_in read = {.type = NTMS_PHYSICAL_MEDIA, .container = s->library};
	struct RsmReadObjects_out read_out = {0};
	struct GetNtmsMediaPoolName_in name = {.pool = s->pool};
	struct GetNtmsMediaPoolName_out name_out = {0};

	DO(RsmReadObjects, &read, &read_out);
	CLEAR(RsmReadObjects, &read_out);
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

/* Several at once, until somebody ends it. */
struct ending {
	guid operation;
	uint32_t action;
};

static void end_stock(struct sim *s, void *arg)
{
	struct ending *x = arg;
	struct InjectNtmsMedia_in in = {
		.library = s->library, .operation = x->operation, .action = x->action};
	struct InjectNtmsMedia_out out = {0};

	DO(InjectNtmsMedia, &in, &out);
	free(x);
}

static void stock(struct sim *s)
{
	struct InjectNtmsMedia_in in = {.library = s->library, .action = NTMS_INJECT_STARTMANY};
	struct InjectNtmsMedia_out out = {0};
	struct ending *x = malloc(sizeof *x);

	if (!x)
		abort();
	if (DO(InjectNtmsMedia, &in, &out)) {
		free(x);
		return;
	}
	*x = (struct ending){out.operation,
			     dice_chance(&s->calls, 0.3) ? NTMS_INJECT_RETRACT : NTMS_INJECT_STOP};
	people_stock(s, dice_below(&s->calls, 3));
	due_add(&s->line, s->w.now + llround(dice_exponential(&s->calls, 300) * S_MS), end_stock, x);
}

static void end_eject(struct sim *s, void *arg)
{
	struct EjectNtmsMedia_in in = {.action = NTMS_EJECT_STOP, .operation = *(guid *)arg};
	struct EjectNtmsMedia_out out = {0};

	DO(EjectNtmsMedia, &in, &out);
	free(arg);
}

static void batch_out(struct sim *s)
{
	struct EjectNtmsMedia_in in = {.action = NTMS_EJECT_QUEUE};
	struct EjectNtmsMedia_out out = {0};
	guid session = guid_new(), *operation;

	for (int i = 0; i < 2 && any(s, ANY_MEDIUM "JOIN slot s ON s.id=m.place", &in.medium); i++) {
		if (SIM_CALL(s, session, EjectNtmsMedia, &in, &out))
			break;
		in.operation = out.operation;
	}
	in = (struct EjectNtmsMedia_in){.action = NTMS_EJECT_START};
	if (SIM_CALL(s, session, EjectNtmsMedia, &in, &out) || !dice_chance(&s->calls, 0.4))
		return;
	operation = malloc(sizeof *operation);
	if (!operation)
		abort();
	*operation = out.operation;
	due_add(&s->line, s->w.now + llround(dice_exponential(&s->calls, 120) * S_MS), end_eject, operation);
}

static void security(struct sim *s)
{
	struct GetNtmsObjectSecurity_in get = {.parts = 4, .type = NTMS_MEDIA_POOL, .object = s->pool};
	struct GetNtmsObjectSecurity_out got = {0};
	struct SetNtmsObjectSecurity_in set = {.parts = 4, .type = NTMS_MEDIA_POOL, .object = s->pool};

	if (!DO(GetNtmsObjectSecurity, &get, &got)) {
		set.descriptor = got.descriptor;
		DO(SetNtmsObjectSecurity, &set, NULL);
	}
	CLEAR(GetNtmsObjectSecurity, &got);
}

static void set(struct sim *s)
{
	struct wire_value v = {.num = dice_chance(&s->calls, 0.5) ? NTMS_DEALLOCATE_TOSCRATCH : 0};
	struct SetNtmsObjectInformation_in in = {.object = s->pool, .type = NTMS_MEDIA_POOL, .info = {&v, 1}};

	for (v.field = wire_types[NTMS_MEDIA_POOL].fields; v.field->key; v.field++)
		if (!strcmp(v.field->key, "deallocationPolicy")) {
			DO(SetNtmsObjectInformation, &in, NULL);
			return;
		}
}

static void find(struct sim *s)
{
	struct RsmFindObject_in in = {.text = "T0000", .limit = 3};
	struct RsmFindObject_out out = {0};

	DO(RsmFindObject, &in, &out);
	CLEAR(RsmFindObject, &out);
}

static void wait_for(struct sim *s)
{
	struct WaitForNtmsOperatorRequest_in in = {.call = guid_new(), .timeout = 600000};
	struct WaitForNtmsOperatorRequest_out out = {0};

	if (any(s, "SELECT o.guid FROM oprequest r JOIN object o ON o.id=r.id", &in.request) &&
	    DO(WaitForNtmsOperatorRequest, &in, &out) == ERROR_IO_PENDING)
		*vec_add(&s->waiting) =
			(struct waiting_call){in.call, s->w.caller.session, CALL_WaitForNtmsOperatorRequest};
}

static void go_on(struct sim *s, void *unused)
{
	struct RsmPauseIdentification_in in = {.library = s->library};

	DO(RsmPauseIdentification, &in, NULL);
}

static void pause_it(struct sim *s)
{
	struct RsmPauseIdentification_in in = {.library = s->library, .pause = 1};

	DO(RsmPauseIdentification, &in, NULL);
	due_add(&s->line, s->w.now + llround(dice_exponential(&s->calls, 900) * S_MS), go_on, NULL);
}

static void adopt(struct sim *s)
{
	struct RsmAdoptMedium_in one = {0};
	struct RsmAdoptMedia_in all = {.media = {&one.medium, 1}};

	if (!any(s, ANY_MEDIUM "JOIN side s ON s.medium=m.id WHERE s.state=0 OR m.id%7=0", &one.medium))
		return;
	if (dice_chance(&s->calls, 0.5))
		DO(RsmAdoptMedium, &one, NULL);
	else
		DO(RsmAdoptMedia, &all, NULL);
}

static void off(struct sim *s)
{
	struct DisableNtmsObject_in in = {.type = NTMS_LIBRARY, .object = s->library};
	struct EnableNtmsObject_in *back = malloc(sizeof *back);

	if (!back)
		abort();
	*back = (struct EnableNtmsObject_in){.type = NTMS_LIBRARY, .object = s->library};
	DO(DisableNtmsObject, &in, NULL);
	due_add(&s->line, s->w.now + llround(dice_exponential(&s->calls, 300) * S_MS), enable_again, back);
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
	{SC_ALLOCATE, allocate},
	{SC_DEALLOCATE, deallocate},
	{SC_COMPLETE, complete},
	{SC_LABEL, label},
	{SC_LOOK, look},
	{SC_POOL, pool},
	{SC_ENABLE, enable},
	{SC_RETURN, give_back},
	{SC_INVENTORY, inventory},
	{SC_INJECT, inject},
	{SC_EJECT, eject},
	{SC_STOCK, stock},
	{SC_BATCH_OUT, batch_out},
	{SC_SECURITY, security},
	{SC_SET, set},
	{SC_FIND, find},
	{SC_WAIT, wait_for},
	{SC_PAUSE, pause_it},
	{SC_ADOPT, adopt},
	{SC_OFF, off},
};

bool callers_have(enum scenario_key key)
{
	for (size_t i = 0; i < countof(kinds); i++)
		if (kinds[i].rate == key)
			return true;
	return false;
}

void callers_call(struct sim *s, enum scenario_key key)
{
	for (size_t i = 0; i < countof(kinds); i++)
		if (kinds[i].rate == key)
			kinds[i].call(s);
}

const char *callers_spare(enum wire_call call)
{
	return call == CALL_RsmGetStatus ? "answered by the api layer alone, without a look at the rows"
					 : NULL;
}

/* One process for all kinds: an arrival is of a kind by the share of its rate. */
static void arrive(struct sim *s, void *unused)
{
	double sum = 0, at;

	for (size_t i = 0; i < countof(kinds); i++)
		sum += s->sc.v[kinds[i].rate];
	if (sum <= 0 || s->ending)
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
