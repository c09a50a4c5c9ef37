/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The simulator: a world (rsmd and a library in memory) whose actions take the time that a model says, under
 * a load of applications and people, with faults by seed. One thread; the same scenario and seed give the
 * same run.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "sim/clock.h"
#include "sim/dice.h"
#include "sim/model.h"
#include "sim/physics.h"
#include "sim/plan.h"
#include "sim/report.h"
#include "sim/scenario.h"
#include "sim/world.h"

#include <wire/wire.h>

#define S_MS 1000 /* seconds to milliseconds */
#define HOUR_MS 3600000
#define DAY_MS 86400000

struct job;   /* of an application: load.c */
struct doing; /* an action under way: devices.c */

struct sim_drive {
	double written;	 /* MB in this mount */
	double position; /* 0 beginning, 1 end of tape */
	double dirty_in; /* mounts */
	bool dirty;
	int64_t cleans_until;
};

struct waiting_call { /* of callers.c */
	guid call, session;
	enum wire_call which;
};

struct sim {
	struct world w;
	struct model model;
	struct scenario sc;
	struct timeline line;
	struct hands hands;
	struct report report;
	int64_t start, end;
	int64_t robot_free;	   /* the robot is at work until then */
	int64_t moving;		   /* ... with a cartridge, until then */
	struct doing *robot_doing; /* NULL: nothing */
	int64_t door_until;	   /* somebody shuts it */
	int64_t scans_until;	   /* after a door was shut */
	uint32_t life;		   /* of rsmd: outcomes of an earlier one are not told */
	bool reachable;
	bool ending; /* nothing new begins, nothing goes wrong any more, people do what they are asked */
	int64_t met[SC_COUNT]; /* of each fault of actions: how many it could have struck */
	struct deadlines due;
	int idle_looks; /* at deadlines, one after the other */
	VEC(struct sim_drive) drives;
	VEC(int) shelf; /* cartridges that are in no library */
	int cleanings;	/* that the cleaning cartridge in use is still good for */
	int cleaners;	/* others in store */
	struct element_state *elements;
	/* dice, one for each subject */
	struct dice guids, physics, arrivals, jobs, calls, faults, people;
	/* load */
	VEC(guid) answered; /* calls, since the last look */
	VEC(struct job *) jobs_open;
	VEC(struct waiting_call) waiting;
	VEC(guid) media; /* logical media, most popular first */
	struct zipf zipf;
	guid pool, library;
	/* checks */
	bool check_each;
	uint64_t violations;
	FILE *tell;				       /* where violations are told; NULL: nowhere */
	void (*violated)(void *sim, const char *what); /* and who else hears of them; or NULL */
};

/* ---- run.c ---- */

int sim_open(struct sim *s, const struct scenario *sc, struct err *e);
void sim_close(struct sim *s);
void sim_run(struct sim *s); /* to its end */
/* Lets everything come to rest, and checks all there is to check then. */
void sim_finish(struct sim *s);
/* A look at the store: fn as in store_read(). */
int sim_read(struct sim *s, job_fn *fn, void *arg);
/* A call of that session, counted in the report; its code. */
#define SIM_CALL(s, session, fn, in, out) sim_call(s, session, CALL_##fn, (void (*)(void))do_##fn, in, out)
int sim_call(struct sim *s, guid session, enum wire_call which, void (*fn)(void), const void *in, void *out);
void sim_restart(struct sim *s); /* rsmd dies, and is there again */

/* ---- devices.c: actions take their time ---- */

void device_begin(struct sim *s, const struct action *a);
/* What the robot does now ends as it stands. */
void robot_stop(struct sim *s);
/* rsmd looks how the robot is: EV_UP if it answers and is ready, EV_DOWN if its door is open. */
void robot_look(struct sim *s, void *unused);
bool robot_ready(const struct sim *s);

/* ---- setup.c: the library as the scenario finds it ---- */

int sim_setup(struct sim *s, struct err *e);
bool medium_of_tag(struct sim *s, const char *tag, guid *medium);

/* ---- load.c: applications ---- */

void load_start(struct sim *s);
void load_one(struct sim *s); /* a mount is asked for */
void session_over(struct sim *s, const guid *session);
void load_answered(struct sim *s, const guid *call);
size_t load_waiting(const struct sim *s);
void load_crashed(struct sim *s); /* all sessions have ended */
void load_end(struct sim *s);

/* ---- callers.c: all other calls ---- */

void callers_start(struct sim *s);
bool callers_have(enum scenario_key key);
void callers_call(struct sim *s, enum scenario_key key);
const char *callers_spare(enum wire_call call);		/* why no caller makes that call; NULL: they do */
bool callers_answered(struct sim *s, const guid *call); /* false: none of theirs */

/* ---- people.c, fault.c ---- */

void people_start(struct sim *s);
void people_come(struct sim *s);
/* Cartridges for an insert of several that has begun. */
void people_stock(struct sim *s, size_t n);
/* A cartridge from the shelf: that one, or any. */
void people_insert(struct sim *s, const char *tag);
void faults_start(struct sim *s);
/* Of those a day; false: none of them. */
bool fault_happens(struct sim *s, enum scenario_key key);
/* Whether something goes wrong with an action, and what; it may be sent elsewhere. */
bool fault_strikes(struct sim *s, struct action *a, struct mishap *f);
/* What a look at the elements misreads. */
void fault_blurs(struct sim *s, struct element_state *elements, size_t n);
/* The door opens; it shuts by itself when its time is over. */
void door_open(struct sim *s);
void door_shut(struct sim *s);

/* ---- check.c: what always holds (docs/architecture.md), told to s->tell and counted ---- */

int sim_check(struct sim *s, bool quiet); /* world_check() */
void sim_check_write(struct sim *s, const struct action *a);
void sim_violated(struct sim *s, const char *what);

#endif
