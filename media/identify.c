/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A label that was read becomes a verdict: is it the medium that the catalogue says? One table decides, by
 * what was read and by what the side is catalogued as. */
#include "media/impl.h"

#include <ntmsapi.h>

#include <stdio.h>

/* What was read, seen from this side. */
enum reading {
	READ_ITS_OWN,	   /* the label catalogued for this side */
	READ_OURS_OTHER,   /* a free label of ours, catalogued for another side */
	READ_OURS_UNKNOWN, /* a free label of ours that this catalogue doesn't have */
	READ_KNOWN_OTHER,  /* an application's label, catalogued for another side */
	READ_FORMAT,	   /* a format we recognise */
	READ_UNKNOWN,	   /* something */
	READ_BLANK,	   /* nothing */
	READINGS
};

/* What the side is catalogued as. */
enum catalogued {
	AS_FOUND,    /* not yet identified, or in the Import or Unrecognized pool: it becomes what was read */
	AS_LABELLED, /* our free label was written, and nobody got the medium since */
	AS_USED,     /* an application has it or had it: its data replace our label */
	AS_UNPREPARED,
	AS_DOUBTED, /* Unprepared in a store restored from a copy: an application may have got it since */
	CATALOGUED
};

enum verdict {
	SAME,
	DATA, /* the same, if bar code, serial number or an undoubted place say so, too */
	CONTRADICTION,
	TO_IMPORT,
	TO_FOREIGN,
	KNOWN, /* a medium that came back without its bar code, or a copy */
};

/* clang-format off */
static const enum verdict verdicts[READINGS][CATALOGUED] = {
	/*                      AS_FOUND     AS_LABELLED    AS_USED        AS_UNPREPARED  AS_DOUBTED */
	[READ_ITS_OWN] =      { SAME,        SAME,          SAME,          SAME,          SAME          },
	[READ_OURS_OTHER] =   { KNOWN,       CONTRADICTION, CONTRADICTION, CONTRADICTION, CONTRADICTION },
	[READ_OURS_UNKNOWN] = { TO_IMPORT,   CONTRADICTION, CONTRADICTION, DATA,          DATA          },
	[READ_KNOWN_OTHER] =  { KNOWN,       CONTRADICTION, CONTRADICTION, CONTRADICTION, CONTRADICTION },
	[READ_FORMAT] =       { TO_IMPORT,   CONTRADICTION, DATA,          DATA,          CONTRADICTION },
	[READ_UNKNOWN] =      { TO_FOREIGN,  CONTRADICTION, DATA,          DATA,          CONTRADICTION },
	[READ_BLANK] =        { TO_FOREIGN,  CONTRADICTION, DATA,          DATA,          DATA          },
};
/* clang-format on */

/* One identification. */
struct look {
	struct txn *t;
	const struct label *label;
	const char *serial;
	struct medium m;
	struct side s;
	char known_serial[NAME_SIZE];
	int64_t other; /* the side the label is catalogued for, 0 none */
	enum reading reading;
};

static enum catalogued catalogued_as(const struct side *s)
{
	switch (s->state) {
	case NTMS_PARTSTATE_UNPREPARED:
		return s->proof == 1 ? AS_DOUBTED : AS_UNPREPARED;
	case NTMS_PARTSTATE_AVAILABLE:
	case NTMS_PARTSTATE_RESERVED:
		return s->used && s->proof != 1 ? AS_USED : AS_LABELLED;
	case NTMS_PARTSTATE_ALLOCATED:
	case NTMS_PARTSTATE_COMPLETE:
	case NTMS_PARTSTATE_DECOMMISSIONED:
		return s->proof == 1 ? AS_LABELLED : AS_USED;
	}
	return AS_FOUND;
}

/* Two tar archives can begin with the same header; a copy of a tape does. Where it matters that's no proof
 * against a bar code. */
static bool id_is_unique(const struct label *l)
{
	return l->kind == LABEL_FREE || strcmp(l->type, "tar") != 0;
}

