/* SPDX-License-Identifier: GPL-2.0-or-later
 * Keeping other hosts off a device: a persistent reservation (SPC) for registered paths.
 *
 * A key tells whose it is: the tag "RSM", three bytes of the installation (one store, so one rsmd at a time),
 * two of its epoch. So after a crash the next rsmd knows the key of the last one from everybody else's. */
#ifndef DEVICE_FENCE_H
#define DEVICE_FENCE_H

#include "base/guid.h"
#include "device/device.h"

uint64_t fence_key(const guid *installation, int64_t epoch);

/* Registers our key for our path to the device and reserves the device for registered paths alone (EXCLUSIVE
 * ACCESS, REGISTRANTS ONLY). It is the path that is registered, so programs of this host that come by the
 * same one, an application through the tape driver, are let in. Again is no error.
 *
 * Keys of earlier epochs of ours lose what they hold, and what was sent with them is aborted; *retaken: the
 * last of those, or 0. A key of anybody else is left alone: ERROR_BUSY, naming it, the kind of its
 * reservation, and what can be done; then nothing of ours is left behind. A device that has no such
 * reservations: VF_UNSUPPORTED. */
enum outcome device_fence(struct device *d, uint64_t key, uint64_t *retaken, struct verdict *v);
#endif
