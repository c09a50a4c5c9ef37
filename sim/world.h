/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A library in memory: the real store, media model and controllers, and a robot that does what actions say.
 * The clock stands still unless somebody moves it. The simulator (run.c) gives actions the time they take; a
 * test of the controllers lets them happen one by one (world_step()).
 *
 * What was posted after a commit stands in `queue`: whoever drives the world takes it from there, carries it
 * out (world_perform()) and tells the outcome (world_tell()).
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "base/vec.h"
#include "device/rules.h"
#include "device/virtual/fault.h"
#include "library/library.h"
#include "media/calls.h"
#include "media/model.h"

#define SLOT 1000 /* element addresses: SLOT + 0.. */
#define DRIVE 500
#define PORT 10
#define HAND 1

struct cartridge {
	char tag[33];
	enum label_kind label[2];
	char id[2][LABEL_ID + 1];
	struct tape tape; /* but for `up`, which is its place's */
};

struct place {
	struct cell cell; /* brought up to date by look(): read the members below */
	int cartridge;	  /* -1: empty */
	bool inverted;
	int loaded; /* drives: the cartridge that it loaded */
	int seated; /* the cartridge that the robot put here; another one came by hand */
	uint16_t source;
};

/* What rsmd may die at. Nothing happens between the commit of a job and the next moment. */
enum moment {
	MOMENT_JOB,	/* a job begins */
	MOMENT_COMMIT,	/* it was committed; what it posted isn't carried out yet */
	MOMENT_OUTCOME, /* a device did what the action says, and nobody was told yet */
};

struct world {
	struct picker picker;
	struct store *store;
	int64_t now, library, offline;
	struct library_world hooks;
	struct token *token;
	struct caller caller;
	VEC(struct cartridge) cartridges;
	VEC(struct place) places; /* by type, then address */
	VEC(char *) questions;	  /* SQL of ask(): statements are cached by its address */
	VEC(struct action) queue;
	VEC(enum action_kind) done; /* what was carried out by world_step(), in order */
	size_t slots, drives, ports;
	bool rotates;
	const char *generation;
	int shift;	    /* of all addresses, against SLOT, DRIVE, PORT and HAND */
	const char *serial; /* of the first drive; NULL: D0 */
	/* Called at each moment; may set dead (rsmd is gone: no job is run, no outcome told before
	 * world_restart()), disk_full (the job that begins is undone for want of room, and then asked again),
	 * and move what the robot has just moved. */
	void (*watch)(struct world *, enum moment, const struct action *);
	bool dead, disk_full;
	/* the next action of that kind ends so instead; happens: and yet it was carried out */
	struct {
		enum action_kind kind;
		enum outcome outcome;
		enum fault fault;
		bool happens;
	} fault;
};

/* ---- the daemon (world.c) ---- */

void world_start(struct world *w, size_t slots, size_t drives,
		 size_t ports); /* zeroed but for rotates, generation */
void world_end(struct world *w);
/* EV_UP */
void world_probe(struct world *w);
void world_up(struct world *w); /* and everything that follows from it */
void world_tell(struct world *w, struct event *ev);
void world_wake(struct world *w);    /* all libraries */
void world_restart(struct world *w); /* a new rsmd, before its library is up */

bool world_step(struct world *w);	      /* carry out one action; false: none waits */
void world_run(struct world *w);	      /* until none waits */
void world_pass(struct world *w, int64_t ms); /* time passes; libraries are woken; then world_run() */

/* A call as the api makes it; returns its code. */
#define CALL(w, fn, in, out) world_call(w, (void (*)(void))do_##fn, in, out)
int world_call(struct world *w, void (*fn)(void), const void *in, void *out);
/* The code that a waiting call has ended with; ERROR_IO_PENDING. */
int world_poll(struct world *w, const guid *call, void *out);

/* One number or guid out of the store. */
int64_t ask(struct world *w, const char *sql);
guid ask_guid(struct world *w, const char *sql);

/* The world is broken: says so and aborts. */
void world_fail(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* ---- the robot and its cartridges (cells.c) ---- */

extern const struct picker_ops in_memory;
void cells_add(struct world *w, uint8_t type, uint16_t first, size_t n);
struct place *place_at(struct world *w, uint16_t address);
/* address 0: it lies somewhere else */
int cartridge_add(struct world *w, uint16_t address, const char *tag, enum label_kind, const char *id);
struct place *action_drive_at(struct world *w, const struct action *a); /* the element of its drive */
/* Does it, at once, by the rules of any library (device/rules.h); ev: how it went. struck: what goes wrong;
 * NULL: nothing. elements: room for all, for what a status tells. */
void world_perform(struct world *w, const struct action *a, const struct mishap *struck, struct event *ev,
		   struct element_state *elements);
int world_generation(const struct world *w); /* of its LTO drives; 0: something else */
/* A device says so: what controllers hear of it. */
void world_sense(struct event *ev, bool drive, uint32_t sense, const char *what);

/* ---- what always holds (check.c) ---- */

/* How many of the invariants are violated; says which. quiet: nothing is under way, so that rows and robot
 * must agree. */
int world_check(struct world *w, bool quiet, void (*say)(void *arg, const char *what), void *arg);
/* Before that action is carried out: no free label over what somebody owns. */
int world_check_write(struct world *w, const struct action *a, void (*say)(void *arg, const char *what),
		      void *arg);

#endif
