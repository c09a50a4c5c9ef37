/* SPDX-License-Identifier: GPL-2.0-or-later
 * The answer of READ ELEMENT STATUS, taken apart. Nothing in it is believed: lengths are checked against
 * what came, and what contradicts itself is refused with a text that says where. */
#ifndef DEVICE_ELEMENTS_H
#define DEVICE_ELEMENTS_H

#include "device/changer.h"

struct elements_answer {
	unsigned announced; /* elements, by the header */
	bool cut;	    /* the answer filled the buffer: more may follow */
};

/* Appends the elements of the one type asked for. full: the answer is as long as the buffer was, so that
 * its last descriptor may be cut; else a short last descriptor is taken, the missing bytes being zero. */
int elements_parse(const uint8_t *buf, size_t n, bool full, enum element_type type, const char *vendor,
		   element_vec *out, struct elements_answer *a, struct err *e);

#endif
