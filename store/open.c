/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Opening a store: it is locked against a second rsmd, looked at before anything is written to it (inspect.c,
 * epoch.c), migrated step by step, and only then used. */
#include "base/cleanup.h"
#include "base/log.h"
#include "store/impl.h"

#include <ntmstypes.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

/* ---- one rsmd at a time ---- */

static int lock(struct store *s, struct err *e)
{
	char name[4096], pid[16] = "";
	ssize_t n;
	int fd;

	if ((size_t)snprintf(name, sizeof name, "%s.lock", s->path) >= sizeof name)
		return err_set(e, ERROR_DATABASE_FAILURE, "%s: the name is too long", s->path);
	s->lock_fd = fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_errno(e, ERROR_DATABASE_FAILURE, "can't create the lock file %s", name);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		n = pread(fd, pid, sizeof pid - 1, 0);
		pid[n > 0 ? strcspn(pid, "\n") : 0] = '\0';
		return err_set(e, ERROR_BUSY,
			       "%s is in use by process %s (lock file %s): stop that one first", s->path,
			       pid[0] ? pid : "(unknown)", name);
	}
	n = snprintf(pid, sizeof pid, "%d\n", (int)getpid());
	if (ftruncate(fd, 0) != 0 || pwrite(fd, pid, (size_t)n, 0) != n)
		return err_errno(e, errno == ENOSPC ? ERROR_DATABASE_FULL : ERROR_DATABASE_FAILURE,
				 "can't write %s", name);
	return 0;
}

/* The file, for its owner alone; SQLite gives its log the same mode. */
static int create(const struct store *s, struct err *e)
{
	auto_fd int fd = open(s->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	return fd >= 0 ? 0 : err_errno(e, ERROR_DATABASE_FAILURE, "can't open %s", s->path);
}

/* ---- is it ours, whole, and the newest? ---- */

static bool known(const struct mark *m) { return !guid_is_null(&m->incarnation) || !guid_is_null(&m->next); }

/* Each time the quick check: it reads the file once. A file that rsmd hasn't left so was perhaps restored,
 * moved, or edited, and is checked through and through. */
static int survey(struct store *s, int64_t *schema, struct err *e)
{
	struct mark now = {.path = s->mark.path};
	struct look l;
	bool left_so;

	if (s->mark.aside[0])
		return err_set(
			e, ERROR_DATABASE_FAILURE,
			"rsmd --rebuild was interrupted while it put %.100s into %.100s: finish it with "
			"rsmd --rebuild. See rsmd(8), \"When the store is damaged\"",
			s->path, s->mark.aside);
	mark_look(&now, s->path);
	left_so = epoch_left_so(s, &now);
	TRY(store_inspect(s->path, !left_so && s->mark.path, &l, e));
	if (!l.schema && known(&s->mark) && l.size > 0)
		return store_refused(
			s->path, e, "has lost its log: %s-wal is missing. If you have that file, put it back",
			s->path);
	if (!l.schema && known(&s->mark))
		return store_refused(s->path, e, "is %s, and yet %s tells that there was one",
				     l.size < 0 ? "missing" : "empty", s->mark.path);
	*schema = l.schema;
	return epoch_compare(s, &l, left_so, e);
}

/* ---- migrations ---- */

static int migrate_one(struct store *s, int version, struct err *e)
{
	char marks[100];

	snprintf(marks, sizeof marks, "PRAGMA application_id=%d; PRAGMA user_version=%d",
		 STORE_APPLICATION_ID, version);
	if (sqlite3_exec(s->writer->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_exec(s->writer->db, store_migrations[version - 1], NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_exec(s->writer->db, marks, NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_exec(s->writer->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	conn_failed(s->writer, sqlite3_extended_errcode(s->writer->db), NULL, e);
	sqlite3_exec(s->writer->db, "ROLLBACK", NULL, NULL, NULL);
	return err_in(e, "migration to schema %d", version);
}

static int migrate(struct store *s, int64_t version, struct err *e)
{
	if (version > 0 && version < store_n_migrations)
		log_info("store: %s: schema %lld -> %d", s->path, (long long)version, store_n_migrations);
	while (version < store_n_migrations) {
		if (migrate_one(s, (int)++version, e) != 0)
			return (int)e->code;
	}
	return 0;
}

/* ---- */

/* Debian's SQLite overwrites deleted content with zeroes (secure_delete); a catalogue has no need of it. */
static const char *const pragmas[] = {
	"PRAGMA journal_mode=WAL",     "PRAGMA synchronous=FULL",
	"PRAGMA wal_autocheckpoint=0", "PRAGMA journal_size_limit=67108864",
	"PRAGMA secure_delete=OFF",    "PRAGMA cache_size=-65536",
};

static int prepare(struct store *s, struct err *e)
{
	int64_t version = 0;

	if (!s->memory && lock(s, e) != 0)
		return (int)e->code;
	fail_load(); /* not before the lock: one that is refused must not meddle with the other's points */
	if (!s->memory && (mark_read(&s->mark, e) || (s->config.rebuild && store_put_aside(s, e)) ||
			   survey(s, &version, e) || create(s, e)))
		return (int)e->code;
	if (conn_open(s->path, &s->writer, e) != 0)
		return (int)e->code;
	/* each page that changes is copied, for the case that its job is undone */
	if (s->memory && conn_do(s->writer, "PRAGMA page_size=2048", e) != 0)
		return (int)e->code;
	for (size_t i = 0; i < countof(pragmas); i++) {
		if (conn_do(s->writer, pragmas[i], e) != 0)
			return (int)e->code;
	}
	/* foreign keys come last: a migration may have to rebuild tables */
	return migrate(s, version, e) || conn_do(s->writer, "PRAGMA foreign_keys=ON", e) ? (int)e->code : 0;
}

static void destroy(struct store *s)
{
	if (s->writer) {
		conn_close(s->writer); /* moves the log into the file */
		mark_look(&s->mark, s->path);
		mark_update(&s->mark);
	}
	mark_end(&s->mark);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	pthread_key_delete(s->key);
	pthread_mutex_destroy(&s->use);
	pthread_mutex_destroy(&s->mutex);
	pthread_cond_destroy(&s->cond);
	free(s->path);
	free(s);
}

int store_open(const struct store_config *config, struct store **store, struct err *e)
{
	struct store *s = calloc(1, sizeof *s);

	if (!s || !(s->path = strdup(config->path))) {
		free(s);
		return err_set(e, ERROR_NOT_ENOUGH_MEMORY, "no memory for the store");
	}
	s->config = *config;
	s->config.path = s->path;
	s->memory = strcmp(s->path, ":memory:") == 0;
	s->lock_fd = s->mark.fd = -1;
	s->mark.path = s->memory ? NULL : config->mark;
	pthread_mutex_init(&s->use, NULL);
	pthread_mutex_init(&s->mutex, NULL);
	pthread_cond_init(&s->cond, NULL);
	if (pthread_key_create(&s->key, reader_end) != 0) {
		free(s->path);
		free(s);
		return err_set(e, ERROR_NOT_ENOUGH_MEMORY, "no thread-specific data left for the store");
	}
	if (prepare(s, e) != 0 || writer_start(s, e) != 0) {
		destroy(s);
		return (int)e->code;
	}
	*store = s;
	return 0;
}

void store_close(struct store *s)
{
	struct conn *next;

	writer_stop(s);
	for (struct conn *c = s->readers; c; c = next) {
		next = c->next;
		conn_close(c);
	}
	destroy(s);
}
