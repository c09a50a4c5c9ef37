/* SPDX-License-Identifier: GPL-2.0-or-later
 * What drive.c and records.c share. */
#ifndef DEVICE_DRIVE_PRIV_H
#define DEVICE_DRIVE_PRIV_H

#include "device/drive.h"

#define QUICK_MS 60000
/* limits of this very drive (limits.def) */
#define LIMIT_MS(d, what) (device_quirk((d)->d)->what##_s * 1000)

struct drive {
	struct device *d;
};

struct mode_header {
	uint8_t medium_type, specific, density;
	uint32_t block_length;
	bool described; /* a block descriptor came */
};
enum outcome drive_mode_header(struct drive *d, struct mode_header *m, struct verdict *v);

#endif
