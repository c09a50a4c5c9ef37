/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Library controllers: decide, then do.
 *
 * library_event() is called by the one writer, inside a job's savepoint, with what happened and the time. It
 * reads the rows of its library, writes what follows from the event, and posts actions. It sleeps on nothing,
 * reads no clock, opens nothing and touches no device: the rows and the event decide, so the same rows and
 * events give the same actions, on a robot, in a test of every interleaving, or in a simulation with a clock
 * of its own.
 *
 * An action is a row first (table `action`, state open). It is handed to the executor by a post, so after
 * COMMIT, and its outcome comes back as EV_OUTCOME and closes the row. At start-up the rows still open are
 * settled against what the robot reports (reconcile.c).
 *
 * A library request is a program: a list of phases per operation (program.c); a phase either starts an action
 * or is done at once; the outcome of its action moves the request on. The queue (queue.c) offers the robot
 * and the drives to requests in RSM's order.
 */
#ifndef LIBRARY_LIBRARY_H
#define LIBRARY_LIBRARY_H

#include "base/outcome.h"
#include "label/label.h"
#include "store/store.h"

#include <stdbool.h>

/* ---- what the executor is asked to do ---- */

enum action_kind {
	ACT_STATUS = 1,	 /* READ ELEMENT STATUS of the types in `types` */
	ACT_INITIALIZE,	 /* INITIALIZE ELEMENT STATUS, then as ACT_STATUS */
	ACT_MOVE,	 /* MOVE MEDIUM source -> destination, invert */
	ACT_LOAD,	 /* drive: wait until the medium is ready, LOAD where needed, tell what it is */
	ACT_READ_LABEL,	 /* drive: read the beginning, identify, rewind */
	ACT_WRITE_LABEL, /* drive: write the free label with id `label_id`, rewind, read it back */
	ACT_UNLOAD,	 /* drive: unload, so that the robot can take the medium */
	ACT_LOCK,	 /* PREVENT MEDIUM REMOVAL on the changer (robots without it: DONE) */
	ACT_UNLOCK,	 /* ALLOW */
	ACT_EXTEND,	 /* OPEN IMPORT/EXPORT ELEMENT `source` (robots without it: DONE) */
	ACT_RETRACT,	 /* CLOSE IMPORT/EXPORT ELEMENT `source` (robots without it: DONE) */
	ACT_GRANT,  /* drive: `user` may open its nodes, nobody else; FAULT_HELD if somebody has one open */
	ACT_REVOKE, /* drive: nobody may; FAULT_HELD while somebody still has one open */
};

struct action {
	int64_t id;	 /* row in `action` */
	int64_t library; /* row id */
	enum action_kind kind;
	int64_t drive;		      /* row id of the drive it goes to; 0: the changer */
	uint16_t source, destination; /* element addresses */
	bool invert;
	uint8_t types; /* ACT_STATUS: bit 1 << element type (1 transport .. 4 drive) */
	char label_id[LABEL_ID + 1], volume[8]; /* ACT_WRITE_LABEL */
	int64_t limit_ms;			/* 0: the device's usual limit */
	char user[64];				/* ACT_GRANT: name or number */
	bool write;				/* ACT_GRANT: not only read */
	bool again;				/* ACT_GRANT: as it was before; the user may have it open */
};

/* ---- what the executor tells ---- */

/* Why an action failed, as far as a controller acts on it; the text tells the rest. */
enum fault {
	FAULT_OK,
	FAULT_LATER,	/* busy or not ready: try again later */
	FAULT_MEDIUM,	/* the cartridge's fault */
	FAULT_DRIVE,	/* the drive's fault */
	FAULT_ROBOT,	/* the robot's fault: read the elements again */
	FAULT_OPERATOR, /* a person must do what `why` says; then it goes on by itself */
	FAULT_CANNOT,	/* wrong or impossible */
	FAULT_PATH,	/* can't be reached; with outcome UNKNOWN: it may have happened */
	FAULT_SOURCE_EMPTY,
	FAULT_DESTINATION_FULL,
	FAULT_HELD,	    /* somebody has the drive open, or prevents removal: nothing was done */
	FAULT_NEEDS_UNLOAD, /* the drive must unload first */
	FAULT_INCOMPATIBLE, /* this drive can't take this medium */
	FAULT_PROTECTED,    /* write protected */
	FAULT_NO_MEDIUM,    /* nothing in the drive */
	FAULT_CLEANER,	    /* a cleaning cartridge */
	FAULT_ELEMENT,	    /* the robot can't use the slot it was to move from or to */
};