static int classify(struct look *k, struct err *e)
{
	const struct label *l = k->label;
	int64_t same = 0;
	int rc;

	k->other = 0;
	k->reading = l->kind == LABEL_BLANK	? READ_BLANK
		     : l->kind == LABEL_UNKNOWN ? READ_UNKNOWN
						: READ_FORMAT;
	if (l->kind == LABEL_FREE)
		k->reading = READ_OURS_UNKNOWN;
	if (!l->id_len || (l->kind != LABEL_FREE && l->kind != LABEL_FOREIGN))
		return 0;
	rc = sql_get(k->t, e, "SELECT 1 FROM side WHERE id=? AND omid_id=? AND omid_type=?", "ibt", k->s.id,
		     (const void *)l->id, l->id_len, l->type, "i", &same);
	if (rc != SQL_NONE) {
		if (k->s.state != NTMS_PARTSTATE_INCOMPATIBLE)
			k->reading = READ_ITS_OWN;
		return rc;
	}
	/* the offline one first: it may have come back */
	rc = sql_get(k->t, e,
		     "SELECT id FROM side WHERE omid_id=? "
		     "AND length(omid_id)>0 AND omid_type=? AND id<>? ORDER BY library<>?, id LIMIT 1",
		     "btii", (const void *)l->id, l->id_len, l->type, k->s.id, (int64_t)ROW_OFFLINE, "i",
		     &k->other);
	if (rc)
		return rc == SQL_NONE ? 0 : rc;
	if (l->kind == LABEL_FREE)
		k->reading = READ_OURS_OTHER;
	else if (id_is_unique(l) || catalogued_as(&k->s) == AS_FOUND)
		k->reading = READ_KNOWN_OTHER;
	return 0;
}

/* ---- the identities, for people ---- */

static void describe(const char *kind, const uint8_t *id, size_t n, const char *info, char *out, size_t size)
{
	bool text = n > 0;
	int at;

	if (!kind[0]) {
		snprintf(out, size, "%s", info[0] ? info : "no label that we know");
		return;
	}
	at = snprintf(out, size, "%s label ", kind);
	for (size_t i = 0; i < n; i++)
		text &= id[i] > 0x20 && id[i] < 0x7f;
	for (size_t i = 0; i < n && i < 32 && at + 3 < (int)size; i++)
		at += snprintf(out + at, size - (size_t)at, text ? "%c" : "%02x", id[i]);
	if (info[0] && at < (int)size)
		snprintf(out + at, size - (size_t)at, " \"%.40s\"", info);
}

static int contradict(struct look *k, char why[400], struct err *e)
{
	char want[160] = "", got[160], where[NAME_SIZE] = "";
	const struct label *l = k->label;

	{
		auto_rows struct rows *r = sql_rows(
			k->t, e, "SELECT omid_type, omid_id, omid_info FROM side WHERE id=?", "i", k->s.id);
		const void *id;
		size_t n;

		if (!rows_next(r))
			return rows_failed(r) ? (int)e->code : 0;
		id = rows_blob(r, 1, &n);
		describe(rows_text(r, 0), id, n, rows_text(r, 2), want, sizeof want);
		if (k->s.state == NTMS_PARTSTATE_UNPREPARED && !rows_text(r, 0)[0])
			snprintf(want, sizeof want, "a free label, or nothing yet");
	}
	describe(l->type, l->id, l->id_len, l->kind == LABEL_BLANK ? "a blank medium" : l->info, got,
		 sizeof got);
	if (k->other) {
		char name[100];

		TRY(sql_get(k->t, e, "SELECT o.name FROM side s JOIN object o ON o.id=s.medium WHERE s.id=?",
			    "i", k->other, "T", name, sizeof name));
		snprintf(where, sizeof where, ", the label of %.30s", name);
	}
	/* an operator's message holds 255 characters */
	snprintf(why, 256,
		 "%.24s side %u should carry %.56s, but the drive read %.56s%.44s. Find out which cartridge "
		 "it is",
		 k->m.name, k->s.number, want, got, where);
	return 0;
}

/* ---- what follows ---- */

static int seen(struct look *k, struct err *e)
{
	if (k->serial && k->serial[0] && !k->known_serial[0])
		TRY(sql_do(k->t, e, "UPDATE physical_media SET serial=? WHERE id=?", "ti", k->serial,
			   k->m.id));
	return medium_verified(k->t, k->m.id, true, e);
}

/* Without a bar code the label names the medium, as long as nobody else has. */
static int name_by_label(struct look *k, struct err *e)
{
	if (k->m.barcode[0] || k->m.sides != 1 || !k->label->info[0])
		return 0;
	return sql_do(k->t, e,
		      "UPDATE object "
		      "SET name=?1 WHERE id=?2 AND name=(SELECT sequence FROM physical_media WHERE id=?2)",
		      "ti", k->label->info, k->m.id);
}

