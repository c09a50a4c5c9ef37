/* SPDX-License-Identifier: GPL-2.0-or-later
 * Where devices differ from what their standards say: data (quirks.def), which the configuration can
 * override with lines of the same shape:
 *     quirk = "VENDOR" "PRODUCT" name=value ...      a trailing * in either string matches any rest */
#ifndef DEVICE_QUIRKS_H
#define DEVICE_QUIRKS_H

#include "base/err.h"

#include <stdbool.h>

struct quirk {
	char vendor[10], product[18];
	bool dvcid_alone;  /* READ ELEMENT STATUS: identifiers come only without volume tags, for drives only
			    */
	bool no_dvcid;	   /* never ask for identifiers */
	bool no_curdata;   /* don't set CURDATA: refused or harmful */
	bool dbd;	   /* MODE SENSE with DBD set first */
	bool avoltag_lies; /* the AVOLTAG page bit is set without such a tag */
	bool no_prevent;   /* never send PREVENT/ALLOW MEDIUM REMOVAL */
	bool no_ie_door;   /* opcode 1Bh isn't OPEN/CLOSE IMPORT/EXPORT here */
	bool loej;	   /* a tape that unloads only with the LOEJ bit (START STOP UNIT shape) */
	int chunk;	   /* READ ELEMENT STATUS: elements for each command */
	int move_s, initialize_s, load_s; /* time limits in seconds */
};

/* What applies to this device: defaults, then quirks.def, then the configuration's lines, in order. */
void quirk_find(const char *vendor, const char *product, struct quirk *q);
/* Adds one line of the configuration (what stands right of "quirk ="). Before the first device is opened. */
int quirk_add(const char *line, struct err *e);
void quirk_forget_added(void);

#endif
