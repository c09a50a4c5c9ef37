/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "media_world.h"

#include <semaphore.h>
#include <string.h>

struct store *world;
int64_t now_ms, lib, slots[10], drives[2], port, lto, mo, cdrom;
struct caller root, user, other;
struct err err;
guid answered[16];
size_t n_answered;
static int64_t woken[32];
static size_t n_woken;

static int64_t the_time(void *arg) { return now_ms; }

static int note_woken(struct txn *t, int64_t key, void *arg, struct err *e)
{
	if (n_woken < countof(woken))
		woken[n_woken++] = key;
	return 0;
}

static void note_answered(const guid *call)
{
	if (n_answered < countof(answered))
		answered[n_answered++] = *call;
}

bool world_woken(int64_t library)
{
	bool was = false;

	for (size_t i = 0; i < n_woken; i++) {
		was |= woken[i] == library;
		if (woken[i] == library)
			woken[i] = 0;
	}
	return was;
}

/* ---- a job whose transaction the test's thread borrows ---- */

static struct loan {
	sem_t lent, back, over;
	struct txn *t; /* NULL: none is lent */
	int rc;
} loan;

static int lend(struct txn *t, void *arg, struct err *e)
{
	loan.t = t;
	sem_post(&loan.lent);
	sem_wait(&loan.back);
	return loan.rc ? err_set(e, (uint32_t)loan.rc, "undone") : 0;
}

static void over(void *arg, const struct err *e, int64_t seq)
{
	if (!loan.rc)
		loan.rc = (int)e->code;
	sem_post(&loan.over);
}

struct txn *job_begin(void)
{
	if (loan.t)
		fail_msg("a job within a job");
	err = (struct err){0};
	n_woken = 0;
	store_submit(world, lend, over, NULL);
	sem_wait(&loan.lent);
	return loan.t;
}

int job_end(int rc)
{
	bool pending = rc == ERROR_IO_PENDING;

	if (rc && rc != (int)err.code)
		print_message("# returned %d, said %u: %s\n", rc, err.code, err.why);
	loan.rc = pending ? 0 : rc;
	loan.t = NULL;
	sem_post(&loan.back);
	sem_wait(&loan.over);
	return pending && !loan.rc ? ERROR_IO_PENDING : loan.rc;
}

/* ---- the library ---- */

static int64_t element(uint32_t type, const char *sql, int n)
{
	static const char *const names[] = {
		[NTMS_DRIVE] = "Drive", [NTMS_IEPORT] = "Port", [NTMS_STORAGESLOT] = "Slot"};
	char name[32];
	int64_t id = 0;

	snprintf(name, sizeof name, "%s %d", names[type], n);
	OK(object_new(t, type, name, NULL, &id, e) || sql_do(t, e, sql, "iidd", id, lib, n, n) ? (int)e->code
											       : 0);
	return id;
}

static void furnish(void)
{
	OK(model_create(t, "host", e));
	OK(model_create(t, "host", e)); /* it can be repeated */
	OK(object_new(t, NTMS_LIBRARY, "L1", NULL, &lib, e));
	OK(sql_do(t, e, "INSERT INTO library(id, key, library_type, barcode_reader) VALUES(?,'l1',2,1)", "i",
		  lib));
	for (int i = 0; i < 10; i++)
		slots[i] =
			element(NTMS_STORAGESLOT,
				"INSERT INTO slot(id, library, number, element, state) VALUES(?,?,?,?,2)", i);
	for (int i = 0; i < 2; i++)
		drives[i] = element(
			NTMS_DRIVE,
			"INSERT INTO drive(id, library, number, element, generation) VALUES(?,?,?,?,'LTO-8')",
			i);
	port = element(NTMS_IEPORT, "INSERT INTO ieport(id, library, number, element) VALUES(?,?,?,?)", 0);
	OK(media_type_find(t, "LTO-8", &lto, e));
	OK(media_type_find(t, "MO", &mo, e));
	OK(media_type_find(t, "CD-ROM", &cdrom, e));
	OK(library_add_media_type(t, lib, lto, e));
	OK(library_add_media_type(t, lib, mo, e));
	OK(library_add_media_type(t, lib, cdrom, e));
}

static struct caller caller_new(uid_t uid, const char *name)
{
	gid_t group = 100;
	struct caller c = {.session = guid_new(), .token = token_new(uid, &group, 1, (gid_t)-1)};

	strcpy(c.user, name);
	strcpy(c.application, "test");
	strcpy(c.computer, "here");
	return c;
}

int world_open(void **state)
{
	now_ms = 1700000000000;
	waiting_answered = note_answered;
	n_answered = 0;
	media_settings = (struct media_settings){0};
	root = caller_new(0, "root"), user = caller_new(1000, "ann"), other = caller_new(1001, "bob");
	sem_init(&loan.lent, 0, 0), sem_init(&loan.back, 0, 0), sem_init(&loan.over, 0, 0);
	if (store_open(&(struct store_config){.path = ":memory:", .now = the_time, .woken = note_woken},
		       &world, &err)) {
		print_message("# %s\n", err.why);
		return -1;
	}
	furnish();
	return 0;
}