static int catalogue(struct look *k, uint32_t state, enum identity *verdict, struct err *e)
{
	const struct label *l = k->label;
	struct pool now;
	int64_t pool, imports;

	TRY(sql_do(k->t, e,
		   "UPDATE side SET state=?1, omid_type=?2, omid_id=?3, omid_info=?4 "
		   "WHERE id=?5 AND (state<>?1 OR omid_type<>?2 OR omid_id<>?3 OR omid_info<>?4)",
		   "utbti", state, l->type, (const void *)l->id, l->id_len, l->info, k->s.id));
	*verdict = sql_changes(k->t) ? IDENTITY_NEW : IDENTITY_SAME;
	if (sql_changes(k->t)) {
		TRY(name_by_label(k, e));
		TRY(object_changed(k->t, k->s.id, e));
		TRY(object_changed(k->t, k->m.id, e));
	}
	TRY(pool_load(k->t, k->m.pool, &now, e));
	if (now.type != NTMS_POOLTYPE_IMPORT && now.type != NTMS_POOLTYPE_FOREIGN)
		return 0; /* the other side of a medium that an application imported */
	TRY(sql_get(k->t, e, "SELECT count(*) FROM side WHERE medium=? AND state=?", "iu", k->m.id,
		    NTMS_PARTSTATE_IMPORT, "i", &imports));
	TRY(pool_system(k->t, imports ? NTMS_POOLTYPE_IMPORT : NTMS_POOLTYPE_FOREIGN, k->m.media_type, &pool,
			e));
	if (pool != k->m.pool)
		*verdict = IDENTITY_NEW;
	return medium_set_pool(k->t, k->m.id, pool, e);
}

/* Everything that pointed at the new record points at the known one. */
static int fold_into(struct look *k, int64_t known, struct err *e)
{
	struct txn *t = k->t;
	int64_t request;
	uint32_t state;

	TRY(sql_get(t, e, "SELECT coalesce(request,0), state FROM physical_media WHERE id=?", "i", k->m.id,
		    "iu", &request, &state));
	TRY(sql_do(t, e,
		   "UPDATE librequest SET medium=?2, medium_guid=(SELECT guid FROM object "
		   "WHERE id=?2), side_guid=(SELECT o.guid FROM side a JOIN side b ON b.number=a.number "
		   "AND b.medium=?2 JOIN object o ON o.id=b.id WHERE a.id=librequest.side), "
		   "side=(SELECT b.id FROM side a JOIN side b ON b.number=a.number AND b.medium=?2 "
		   "WHERE a.id=librequest.side) WHERE medium=?1 AND completed=0",
		   "ii", k->m.id, known));
	TRY(sql_do(t, e, "UPDATE action SET medium=?2 WHERE medium=?1 AND state IN (0,3)", "ii", k->m.id,
		   known));
	TRY(medium_delete(t, k->m.id, e));
	if (k->m.place)
		TRY(medium_move(t, known, k->m.place, k->m.inverted, true, e));
	return sql_do(t, e, "UPDATE physical_media SET request=?, state=? WHERE id=?", "fui", request, state,
		      known);
}

/* Its label and its cartridge memory are those of one that the catalogue knows under another bar code: the
 * robot has told a wrong one, or somebody has relabelled it. */
static int same_cartridge(struct look *k, enum identity *verdict, char why[400], struct err *e)
{
	char name[NAME_SIZE];
	int rc;

	if (!k->serial || !k->serial[0])
		return 0;
	rc = sql_get(k->t, e,
		     "SELECT o.name FROM side s JOIN physical_media m ON m.id=s.medium "
		     "JOIN object o ON o.id=m.id WHERE s.id=? AND m.serial=? AND m.barcode<>?",
		     "itt", k->other, k->serial, k->m.barcode, "T", name, sizeof name);
	if (rc)
		return rc == SQL_NONE ? 0 : rc;
	*verdict = IDENTITY_CONTRADICTION;
	snprintf(why, 400,
		 "The robot tells bar code %.32s, but label and cartridge memory (%.50s) are those of %.60s. "
		 "Look at the "
		 "cartridge's bar code",
		 k->m.barcode, k->serial, name);
	return 0;
}

/* The label of another side, on a medium that was only found: the known medium has come back without a
 * readable bar code, or this is a copy, which gets a record of its own. */
