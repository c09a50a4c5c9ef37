/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "acts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A call, unless rsmd is dead; alive, it must end so. */
#define EXPECT(w, call, code)                                                                                \
	do {                                                                                                 \
		if (!(w)->dead)                                                                              \
			assert_int_equal(call, code);                                                        \
	} while (0)

guid pool_new(struct world *w, const char *name, const char *type)
{
	char sql[120];
	struct CreateNtmsMediaPool_in in = {.name = (char *)name, .action = NTMS_CREATE_NEW};
	struct CreateNtmsMediaPool_out out = {0};

	snprintf(sql, sizeof sql,
		 "SELECT o.guid FROM media_type t JOIN object o ON o.id=t.id WHERE t.key='%s'", type);
	in.mediaType = ask_guid(w, sql);
	EXPECT(w, CALL(w, CreateNtmsMediaPool, &in, &out), 0);
	return out.pool;
}

/* A free medium with that bar code, by the administrator's way: to the free pool, which writes our label. */
void free_medium(struct world *w, const char *tag)
{
	char sql[300];
	struct MoveToNtmsMediaPool_in in;

	snprintf(sql, sizeof sql,
		 "SELECT o.guid FROM physical_media m JOIN object o ON o.id=m.id WHERE m.barcode='%s'", tag);
	in.medium = ask_guid(w, sql);
	snprintf(sql, sizeof sql,
		 "SELECT o.guid FROM media_pool p JOIN object o ON o.id=p.id JOIN physical_media m ON "
		 "m.media_type=p.media_type WHERE p.pool_type=1 "
		 "AND m.barcode='%s'",
		 tag);
	in.pool = ask_guid(w, sql);
	EXPECT(w, CALL(w, MoveToNtmsMediaPool, &in, NULL), 0);
	world_run(w);
}

guid allocate(struct world *w, const guid *pool)
{
	struct AllocateNtmsMedia_in in = {
		.pool = *pool, .call = guid_new(), .options = NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE};
	struct AllocateNtmsMedia_out out = {0};

	EXPECT(w, CALL(w, AllocateNtmsMedia, &in, &out), 0);
	return out.medium;
}

guid mount_begin(struct world *w, const guid *media, size_t n, uint32_t options, uint32_t timeout, int *code)
{
	struct MountNtmsMedia_in in = {
		.call = guid_new(), .media = {(guid *)media, n}, .options = options, .timeout = timeout};
	struct MountNtmsMedia_out out = {0};

	*code = w->dead ? ERROR_NOT_CONNECTED : CALL(w, MountNtmsMedia, &in, &out);
	free(out.drives.v);
	return in.call;
}

int mount_end(struct world *w, const guid *call)
{
	struct MountNtmsMedia_out out = {0};
	int code;

	world_run(w);
	code = w->dead ? ERROR_NOT_CONNECTED : world_poll(w, call, &out);
	free(out.drives.v);
	return code;
}

int mount(struct world *w, const guid *media, size_t n, uint32_t options)
{
	int code;
	guid call = mount_begin(w, media, n, options, INFINITE, &code);

	return code == ERROR_IO_PENDING ? mount_end(w, &call) : code;
}

void dismount(struct world *w, const guid *medium, uint32_t options)
{
	struct DismountNtmsMedia_in in = {.media = {(guid *)medium, 1}, .options = options};

	EXPECT(w, CALL(w, DismountNtmsMedia, &in, NULL), 0);
	world_run(w);
}

/* A library with media A..: free and drawn into a pool that allocates from the free pool. */
void start_with(struct world *w, int media, guid *pool)
{
	if (!w->generation)
		w->generation = "LTO-8";
	world_start(w, 8, 2, w->ports ? w->ports : 1);
	for (int i = 0; i < media; i++) {
		char tag[24];

		snprintf(tag, sizeof tag, "TAPE%02dL8", i);
		cartridge_add(w, (uint16_t)(SLOT + i), tag, LABEL_BLANK, NULL);
	}
	world_up(w);
	*pool = pool_new(w, "\\Backup", "LTO-8");
	for (int i = 0; i < media; i++) {
		char sql[120];
		char tag[24];

		snprintf(tag, sizeof tag, "TAPE%02dL8", i);
		free_medium(w, tag);
		snprintf(sql, sizeof sql,
			 "SELECT s.state FROM side s JOIN physical_media m ON m.id=s.medium WHERE "
			 "m.barcode='%s'",
			 tag);
		assert_int_equal(ask(w, sql), NTMS_PARTSTATE_AVAILABLE);
	}
	{
		struct MoveToNtmsMediaPool_in in;
		char sql[160];

		for (int i = 0; i < media; i++) {
			snprintf(sql, sizeof sql,
				 "SELECT o.guid FROM physical_media m JOIN object o ON o.id=m.id WHERE "
				 "m.barcode='TAPE%02dL8'",
				 i);
			in.medium = ask_guid(w, sql);
			in.pool = *pool;
			EXPECT(w, CALL(w, MoveToNtmsMediaPool, &in, NULL), 0);
		}
	}
}

void check_at_rest(struct world *w)
{
	assert_int_equal(ask(w, "SELECT count(*) FROM action WHERE state IN (0,3)"), 0);
	assert_int_equal(ask(w, "SELECT count(*) FROM drive WHERE request IS NOT NULL"), 0);
	/* the rows agree with the robot */
	vec_each(p, &w->places) {
		char sql[400];

		snprintf(sql, sizeof sql,
			 "SELECT count(*) FROM physical_media m WHERE m.place IN (SELECT id FROM slot WHERE "
			 "element=%u UNION SELECT id FROM drive WHERE "
			 "element=%u UNION SELECT id FROM ieport WHERE element=%u UNION SELECT id FROM "
			 "changer WHERE element=%u)",
			 p->cell.address, p->cell.address, p->cell.address, p->cell.address);
		if (p->cell.type != 3)
			assert_int_equal(ask(w, sql), p->cartridge >= 0);
	}
}

guid inject(struct world *w, uint32_t action, guid operation, int *code)
{
	struct InjectNtmsMedia_in in = {
		.library = ask_guid(
			w, "SELECT o.guid FROM library l JOIN object o ON o.id=l.id WHERE l.key='test'"),
		.operation = operation,
		.action = action};
	struct InjectNtmsMedia_out out = {0};

	*code = w->dead ? ERROR_NOT_CONNECTED : CALL(w, InjectNtmsMedia, &in, &out);
	return out.operation;
}

guid eject(struct world *w, const char *tag, uint32_t action, int *code)
{
	char sql[160];
	struct EjectNtmsMedia_in in = {.action = action};
	struct EjectNtmsMedia_out out = {0};

	snprintf(sql, sizeof sql,
		 "SELECT o.guid FROM physical_media m JOIN object o ON o.id=m.id WHERE m.barcode='%s'", tag);
	in.medium = ask_guid(w, sql);
	*code = w->dead ? ERROR_NOT_CONNECTED : CALL(w, EjectNtmsMedia, &in, &out);
	return out.operation;
}

static int ended(struct txn *t, void *arg, struct err *e) { return media_session_ended(t, arg, e); }

void session_end(struct world *w)
{
	struct session_end end = {.session = w->caller.session};
	struct err e = {0};

	if (!w->dead)
		assert_int_equal(store_run(w->store, ended, &end, &e), 0);
	w->caller.session = guid_new();
}

static int run_set(struct txn *t, void *sql, struct err *e) { return sql_do(t, e, sql, ""); }

void world_set(struct world *w, const char *sql)
{
	struct err e = {0};

	assert_int_equal(store_run(w->store, run_set, (void *)sql, &e), 0);
}