/* One element as the robot reports it. */
struct element_state {
	uint16_t address;
	uint8_t type; /* 1 transport, 2 storage, 3 import/export, 4 drive */
	bool full, access, disabled, absent, unscanned, unlabelled, cleaner, inverted, source_valid, impexp;
	uint16_t source;
	char tag[33];
	const char *why; /* exception text, static or owned by the event; NULL: none */
};

struct probe_drive {
	uint16_t element;
	bool present; /* a drive is there and we can reach it; otherwise the rest is empty and why tells */
	char vendor[9], product[17], revision[9], serial[33];
	char generation[16];		   /* "LTO-8", "" unknown */
	char url[256];			   /* what rsmd opens */
	char node[64], sg[64], by_id[128]; /* of a local device; else "" */
	char device[64];		   /* what an application opens: szDeviceName */
	uint32_t device_type;		   /* FILE_DEVICE_TAPE ... */
	char why[200];
};

struct probe { /* the library as found */
	char vendor[9], product[17], revision[9], serial[33], device[64];
	char identity[130]; /* what it is known by, whatever path leads to it; "" if it has no name */
	uint16_t first[5], count[5]; /* by element type */
	bool rotates, can_lock, can_extend, barcode_reader;
	struct probe_drive *drives;
	size_t n_drives;
};

struct medium_info { /* of ACT_LOAD */
	uint8_t medium_type, density;
	bool write_protected, worm;
	char serial[64]; /* manufacturer and serial number from cartridge memory, "" unknown */
	uint64_t capacity;
};

enum event_kind {
	EV_UP,	 /* the library can be reached: `probe`. Sent at start and each time it comes back */
	EV_DOWN, /* it can't: `why`; `fault`: FAULT_PATH there is no answer, else it answers and is unfit */
	EV_OUTCOME,   /* of `action` */
	EV_PROGRESS,  /* of `action`: done of total, why, left_ms; e.g. a drive that calibrates */
	EV_ATTENTION, /* something changed behind our back: types whose elements are in doubt */
	EV_WAKE,      /* rows changed, or time passed */
};

struct event {
	enum event_kind kind;
	int64_t library;
	const struct probe *probe;
	/* EV_OUTCOME */
	int64_t action;
	enum outcome outcome;
	enum fault fault;
	char why[400];
	const struct element_state *elements; /* ACT_STATUS, ACT_INITIALIZE */
	size_t n_elements;
	struct medium_info medium; /* ACT_LOAD */
	struct label label;	   /* ACT_READ_LABEL, ACT_WRITE_LABEL (what was read back) */
	uint32_t done, total;	   /* EV_PROGRESS */
	int64_t left_ms;	   /* ... until its expected end; 0: nobody knows */
	uint8_t types;		   /* EV_ATTENTION */
	bool tells_ports;	   /* EV_ATTENTION: the robot itself told that a mail slot was used */
	bool noticed;		   /* EV_ATTENTION: while the robot was idle; not by an action of ours */
};

/* How actions leave: called inside the job; must txn_post() a copy so that it starts after COMMIT. */
struct library_world {
	void (*act)(struct txn *, const struct action *, void *arg);
	void *arg;
};

/* One event, decided. Errors are the store's; a controller itself has none: whatever a device said is data.
 */
int library_event(struct txn *, const struct library_world *, const struct event *, struct err *);

/* For struct store_config.woken: EV_WAKE for the library with that row id. arg: the library_world. */
int library_woken(struct txn *, int64_t library, void *world, struct err *);

/* When the earliest library wants to be woken; 0: never. */
int library_next_deadline(struct txn *, int64_t *at, struct err *);
/* Of all: libraries, calls that wait, purges. The latter are in no hurry, and asked for once a minute, more
 * often if their time is short. */
struct deadlines {
	int64_t next; /* 0: never */
	int64_t purge, looked;
};
int deadlines_read(struct txn *, void *deadlines, struct err *);

/* Once at start, before any event: a new incarnation and epoch; unfinished library requests become cancelled;
 * open actions become UNKNOWN, to be settled when their library comes up; calls that waited are gone with
 * their sessions. A store restored from a copy is put into doubt (restored.c). keys: the sections of the
 * configuration, in order; libraries of other sections become not present. */
struct library_key {
	const char *key;
	uint32_t library_type; /* NTMS_LIBRARYTYPE_ONLINE or _STANDALONE */
	bool found;	       /* by discovery */
	char identity[130];    /* out: of its robot, as last seen */
	int64_t id;	       /* out: row id */
};
int library_start(struct txn *, struct library_key *keys, size_t n, struct err *);
/* One that was found later. */
int library_add(struct txn *, struct library_key *, struct err *);

#endif
