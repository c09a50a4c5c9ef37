/* SPDX-License-Identifier: GPL-2.0-or-later
 * What a device's answer means. Sense data are decoded once, here, into a reaction and flags; nobody
 * above looks at sense keys. The codes themselves stand in sense.def. */
#ifndef DEVICE_SENSE_H
#define DEVICE_SENSE_H

#include "base/err.h"
#include "base/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum reaction {
	REACT_DONE,	/* it is done; note the flags */
	REACT_NOW,	/* repeat at once, a few times (device_run already did) */
	REACT_WAIT,	/* becoming ready (booting, loading, calibrating): poll until it is */
	REACT_LATER,	/* busy elsewhere: again after seconds to minutes */
	REACT_MEDIUM,	/* the cartridge is to blame */
	REACT_DRIVE,	/* the drive is to blame */
	REACT_ROBOT,	/* the robot is to blame: stop moves, read the elements again */
	REACT_OPERATOR, /* a person must do something: verdict.tell says what */
	REACT_CANNOT,	/* wrong or impossible: never repeat */
	REACT_PATH,	/* the device can't be reached, or its answer got lost */
};
const char *reaction_name(enum reaction r);

enum verdict_flag {
	VF_INVENTORY = 1 << 0,	  /* places may have changed: read element status */
	VF_IE = 1 << 1,		  /* an import/export element was accessed */
	VF_CONFIG = 1 << 2,	  /* addresses or modes may have changed: open again */
	VF_POSITION = 1 << 3,	  /* the tape's position is lost: rewind before use */
	VF_RESERVATION = 1 << 4,  /* locks (PREVENT) and reservations of ours are gone */
	VF_CLEAN = 1 << 5,	  /* the drive wants a cleaning */
	VF_CRYPT = 1 << 6,	  /* encryption stands in the way, or keys are gone */
	VF_NO_MEDIUM = 1 << 7,	  /* there is no medium in the drive */
	VF_NEEDS_LOAD = 1 << 8,	  /* a medium is there, not loaded: LOAD */
	VF_NEEDS_UNLOAD = 1 << 9, /* the medium must be unloaded by its drive first */
	VF_PREVENTED = 1 << 10,	 /* removal is prevented: an application holds the medium, or a lock is set */
	VF_INITIALIZE = 1 << 11, /* the robot wants INITIALIZE ELEMENT STATUS */
	VF_PROTECTED = 1 << 12,	 /* write protected */
	VF_BLANK = 1 << 13,	 /* end of data, or nothing written here */
	VF_FILEMARK = 1 << 14,
	VF_EOM = 1 << 15,
	VF_ILI = 1 << 16,	  /* the block has another length; verdict.info = asked - found */
	VF_UNSUPPORTED = 1 << 17, /* the device doesn't know this command */
	VF_CLEANER = 1 << 18,	  /* a cleaning cartridge is in the drive */
	VF_SOURCE_EMPTY = 1 << 19,
	VF_TARGET_FULL = 1 << 20,
	VF_DOOR = 1 << 21,    /* a door, or a mail slot, stands open */
	VF_ELEMENT = 1 << 22, /* an element that the move needs is disabled */
	VF_IE_USED = 1 << 23, /* it is told that something was laid into a mail slot, or taken out */
};

/* What one device call came to. Functions of this layer return its outcome (0 is OUTCOME_DONE), and
 * fill it in on success too: flags met on the way (a unit attention) are reported whatever the outcome. */
struct verdict {
	enum outcome outcome;
	enum reaction reaction;
	uint32_t flags;
	uint8_t status, key, asc, ascq; /* zero if it never came to sense data */
	bool deferred;			/* the sense told of an earlier command */
	bool info_valid;
	int32_t info;	  /* INFORMATION; for tape a residual */
	int progress;	  /* 0..100 where the device tells, else -1 */
	const char *name; /* of the code; NULL if unknown to us */
	const char *tell; /* what a person should do; NULL if nothing */
	struct err err;	  /* Win32 code and text, when outcome isn't OUTCOME_DONE */
};

enum device_kind { KIND_ANY, KIND_CHANGER, KIND_DRIVE };

/* Decodes sense data into all of *v but err. Unknown codes fall back to what their key means. */
void sense_decode(const uint8_t *sense, size_t n, enum device_kind kind, const char *vendor,
		  const char *product, struct verdict *v);

/* "5/3B/0E (source element empty)", "4/84/17 (unknown code: hardware error)" */
const char *sense_text(const struct verdict *v, char *buf, size_t size);

/* Code and text for a verdict that isn't DONE: which device, doing what. */
void verdict_explain(struct verdict *v, const char *device, const char *what);

/* The ASC/ASCQ of an element's exception in READ ELEMENT STATUS. */
enum element_trouble {
	TROUBLE_NONE,
	TROUBLE_LABEL,	   /* bar code unreadable, missing, or two of the same */
	TROUBLE_UNSCANNED, /* not looked at yet: INITIALIZE ELEMENT STATUS */
	TROUBLE_ABSENT,	   /* no such slot now: magazine out */
	TROUBLE_NO_DRIVE,  /* bay without a drive */
	TROUBLE_UNUSABLE,  /* disabled or out of the robot's reach */
	TROUBLE_CLEANER,   /* not a trouble: it holds a cleaning cartridge */
	TROUBLE_DRIVE,	   /* the drive there is ill */
	TROUBLE_CONTENT,   /* what lies there can't be handled; a person must look */
	TROUBLE_UNKNOWN,
};
enum element_trouble exception_decode(uint8_t asc, uint8_t ascq, const char *vendor, const char **text);

#endif