static int known_label(struct look *k, int64_t *medium, enum identity *verdict, char why[400], struct err *e)
{
	int64_t found;
	int rc = sql_get(
		k->t, e,
		"SELECT m.id FROM side s JOIN physical_media m ON m.id=s.medium WHERE s.id=? "
		"AND s.number=? AND m.library=? AND m.sides=? AND (m.serial='' OR ?5='' OR m.serial=?5) "
		"AND NOT EXISTS (SELECT 1 FROM side o WHERE o.medium=?6 AND o.state NOT IN (0,2,7,8))",
		"iuiuti", k->other, k->s.number, (int64_t)ROW_OFFLINE, k->m.sides, k->serial ? k->serial : "",
		k->m.id, "i", &found);

	if (rc && rc != SQL_NONE)
		return rc;
	if (k->m.barcode[0]) {
		TRY(same_cartridge(k, verdict, why, e));
		if (*verdict == IDENTITY_CONTRADICTION)
			return 0;
	}
	if (rc || k->m.barcode[0])
		return catalogue(k, NTMS_PARTSTATE_IMPORT, verdict, e);
	TRY(fold_into(k, found, e));
	TRY(medium_load(k->t, found, &k->m, e));
	TRY(sql_get(k->t, e, "SELECT serial FROM physical_media WHERE id=?", "i", found, "T", k->known_serial,
		    sizeof k->known_serial));
	*medium = found;
	*verdict = IDENTITY_MERGED;
	return 0;
}

static bool agrees(const struct look *k)
{
	return k->m.barcode[0] || k->m.verified ||
	       (k->known_serial[0] && k->serial && strcmp(k->known_serial, k->serial) == 0);
}

static int decide(struct look *k, int64_t *medium, enum identity *verdict, char why[400], struct err *e)
{
	switch (verdicts[k->reading][catalogued_as(&k->s)]) {
	case SAME:
		*verdict = IDENTITY_SAME;
		return 0;
	case TO_IMPORT:
		return catalogue(k, NTMS_PARTSTATE_IMPORT, verdict, e);
	case TO_FOREIGN:
		return catalogue(k, NTMS_PARTSTATE_FOREIGN, verdict, e);
	case KNOWN:
		return known_label(k, medium, verdict, why, e);
	case DATA:
		*verdict = IDENTITY_SAME;
		if (agrees(k))
			return 0;
		break;
	case CONTRADICTION:
		break;
	}
	*verdict = IDENTITY_CONTRADICTION;
	return contradict(k, why, e);
}

int medium_identify(struct txn *t, int64_t *medium, uint32_t number, const struct label *label,
		    const char *serial, enum identity *verdict, char why[400], struct err *e)
{
	struct look k = {.t = t, .label = label, .serial = serial};
	int64_t side;
	int rc;

	why[0] = 0;
	TRY(medium_load(t, *medium, &k.m, e));
	rc = sql_get(t, e, "SELECT id FROM side WHERE medium=? AND number=?", "iu", *medium, number, "i",
		     &side);
	if (rc)
		return rc == SQL_NONE
			       ? err_set(e, ERROR_INVALID_MEDIA, "medium %s has no side %u", k.m.name, number)
			       : rc;
	TRY(side_load(t, side, &k.s, e));
	TRY(sql_get(t, e, "SELECT serial FROM physical_media WHERE id=?", "i", *medium, "T", k.known_serial,
		    sizeof k.known_serial));
	if (serial && serial[0] && k.known_serial[0] && strcmp(serial, k.known_serial) != 0) {
		*verdict = IDENTITY_CONTRADICTION;
		snprintf(why, 256,
			 "%.24s should have serial number %.56s in its cartridge memory, but the drive read "
			 "%.56s. "
			 "Find out which cartridge it is",
			 k.m.name, k.known_serial, serial);
		return 0;
	}
	TRY(classify(&k, e));
	TRY(decide(&k, medium, verdict, why, e));
	/* that was the proof; whoever lifts the quarantine has heard what is on it */
	TRY(sql_do(t, e, "UPDATE side SET proof=0 WHERE id=? AND proof=1", "i", side));
	return *verdict == IDENTITY_CONTRADICTION ? 0 : seen(&k, e);
}

int side_label_written(struct txn *t, int64_t side, const struct label *l, struct err *e)
{
	TRY(sql_do(t, e,
		   "UPDATE side SET omid_type=?, omid_id=?, omid_info=?, "
		   "used=0, proof=0, state=CASE state WHEN 1 THEN 4 ELSE state END WHERE id=?",
		   "tbti", l->type, (const void *)l->id, l->id_len, l->info, side));
	TRY(object_changed(t, side, e));
	return allocations_wake(t, e);
}
