/* SPDX-License-Identifier: GPL-2.0-or-later
 * Whether somebody has a file open. */
#ifndef DEVICE_VIRTUAL_HOLDER_H
#define DEVICE_VIRTUAL_HOLDER_H

#include <stdbool.h>

/* True if a process, this one too, has the file open or mapped. */
bool file_is_held(const char *path);

#endif
