/* SPDX-License-Identifier: GPL-2.0-or-later
 * What the files of executor/ share. */
#ifndef EXECUTOR_IMPL_H
#define EXECUTOR_IMPL_H

#include "base/cleanup.h"
#include "device/discover.h"
#include "device/drive.h"
#include "executor/executor.h"
#include "executor/lane.h"

#include <stdatomic.h>

#define NAME_MAX_DEVICE 63 /* characters of szDeviceName */

struct robot;

/* A drive element and its thread. Made by the changer's thread at the first probe, and there until the end.
 */
struct unit {
	struct lane lane;
	struct robot *robot;
	uint16_t element;
	char name[100]; /* "drive 2 (element 257) of library office" */
	/* where the changer's thread found it; under lane.lock */
	char url[256], why[200]; /* url "": not there, why tells */
	char sg[64], serial[33]; /* where a local device is now; what device it is */
	/* the unit's thread alone */
	struct drive *drive;
	char open_url[256], open_sg[64];
	bool told_acl; /* that the nodes aren't ours to grant */
};

/* A library: its changer and the thread that finds, opens and watches it. */
struct robot {
	struct executor *executor;
	struct lane lane;
	int64_t id;
	char *name, *url;
	given_drive_vec given;

	pthread_mutex_t units_lock;
	VEC(struct unit *) units;

	atomic_bool drive_lost; /* a drive's thread lost its device: probe again */
	atomic_bool plugged;	/* devices of this machine have come or gone: look at once */

	/* the changer's thread alone */
	struct changer *changer; /* NULL: down */
	uint64_t fence;		 /* its key; 0: none is wanted */
	char identity[130];	 /* its own name, "" not known; and the node it has now, "" not local */
	char at[64];
	uint64_t generation;	/* of this machine's devices, as of the last look */
	struct probe probe;	/* what EV_UP told last */
	char down[400];		/* why it is down; "" while up, and before the first try */
	int64_t next;		/* clock_mono() of the next look */
	int64_t probe_at;	/* ... and of looking for missing drives again */
	int pause, probe_pause; /* ms: between tries to open; between probes while a drive is missing */
	int waits;		/* looks in a row that found it becoming ready */
	int said;		/* ASC and ASCQ of the last look that told a change */
	bool locked;		/* PREVENT is wanted */
	bool ports_told;	/* it tells when a mail slot was used */
	uint64_t ports_seen;	/* what the mail slots held when they were read last; as a number */
	int64_t ports_at;	/* clock_mono() of their next reading */
};

struct executor {
	struct store *store;
	int (*event)(struct txn *, const struct library_world *, const struct event *, struct err *);
	const struct library_world *world;
	char *devices; /* <state>/dev */
	uint64_t fence_key;
	pthread_mutex_t robots_lock;
	VEC(struct robot *) robots;
};

/* tell.c: returns after COMMIT. false: stopped before it could be stored. */
bool tell(struct executor *, struct lane *, const struct event *);
/* Progress: told once, lost if the store refuses. */
void tell_once(struct executor *, const struct event *);
/* The end of an action. Told unless we are stopping and don't know what became of it. */
void tell_outcome(struct executor *, struct lane *, struct event *);

/* robot.c, drive.c: the threads */
void robot_run(void *robot);
void unit_run(void *unit);
struct unit *robot_unit(struct robot *, uint16_t element); /* NULL: none */

/* grant.c */
void unit_grant(struct unit *, const struct action *, struct verdict *);
/* Before a move there; false: somebody has the drive in that element open, as v tells. */
bool robot_may_fill(struct robot *, uint16_t element, struct verdict *);

/* fence.c: keeps other hosts off, if that is wanted; a device that can't is told once. 0, or another host has
 * it. */
enum outcome fence_robot(struct robot *, struct verdict *);
enum outcome fence_drive(struct unit *, struct verdict *); /* the one that is open */

/* identity.c: attaches the robot at r->url, or wherever the one we know is now. */
enum outcome robot_find(struct robot *, struct verdict *);
bool robot_is_local(const struct robot *);

/* probe.c: looks at the whole library. 0, or why not. p->drives is the caller's to free. */
int probe_library(struct robot *, struct probe *p, struct verdict *);
bool probe_equal(const struct probe *, const struct probe *);

/* ports.c: the mail slots of a robot that doesn't tell when they were used. */
bool ports_due(const struct robot *);
enum outcome ports_look(struct robot *, bool *changed, struct verdict *);
void ports_read(struct robot *, const struct element *, size_t n); /* for an action: its controller knows */

/* name.c: makes <devices>/<name> lead to the device; out: the path for applications. */
int name_publish(const char *devices, const char *name, const char *url, const char *path, char out[64],
		 struct err *);

/* generation.c: "LTO-8" for what INQUIRY calls such a drive, "" for others. */
void generation_of(const char *product, char out[16]);

#endif
