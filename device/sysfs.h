/* SPDX-License-Identifier: GPL-2.0-or-later
 * The SCSI devices that this machine's kernel knows, read from sysfs alone: it needs no udev, no rights, and
 * sends nothing to a device. */
#ifndef DEVICE_SYSFS_H
#define DEVICE_SYSFS_H

#include "base/err.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

struct scsi_node {
	char at[32]; /* host:channel:target:lun */
	uint8_t type;
	bool removable;
	char vendor[9], product[17], revision[5];
	/* from the VPD pages that the kernel keeps; "" where it keeps none */
	char serial[65], unique[130];
	char sg[40];   /* /dev/sg3: what rsmd opens */
	char node[40]; /* /dev/nst0, /dev/sr0, /dev/sda: what an application opens; "" if no driver took it */
};
typedef VEC(struct scsi_node) scsi_node_vec;

/* All of them, ascending by the number of their sg device. None is no error. */
int sysfs_scan(scsi_node_vec *out, struct err *e);
/* The one that a path leads to: any of its nodes (/dev/sg3, /dev/st0, /dev/sch0, ...) or a link to one; or
 * the one with that name: scsi:NAME, its unique name or serial number, wherever it is today. */
int sysfs_find(const char *url, struct scsi_node *out, struct err *e);
/* The URL that leads to it for longest: scsi:NAME, or its sg node if the kernel knows no name of it. Returns
 * out. */
const char *scsi_node_url(const struct scsi_node *n, char *out, size_t size);
/* Another number whenever devices have come or gone. Cheap. */
uint64_t sysfs_generation(void);
/* A drive an application can use, by its type. */
bool scsi_node_is_drive(const struct scsi_node *n);
/* A name of the node in /dev/tape/by-id or /dev/disk/by-id; "" where udev made none. Returns out. */
const char *sysfs_by_id(const struct scsi_node *n, char *out, size_t size);

/* Where /sys and /dev are; for tests, which have trees of their own. Not copied. */
void sysfs_roots(const char *sys, const char *dev);

#endif
