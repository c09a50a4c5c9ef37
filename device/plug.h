/* SPDX-License-Identifier: GPL-2.0-or-later
 * Hearing of SCSI devices that come to this machine, or go. The kernel's uevents tell it at once, without
 * udevd; where none arrive (a container), a look at sysfs now and then finds it. Nobody is believed: whoever
 * is woken looks for himself what there is. */
#ifndef DEVICE_PLUG_H
#define DEVICE_PLUG_H

#include "base/err.h"

struct plug;

/* look_ms: between two looks at sysfs */
int plug_open(int look_ms, struct plug **, struct err *);
void plug_close(struct plug *);

enum plug_news { PLUG_STOPPED, PLUG_TOLD, PLUG_FOUND };
/* Blocks until devices have changed, and have been quiet for a moment; or stop_fd is readable. */
enum plug_news plug_wait(struct plug *, int stop_fd);

#endif
