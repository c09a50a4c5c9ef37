/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A model of a library: where its elements are, how fast its hands are, how long its drives take. Read from
 * an INI file (sim/models/), which names the source of each number, or that it is a guess. docs/simulator.md
 * tells the keys.
 *
 * Lengths in metres, angles in degrees, times in seconds.
 */
#ifndef SIM_MODEL_H
#define SIM_MODEL_H

#include "base/err.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

#define HANDS_MAX 16 /* and no more rails than hands */

struct axis { /* trapezoidal speed */
	double v, a;
};

struct where {
	double x, y, turn;
	int rail; /* hands don't leave theirs */
	int arm;  /* who serves it; -1: any of the rail */
};

struct drive_times {
	double load, unload;   /* to ready; from the beginning of the tape */
	double rewind, locate; /* on average: half a tape */
	double read_label, write_label;
	double rate;		       /* MB/s */
	bool passes;		       /* rewinds again and again after much was written (LTO-9) */
	double calibrate, more, sigma; /* minutes at the first load: calibrate + lognormal(more, sigma) */
};

struct block { /* rows and columns of elements, repeated */
	uint8_t type;
	int columns, rows, count,
		frames; /* frames: how many of the frames have it; -1: all; 0: it stands alone */
	double x, y, dx, dy, turn;
	bool mirror; /* and once more at -x, for the other arm */
};

struct model {
	char name[64], about[200];
	int frames, arms, rails;
	double frame_width;
	bool zones; /* each arm serves the frames of its own */
	bool rotates;
	struct axis x, y, turn;
	double get, put, pass_x, pass; /* pass: from rail to rail, per rail; pass_x: where */
	double command;		       /* what each command takes besides */
	double status, status_each;    /* READ ELEMENT STATUS */
	double inventory;	       /* INITIALIZE ELEMENT STATUS */
	double lock, port;
	char generation[16];
	struct drive_times drive;
	VEC(struct block) blocks;
	VEC(struct where) slots, drives, ports;
	/* what is published, 0: nothing */
	double rate;	      /* mounts per hour, each a dismount and a mount */
	double move[2], swap; /* one move between these; out, back, other one, in */
};

/* file: a path, or a name: sim/models/NAME.ini */
int model_read(const char *name, struct model *m, struct err *e);
/* Leaves so many elements of each kind, of all rails alike. */
void model_cut(struct model *m, size_t slots, size_t drives, size_t ports);
void model_free(struct model *m);
/* DIR/what/NAME.ini of the shipped files, or the name itself where it has a slash. */
int shipped_file(const char *what, const char *name, char *path, size_t size, struct err *e);
const char *shipped_dir(void);

#endif
