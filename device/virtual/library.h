/* SPDX-License-Identifier: GPL-2.0-or-later
 * The state that the changer and the drives of one virtual library share within a process. What lies where
 * stands in the directory alone; here are only the settings, what was seen last, and what the devices owe
 * each of their users (unit attentions, locks). */
#ifndef DEVICE_VIRTUAL_LIBRARY_H
#define DEVICE_VIRTUAL_LIBRARY_H

#include "device/changer.h"
#include "device/virtual/cartridge.h"
#include "device/virtual/fault.h"

#include <limits.h>
#include <pthread.h>

#define INITIATOR_NAME 32    /* with its NUL */
#define MEDIUM_LINK "medium" /* drives/NN/medium leads to the loaded side while there is one */

struct settings {
	long count[ELEMENT_TYPES], first[ELEMENT_TYPES];
	long generation, sides;
	long move_ms, load_ms, calibrate_ms, unload_ms, initialize_ms;
	long rotation, barcodes, suffix, attentions, identifiers, autounload;
	char vendor[9], product[17], serial[33], drive_vendor[9], drive_product[17];
	char generations[200];	/* of the drives one by one; the rest are as `generation` */
	uint8_t lacks[256 / 8]; /* opcodes that the changer doesn't know */
};

/* One element that can hold a cartridge. */
struct place {
	struct cell cell;
	char name[24];		   /* "slots/0001" */
	struct timespec stamp;	   /* the directory's, when it was looked at */
	char seen[CARTRIDGE_NAME]; /* the name seen there; "" none */
	/* drives */
	int generation;
	int64_t ready_at; /* it is loading until then (monotonic); 0: isn't */
	int64_t load_ms;  /* for so long in all */
	bool calibrating;
	int64_t position;
	bool incompatible;
};

enum attention { UA_POWER = 1, UA_CHANGED = 2, UA_IE = 4, UA_PREEMPTED = 8 };

/* One user of one device: what SCSI calls an I_T nexus. */
struct user {
	struct transport base;
	struct vlib *lib;
	struct place *drive;		/* NULL: the changer */
	char path[PATH_MAX];		/* of the loaded medium, for applications */
	char initiator[INITIATOR_NAME]; /* reserve.h */
	bool registered;		/* it had a reservation key when last looked at */
	unsigned attention;
	bool prevents;
	struct mishap strike; /* during a command: its fault, if it has one */
	struct user *next;
};

struct vlib {
	struct picker picker;
	char dir[PATH_MAX - 64];
	int refs;
	pthread_mutex_t lock;
	struct settings set;
	struct faults faults;
	VEC(struct place) places;
	struct user *users;
	struct vlib *next;
};

/* The library at dir, shared by all who have it open in this process. */
int vlib_get(const char *dir, struct vlib **lib, struct err *e);
void vlib_put(struct vlib *lib);
int settings_read(const char *dir, struct settings *s, struct faults *f, struct err *e);

/* All below: with the lock held. */
struct place *vlib_place(struct vlib *lib, unsigned address);
void vlib_path(const struct vlib *lib, const struct place *p, char *out, size_t size);
/* Looks at one place; raises unit attentions if it isn't as it was seen last. */
enum content vlib_look(struct vlib *lib, struct place *p, struct cartridge *c);
/* Looks wherever a directory's time stamp says that something happened. */
void vlib_watch(struct vlib *lib);
/* Raises an attention for all users of a device (drive NULL: the changer) but one. */
void vlib_attention(struct vlib *lib, const struct place *drive, unsigned attention, const struct user *but);
bool vlib_prevented(const struct vlib *lib, const struct place *drive);
extern const struct picker_ops on_directories; /* picker.c */

/* The library's door stands open while a file "door" is in its directory. */
int vlib_open_door(struct vlib *lib, struct err *e);

/* A mail slot stands open while a file ".open" is in it. */
bool ie_is_open(const struct vlib *lib, const struct place *p);
int ie_set_open(const struct vlib *lib, const struct place *p, bool open, struct err *e);

/* Drives. */
enum drive_fill vdrive_state(struct vlib *lib, struct place *drive, struct cartridge *c);
/* Loading begins: it lasts, and of a new LTO-9 cartridge much longer. */
void vdrive_start(struct vlib *lib, struct place *drive, const struct cartridge *c, long load_ms);
int vdrive_load(struct vlib *lib, struct place *drive, const struct cartridge *c, struct err *e);
/* ERROR_BUSY: an application has the side open. */
int vdrive_unload(struct vlib *lib, struct place *drive, struct cartridge *c, struct err *e);

/* CDBs. Answers as a transport does; with the lock held, which is let go while time passes. */
enum outcome vchanger_execute(struct user *u, struct scsi_cmd *c);
enum outcome vdrive_execute(struct user *u, struct scsi_cmd *c);
/* For both: fills in sense data of the fixed format; returns OUTCOME_DONE. */
enum outcome answer_sense(struct scsi_cmd *c, unsigned key, unsigned asc, unsigned ascq);
/* The same of a SENSE(); 0: GOOD, no data. */
enum outcome answer_rule(struct scsi_cmd *c, uint32_t sense);
enum outcome answer_data(struct scsi_cmd *c, const void *data, size_t n);
enum outcome answer_inquiry(struct user *u, struct scsi_cmd *c, uint8_t type, const char *vendor,
			    const char *product, const char *serial);
/* A pending unit attention, reported and cleared. */
bool answer_attention(struct user *u, struct scsi_cmd *c);
/* Lets time pass, at most c's limit (taking it off) and until the user is stopped. False: no answer any more.
 */
bool pass_time(struct user *u, struct scsi_cmd *c, long ms);
const char *vdrive_serial(const struct vlib *lib, const struct place *drive, char buf[40]);
const char *vdrive_product(const struct vlib *lib, const struct place *drive, char buf[24]);
/* LOG SENSE: supported pages, TapeAlert, and of a drive its status. */
enum outcome answer_log(struct user *u, struct scsi_cmd *c);

#endif
