/* SPDX-License-Identifier: GPL-2.0-or-later
 * A cartridge that nobody knows is catalogued where it stands: of which media type, with how many sides. What
 * the drives tell about it replaces the guess. One that never proved to exist is forgotten. */
#include "library/controller.h"

#include <stdio.h>
#include <string.h>

/* What its bar code says; else what this library is for. */
static int media_type_of(struct ctl *c, const char *tag, bool cleaner, int64_t *type)
{
	const char *key = cleaner ? "Cleaner" : media_type_of_barcode(tag);
	char of_drives[32] = "";

	if (!key && c->two_sided) { /* a robot turns over only what has another side */
		key = "Optical two-sided";
	} else if (!key) { /* what the newest of the drives writes */
		int rc = sql_get(c->t, c->e,
				 "SELECT generation FROM drive WHERE library=? AND generation<>'' "
				 "ORDER BY CAST(substr(generation,5) AS INTEGER) DESC, generation DESC "
				 "LIMIT 1",
				 "i", c->id, "T", of_drives, sizeof of_drives);

		if (rc && rc != SQL_NONE)
			return rc;
		key = of_drives[0] ? of_drives : "Tape";
	}
	TRY(media_type_find(c->t, key, type, c->e));
	return library_add_media_type(c->t, c->id, *type, c->e);
}

int newcomer(struct ctl *c, int64_t place, const char *tag, bool cleaner, bool inverted, int64_t *medium)
{
	struct medium_new n = {.library = c->id,
			       .place = place,
			       .barcode = tag,
			       .cleaner = cleaner || media_is_cleaner_barcode(tag),
			       .inverted = inverted && c->two_sided};
	int64_t sides = 1;

	TRY(media_type_of(c, tag, n.cleaner, &n.media_type));
	TRY(sql_get(c->t, c->e, "SELECT sides FROM media_type WHERE id=?", "i", n.media_type, "i", &sides));
	n.sides = (uint32_t)sides;
	TRY(medium_create(c->t, &n, medium, c->e));
	return medium_verified(c->t, *medium, tag[0] != 0, c->e);
}

int medium_told(struct ctl *c, int64_t medium, int64_t drive, const struct medium_info *m)
{
	char generation[32] = "", key[32] = "";
	const char *told;

	TRY(sql_get(c->t, c->e, "SELECT generation FROM drive WHERE id=?", "i", drive, "T", generation,
		    sizeof generation));
	told = media_type_of_lto(m->medium_type, m->density, m->worm);
	if (strncmp(generation, "LTO-", 4) != 0 || !told) /* each family has density codes of its own */
		return 0;
	TRY(sql_do(c->t, c->e, "UPDATE physical_media SET medium_type_code=?, density_code=? WHERE id=?",
		   "uui", (uint32_t)m->medium_type, (uint32_t)m->density, medium));
	TRY(sql_get(c->t, c->e,
		    "SELECT y.key "
		    "FROM physical_media m JOIN media_type y ON y.id=m.media_type WHERE m.id=?",
		    "i", medium, "T", key, sizeof key));
	/* a cartridge of LTO-7 is to be an M8 by its bar code alone, until it was written so */
	if (!strcmp(key, "LTO-7 M8") && !strcmp(told, "LTO-7"))
		return 0;
	return medium_set_type(c->t, medium, told, c->e);
}

int medium_refused(struct ctl *c, int64_t medium, int64_t drive, const struct medium_info *m)
{
	if (m->density || m->medium_type)
		TRY(medium_told(c, medium, drive, m));
	return sql_do(c->t, c->e,
		      "UPDATE physical_media SET unfit=unfit||(SELECT CASE generation "
		      "WHEN '' THEN '#'||id ELSE generation END||';' FROM drive WHERE id=?) WHERE id=?",
		      "ii", drive, medium);
}

/* Nobody ever read it: no label, no cartridge memory; nobody has it or vouches for it. And what was tried
 * with it failed, or its element holds one that we know. (One that was only taken out before its turn is
 * missed like any other.) */
static int is_phantom(struct ctl *c, int64_t medium, bool replaced, bool *phantom)
{
	int64_t n = 0;

	TRY(sql_get(c->t, c->e,
		    "SELECT count(*) FROM physical_media m WHERE m.id=?1 "
		    "AND m.serial='' AND m.cleaner=0 AND m.mounted_side IS NULL AND (?2 OR m.reason<>'') "
		    "AND NOT EXISTS(SELECT 1 FROM side s WHERE s.medium=?1 AND s.state<>0) "
		    "AND NOT EXISTS(SELECT 1 FROM librequest r WHERE r.id=m.request AND r.open=1)",
		    "iu", medium, (uint32_t)replaced, "i", &n));
	*phantom = n > 0;
	return 0;
}

int phantom_forget(struct ctl *c, int64_t medium, bool replaced, bool *forgotten)
{
	auto_ids struct ids asked = {0};
	struct oprequest_new note = {.request = NTMS_OPREQ_MESSAGE, .arg1_type = NTMS_LIBRARY, .arg1 = c->id};
	char name[100], text[256];
	int64_t id;

	TRY(is_phantom(c, medium, replaced, forgotten));
	if (!*forgotten)
		return 0;
	TRY(sql_get(c->t, c->e, "SELECT name FROM object WHERE id=?", "i", medium, "T", name, sizeof name));
	TRY(ids_of(sql_rows(c->t, c->e,
			    "SELECT id FROM oprequest "
			    "WHERE open=1 AND arg1=(SELECT guid FROM object WHERE id=?)",
			    "i", medium),
		   &asked, c->e));
	vec_each(request, &asked)
		TRY(oprequest_delete(c->t, *request, c->e));
	TRY(medium_lost(c->t, medium, c->e)); /* its element is empty */
	TRY(medium_delete(c->t, medium, c->e));
	snprintf(text, sizeof text,
		 "The robot told of %.64s for a while, and tells of it no more; it was never read. Its "
		 "record is gone.",
		 name);
	note.message = text;
	TRY(oprequest_post(c->t, &note, &id, c->e));
	return oprequest_close(c->t, id, NTMS_OPSTATE_COMPLETE, c->e); /* nobody has to do anything */
}
