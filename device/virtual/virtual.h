/* SPDX-License-Identifier: GPL-2.0-or-later
 * The virtual library: a directory that answers CDBs; docs/virtual-library.md describes it. URLs:
 *     virtual:/path              its changer
 *     virtual:/path/drives/01    a drive
 * Here: making such a library and its cartridges, for the tool vtl, the demo and the tests. */
#ifndef DEVICE_VIRTUAL_VIRTUAL_H
#define DEVICE_VIRTUAL_VIRTUAL_H

#include "base/err.h"

#include <stdbool.h>

struct virtual_geometry {
	int slots, drives, mailslots;
	int generation;	   /* of the LTO drives; 0: 8 */
	int sides;	   /* 2: two-sided media and a robot that turns them */
	const char *extra; /* more lines for library.ini; NULL none */
};
/* Makes the directory and its library.ini; fails if there is a library already. */
int virtual_create(const char *path, const struct virtual_geometry *g, struct err *e);

struct virtual_cartridge {
	const char *barcode;
	int sides;	/* 0: as the library's */
	int generation; /* 0: by the bar code's suffix, else the library's */
	bool write_protected, unlabelled;
	const char *data; /* file copied onto side 1; NULL: blank */
};
/* Puts a new cartridge into a place of the library: "slots/0003", "mailslots/01", "shelf"; NULL: the first
 * empty slot. */
int virtual_add(const char *path, const struct virtual_cartridge *c, const char *place, struct err *e);

#endif
