/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Fills the store of a stopped rsmd with media: four libraries with a slot for each cartridge, and a fifth of
 * the media on the shelf; all of one side, Available, in one application pool. */
#include "store/sql.h"
#include "tests/bench/http.h"

#include <ntmsapi.h>

#include <stdio.h>
#include <stdlib.h>

struct fill {
	int64_t n;
	guid pool;
};

/* Each statement names its table and columns, then a select over the cartridges i = 0, 1 ... and the
 * parameters. Ids: the libraries' at the base, then three for each cartridge: slot, medium, side. */
#define EACH                                                                                                 \
	" WITH RECURSIVE p(count, base, shelf, type, now, pool) AS (VALUES(?, ?, ?, ?, ?, ?)),"              \
	" n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n, p WHERE i+1<count)"                                 \
	" SELECT "
#define LIBRARIES " FROM n, p LIMIT 4"
#define MEDIA " FROM n, p"
#define SLOTS MEDIA " WHERE i%5<4"
#define SLOT "base+10+3*i"
#define MEDIUM "base+11+3*i"
#define SIDE "base+12+3*i"
#define LIBRARY "iif(i%5=4, shelf, base+i%5)"
#define PLACE "iif(i%5=4, NULL, " SLOT ")"
#define BARCODE "printf('B%07dL8', i)"
#define OBJECT "INSERT INTO object(id, guid, type, name, created, modified)" EACH

static const char *const statements[] = {
	OBJECT "base+i, randomblob(16), 9, 'bench'||i, now, now" LIBRARIES,
	"INSERT INTO library(id, key, library_type, probed, ready)" EACH
	"base+i, 'bench'||i, 2, 1, 1" LIBRARIES,
	OBJECT SLOT ", randomblob(16), 16, '', now, now" SLOTS,
	"INSERT INTO slot(id, library, number, element, state)" EACH SLOT
	", base+i%5, i/5, 1000+i/5, 1" SLOTS,
	OBJECT MEDIUM ", randomblob(16), 15, " BARCODE ", now, now" MEDIA,
	"INSERT INTO physical_media(id, library, pool, media_type, place, home_slot, barcode, sequence, "
	"verified)" EACH MEDIUM ", " LIBRARY ", pool, type, " PLACE ", " PLACE ", " BARCODE ", i, 1" MEDIA,
	OBJECT SIDE ", randomblob(16), 14, " BARCODE ", now, now" MEDIA,
	"INSERT INTO side(id, medium, number, pool, library, state)" EACH SIDE ", " MEDIUM
	", 0, pool, " LIBRARY ", 4" MEDIA,
};

static int fill(struct txn *t, void *arg, struct err *e)
{
	const struct fill *f = arg;
	int64_t base, shelf, type, pool;

	if (sql_get(t, e, "SELECT max(id)+1 FROM object", "", "i", &base) ||
	    sql_get(t, e, "SELECT id FROM library WHERE key=''", "", "i", &shelf) ||
	    sql_get(t, e, "SELECT id FROM media_type WHERE key='LTO-8'", "", "i", &type) ||
	    sql_get(t, e, "SELECT id FROM object WHERE guid=?", "g", &f->pool, "i", &pool))
		return e->code ? (int)e->code
			       : err_set(e, ERROR_OBJECT_NOT_FOUND, "no such pool, or rsmd never ran here");
	for (size_t i = 0; i < countof(statements); i++) {
		if (sql_do(t, e, statements[i], "iiiiii", f->n, base, shelf, type, txn_now(t), pool))
			return (int)e->code;
	}
	return sql_do(t, e, "UPDATE media_pool SET media_type=? WHERE id=?", "ii", type, pool);
}

int main(int argc, char **argv)
{
	struct store *s;
	struct err e = {0};
	struct fill f;
	double begun = bench_now();

	if (argc != 4 || !guid_parse(argv[2], &f.pool))
		bench_die("usage: bench_fill DATABASE POOL COUNT");
	f.n = atoll(argv[3]);
	if (store_open(&(struct store_config){.path = argv[1]}, &s, &e) || store_run(s, fill, &f, &e))
		bench_die("%s", e.why);
	store_close(s);
	fprintf(stderr, "filled with %lld media in %.1f s\n", (long long)f.n, bench_now() - begun);
	return 0;
}
