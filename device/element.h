/* SPDX-License-Identifier: GPL-2.0-or-later
 * What a library tells of one of its elements. */
#ifndef DEVICE_ELEMENT_H
#define DEVICE_ELEMENT_H

#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

enum element_type { ELEMENT_TRANSPORT = 1, ELEMENT_STORAGE = 2, ELEMENT_IE = 3, ELEMENT_DRIVE = 4 };
#define ELEMENT_TYPES 5 /* index 0 is unused */
const char *element_type_name(enum element_type t);

struct element {
	uint16_t address;
	uint8_t type; /* enum element_type */
	bool full;
	bool access; /* the robot can reach it (drive: empty, or its medium is unloaded) */
	bool except;
	uint8_t asc, ascq;   /* of the exception */
	uint8_t trouble;     /* enum element_trouble; TROUBLE_NONE without exception */
	const char *why;     /* text of the exception; NULL without; static */
	bool impexp;	     /* IE: a person put it there */
	bool inenab, exenab; /* IE: may come in, may go out */
	bool source_valid, inverted, disabled;
	uint16_t source;     /* storage element it came from */
	uint8_t medium_type; /* 0 unknown, 1 data, 2 cleaning, 3 diagnostic, 4 WORM, 5 microcode */
	char tag[33];	     /* primary volume tag, trimmed; "" none */
	char alternate[33];
	/* drive elements whose robot tells: */
	char id_vendor[9], id_product[17], id_serial[65]; /* serial may be cut off; "" if not told */
	char id_unique[40];				  /* "naa.5000...", "eui..."; "" if not told */
};
typedef VEC(struct element) element_vec;

#endif
