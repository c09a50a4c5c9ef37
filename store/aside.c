/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * rsmd --rebuild: the old store is put aside, whole, into a directory of its own, and the next one begins
 * empty. The mark says so before the first file moves, and forgets it after the last one: between the two
 * nothing but another --rebuild goes on, and that finishes this one. */
#include "base/cleanup.h"
#include "base/log.h"
#include "store/impl.h"

#include <ntmstypes.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* The file itself goes last: as long as it is there, so is what belongs to it, or a mark that says where. */
static const char *const parts[] = {"-shm", "-wal", "-journal", ""};

static bool anything_there(const char *path)
{
	char name[4096];

	for (size_t i = 0; i < countof(parts); i++) {
		snprintf(name, sizeof name, "%s%s", path, parts[i]);
		if (access(name, F_OK) == 0)
			return true;
	}
	return false;
}

/* A name that nobody has. */
static int choose(struct store *s, struct err *e)
{
	for (int i = 1; i > 0; i++) {
		if ((size_t)snprintf(s->mark.aside, sizeof s->mark.aside, "%s.kept-%d", s->path, i) >=
		    sizeof s->mark.aside)
			break;
		if (access(s->mark.aside, F_OK) != 0)
			return errno == ENOENT ? 0
					       : err_errno(e, ERROR_DATABASE_FAILURE, "can't look for %s",
							   s->mark.aside);
	}
	return err_set(e, ERROR_DATABASE_FAILURE, "%s: the name is too long", s->path);
}

static int move_part(const struct store *s, const char *part, struct err *e)
{
	char from[4096], to[4096];
	auto_free char *copy = strdup(s->path);

	if (!copy)
		return err_set(e, ERROR_NOT_ENOUGH_MEMORY, "no memory");
	TRY(fail_point("aside", e));
	snprintf(from, sizeof from, "%s%s", s->path, part);
	snprintf(to, sizeof to, "%s/%s%s", s->mark.aside, basename(copy), part);
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0 || errno == ENOENT)
		return 0;
	return err_errno(e, ERROR_DATABASE_FAILURE, "can't move %s to %s", from, to);
}

/* The moves survive a loss of power before the mark forgets them. */
static int sync_both(const struct store *s, struct err *e)
{
	auto_free char *copy = strdup(s->path);
	auto_fd int inner = open(s->mark.aside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_fd int outer = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (inner < 0 || outer < 0 || fsync(inner) != 0 || fsync(outer) != 0)
		return err_errno(e, ERROR_DATABASE_FAILURE, "can't write %s", s->mark.aside);
	return 0;
}

int store_put_aside(struct store *s, struct err *e)
{
	struct mark *m = &s->mark;

	if (!m->path)
		return err_set(e, ERROR_DATABASE_FAILURE, "%s: without a mark nothing can be put aside",
			       s->path);
	TRY(fail_point("aside", e));
	if (!m->aside[0] && anything_there(s->path)) {
		TRY(choose(s, e));
		TRY(mark_write(m, e));
	}
	if (m->aside[0]) {
		TRY(fail_point("aside", e));
		if (mkdir(m->aside, 0700) != 0 && errno != EEXIST)
			return err_errno(e, ERROR_DATABASE_FAILURE, "can't make the directory %s", m->aside);
		for (size_t i = 0; i < countof(parts); i++)
			TRY(move_part(s, parts[i], e));
		TRY(sync_both(s, e));
		log_note("store: the old one is kept in %s; an empty one begins", m->aside);
	}
	TRY(fail_point("aside", e));
	m->aside[0] = '\0';
	m->sequence = m->size = m->written = 0;
	m->incarnation = m->next = guid_null;
	TRY(mark_write(m, e));
	return fail_point("aside", e);
}
