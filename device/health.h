/* SPDX-License-Identifier: GPL-2.0-or-later
 * What a device says of its own health: TapeAlert flags, and what a drive is busy with. */
#ifndef DEVICE_HEALTH_H
#define DEVICE_HEALTH_H

#include "device/device.h"

/* TapeAlert (log page 2Eh): bit 1 << (n - 1) for flag n. Reading clears them in the device, so whoever reads
 * them tells of them. A device without the page: FAILED. */
enum outcome device_alerts(struct device *d, uint64_t *flags, struct verdict *v);
/* "TapeAlert 4 (media), 55 (loading failure)"; "" without flags. Of a changer or of a drive. */
const char *alerts_text(uint64_t flags, enum device_kind kind, char *buf, size_t size);

enum drive_activity {
	ACTIVITY_UNKNOWN = -1,
	ACTIVITY_NONE = 0x0,
	ACTIVITY_CLEANING = 0x1,
	ACTIVITY_LOADING = 0x2,
	ACTIVITY_UNLOADING = 0x3,
	ACTIVITY_REWINDING = 0x8,
	ACTIVITY_CALIBRATING = 0xB,
};
/* Of a tape drive, by its log page 11h; UNKNOWN where it has none. Clears nothing in the drive. */
enum drive_activity device_activity(struct device *d);

#endif
