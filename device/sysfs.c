/* SPDX-License-Identifier: GPL-2.0-or-later
 * See sysfs.h. /sys/class/scsi_generic has one entry for each SCSI device; its `device` is the device itself,
 * with the nodes of all drivers that took it below. */
#include "device/sysfs.h"

#include "base/cleanup.h"
#include "device/device.h"
#include "device/node.h"
#include "device/vpd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <ntmstypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *sys_root = "/sys", *dev_root = "/dev";

void sysfs_roots(const char *sys, const char *dev) { sys_root = sys, dev_root = dev; }

static int device_dir(const char *sg) /* descriptor of the device's directory */
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/class/scsi_generic/%s/device", sys_root, sg);
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static size_t attribute(int dir, const char *name, uint8_t *buf, size_t size)
{
	auto_fd int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size);

	return n < 0 ? 0 : (size_t)n;
}

static void text_attribute(int dir, const char *name, char *out, size_t size)
{
	uint8_t buf[64];
	size_t n = attribute(dir, name, buf, sizeof buf);

	while (n && buf[n - 1] == '\n')
		n--;
	vpd_text(buf, n, out, size);
}

static DIR *open_sub(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (fd >= 0 && !d)
		close(fd);
	return d;
}

/* Where drivers keep the nodes they made, and which of them an application opens: for a tape the one that
 * doesn't rewind, with the driver's default modes. */
static const struct {
	const char *sub, *prefix;
} places[] = {{"scsi_tape", "nst"}, {"block", ""}, {"scsi_changer", NULL}, {"scsi_generic", NULL}};

static void find_node(int dir, struct scsi_node *n)
{
	for (size_t i = 0; i < countof(places) && !n->node[0]; i++) {
		DIR *d = places[i].prefix ? open_sub(dir, places[i].sub) : NULL;

		for (struct dirent *it; d && (it = readdir(d));)
			if (it->d_name[0] != '.' &&
			    !strncmp(it->d_name, places[i].prefix, strlen(places[i].prefix)) &&
			    (!*places[i].prefix ||
			     strspn(it->d_name + strlen(places[i].prefix), "0123456789") ==
				     strlen(it->d_name + strlen(places[i].prefix))))
				snprintf(n->node, sizeof n->node, "%s/%.20s", dev_root, it->d_name);
		if (d)
			closedir(d);
	}
}

/* "host:channel:target:lun" is the name of the directory that `device` leads to. */
static void find_address(const char *sg, struct scsi_node *n)
{
	char path[PATH_MAX], target[PATH_MAX], *name;
	ssize_t len;

	snprintf(path, sizeof path, "%s/class/scsi_generic/%s/device", sys_root, sg);
	len = readlink(path, target, sizeof target - 1);
	target[len < 0 ? 0 : len] = 0;
	name = strrchr(target, '/');
	snprintf(n->at, sizeof n->at, "%.*s", (int)sizeof n->at - 1, name ? name + 1 : target);
}

static bool describe(const char *sg, struct scsi_node *n)
{
	auto_fd int dir = device_dir(sg);
	uint8_t page[260];
	char type[8], removable[8];

	*n = (struct scsi_node){0};
	if (dir < 0)
		return false;
	text_attribute(dir, "type", type, sizeof type);
	if (!type[0])
		return false;
	n->type = (uint8_t)atoi(type);
	text_attribute(dir, "vendor", n->vendor, sizeof n->vendor);
	text_attribute(dir, "model", n->product, sizeof n->product);
	text_attribute(dir, "rev", n->revision, sizeof n->revision);
	vpd_serial(page, attribute(dir, "vpd_pg80", page, sizeof page), n->serial, sizeof n->serial);
	vpd_unique(page, attribute(dir, "vpd_pg83", page, sizeof page), n->unique, sizeof n->unique);
	snprintf(n->sg, sizeof n->sg, "%s/%.20s", dev_root, sg);
	find_node(dir, n);
	find_address(sg, n);
	if (n->node[0] && n->type == TYPE_DISK) {
		char name[64];

		snprintf(name, sizeof name, "block/%.30s/removable", strrchr(n->node, '/') + 1);
		text_attribute(dir, name, removable, sizeof removable);
		n->removable = removable[0] == '1';
	}
	return true;
}

static bool is_for_applications(const char *sub)
{
	return !strcmp(sub, "scsi_tape") || !strcmp(sub, "block");
}

int node_paths(const struct scsi_node *n, path_vec *out, struct err *e)
{
	auto_fd int dir = device_dir(strrchr(n->sg, '/') + 1);

	if (dir < 0)
		return err_errno(e, ERROR_DEVICE_NOT_AVAILABLE, "%s", n->sg);
	for (size_t i = 0; i < countof(places); i++) {
		DIR *d = is_for_applications(places[i].sub) ? open_sub(dir, places[i].sub) : NULL;

		for (struct dirent *it; d && (it = readdir(d));) {
			char path[PATH_MAX];

			snprintf(path, sizeof path, "%s/%.255s", dev_root, it->d_name);
			if (it->d_name[0] != '.' && !access(path, F_OK))
				*vec_add(out) = strdup(path);
		}
		if (d)
			closedir(d);
	}
	return 0;
}

