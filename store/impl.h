/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the files of store/ share. A connection (conn.c) belongs to one thread: the writer's (writer.c), or
 * one for each thread that reads (reader.c). In memory there is one connection, and a lock around each use of
 * it. */
#ifndef STORE_IMPL_H
#define STORE_IMPL_H

#include "base/vec.h"
#include "store/mark.h"
#include "store/sql.h"

#include <pthread.h>
#include <sqlite3.h>

#define STORE_APPLICATION_ID 0x4F52534D /* "ORSM", in the header of the file */

extern const char *const store_migrations[];
extern const int store_n_migrations;

/* A prepared statement, and the walk through its rows while it is in use. */
struct rows {
	const char *sql;
	sqlite3_stmt *stmt;
	struct conn *conn;
	struct err *e;
	int parameters;
	bool writes, busy, failed;
};

struct conn {
	sqlite3 *db;
	const char *path;    /* for error texts */
	struct rows **cache; /* open addressing, by the address of the text; one text may stand here several
				times */
	size_t n, cap;
	struct conn **link, *next; /* in store.readers */
	struct store *store;
};

struct txn {
	struct store *store;
	struct conn *conn;
	int64_t now, changes;
	bool writable;
};

struct job;
enum { TOLD = 64 };

struct store {
	struct store_config config;
	char *path;
	bool memory;
	int lock_fd;
	struct mark mark;
	char restored[300]; /* why it is taken for a restored one; "": it isn't */

	struct conn *writer;
	pthread_t thread;
	pthread_mutex_t use; /* memory: who uses the one connection */

	pthread_mutex_t mutex; /* of what follows */
	pthread_cond_t cond;
	struct job *first, **last;
	bool closing, working; /* working: single, and jobs are being run */
	struct conn *readers;
	pthread_key_t key;

	/* of the writer's thread alone */
	int64_t seq;	    /* of the last change written */
	VEC(int64_t) marks; /* seq at each */
	bool wal_grown;
	int wal_pages, wal_done;  /* in the log; moved into the file */
	VEC(struct post *) posts; /* of this group */
	VEC(int64_t) woken;	  /* in this job */
	int64_t told[TOLD]; /* objects whose change is in this job's feed, by the low bits of their rows */
};

/* conn.c */
int conn_open(const char *path, struct conn **, struct err *);
void conn_close(struct conn *);
struct rows *conn_prepare(struct conn *, const char *sql, struct err *);
int conn_do(struct conn *, const char *sql, struct err *);
int conn_failed(struct conn *, int rc, const char *sql, struct err *);
int conn_int(struct conn *, const char *sql, int64_t *, struct err *);

/* inspect.c: looks without changing anything; damage is refused, with what to do */
struct look {
	int64_t size, log;	  /* bytes of the file and of its log; -1: it isn't there */
	int64_t schema, sequence; /* 0: a new one */
	guid incarnation;
};
int store_inspect(const char *path, bool thorough, struct look *, struct err *);
/* PATH and the text, then what can be done about it. Returns the code. */
int store_refused(const char *path, struct err *, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* aside.c */
int store_put_aside(struct store *, struct err *);

/* epoch.c */
/* Is the file as rsmd has left it? */
bool epoch_left_so(const struct store *, const struct mark *now);
/* Is the store the one that the mark speaks of? If it was restored, s->restored says why. */
int epoch_compare(struct store *, const struct look *, bool left_so, struct err *);

/* writer.c */
int writer_start(struct store *, struct err *);
void writer_stop(struct store *);

/* reader.c */
void reader_end(void *conn);

/* wal.c */
void wal_watch(struct store *);
void wal_tend(struct store *);

/* fail.c */
void fail_load(void);

#endif
