/* SPDX-License-Identifier: GPL-2.0-or-later
 * A library in a test's memory: the real store, media model and controllers, and a robot that does what
 * actions say when the test lets it. Time passes when the test says so. */
#ifndef TESTS_UNIT_LIBRARY_WORLD_H
#define TESTS_UNIT_LIBRARY_WORLD_H

#include "base/vec.h"
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
	int sides;
};

struct place {
	uint16_t address;
	uint8_t type;
	int cartridge; /* -1: empty */
	bool inverted;
	uint16_t source;
};

struct world {
	struct store *store;
	int64_t now, library, offline;
	struct library_world hooks;
	struct token *token;
	struct caller caller;
	VEC(struct cartridge) cartridges;
	VEC(struct place) places;
	VEC(char *) questions; /* SQL of ask(): statements are cached by its address */
	VEC(struct action) queue;
	VEC(enum action_kind) done; /* what was carried out, in order */
	size_t slots, drives, ports;
	bool rotates;
	const char *generation;
	/* the next action of that kind ends so instead; happens: and yet it was carried out */
	/* rsmd dies instead of telling the outcome of that action, counted from 1; 0: never. dies_done: the
	 * robot did it */
	int dies_at;
	bool dies_done, dead;
	struct {
		enum action_kind kind;
		enum outcome outcome;
		enum fault fault;
		bool happens;
	} fault;
};

void world_start(struct world *w, size_t slots, size_t drives,
		 size_t ports); /* zeroed but for rotates, generation */
void world_end(struct world *w);
/* EV_UP; then everything that follows from it */
void world_up(struct world *w);
int cartridge_add(struct world *w, uint16_t address, const char *tag, enum label_kind, const char *id);
struct place *place_at(struct world *w, uint16_t address);

bool world_step(struct world *w); /* carry out one action; false: none waits */
void world_run(struct world *w);  /* until none waits */
void world_tell(struct world *w, struct event *ev);
void world_restart(struct world *w);	      /* a new rsmd, before its library is up */
void world_pass(struct world *w, int64_t ms); /* time passes; libraries are woken; then world_run() */

/* A call as the api makes it; returns its code. */
#define CALL(w, fn, in, out) world_call(w, (void (*)(void))do_##fn, in, out)
int world_call(struct world *w, void (*fn)(void), const void *in, void *out);
/* The code that a waiting call has ended with; ERROR_IO_PENDING. */
int world_poll(struct world *w, const guid *call, void *out);

/* One number or guid or text out of the store. */
int64_t ask(struct world *w, const char *sql);
guid ask_guid(struct world *w, const char *sql);

#endif
