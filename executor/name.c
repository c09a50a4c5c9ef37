/* SPDX-License-Identifier: GPL-2.0-or-later
 * Device names: short paths that stay the same and lead to a device, whatever its transport. A local device
 * gets a symbolic link, a remote one a file whose one line is its URL. */
#include "executor/impl.h"

#include <errno.h>
#include <fcntl.h>
#include <ntmstypes.h>
#include <string.h>

/* The path at which applications find the device; NULL: there is none, only the URL. */
static const char *local_path(const char *url, const char *path)
{
	static const char virtual[] = "virtual:";

	if (path)
		return path;
	if (url[0] == '/')
		return url;
	return strncmp(url, virtual, strlen(virtual)) ? NULL : url + strlen(virtual);
}

static int write_line(const char *file, const char *line, struct err *e)
{
	auto_fd int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || dprintf(fd, "%s\n", line) < 0)
		return err_errno(e, ERROR_IO_DEVICE, "%s", file);
	return 0;
}

int name_publish(const char *devices, const char *name, const char *url, const char *path, char out[64],
		 struct err *e)
{
	const char *target = local_path(url, path);
	auto_free char *full = NULL, *new = NULL;

	if (asprintf(&full, "%s/%s", devices, name) < 0 || asprintf(&new, "%s.new", full) < 0)
		return err_set(e, ERROR_NOT_ENOUGH_MEMORY, "no memory");
	if (strlen(full) > NAME_MAX_DEVICE)
		return err_set(e, ERROR_INVALID_NAME, "%s: longer than the %d characters of a device name",
			       full, NAME_MAX_DEVICE);
	unlink(new);
	if (target ? symlink(target, new) : write_line(new, url, e))
		return target ? err_errno(e, ERROR_IO_DEVICE, "%s", new) : (int)e->code;
	if (rename(new, full))
		return err_errno(e, ERROR_IO_DEVICE, "%s", full);
	snprintf(out, 64, "%s", full);
	return 0;
}
