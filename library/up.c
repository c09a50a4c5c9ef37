/* SPDX-License-Identifier: GPL-2.0-or-later
 * A library can be reached: its devices as found become rows; then its elements are read before anything
 * moves. */
#include "library/controller.h"

#include <ntmsmedia.h>
#include <stdio.h>
#include <string.h>

static int model_type(struct ctl *c, uint32_t ntms_type, const char *vendor, const char *product,
		      uint32_t device_type, int64_t *id)
{
	bool drive = ntms_type == NTMS_DRIVE_TYPE;
	char name[80];
	int rc = sql_get(c->t, c->e,
			 drive ? "SELECT id FROM drive_type WHERE vendor=? AND product=?"
			       : "SELECT id FROM changer_type WHERE vendor=? AND product=?",
			 "tt", vendor, product, "i", id);

	if (rc != SQL_NONE)
		return rc;
	snprintf(name, sizeof name, "%s %s", vendor, product);
	TRY(object_new(c->t, ntms_type, name, NULL, id, c->e));
	return sql_do(c->t, c->e,
		      drive ? "INSERT INTO drive_type(id, vendor, product, device_type) VALUES(?,?,?,?)"
			    : "INSERT INTO changer_type(id, vendor, product, device_type) VALUES(?,?,?,?)",
		      "ittu", *id, vendor, product, device_type);
}

/* The address of the first one; and new addresses for all, in two steps since no two may be the same
 * meanwhile. */
#define SHIFT(table)                                                                                         \
	"SELECT element FROM " table " WHERE library=? AND number=1",                                        \
		"UPDATE " table " SET element=CASE "                                                         \
		"WHEN element>=0 THEN -1-(element+(?2)) ELSE -1-element END WHERE library=?1"

/* One question for all: a library of ten thousand slots must not ask ten thousand. */
#define KNOWN(table)                                                                                         \
	"SELECT e.element, e.id, o.opstate FROM " table " e JOIN object o ON o.id=e.id WHERE e.library=?"

struct kind { /* how an element type is kept */
	uint8_t type;
	uint32_t ntms_type;
	const char *name;
	const char *known, *insert, *beyond, *first, *shift;
};
static const struct kind kinds[] = {
	{1, NTMS_CHANGER, "Changer", KNOWN("changer"),
	 "INSERT INTO changer(id, library, number, element) VALUES(?,?,?,?)",
	 "SELECT id FROM changer WHERE library=? AND (element<? OR element>=?)", SHIFT("changer")},
	{2, NTMS_STORAGESLOT, "Slot", KNOWN("slot"),
	 "INSERT INTO slot(id, library, number, element) VALUES(?,?,?,?)",
	 "SELECT id FROM slot WHERE library=? AND (element<? OR element>=?)", SHIFT("slot")},
	{3, NTMS_IEPORT, "Port", KNOWN("ieport"),
	 "INSERT INTO ieport(id, library, number, element) VALUES(?,?,?,?)",
	 "SELECT id FROM ieport WHERE library=? AND (element<? OR element>=?)", SHIFT("ieport")},
	{4, NTMS_DRIVE, "Drive", KNOWN("drive"),
	 "INSERT INTO drive(id, library, number, element) VALUES(?,?,?,?)",
	 "SELECT id FROM drive WHERE library=? AND (element<? OR element>=?)", SHIFT("drive")},
};

/* The robot was given other addresses (another partition, a new magazine before the others): slot 5 stays
 * slot 5, and what lies there is still there, unless the elements, which are read now, tell otherwise. */
static int readdress(struct ctl *c, const struct kind *k, uint32_t first)
{
	int64_t was = 0, by;
	int rc = sql_get(c->t, c->e, k->first, "i", c->id, "i", &was);

	if (rc == SQL_NONE || (!rc && was == first))
		return 0;
	TRY(rc);
	by = (int64_t)first - was;
	TRY(sql_do(c->t, c->e, k->shift, "ii", c->id, by));
	TRY(sql_do(c->t, c->e, k->shift, "ii", c->id, (int64_t)0));
	txn_note(c->t, "library %lld: the addresses of its elements of type %u moved from %lld to %u",
		 (long long)c->id, k->type, (long long)was, first);
	return 0;
}

