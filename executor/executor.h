/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The executor performs actions on devices and tells what became of them. It decides nothing: a controller
 * (library/) asks by struct action and hears by struct event.
 *
 * One thread for each changer and one for each drive, so the commands of a device are serial. A thread tells
 * an event by a job of the store and waits for its commit; it repeats that until it succeeds, so an outcome
 * is lost only with the process, and then its row is still open and gets settled.
 *
 * A library is found, opened and opened again by its changer's thread alone: EV_UP with what was found,
 * EV_DOWN with the reason, growing pauses between the tries. */
#ifndef EXECUTOR_EXECUTOR_H
#define EXECUTOR_EXECUTOR_H

#include "library/library.h"

struct executor;

struct executor_drive { /* a line `drive = ELEMENT DEVICE` of the configuration */
	uint16_t element;
	const char *url;
};

struct executor_library {
	int64_t id;	      /* row id: library_key.id */
	const char *name;     /* section of the configuration; no '/' */
	const char *identity; /* what its robot was called when last seen; NULL or "": not known yet */
	const char *changer;  /* /dev/..., scsi:NAME, iscsi://..., virtual:/...; NULL: a stand-alone drive
				 (later; down until then) */
	const struct executor_drive *drives;
	size_t n_drives; /* 0: auto */
	bool fence;	 /* keep other hosts off */
};

/* Texts are copied. Quirk lines are not here: quirk_add() (device/quirks.h) takes them, before
 * executor_new(). */
struct executor_config {
	struct store *store;
	/* library_event, or what a test puts in its place; runs in a job */
	int (*event)(struct txn *, const struct library_world *, const struct event *, struct err *);
	const struct library_world *world; /* handed to event; must live as long as the executor */
	/* Device names are made in <state>/dev: a link to a local device, or a file whose one line is the
	 * URL. <state>/dev/<name>-<number> must fit szDeviceName: 63 characters, else executor_new() refuses.
	 */
	const char *state;
	guid installation; /* whose reservations are ours: fence.h */
	int64_t epoch;
	const struct executor_library *libraries;
	size_t n_libraries;
};

/* Checks, makes <state>/dev, copies. Nothing runs yet: library_world can be filled with it first. */
int executor_new(const struct executor_config *, struct executor **, struct err *);
/* Starts the threads: after library_start(). From now on events come. */
int executor_start(struct executor *, struct err *);

/* While it runs, by one thread: a library found later, and that devices of this machine have come or gone. */
int executor_add(struct executor *, const struct executor_library *, struct err *);
void executor_plugged(struct executor *);

/* For struct library_world.act; arg: the executor. */
void executor_act(struct txn *, const struct action *, void *executor);

/* Interrupts what blocks and ends the threads, in seconds whatever the devices do. Actions that weren't
 * finished stay open in their rows. The store must still run. Actions that are posted later are dropped. */
void executor_stop(struct executor *);
/* After store_close(), which may still deliver posts. */
void executor_free(struct executor *);

#endif
