/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The media model's own vocabulary, for the rest of media/ and for the controllers in library/. Everything
 * here runs inside a job and works on row ids. Whatever changes an object also puts its change record into
 * the feed.
 */
#ifndef MEDIA_MODEL_H
#define MEDIA_MODEL_H

#include "label/label.h"
#include "store/sql.h"

#include <ntmsapi.h>

/* ---- objects (object.c) ---- */

int object_new(struct txn *, uint32_t type, const char *name, const guid *g /* NULL: a new one */,
	       int64_t *id, struct err *);
int object_changed(struct txn *, int64_t id, struct err *); /* modified = now, NTMS_OBJ_UPDATE */
int object_delete(struct txn *, int64_t id, struct err *);  /* the row of its type must be gone already */
/* type 0: any. SQL_NONE: there is none (err untouched). */
int object_find(struct txn *, const guid *, uint32_t type, int64_t *id, uint32_t *found_type, struct err *);
int object_guid(struct txn *, int64_t id, guid *, struct err *); /* id 0: the null guid */
int object_set_state(struct txn *, int64_t id, uint32_t opstate,
		     struct err *); /* dwOperationalState, if it differs */
int object_enable(struct txn *, int64_t id, bool enabled, struct err *);

/* First start of an empty store: computer, offline library, pool roots, all media types, initial security.
 * Idempotent. */
int model_create(struct txn *, const char *computer_name, struct err *);
int64_t model_offline_library(struct txn *); /* row id; fixed once created */
int64_t model_computer(struct txn *);

/* ---- media types and system pools (mediatype.c, pool.c) ---- */

/* "LTO-8", "LTO-8 WORM", "Cleaner"...: from the media identifier of a bar code ("ABC123L8"); NULL if it tells
 * nothing. */
const char *media_type_of_barcode(const char *barcode);
/* From what an LTO drive, or the cartridge's memory, tells: the type of the mode header, the density code (0:
 * not told). NULL if it tells nothing we know. */
const char *media_type_of_lto(uint32_t medium_type, uint32_t density, bool worm);
/* The same cartridge's label, read with and without its media identifier: "ABC123" and "ABC123L8". */
bool media_same_barcode(const char *a, const char *b);
bool media_is_cleaner_barcode(const char *barcode); /* CLN... */
int media_type_find(struct txn *, const char *key, int64_t *id, struct err *);
/* Can a drive of that generation ("" unknown: yes) read or write a medium of that type key? */
bool drive_can(const char *generation, const char *media_type_key, bool write);
/* Relates library and type; creates the type's Free, Import and Unrecognized pools where they are missing. */
int library_add_media_type(struct txn *, int64_t library, int64_t media_type, struct err *);
int pool_system(struct txn *, uint32_t pool_type, int64_t media_type, int64_t *pool, struct err *);

/* ---- media and their places (medium.c, place.c) ---- */

struct medium_new {
	int64_t library, place; /* element row id */
	int64_t media_type;
	const char *barcode; /* "" unreadable or none */
	uint32_t sides;
	bool cleaner, inverted;
};
/* In the Unrecognized pool of its type, sides in state NTMS_PARTSTATE_NEW until identified; named by RSM's
 * rules. */
int medium_create(struct txn *, const struct medium_new *, int64_t *medium, struct err *);
/* The medium with that bar code; SQL_NONE if there is none. A duplicate bar code gives the one in `library`
 * first. */
int medium_by_barcode(struct txn *, const char *barcode, int64_t library, int64_t *medium, struct err *);
int medium_at(struct txn *, int64_t place, int64_t *medium, struct err *); /* SQL_NONE: empty */
/* Into an element. Its library becomes that of the element. States of slots, ports follow; home_slot is set
 * when it has none. Coming from the offline library wakes that library's controller (mounts may wait for it).
 * ERROR_INVALID_STATE when the place holds another medium: the caller must have moved that one first. */
int medium_move(struct txn *, int64_t medium, int64_t place, bool inverted, bool verified, struct err *);
int medium_verified(struct txn *, int64_t medium, bool verified, struct err *);
/* Not found any more where it was, or in none of its library's elements: to the offline library. */
int medium_lost(struct txn *, int64_t medium, struct err *);
int medium_delete(struct txn *, int64_t medium, struct err *);
/* Taken out after an eject: kept offline or deleted, by the rules of behaviour.md section 8. */
int medium_ejected(struct txn *, int64_t medium, struct err *);
int medium_state(struct txn *, int64_t medium, uint32_t media_state,
		 struct err *); /* NtmsMediaState, if it differs */
/* What is told of a medium whose type was guessed; it goes to the system pool of that type. In an
 * application's pool nothing happens: there the type has been chosen. */
int medium_set_type(struct txn *, int64_t medium, const char *media_type_key, struct err *);
struct caller;
/* A request for the free label of each Unprepared side that has none, unless the medium is offline or
 * disabled. who: NULL for ourselves */
int medium_order_labels(struct txn *, int64_t medium, const struct caller *who, struct err *);
/* Quarantine and the like: disables the medium and its sides with a reason, or enables them and clears it. */
int medium_enable(struct txn *, int64_t medium, bool enabled, const char *reason, struct err *);

/* ---- identification (identify.c): a label that was read becomes a verdict ---- */

