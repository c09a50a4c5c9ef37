/* SPDX-License-Identifier: GPL-2.0-or-later
 * Where devices differ from what their standards say: data (quirks.def), which the configuration can
 * override with lines of the same shape:
 *     quirk = "VENDOR" "PRODUCT" name=number ...      a trailing * in either string matches any rest
 * How long a device may take stands in limits.def, in the same shape; the configuration's line is `limit =`.
 */
#ifndef DEVICE_QUIRKS_H
#define DEVICE_QUIRKS_H

#include "base/err.h"

#define QUIRKS(X)                                                                                            \
	X(dvcid_alone, 0) /* drive identifiers come only alone: no volume tags in the same answer */         \
	X(no_dvcid, 0)	  /* never ask for drive identifiers */                                              \
	X(no_curdata, 0)  /* don't set CURDATA: refused or harmful */                                        \
	X(dbd, 0)	  /* MODE SENSE: try with DBD set first */                                           \
	X(no_prevent, 0)  /* never send PREVENT/ALLOW MEDIUM REMOVAL */                                      \
	X(no_ie_door, 0)  /* opcode 1Bh isn't OPEN/CLOSE IMPORT/EXPORT here */                               \
	X(calibrates, 0)  /* the first load of a new cartridge takes hours (LTO-9) */                        \
	X(loej, 0)	  /* a tape that loads and unloads only with the LOEJ bit */                         \
	X(chunk, 1000)	  /* READ ELEMENT STATUS: elements for each command */

/* In seconds; the values are those of a device that limits.def doesn't know. */
#define TIME_LIMITS(X)                                                                                       \
	X(move_s, 900)	      /* MOVE MEDIUM */                                                              \
	X(initialize_s, 7200) /* INITIALIZE ELEMENT STATUS */                                                \
	X(load_s, 840)	      /* LOAD UNLOAD */                                                              \
	X(ready_s, 900)	      /* from the move's end to ready */                                             \
	X(calibrate_s, 10800) /* the same while it calibrates a new cartridge */                             \
	X(calibrates_s, 2400) /* what that takes usually: what people are told */                            \
	X(rewind_s, 600)                                                                                     \
	X(space_s, 2040)                                                                                     \
	X(io_s, 2400)  /* READ, WRITE, filemarks */                                                          \
	X(look_s, 2)   /* between two looks what happened behind our back */                                 \
	X(ports_s, 30) /* between two readings of the mail slots of a robot that doesn't tell; 0: never */

struct quirk {
#define X(name, value) int name;
	QUIRKS(X)
	TIME_LIMITS(X)
#undef X
};

/* What applies to this device: defaults, then the rows of quirks.def and limits.def, then the configuration's
 * lines. */
void quirk_find(const char *vendor, const char *product, struct quirk *q);
/* Adds one line of the configuration (what stands right of "quirk =" or "limit ="). Before the first device
 * is opened. */
int quirk_add(const char *line, struct err *e);
void quirk_forget_added(void);
/* One line applied to one device: checks the line, changes *q if it fits. For the two above and the tests. */
int quirk_apply(const char *line, const char *vendor, const char *product, struct quirk *q, struct err *e);
extern const char *const quirk_table[]; /* quirks.def, limits.def; ends with NULL */

#endif
