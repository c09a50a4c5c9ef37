/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The write-ahead log: kept at one length, and moved into the file now and then, both after the answers went
 * out. */
#include "base/cleanup.h"
#include "base/log.h"
#include "store/impl.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

/* In pages: when the log is moved into the file; when it gets its length, in bytes. */
enum { CHECKPOINT_PAGES = 4000, GROW_PAGES = 500, LENGTH = (CHECKPOINT_PAGES + 300) * (4096 + 24) };

static int count(void *store, sqlite3 *db, const char *name, int pages)
{
	((struct store *)store)->wal_pages = pages;
	return SQLITE_OK;
}

void wal_watch(struct store *s) { sqlite3_wal_hook(s->writer->db, count, s); }

/* A file that grows makes each fsync write its new size as well, which takes some ten times as long. So the
 * log gets its length at once, when it is clear that there is work: SQLite takes the zeroes behind its last
 * frame for the end. */
static void grow(struct store *s)
{
	static const char zeroes[1 << 20];
	char name[4096];
	struct stat st;

	if (s->wal_grown || s->wal_pages < GROW_PAGES)
		return;
	s->wal_grown = true;
	snprintf(name, sizeof name, "%s-wal", s->path);
	auto_fd int fd = open(name, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) != 0)
		return;
	for (off_t at = st.st_size; at < LENGTH; at += (off_t)sizeof zeroes) {
		if (pwrite(fd, zeroes, sizeof zeroes, at) != (ssize_t)sizeof zeroes) {
			/* no room, or a limit: then it grows as it may */
			if (ftruncate(fd, st.st_size) != 0)
				log_warn("store: %s can't be cut back", name);
			return;
		}
	}
	fdatasync(fd);
}

static void checkpoint(struct store *s)
{
	int rc;

	if (s->wal_pages < s->wal_done) /* the log began anew */
		s->wal_done = 0;
	if (s->wal_pages - s->wal_done < CHECKPOINT_PAGES)
		return;
	rc = sqlite3_wal_checkpoint_v2(s->writer->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	if (rc != SQLITE_OK && rc != SQLITE_BUSY)
		log_warn("store: checkpoint: %s", sqlite3_errmsg(s->writer->db));
	if (s->mark.fd >= 0) {
		mark_look(&s->mark, s->path);
		mark_update(&s->mark);
	}
	s->wal_done = s->wal_pages;
}

void wal_tend(struct store *s)
{
	grow(s);
	checkpoint(s);
}