int world_close(void **state)
{
	store_close(world);
	token_free((struct token *)root.token);
	token_free((struct token *)user.token);
	token_free((struct token *)other.token);
	return 0;
}

/* ---- looking ---- */

int64_t number(const char *sql, int64_t id)
{
	int64_t n = -1;

	OK(sql_get(t, e, sql, "i", id, "i", &n));
	return n;
}

guid guid_of(int64_t id)
{
	guid g = {0};

	OK(object_guid(t, id, &g, e));
	return g;
}

int64_t row_of(const guid *g)
{
	int64_t id = 0;
	struct txn *t = job_begin();

	object_find(t, g, 0, &id, NULL, &err);
	job_end(0);
	return id;
}

void sql_run(const char *sql) { OK(sql_do(t, e, sql, "")); }

int64_t side_of(int64_t medium, uint32_t n)
{
	int64_t id = 0;

	OK(sql_get(t, e, "SELECT id FROM side WHERE medium=? AND number=?", "iu", medium, n, "i", &id));
	return id;
}

uint32_t side_state(int64_t side) { return (uint32_t)number("SELECT state FROM side WHERE id=?", side); }

/* ---- making ---- */

struct label free_label(const char *id)
{
	struct label l = {.kind = LABEL_FREE, .type = "RSM"};

	l.id_len = strlen(id);
	memcpy(l.id, id, l.id_len);
	return l;
}

struct label tar_label(const char *id)
{
	struct label l = free_label(id);

	l.kind = LABEL_FOREIGN, l.type = "tar";
	snprintf(l.info, sizeof l.info, "%s", id);
	return l;
}

struct label other_label(enum label_kind kind) { return (struct label){.kind = kind, .type = ""}; }

int64_t system_pool(uint32_t pool_type, int64_t type)
{
	int64_t id = 0;

	OK(pool_system(t, pool_type, type, &id, e));
	return id;
}

static void prepare_side(int64_t side, uint32_t state)
{
	static int serial;
	struct label l;
	char text[33];

	snprintf(text, sizeof text, "%032d", ++serial);
	l = free_label(text);
	if (state == NTMS_PARTSTATE_AVAILABLE) {
		OK(side_set_state(t, side, NTMS_PARTSTATE_UNPREPARED, e));
		OK(side_label_written(t, side, &l, e));
	} else {
		OK(side_set_state(t, side, state, e));
	}
}

int64_t a_medium(const char *barcode, int64_t type, int slot, uint32_t pool_type, uint32_t state)
{
	int64_t id = 0, pool = system_pool(pool_type, type);
	struct medium_new n = {.library = lib,
			       .place = slots[slot < 0 ? 9 : slot],
			       .media_type = type,
			       .barcode = barcode,
			       .sides = type == mo ? 2 : 1};

	OK(medium_create(t, &n, &id, e));
	OK(sql_do(t, e, "UPDATE physical_media SET pool=? WHERE id=?", "ii", pool, id));
	for (uint32_t i = 0; i < n.sides; i++)
		prepare_side(side_of(id, i), state);
	if (slot < 0)
		OK(medium_lost(t, id, e));
	return id;
}

guid app_pool(const char *name, int64_t type, uint32_t allocation, uint32_t deallocation, uint32_t max)
{
	struct CreateNtmsMediaPool_out out = {0};
	int64_t id;

	if (CALL(root, CreateNtmsMediaPool, &out, .name = (char *)name,
		 .mediaType = type ? guid_of(type) : guid_null, .action = NTMS_CREATE_NEW))
		fail_msg("%s", err.why);
	id = row_of(&out.pool);
	OK(sql_do(t, e,
		  "UPDATE media_pool SET allocation_policy=?, deallocation_policy=?, max_allocates=? WHERE "
		  "id=?",
		  "uuui", allocation, deallocation, max, id));
	return out.pool;
}

/* The object's descriptor becomes: administrators all, this caller the mask. */
void grant(int64_t object, const struct caller *who, uint32_t mask)
{
	struct acl acl = {0};
	struct wire_blob b;
	guid g = guid_of(object);

	acl_add(&acl, ACCESS_ALLOWED_ACE_TYPE, 0, NTMS_ALL_ACCESS, sid_administrators);
	if (mask)
		acl_add(&acl, ACCESS_ALLOWED_ACE_TYPE, 0, mask, who->token->sids);
	b = descriptor_build(
		&(struct descriptor){.control = SE_DACL_PRESENT, .owner = sid_administrators, .dacl = acl.p});
	if (DO(root, SetNtmsObjectSecurity, .object = g, .parts = DACL_SECURITY_INFORMATION, .descriptor = b))
		fail_msg("%s", err.why);
	free(b.p);
	acl_free(&acl);
}
