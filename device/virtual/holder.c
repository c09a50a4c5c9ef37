/* SPDX-License-Identifier: GPL-2.0-or-later
 * The kernel grants a write lease only on a file that nobody else has open: asking for one is the test. Where
 * leases aren't to be had (another owner, some file systems), /proc is searched, as far as we may look. */
#include "device/virtual/holder.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

static bool process_holds(const char *pid, const struct stat *file)
{
	char name[300];
	struct dirent *ent;
	struct stat st;
	bool held = false;
	DIR *d;

	snprintf(name, sizeof name, "/proc/%.20s/fd", pid);
	d = opendir(name);
	while (d && !held && (ent = readdir(d)))
		held = isdigit((unsigned char)ent->d_name[0]) &&
		       fstatat(dirfd(d), ent->d_name, &st, 0) == 0 && st.st_dev == file->st_dev &&
		       st.st_ino == file->st_ino;
	if (d)
		closedir(d);
	return held;
}

static bool any_process_holds(const struct stat *file)
{
	DIR *d = opendir("/proc");
	struct dirent *ent;
	bool held = false;

	while (d && !held && (ent = readdir(d)))
		held = isdigit((unsigned char)ent->d_name[0]) && process_holds(ent->d_name, file);
	if (d)
		closedir(d);
	return held;
}

bool file_is_held(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	bool held;

	if (fd < 0)
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	/* Who opens the file while we hold the lease makes the kernel signal us: one that nobody minds. */
	fcntl(fd, F_SETSIG, SIGURG);
	if (fcntl(fd, F_SETLEASE, F_WRLCK) == 0) {
		fcntl(fd, F_SETLEASE, F_UNLCK);
		close(fd);
		return false;
	}
	held = errno == EAGAIN;
	if (!held && fstat(fd, &st) == 0) {
		close(fd); /* or we would find ourselves */
		return any_process_holds(&st);
	}
	close(fd);
	return held;
}
