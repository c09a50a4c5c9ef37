/* SPDX-License-Identifier: GPL-2.0-or-later
 * What a tape library does, whatever it is made of: which moves it carries out, what sense data the others
 * earn, what it tells of an element, which media a drive takes. The virtual library (device/virtual/) keeps
 * these rules on a directory and answers CDBs; the simulator (sim/) keeps them in memory and answers actions.
 *
 * The rules know facts, not where those come from: they ask for them with look(), and move cartridges with
 * carry(). They read no clock and no file, and allocate nothing.
 */
#ifndef DEVICE_RULES_H
#define DEVICE_RULES_H

#include "device/element.h"

/* What lies in an element. */
enum content { CONTENT_EMPTY, CONTENT_CARTRIDGE, CONTENT_SEVERAL, CONTENT_INCOMPLETE, CONTENT_STRAY };
/* How a drive has it. */
enum drive_fill { FILL_EMPTY, FILL_SEATED, FILL_LOADING, FILL_LOADED, FILL_WRONG /* content not usable */ };
enum barcode { BARCODE_READ, BARCODE_MISSING, BARCODE_INVALID, BARCODE_TWICE, BARCODE_NO_READER };

/* What any library knows of a cartridge. */
struct tape {
	int sides, generation; /* of LTO; 0: something else */
	int up;		       /* the side that a drive would read: 1, 2 */
	int write_protected, worm;
	int calibrated; /* LTO-9 and later: has been loaded before */
	bool cleaner;
};

/* One element. The first member of what a library keeps of it. */
struct cell {
	uint16_t address;
	uint8_t type; /* enum element_type */
	/* as of the last look() */
	uint8_t content; /* enum content */
	uint8_t fill;	 /* drives: enum drive_fill */
	uint8_t barcode; /* enum barcode */
	bool open;	 /* IE: somebody can reach into it, the robot can't */
	bool held;	 /* drives: an application prevents the removal */
	bool by_hand;	 /* the robot didn't put it there */
	uint16_t source; /* that the robot brought it from; 0: it doesn't know */
	struct tape tape;
};

struct picker;
struct picker_ops {
	/* Brings a cell up to date. */
	void (*look)(struct picker *, struct cell *);
	/* The drive unloads for a move. False: it doesn't. */
	bool (*release)(struct picker *, struct cell *drive);
	/* The cartridge of `from`, to which nothing is opposed, is now at `to`. False: nothing was moved. */
	bool (*carry)(struct picker *, struct cell *from, struct cell *to, bool invert);
};
struct picker {
	const struct picker_ops *ops;
	struct cell *hand;
	bool door;	  /* stands open */
	bool rotates;	  /* turns cartridges over */
	bool autounloads; /* a move unloads its source drive; else it is refused */
};

/* MOVE MEDIUM; or EXCHANGE MEDIUM, where the cartridge found at `to` goes on to `other`. */
struct trip {
	struct cell *from, *to, *other; /* NULL: there is no such element */
	bool exchange, invert;
};

/* Sense data in one number; 0: GOOD. */
#define SENSE(key, asc, ascq) ((uint32_t)(key) << 16 | (uint32_t)(asc) << 8 | (uint32_t)(ascq))

/* A trip in its three moments; each says what stands in its way. Nothing moves before the third. */
uint32_t trip_refused(struct picker *, const struct trip *); /* when the command comes */
uint32_t trip_blocked(struct picker *, const struct trip *); /* when the hand is there */
uint32_t trip_made(struct picker *, const struct trip *);
/* Instead of the third: the cartridge stays in the hand. */
uint32_t trip_dropped(struct picker *, const struct trip *);

/* What the robot says of an element in READ ELEMENT STATUS. Address, type and tag are the caller's. */
void cell_tell(const struct cell *, struct element *);

/* A drive of that generation with that cartridge: why it doesn't load it, or write it. 0: it does. */
uint32_t drive_refuses(int drive, const struct tape *);
uint32_t drive_protects(int drive, const struct tape *);
/* Loading it takes the time of a calibration besides. */
bool drive_must_calibrate(int drive, const struct tape *);
bool lto_reads(long drive, int medium);
bool lto_writes(long drive, int medium);

/* What bar codes tell. */
int barcode_generation(const char *tag); /* L5 gives 5, LA 10, M8 8, LY 8; 0 unknown */
bool barcode_is_worm(const char *tag);
bool barcode_is_cleaner(const char *tag);

#endif
