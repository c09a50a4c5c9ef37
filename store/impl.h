/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the files of store/ share. A connection (conn.c) belongs to one thread: the writer's (writer.c), or
 * one for each thread that reads (reader.c). In memory there is one connection, and a lock around each use of
 * it. */
#ifndef STORE_IMPL_H
#define STORE_IMPL_H

#include "base/vec.h"
#include "store/sql.h"

#include <pthread.h>
#include <sqlite3.h>

extern const char *const store_migrations[];
extern const int store_n_migrations;

/* A prepared statement, and the walk through its rows while it is in use. */
struct rows {
	const char *sql;
	sqlite3_stmt *stmt;
	struct conn *conn;
	struct err *e;
	bool busy, failed;
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

struct store {
	struct store_config config;
	char *path;
	bool memory;
	int lock_fd;

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
	int64_t seq; /* of the last change written */
	bool wal_grown;
	int wal_pages, wal_done;  /* in the log; moved into the file */
	VEC(struct post *) posts; /* of this group */
	VEC(int64_t) woken;	  /* in this job */
};

/* conn.c */
int conn_open(const char *path, struct conn **, struct err *);
void conn_close(struct conn *);
struct rows *conn_prepare(struct conn *, const char *sql, struct err *);
int conn_do(struct conn *, const char *sql, struct err *);
int conn_failed(struct conn *, int rc, const char *sql, struct err *);
int conn_int(struct conn *, const char *sql, int64_t *, struct err *);

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
