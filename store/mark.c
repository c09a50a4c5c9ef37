/* SPDX-License-Identifier: GPL-2.0-or-later
 * See mark.h. The file is text, for people; the lines that change with each commit come first and have a
 * fixed width, so that one small write in place renews them. */
#include "store/mark.h"

#include "base/cleanup.h"

#include <ntmstypes.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define HEAD "OpenRSM mark 1\n"
#define NUMBERS "sequence %020" PRId64 "\nsize     %020" PRId64 "\nwritten  %020" PRId64 "\n"
#define NUMBERS_IN "sequence %" SCNd64 "\nsize %" SCNd64 "\nwritten %" SCNd64 "\n"
enum { TEXT_MAX = 1024 };

static bool parse(struct mark *m, const char *text)
{
	char incarnation[64], next[64];
	int end = 0;

	/* %[^\n] needs a character: "-" stands for none */
	if (sscanf(text,
		   HEAD NUMBERS_IN "epoch %" SCNd64 "\nincarnation %63s\nnext %63s\naside %255[^\n]\nend%n",
		   &m->sequence, &m->size, &m->written, &m->epoch, incarnation, next, m->aside, &end) != 7 ||
	    !end || strcmp(text + end, "\n") != 0 || m->sequence < 0 || m->epoch < 0)
		return false;
	if (strcmp(m->aside, "-") == 0)
		m->aside[0] = '\0';
	return guid_parse(incarnation, &m->incarnation) && guid_parse(next, &m->next);
}

int mark_read(struct mark *m, struct err *e)
{
	char text[TEXT_MAX + 1];
	ssize_t n;

	m->fd = -1;
	m->found = MARK_NONE;
	if (!m->path)
		return 0;
	auto_fd int fd = open(m->path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? 0 : err_errno(e, ERROR_DATABASE_FAILURE, "can't open %s", m->path);
	n = read(fd, text, TEXT_MAX);
	if (n < 0)
		return err_errno(e, ERROR_DATABASE_FAILURE, "can't read %s", m->path);
	text[n] = '\0';
	if (parse(m, text)) {
		m->found = MARK_READ;
	} else {
		*m = (struct mark){.path = m->path, .fd = -1, .found = MARK_GARBAGE};
	}
	return 0;
}

static int failed(const char *name, struct err *e)
{
	return err_errno(e, errno == ENOSPC || errno == EDQUOT ? ERROR_DATABASE_FULL : ERROR_DATABASE_FAILURE,
			 "can't write %s", name);
}

static int sync_directory(const char *path, struct err *e)
{
	auto_free char *copy = strdup(path);
	auto_fd int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	return fd >= 0 && fsync(fd) == 0 ? 0 : failed(path, e);
}

int mark_write(struct mark *m, struct err *e)
{
	char text[TEXT_MAX], name[4096], incarnation[GUID_TEXT], next[GUID_TEXT];
	int fd, n;

	if (!m->path)
		return 0;
	n = snprintf(text, sizeof text,
		     HEAD NUMBERS "epoch %" PRId64 "\nincarnation %s\nnext %s\naside %s\nend\n", m->sequence,
		     m->size, m->written, m->epoch, guid_text(&m->incarnation, incarnation),
		     guid_text(&m->next, next), m->aside[0] ? m->aside : "-");
	if ((size_t)snprintf(name, sizeof name, "%s.new", m->path) >= sizeof name)
		return err_set(e, ERROR_DATABASE_FAILURE, "%s: the name is too long", m->path);
	fd = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return failed(name, e);
	if (write(fd, text, (size_t)n) != n || fsync(fd) != 0 || rename(name, m->path) != 0) {
		failed(name, e);
		close(fd);
		unlink(name);
		return (int)e->code;
	}
	mark_end(m);
	m->fd = fd;
	m->found = MARK_READ;
	return sync_directory(m->path, e);
}

void mark_update(const struct mark *m)
{
	char text[128];
	int n;

	if (m->fd < 0)
		return;
	n = snprintf(text, sizeof text, NUMBERS, m->sequence, m->size, m->written);
	/* should it fail: the mark stays behind, and only vouches for less */
	(void)!pwrite(m->fd, text, (size_t)n, strlen(HEAD));
}

void mark_look(struct mark *m, const char *store)
{
	struct stat st;

	if (m->path && stat(store, &st) == 0) {
		m->size = st.st_size;
		m->written = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	}
}

void mark_end(struct mark *m)
{
	if (m->fd >= 0)
		close(m->fd);
	m->fd = -1;
}
