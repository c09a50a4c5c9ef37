/* SPDX-License-Identifier: GPL-2.0-or-later
 * Finding the drives of a changer: what answers beside it, matched to its drive elements by serial number. */
#ifndef DEVICE_DISCOVER_H
#define DEVICE_DISCOVER_H

#include "device/changer.h"
#include "device/match.h"

struct drive_site {
	uint16_t element;
	char *url; /* NULL: no device found for this element */
	enum match_way way;
};
typedef VEC(struct drive_site) drive_site_vec;
void drive_site_vec_free(drive_site_vec *v);

/* elements: of changer_inventory(); one site comes out for each drive element among them. */
enum outcome discover_drives(struct changer *c, const element_vec *elements, drive_site_vec *out,
			     struct verdict *v);

#endif
