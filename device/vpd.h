/* SPDX-License-Identifier: GPL-2.0-or-later
 * The names a device has for itself: VPD pages 80h and 83h, read by INQUIRY or kept by the kernel. Pure. */
#ifndef DEVICE_VPD_H
#define DEVICE_VPD_H

#include <stddef.h>
#include <stdint.h>

/* ASCII out of a fixed field: what can't be printed becomes '?'; trimmed on both sides. */
void vpd_text(const uint8_t *p, size_t n, char *out, size_t size);
/* Page 80h, whole; "" if it isn't one. */
void vpd_serial(const uint8_t *page, size_t n, char *out, size_t size);
/* The best name in page 83h for the logical unit: NAA before EUI-64 before T10 vendor. "" if there is none.
 */
void vpd_unique(const uint8_t *page, size_t n, char *out, size_t size);

#endif