static int element_row(struct ctl *c, const struct kind *k, uint32_t number, uint32_t address)
{
	int64_t id = 0;
	char name[32];

	snprintf(name, sizeof name, "%s %u", k->name, number);
	TRY(object_new(c->t, k->ntms_type, name, NULL, &id, c->e));
	return sql_do(c->t, c->e, k->insert, "iiuu", id, c->id, number, address);
}

/* Which elements have a row already (by their place among those of the type), and which of these rows call
 * them absent. */
static int known_elements(struct ctl *c, const struct kind *k, const struct probe *p, bool *known,
			  struct ids *absent)
{
	auto_rows struct rows *q = sql_rows(c->t, c->e, k->known, "i", c->id);

	while (rows_next(q)) {
		int64_t at = rows_i64(q, 0) - p->first[k->type];

		if (at < 0 || at >= p->count[k->type])
			continue;
		known[at] = true;
		if (rows_u32(q, 2) != NTMS_READY)
			*vec_add(absent) = rows_i64(q, 1);
	}
	return rows_failed(q) ? (int)c->e->code : 0;
}

static int element_rows(struct ctl *c, const struct kind *k, const struct probe *p)
{
	auto_free bool *known = calloc(p->count[k->type] + 1u, sizeof *known);
	auto_ids struct ids absent = {0};

	if (!known)
		return err_set(c->e, ERROR_NOT_ENOUGH_MEMORY, "no memory for %u elements", p->count[k->type]);
	TRY(known_elements(c, k, p, known, &absent));
	vec_each(id, &absent)
		TRY(object_set_state(c->t, *id, NTMS_READY, c->e));
	for (uint32_t i = 0; i < p->count[k->type]; i++)
		if (!known[i])
			TRY(element_row(c, k, i + 1, p->first[k->type] + i));
	return 0;
}

/* Elements that the robot has no more: kept, since media and people may know them, but not present. */
static int element_gone(struct ctl *c, const struct kind *k, const struct probe *p)
{
	auto_ids struct ids gone = {0};

	TRY(ids_of(sql_rows(c->t, c->e, k->beyond, "iuu", c->id, (uint32_t)p->first[k->type],
			    (uint32_t)(p->first[k->type] + p->count[k->type])),
		   &gone, c->e));
	vec_each(id, &gone) {
		TRY(object_set_state(c->t, *id, NTMS_NOT_PRESENT, c->e));
		TRY(sql_do(c->t, c->e, "UPDATE slot SET state=3 WHERE id=?", "i", *id));
	}
	return 0;
}

static int elements(struct ctl *c, const struct probe *p)
{
	for (size_t k = 0; k < countof(kinds); k++) {
		if (p->count[kinds[k].type])
			TRY(readdress(c, &kinds[k], p->first[kinds[k].type]));
		/* a library without a transport of its own in the mode page still has a robot: one changer
		 * row */
		TRY(element_rows(c, &kinds[k], p));
		TRY(element_gone(c, &kinds[k], p));
	}
	return 0;
}

static int changer_row(struct ctl *c, const struct probe *p)
{
	int64_t type = 0;

	TRY(model_type(c, NTMS_CHANGER_TYPE, p->vendor, p->product, FILE_DEVICE_CHANGER, &type));
	return sql_do(c->t, c->e,
		      "UPDATE changer SET changer_type=?, serial=?, revision=?, device=? WHERE library=?",
		      "ittti", type, p->serial, p->revision, p->device, c->id);
}

