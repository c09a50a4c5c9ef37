/* SPDX-License-Identifier: GPL-2.0-or-later
 * Which device is in which drive element: by serial number, never by order. Pure. */
#ifndef DEVICE_MATCH_H
#define DEVICE_MATCH_H

#include <stddef.h>

struct match_id {
	const char *vendor, *product, *serial; /* "" where not told; an element's may be cut off */
	const char *unique;		       /* "naa.5000..." and the like; NULL or "" where not told */
};

enum match_way { MATCH_NONE, MATCH_SERIAL, MATCH_TAIL, MATCH_CUT, MATCH_ELIMINATION };
const char *match_way_name(enum match_way w);

struct match {
	int device; /* index, -1 none */
	enum match_way way;
};

/* For each of the n elements the device in it: the same serial or unique name; else the serial's end or
 * beginning where the element tells only part of it and one device alone fits; else, if exactly one element
 * and one device are left over and don't contradict, each other. A device is given to one element only. */
void match_drives(const struct match_id *elements, size_t n, const struct match_id *devices, size_t m,
		  struct match *out);

#endif
