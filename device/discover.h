/* SPDX-License-Identifier: GPL-2.0-or-later
 * Finding the drives of a changer: what answers beside it, matched to its drive elements by serial number; or
 * what the configuration names for each. */
#ifndef DEVICE_DISCOVER_H
#define DEVICE_DISCOVER_H

#include "device/changer.h"
#include "device/match.h"

struct drive_site {
	uint16_t element;
	char *url;	    /* NULL: no device is known for this element */
	bool present;	    /* it answers and is a drive; otherwise why tells */
	enum match_way way; /* how it was found; MATCH_NONE: given */
	struct identity id;
	char *path; /* the plain path an application opens; NULL: the URL */
	char why[200];
};
typedef VEC(struct drive_site) drive_site_vec;
void drive_site_vec_free(drive_site_vec *v);

struct given_drive { /* by the configuration */
	uint16_t element;
	char *url;
};
typedef VEC(struct given_drive) given_drive_vec;

/* elements: of changer_inventory(); one site comes out for each drive element among them. given: empty, or
 * all drives that there are. Fails only if nothing could be looked for, or the changer was stopped. */
enum outcome discover_drives(struct changer *c, const element_vec *elements, const given_drive_vec *given,
			     drive_site_vec *out, struct verdict *v);

#endif