/* Media types that a drive of this generation reads: their pools exist from now on. */
static int drive_media_types(struct ctl *c, const char *generation)
{
	VEC(int64_t) ids = {0};
	int rc = 0;

	if (!generation[0])
		return 0;
	{
		auto_rows struct rows *q = sql_rows(c->t, c->e, "SELECT id, key FROM media_type", "");

		while (rows_next(q))
			if (drive_can(generation, rows_text(q, 1), false) &&
			    strncmp(rows_text(q, 1), generation, 3) == 0)
				*vec_add(&ids) = rows_i64(q, 0);
		rc = rows_failed(q) ? (int)c->e->code : 0;
	}
	for (size_t i = 0; !rc && i < ids.n; i++)
		rc = library_add_media_type(c->t, c->id, ids.v[i], c->e);
	vec_free(&ids);
	return rc;
}

static int drive_row(struct ctl *c, const struct probe_drive *d)
{
	int64_t id = 0, type = 0;
	char serial[33] = "";
	int rc = sql_get(c->t, c->e, "SELECT id, serial FROM drive WHERE library=? AND element=?", "iu",
			 c->id, (uint32_t)d->element, "iT", &id, serial, sizeof serial);

	if (rc == SQL_NONE)
		return 0;
	TRY(rc);
	if (!d->present) {
		TRY(sql_do(c->t, c->e, "UPDATE drive SET reason=? WHERE id=?", "ti", d->why, id));
		return object_set_state(c->t, id, NTMS_NOT_PRESENT, c->e);
	}
	TRY(model_type(c, NTMS_DRIVE_TYPE, d->vendor, d->product, d->device_type, &type));
	if (serial[0] &&
	    strcmp(serial, d->serial) != 0) { /* another drive in the same bay: its mounts count anew */
		txn_note(c->t, "drive element %u: drive %s was replaced by %s %s %s", d->element, serial,
			 d->vendor, d->product, d->serial);
		TRY(sql_do(c->t, c->e, "UPDATE drive SET mount_count=0, last_cleaned=0 WHERE id=?", "i", id));
	}
	TRY(sql_do(
		c->t, c->e,
		"UPDATE drive SET drive_type=?, serial=?, revision=?, "
		"device=?, url=?, generation=?, node=?, sg=?, by_id=?, reason='', done=0, total=0, expected=0 "
		"WHERE id=?",
		"itttttttti", type, d->serial, d->revision, d->device, d->url, d->generation, d->node, d->sg,
		d->by_id, id));
	TRY(object_set_state(c->t, id, NTMS_READY, c->e));
	TRY(object_changed(c->t, id, c->e));
	return drive_media_types(c, d->generation);
}

int library_up(struct ctl *c, const struct probe *p)
{
	struct request_new n = {.library = c->id, .op = NTMS_LM_INVENTORY, .option = c->inventory_method};
	int64_t open = 0, probed = 0;

	TRY(elements(c, p));
	TRY(changer_row(c, p));
	for (size_t i = 0; i < p->n_drives; i++)
		TRY(drive_row(c, &p->drives[i]));
	if (p->identity[0])
		TRY(sql_do(c->t, c->e, "UPDATE library SET identity=? WHERE id=?", "ti", p->identity, c->id));
	TRY(sql_get(c->t, c->e, "SELECT probed FROM library WHERE id=?", "i", c->id, "i", &probed));
	TRY(sql_do(c->t, c->e,
		   "UPDATE library SET barcode_reader=?, "
		   "two_sided=?, can_lock=?, can_extend=?, locked=1, probed=1, ready=0, poll_at=0 WHERE id=?",
		   "uuuui", (uint32_t)p->barcode_reader, (uint32_t)p->rotates, (uint32_t)p->can_lock,
		   (uint32_t)p->can_extend, c->id));
	c->ready = false, c->two_sided = p->rotates, c->can_lock = p->can_lock, c->can_extend = p->can_extend;
	TRY(grants_follow(c));
	TRY(library_state(c, NTMS_INITIALIZING, "its elements are being read"));
	TRY(library_doubt(c, BIT_ALL));
	/* RSM starts each library with its default inventory; a library that only was away for a while is
	 * read, no more */
	TRY(request_open(c, NTMS_LM_INVENTORY, 0, 0, &open));
	if (!probed && !open)
		TRY(request_new(c->t, &n, &open, NULL, c->e));
	return object_changed(c->t, c->id, c->e);
}
