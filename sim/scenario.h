/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A scenario: which library, how many media, who asks for what how often, what goes wrong. An INI file; this
 * table is all of its keys. Every key is a number but model and about. */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include "base/err.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

/* K(NAME, section, key, when absent, least, most) */
#define SCENARIO_KEYS(K)                                                                                     \
	K(DAYS, "scenario", "days", 1, 0.001, 4000) /* how long */                                           \
	K(SEED, "scenario", "seed", 1, 0, 1e15)                                                              \
	K(SLOTS, "library", "slots", 0, 0, 60000) /* 0: all of the model's */                                \
	K(DRIVES, "library", "drives", 0, 0, 400)                                                            \
	K(PORTS, "library", "ports", 0, 0, 400)                                                              \
	K(MEDIA, "library", "media", 0, 0, 60000)	  /* labelled and free */                            \
	K(ALLOCATED, "library", "allocated", 0, 0, 60000) /* of these */                                     \
	K(UNKNOWN, "library", "unknown", 0, 0, 60000)	  /* never seen before */                            \
	K(FOREIGN, "library", "foreign", 0.5, 0, 1)	  /* share of the unknown with data */               \
	K(UNLABELLED, "library", "unlabelled", 0, 0, 1)	  /* share of the unknown without bar code */        \
	K(SHELF, "library", "shelf", 0, 0, 60000)	  /* new cartridges beside it */                     \
	K(RATE, "load", "rate", 0, 0, 1e6)		  /* mounts asked for per hour */                    \
	K(ZIPF, "load", "zipf", 1, 0, 4)		  /* popularity of media */                          \
	K(HOLD, "load", "hold", 300, 0, 1e6)		  /* s, mean; lognormal */                           \
	K(SIGMA, "load", "sigma", 1.2, 0, 4)                                                                 \
	K(DAY_CURVE, "load", "day_curve", 0, 0, 1)     /* by how much day and night differ */                \
	K(BATCH, "load", "batch", 1, 1, 100)	       /* mounts asked for at once, mean */                  \
	K(BURST, "load", "burst", 0, 0, 1)	       /* asked for again soon after */                      \
	K(BURST_GAP, "load", "burst_gap", 180, 0, 1e6) /* s, mean */                                         \
	K(WRITE, "load", "write", 0.3, 0, 1)	       /* share of mounts that write */                      \
	K(DEFERRED, "load", "deferred", 0, 0, 1)       /* share of deferred dismounts */                     \
	K(TIMEOUT, "load", "timeout", 0, 0, 1e6)       /* s that a mount waits; 0: for ever */               \
	K(DIES, "load", "dies", 0, 0, 1)	       /* share of applications that die */                  \
	K(SUCCESSOR, "load", "successor", 900, 0, 1e6) /* s until another one dismounts what it left */      \
	K(PAIR, "load", "pair", 0, 0, 1)	       /* share of mounts of two media at once */            \
	K(ALLOCATE, "calls", "allocate", 0, 0, 1e6)    /* calls per hour */                                  \
	K(DEALLOCATE, "calls", "deallocate", 0, 0, 1e6)                                                      \
	K(COMPLETE, "calls", "complete", 0, 0, 1e6)                                                          \
	K(LABEL, "calls", "label", 0, 0, 1e6)                                                                \
	K(LOOK, "calls", "look", 0, 0, 1e6)                                                                  \
	K(POOL, "calls", "pool", 0, 0, 1e6)                                                                  \
	K(ENABLE, "calls", "enable", 0, 0, 1e6)                                                              \
	K(RETURN, "calls", "return", 0, 0, 1e6)                                                              \
	K(INVENTORY, "calls", "inventory", 0, 0, 1e6)                                                        \
	K(INJECT, "calls", "inject", 0, 0, 1e6)                                                              \
	K(EJECT, "calls", "eject", 0, 0, 1e6)                                                                \
	K(STOCK, "calls", "stock", 0, 0, 1e6)	      /* inserts of several, stopped or retracted */         \
	K(BATCH_OUT, "calls", "batch_out", 0, 0, 1e6) /* ejects of several at once, or stopped */            \
	K(SECURITY, "calls", "security", 0, 0, 1e6)                                                          \
	K(SET, "calls", "set", 0, 0, 1e6)                                                                    \
	K(FIND, "calls", "find", 0, 0, 1e6)                                                                  \
	K(WAIT, "calls", "wait", 0, 0, 1e6) /* for operator requests */                                      \
	K(PAUSE, "calls", "pause", 0, 0, 1e6)                                                                \
	K(ADOPT, "calls", "adopt", 0, 0, 1e6)                                                                \
	K(OFF, "calls", "off", 0, 0, 1e6)	     /* the whole library is disabled for a while */         \
	K(LOST, "faults", "lost", 0, 0, 1)	     /* moves of which nobody knows the outcome */           \
	K(NOT_MOVED, "faults", "not_moved", 0, 0, 1) /* moves that the robot refuses */                      \
	K(ASTRAY, "faults", "astray", 0, 0, 1)	     /* moves that end elsewhere, reported as failed */      \
	K(BAD_LOAD, "faults", "bad_load", 0, 0, 1)   /* loads that fail by the medium */                     \
	K(BAD_DRIVE, "faults", "bad_drive", 0, 0, 1) /* loads that fail by the drive */                      \
	K(BAD_READ, "faults", "bad_read", 0, 0, 1)   /* labels that can't be read */                         \
	K(STUCK, "faults", "stuck", 0, 0, 1)	     /* unloads that fail */                                 \
	K(HAND, "faults", "hand", 0, 0, 1)	     /* moves that end in the robot's hand */                \
	K(MISREAD, "faults", "misread", 0, 0, 1)     /* bar codes not read, per look at a full element */    \
	K(GARBLED, "faults", "garbled", 0, 0, 1)     /* bar codes read as another, likewise */               \
	K(BUSY, "faults", "busy", 0, 0, 1)	     /* commands answered busy */                            \
	K(DIRT, "faults", "dirt", 0, 0, 1e6)	     /* mounts until a drive is dirty, mean; 0: never */     \
	K(OUTAGE, "faults", "outage", 0, 0, 1e4)     /* a day: the robot can't be reached */                 \
	K(OUTAGE_TIME, "faults", "outage_time", 300, 1, 1e6) /* s, mean */                                   \
	K(DOOR, "faults", "door", 0, 0, 1e4) /* a day: somebody opens it and swaps two cartridges */         \
	K(DOOR_TIME, "faults", "door_time", 60, 0, 1e6)	   /* s, mean: how long a door stays open */         \
	K(SWAP, "faults", "swap", 0, 0, 1e4)		   /* a day: a drive is replaced by another */       \
	K(CRASH, "faults", "crash", 0, 0, 1e4)		   /* a day: rsmd dies and is started again */       \
	K(OPERATOR, "people", "operator", 1800, 1, 1e7)	   /* s until an operator answers, mean */           \
	K(REFUSE, "people", "refuse", 0, 0, 1)		   /* share of requests refused */                   \
	K(WRONG, "people", "wrong", 0, 0, 1)		   /* share answered without having done it */       \
	K(WRONG_MEDIUM, "people", "wrong_medium", 0, 0, 1) /* share of inserts of another medium */          \
	K(EMPTY_PORT, "people", "empty_port", 0, 0, 1)	   /* share of inserts where the slot stays empty */ \
	K(OPENS, "people", "opens", 0, 0, 1)		   /* share of services that open the door */        \
	K(CLEANERS, "people", "cleaners", 0, 0, 1e4)	   /* cleaning cartridges; 0: cleaning needs none */ \
	K(CLEANER_USES, "people", "cleaner_uses", 50, 1, 1e4)                                                \
	K(CLEAN_TIME, "people", "clean_time", 150, 0, 1e5) /* s */                                           \
	K(NIGHT, "people", "night", 0, 0, 24)		   /* h of the day without an operator, from 0:00 */

enum scenario_key {
#define SCENARIO_ENUM_(NAME, section, key, absent, least, most) SC_##NAME,
	SCENARIO_KEYS(SCENARIO_ENUM_) SC_COUNT
};

struct planned { /* plan.h */
	enum scenario_key key;
	int64_t at;
	uint64_t dice;
	bool dropped;
};

struct scenario {
	char name[100], about[200], model[100];
	double v[SC_COUNT];
	bool planned; /* what happens is in `plan`, and nothing else does */
	VEC(struct planned) plan;
};

void scenario_defaults(struct scenario *sc); /* of all numbers */
const char *scenario_key_name(enum scenario_key key);
int scenario_read(const char *name, struct scenario *sc, struct err *e);
int scenario_write(const struct scenario *sc, const char *path, struct err *e);
void scenario_free(struct scenario *sc);

#endif
