/* SPDX-License-Identifier: GPL-2.0-or-later
 * Keeping other hosts off a device: a persistent reservation (SPC) for registered paths. */
#ifndef DEVICE_FENCE_H
#define DEVICE_FENCE_H

#include "device/device.h"

/* Registers our key for our path to the device, whatever key it had, and reserves the device for registered
 * paths alone (EXCLUSIVE ACCESS, REGISTRANTS ONLY). It is the path that is registered, so programs of this
 * host that come by the same one, an application through the tape driver, are let in. Again is no error. When
 * another host holds it: ERROR_BUSY, naming its key. A device that has no such reservations: VF_UNSUPPORTED.
 */
enum outcome device_fence(struct device *d, uint64_t key, struct verdict *v);
#endif