enum identity {
	IDENTITY_SAME,	 /* it is what the catalogue says (an application's own data on an allocated side
			    included) */
	IDENTITY_NEW,	 /* now catalogued: Import or Unrecognized (Foreign) */
	IDENTITY_MERGED, /* no bar code, but the label is that of a known offline medium: the new record was
			    folded into it, *medium changed */
	IDENTITY_CONTRADICTION, /* another label of ours, or that of another medium: `why` says both
				   identities; nothing was changed */
};
/* Side `number` of *medium was read as `label`; serial: of the cartridge memory, "" unknown (recorded at
 * first, compared later). */
int medium_identify(struct txn *, int64_t *medium, uint32_t number, const struct label *, const char *serial,
		    enum identity *, char why[400], struct err *);
/* Contradiction: disables the medium with the reason and posts the operator request that names both
 * identities. */
int medium_quarantine(struct txn *, int64_t medium, const char *why, struct err *);
/* The free label with that id is on the side now: Unprepared -> Available. */
int side_label_written(struct txn *, int64_t side, const struct label *, struct err *);
int side_set_state(struct txn *, int64_t side, uint32_t partition_state, struct err *);

/* ---- library requests (request.c) ---- */

/* librequest.wanted: NtmsMountOptions for mounts; and what STOP and RETRACT of inject, eject and inventory
 * leave there */
#define WANTED_STOP 0x10000
#define WANTED_RETRACT 0x20000
#define WANTED_MANY 0x40000   /* inject: STARTMANY */
#define WANTED_BATCH 0x80000  /* eject: collected with QUEUE, waits in NTMS_LM_DEFERRED for START */
#define WANTED_FORCE 0x100000 /* eject: FORCE */
#define WANTED_ONCE                                                                                          \
	0x200000 /* mount with dwTimeout 0: don't wait for a drive or medium that isn't free: ERROR_TIMEOUT  \
		  */
/* WANTED_STOP on a mount: its session ended, or its call was given up: roll it back, CANCELLED with
 * ERROR_CANCELLED. The call itself has been answered already.
 *
 * A MountNtmsMedia of which any medium is offline has all its requests in the offline library, each offline
 * one with the operator request it waits for (librequest.oprequest); they go on together when all their media
 * are in one library. The members of an eject batch carry the GUID of the operation in work_item, so that its
 * STOP reaches them all. */

struct request_new {
	int64_t library;
	uint32_t op, option; /* NtmsLmOperation; inventory: option = NtmsInventoryMethod (DEFAULT already
				resolved) */
	int64_t side, drive, medium, slot;
	int32_t priority;
	uint32_t wanted;
	int64_t deadline;
	guid call, session, work_item;
	const char *application, *user, *computer; /* NULL: the daemon's own ("RSM") */
};
/* Queues it and wakes the library. */
int request_new(struct txn *, const struct request_new *, int64_t *id, guid *g /* may be NULL */,
		struct err *);
int request_exists(struct txn *, int64_t library, uint32_t op, int64_t medium, bool *open,
		   struct err *); /* medium 0: any */
/* NTMS_LM_INPROCESS, WAITING with why it waits (shown to people), QUEUED again. No row changes if nothing
 * differs. */
int request_state(struct txn *, int64_t id, uint32_t lm_state, const char *reason, struct err *);
/* Something that any of them may wait for has changed: all are looked at again (librequest.waits). */
int requests_wake(struct txn *, struct err *);
/* PASSED, FAILED (code), CANCELLED, STOPPED. Lets go of its drive and medium. Answers the call that waits for
 * it when it was the last of the call, or failed (the rest of a failed mount call is the controller's to
 * undo). */
int request_finish(struct txn *, int64_t id, uint32_t lm_state, uint32_t code, const char *reason,
		   struct err *);

/* ---- operator requests (oprequest.c) ---- */

struct oprequest_new {
	uint32_t request; /* NtmsOpreqCommand */
	uint32_t arg1_type, arg2_type;
	int64_t arg1, arg2; /* row ids, 0 none */
	const char *message;
	const char *application, *user, *computer;
};
/* Posts one, unless one with the same request, arguments and message is open already: then that one. */
int oprequest_post(struct txn *, const struct oprequest_new *, int64_t *id, struct err *);
/* COMPLETE or REFUSED; wakes who waits for it. Closed already, or gone: nothing. */
int oprequest_close(struct txn *, int64_t id, uint32_t op_state, struct err *);
/* State, or NTMS_OPSTATE_UNKNOWN when it is gone. */
int oprequest_state(struct txn *, int64_t id, uint32_t *op_state, struct err *);
int oprequest_delete(struct txn *, int64_t id, struct err *);

/* ---- calls that wait (waiting.c) ---- */

/* The offline library's controller calls these. */
int allocations_retry(struct txn *,
		      struct err *); /* search again for each; COMPLETE, REFUSED operator requests */
int waiting_expire(struct txn *,
		   struct err *); /* deadlines passed: ERROR_TIMEOUT, their operator requests deleted */
int waiting_next_deadline(struct txn *, int64_t *at, struct err *); /* 0: none */
/* At start: the calls that waited are gone with their sessions, and so are the operator requests of waiting
 * allocations; what was allocated for calls that nobody acknowledged is kept, and listed as unclaimed. */
int waiting_restart(struct txn *, struct err *);
int purge_finished(struct txn *,
		   struct err *); /* library and operator requests, by the computer's purge times and flags */
int purge_next(struct txn *, int64_t *at, struct err *);
/* A hundredth of the shorter purge time: how much later is early enough. */
int purge_patience(struct txn *, int64_t *ms, struct err *);

/* Posts the answer of a call after COMMIT, to whoever polls it. The api layer sets the receiver. */
extern void (*waiting_answered)(const guid *call);
void waiting_post(struct txn *, const guid *call);

#endif
