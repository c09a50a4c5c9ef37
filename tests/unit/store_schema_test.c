/* SPDX-License-Identifier: GPL-2.0-or-later
 * What the schema itself refuses, and what it counts. */
#include "tests/unit/store_fixture.h"

#include <ntmsapi.h>

static int run_sql(struct txn *t, void *sql, struct err *err) { return sql_do(t, err, sql, ""); }

static void allowed(const char *sql)
{
	if (store_run(s, run_sql, (void *)sql, &e) != 0)
		fail_msg("%s", e.why);
}

static void refused(const char *sql, const char *why)
{
	assert_int_equal(store_run(s, run_sql, (void *)sql, &e), ERROR_DATABASE_FAILURE);
	if (!strstr(e.why, why))
		fail_msg("%s", e.why);
}

static void test_schema(void **state)
{
	allowed("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<30) "
		"INSERT INTO object(id, guid, type, created, modified) SELECT i, randomblob(16), 0, 0, 0 "
		"FROM n");
	allowed("INSERT INTO library(id, key, library_type) VALUES(1, 'a', 0), (2, 'b', 0)");
	allowed("INSERT INTO media_type(id, key, code, sides, rw, device_type) VALUES(3, 'LTO-8', 0, 1, 0, "
		"0)");
	allowed("INSERT INTO media_pool(id, pool_type, path) VALUES(4, 0, 'free'), (5, 0, 'work')");
	allowed("INSERT INTO slot(id, library, number, element) VALUES(6, 1, 1, 1000), (7, 1, 2, 1001), (8, "
		"2, 1, 1000)");
	refused("INSERT INTO slot(id, library, number, element) VALUES(9, 1, 3, 1001)", "UNIQUE");
	allowed("INSERT INTO physical_media(id, library, pool, media_type, place) VALUES(10, 1, 4, 3, 6), "
		"(11, 1, 4, 3, 7)");

	/* a place holds one medium, also in doubt or turned over; the shelf has no places */
	refused("UPDATE physical_media SET place=6, inverted=1, verified=0 WHERE id=11", "UNIQUE");
	refused("INSERT INTO physical_media(id, library, pool, media_type, place) VALUES(12, 1, 4, 3, 6)",
		"UNIQUE");
	allowed("UPDATE physical_media SET place=NULL");
	allowed("UPDATE physical_media SET place=6 WHERE id=11");

	/* a logical medium exactly while the side is Allocated or Complete */
	allowed("INSERT INTO side(id, medium, number, pool, library, state) VALUES(13, 11, 0, 4, 1, 4)");
	allowed("INSERT INTO logical_media(id, pool) VALUES(14, 4)");
	refused("UPDATE side SET state=5 WHERE id=13", "CHECK");
	refused("UPDATE side SET lmid=14 WHERE id=13", "CHECK");
	allowed("UPDATE side SET lmid=14, state=5 WHERE id=13");
	allowed("UPDATE side SET state=6 WHERE id=13");
	refused("UPDATE side SET state=4 WHERE id=13", "CHECK");
	allowed("INSERT INTO side(id, medium, number, pool, library, state) VALUES(15, 11, 1, 4, 1, 4)");
	refused("UPDATE side SET lmid=14, state=5 WHERE id=15", "UNIQUE");
	refused("DELETE FROM logical_media WHERE id=14", "FOREIGN KEY");
	refused("DELETE FROM library WHERE id=1", "FOREIGN KEY");
	refused("INSERT INTO physical_media(id, library, pool, media_type) VALUES(16, 4, 4, 3)",
		"FOREIGN KEY");
}

/* Counts and the copies in `side` follow the medium by themselves. */
static int check_counts(struct txn *t, void *arg, struct err *err)
{
	int64_t n[4], side[2];

	assert_int_equal(sql_get(t, err,
				 "SELECT (SELECT media_count FROM library WHERE id=1), (SELECT media_count "
				 "FROM library "
				 "WHERE id=2), (SELECT media_count FROM media_pool WHERE id=4), (SELECT "
				 "media_count FROM "
				 "media_pool WHERE id=5)",
				 "", "iiii", &n[0], &n[1], &n[2], &n[3]),
			 0);
	assert_memory_equal(n, arg, sizeof n);
	assert_int_equal(
		sql_get(t, err,
			"SELECT side.library=m.library, side.pool=m.pool FROM side JOIN physical_media m ON "
			"m.id=side.medium",
			"", "ii", &side[0], &side[1]),
		0);
	assert_true(side[0] && side[1]);
	return 0;
}

static void test_counts(void **state)
{
	test_schema(state);
	assert_int_equal(store_read(s, check_counts, (int64_t[]){2, 0, 2, 0}, &e), 0);
	allowed("UPDATE physical_media SET library=2, pool=5, place=8 WHERE id=11");
	assert_int_equal(store_read(s, check_counts, (int64_t[]){1, 1, 1, 1}, &e), 0);
	allowed("DELETE FROM physical_media WHERE id=10");
	assert_int_equal(store_read(s, check_counts, (int64_t[]){0, 1, 0, 1}, &e), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(schema),
		T(counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