static int by_number(const void *a, const void *b)
{
	return strverscmp(((const struct scsi_node *)a)->sg, ((const struct scsi_node *)b)->sg);
}

int sysfs_scan(scsi_node_vec *out, struct err *e)
{
	char path[PATH_MAX];
	DIR *d;

	snprintf(path, sizeof path, "%s/class/scsi_generic", sys_root);
	d = opendir(path);
	if (!d)
		return errno == ENOENT ? 0 : err_errno(e, ERROR_ACCESS_DENIED, "%s", path);
	for (struct dirent *it; (it = readdir(d));) {
		struct scsi_node n;

		if (it->d_name[0] != '.' && describe(it->d_name, &n))
			*vec_add(out) = n;
	}
	closedir(d);
	if (out->n)
		qsort(out->v, out->n, sizeof *out->v, by_number);
	return 0;
}

static bool has_node(const char *sg, const char *name)
{
	auto_fd int dir = device_dir(strrchr(sg, '/') + 1);
	char path[NAME_MAX + 32];

	for (size_t i = 0; dir >= 0 && i < countof(places); i++) {
		snprintf(path, sizeof path, "%s/%.255s", places[i].sub, name);
		if (!faccessat(dir, path, F_OK, 0))
			return true;
	}
	return false;
}

static int find_path(const char *path, struct scsi_node *out, struct err *e)
{
	auto_free char *real = realpath(path, NULL);
	scsi_node_vec nodes = {0};
	int rc = 0;

	if (!real)
		return err_errno(e, ERROR_DEVICE_NOT_AVAILABLE, "%s", path);
	if (sysfs_scan(&nodes, e))
		return (int)e->code;
	*out = (struct scsi_node){0};
	vec_each(n, &nodes)
		if (has_node(n->sg, strrchr(real, '/') + 1))
			*out = *n;
	if (!out->sg[0])
		rc = err_set(
			e, ERROR_DEVICE_NOT_AVAILABLE,
			"%s is no SCSI device that the kernel's sg driver has (is the module sg loaded?)",
			path);
	vec_free(&nodes);
	return rc;
}

static int find_name(const char *name, struct scsi_node *out, struct err *e)
{
	scsi_node_vec nodes = {0};
	int rc = 0;

	if (sysfs_scan(&nodes, e))
		return (int)e->code;
	*out = (struct scsi_node){0};
	vec_each(n, &nodes)
		if (!out->sg[0] && *name && !strcmp(n->unique, name))
			*out = *n;
	vec_each(n, &nodes)
		if (!out->sg[0] && *name && !strcmp(n->serial, name))
			*out = *n;
	if (!out->sg[0])
		rc = err_set(e, ERROR_DEVICE_NOT_AVAILABLE, "no SCSI device of this machine is called %s",
			     name);
	vec_free(&nodes);
	return rc;
}

int sysfs_find(const char *path, struct scsi_node *out, struct err *e)
{
	if (!strncmp(path, "scsi:", 5))
		return find_name(path + 5, out, e);
	return find_path(path, out, e);
}

const char *scsi_node_url(const struct scsi_node *n, char *out, size_t size)
{
	if (n->unique[0] || n->serial[0])
		snprintf(out, size, "scsi:%s", n->unique[0] ? n->unique : n->serial);
	else
		snprintf(out, size, "%s", n->sg);
	return out;
}

uint64_t sysfs_generation(void)
{
	/* a tape may get its node after its pass-through node */
	static const char *const classes[] = {"scsi_generic", "scsi_tape"};
	uint64_t sum = 0;

	for (size_t i = 0; i < countof(classes); i++) {
		char path[PATH_MAX];
		DIR *d;

		snprintf(path, sizeof path, "%s/class/%s", sys_root, classes[i]);
		d = opendir(path);
		for (struct dirent *it; d && (it = readdir(d));) /* whatever their order */
			sum += it->d_name[0] != '.' ? (it->d_ino + 1) * 0x9E3779B97F4A7C15u : 0;
		if (d)
			closedir(d);
	}
	return sum;
}

bool scsi_node_is_drive(const struct scsi_node *n) { return type_is_drive(n->type, n->removable); }

const char *sysfs_by_id(const struct scsi_node *n, char *out, size_t size)
{
	static const char *const dirs[] = {"tape/by-id", "disk/by-id"};

	*out = 0;
	for (size_t i = 0; i < countof(dirs) && !*out; i++) {
		char path[PATH_MAX];
		DIR *d;

		snprintf(path, sizeof path, "%s/%s", dev_root, dirs[i]);
		d = opendir(path);
		for (struct dirent *it; d && (it = readdir(d));) {
			auto_free char *real = NULL;

			snprintf(path, sizeof path, "%s/%s/%.255s", dev_root, dirs[i], it->d_name);
			real = it->d_name[0] == '.' ? NULL : realpath(path, NULL);
			/* of several, the first in the alphabet: always the same */
			if (real && n->node[0] &&
			    !strcmp(strrchr(real, '/') + 1, strrchr(n->node, '/') + 1) &&
			    (!*out || strcmp(path, out) < 0))
				snprintf(out, size, "%.*s", (int)size - 1, path);
		}
		if (d)
			closedir(d);
	}
	return out;
}
