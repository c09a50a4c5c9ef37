/* SPDX-License-Identifier: GPL-2.0-or-later
 * What the files of library/ share: the context of one decision, requests and their programs, actions. */
#ifndef LIBRARY_CONTROLLER_H
#define LIBRARY_CONTROLLER_H

#include "base/cleanup.h"
#include "base/vec.h"
#include "library/library.h"
#include "media/model.h"

#define BIT_TRANSPORT (1 << 1)
#define BIT_STORAGE (1 << 2)
#define BIT_IE (1 << 3)
#define BIT_DRIVE (1 << 4)
#define BIT_ALL (BIT_TRANSPORT | BIT_STORAGE | BIT_IE | BIT_DRIVE)

/* action.state */
enum { ACTION_OPEN, ACTION_DONE, ACTION_FAILED, ACTION_UNKNOWN };

/* One decision about one library. The flags are its row, read at the start and kept in step. */
struct ctl {
	struct txn *t;
	const struct library_world *world;
	struct err *e;
	int64_t now;
	int64_t id; /* row of the library */
	uint32_t type, opstate;
	bool enabled, ready, two_sided, can_lock, can_extend, auto_recovery;
	uint32_t inventory_method, doubt;
	int64_t poll_at; /* as it was at the start */
	bool identify_paused, tells_ports;
	int64_t acted; /* the drive of the action whose outcome is looked at; 0: the robot's */
	bool troubled; /* something changed that operators may have to know: troubles_tell() */
};

/* librequest.waits: what a request waits for; else it is the row of a medium that somebody else uses. */
enum { WAITS_ACTION = -1, WAITS_NOTHING, WAITS_ROBOT, WAITS_DRIVE };

struct request {
	int64_t id;
	uint32_t op, option, state, phase, wanted, tries, error;
	int64_t side, drive, medium, slot, port, deadline, poll_at, queued, oprequest, waits;
	bool explained; /* its row has a reason */
	guid call;
};

/* How a phase stands after its start, or after the outcome of its action. Negative: so that errors stay
 * positive codes. */
enum step {
	STEP_NEXT = -1,	  /* done: on to the next phase */
	STEP_STAY = -2,	  /* start it again when something has changed */
	STEP_ACTION = -3, /* an action is under way */
	STEP_END = -4,	  /* the request is finished */
	STEP_AGAIN = -5,  /* the request went to another phase: go on from there */
	STEP_ROBOT = -6,  /* the robot is at work: start it again when it isn't */
};

struct phase {
	const char *name;
	int (*start)(struct ctl *, struct request *);
	/* of the action that start began; NULL: nothing to do beyond what the world change did */
	int (*outcome)(struct ctl *, struct request *, const struct event *);
};

/* The program of an operation: phases, ended by NULL. */
const struct phase *const *program_of(uint32_t op);
const struct phase *phase_of(const struct request *);

/* phases, by subject */
extern const struct phase phase_drive, phase_fetch, phase_load, phase_read, phase_mounted, phase_identified,
	phase_write;								 /* load.c, mount.c */
extern const struct phase phase_grant, phase_revoke;				 /* grant.c */
extern const struct phase phase_dismount, phase_unload, phase_return;		 /* dismount.c */
extern const struct phase phase_scan, phase_identify_all;			 /* inventory.c */
extern const struct phase phase_unlock, phase_extend, phase_retract, phase_lock; /* port.c */
extern const struct phase phase_watch, phase_collect, phase_stow;		 /* inject.c */
extern const struct phase phase_fit, phase_put, phase_taken;			 /* eject.c */
extern const struct phase phase_enable, phase_disable;				 /* enable.c */

/* ---- requests (queue.c) ---- */
int queue_run(struct ctl *);
int request_load(struct ctl *, int64_t id, struct request *);
/* Neither finished nor collected for a later eject. */
static inline bool request_is_open(const struct request *r)
{
	return r->state == NTMS_LM_QUEUED || r->state == NTMS_LM_INPROCESS || r->state == NTMS_LM_WAITING;
}
/* Ends it; STEP_END. code 0 with NTMS_LM_PASSED. */
int request_end(struct ctl *, const struct request *, uint32_t lm_state, uint32_t code, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* WAITING with a reason; STEP_STAY. after_ms > 0: look again then. */
int request_wait(struct ctl *, struct request *, int64_t after_ms, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
int request_goto(struct ctl *, struct request *, const struct phase *);			/* STEP_AGAIN */
int request_poll(struct ctl *, struct request *, int64_t after_ms);			/* sets poll_at */
int request_open(struct ctl *, uint32_t op, int64_t medium, int64_t side, int64_t *id); /* 0: none */
/* What a failed action means for its request: one table (fault.c). */
int request_fault(struct ctl *, struct request *, const struct event *);

/* What queue_run() asks before it calls them. ?1: the library, ?2: now. The indexes want these very words. */
#define LATE_MOUNTS                                                                                          \
	"SELECT id FROM librequest WHERE +library=?1 AND open=1 AND op=17 AND deadline>0 AND deadline<=?2 "  \
	"UNION ALL SELECT id FROM librequest WHERE library=?1 AND open=1 AND op=17 AND wanted & 0x10000"
#define HELD_DRIVES "SELECT id FROM drive WHERE held_look<>0 AND held_look<=?2 AND +library=?1"
#define LOOSE_MEDIA                                                                                          \
	"SELECT 1 FROM physical_media m CROSS JOIN drive d ON d.id=m.place WHERE m.in_drive=1 "              \
	"AND m.mounted_side IS NULL AND d.library=?1 AND d.request IS NULL AND d.state<>7"
#define SHUT_IN                                                                                              \
	"SELECT 1 FROM ieport p CROSS JOIN library l ON l.id=p.library WHERE p.library=?1 AND p.content=1 "  \
	"AND l.locked=1"
#define HAND_FULL "SELECT 1 FROM changer h JOIN physical_media m ON m.place=h.id WHERE h.library=?1"

/* ---- actions (action.c) ---- */
/* Fills in and records a->id; posts it. medium: 0 none; at most one action of the changer at a time. */
int action_begin(struct ctl *, struct action *, const struct request *, int64_t medium, int64_t source,
		 int64_t destination);
bool robot_busy(struct ctl *, int *rc);
bool drive_acting(struct ctl *, int64_t drive, int *rc);
bool request_acting(struct ctl *, int64_t request, int *rc);
int action_status(struct ctl *, const struct request *, uint8_t types); /* starts ACT_STATUS; STEP_ACTION */
int action_robot(struct ctl *, const struct request *, enum action_kind, int64_t port);
int action_drive(struct ctl *, const struct request *, enum action_kind, int64_t drive, int64_t medium);
int action_move(struct ctl *, const struct request *, int64_t medium, int64_t from, int64_t to, bool invert);
/* An outcome: closes the row, applies what it did to the world, moves its request on. */
int action_outcome(struct ctl *, const struct event *);

/* ---- ports (port.c) ---- */
/* Sets when the ports are read again, while somebody waits for a person's hand there. */
int port_poll(struct ctl *, struct request *);
/* ... while an eject waits for somebody to empty a full port: as long again as it has waited. It hears if
 * others find it empty. */
int64_t port_full_pause(const struct ctl *, const struct request *);
/* Unlocks the mail slots, for what lies there (SHUT_IN) and isn't to be fetched: whoever is to take it out,
 * or laid it in, gets at it. */
int port_release(struct ctl *);

/* ---- the world (world.c, reconcile.c) ---- */
int element_address(struct ctl *, int64_t element, uint16_t *address);
/* A slot that the robot can't use: as long as it reports so, or for a while after a move was refused. */
int slot_barred(struct ctl *, int64_t place, bool *barred, char *why, size_t size);
/* refuse.c: an element of the move is disabled; a move was done, so neither is */
int move_refused(struct ctl *, int64_t source, int64_t destination, const char *why);
int move_accepted(struct ctl *, int64_t source, int64_t destination);
/* Somebody looks, or something has happened at the robot: what waits for a person's hand needn't wait for its
 * time. */
int look_again(struct ctl *);
int library_doubt(struct ctl *, uint32_t types); /* read those elements before the next move */
int library_state(struct ctl *, uint32_t opstate, const char *reason);
/* What the robot reports, for the element types given, becomes what the rows say. Settles open moves. */
int reconcile(struct ctl *, const struct event *, uint8_t types);
/* An unknown cartridge, catalogued where it stands (newcomer.c). */
int newcomer(struct ctl *, int64_t place, const char *tag, bool cleaner, bool inverted, int64_t *medium);
/* A drive tells what a medium is; or that it can't take it, for which it is tried in others. */
int medium_told(struct ctl *, int64_t medium, int64_t drive, const struct medium_info *);
int medium_refused(struct ctl *, int64_t medium, int64_t drive, const struct medium_info *);
/* Its element is told without it. replaced: with a known one instead. */
int phantom_forget(struct ctl *, int64_t medium, bool replaced, bool *forgotten);
int identify_count(struct ctl *); /* an identification has ended */
int identify_new(struct ctl *);	  /* queue an identification for each side still unknown */
int library_up(struct ctl *, const struct probe *);
int library_restored(struct ctl *, const char *why);	  /* at start, from a copy: why */
int hand_empty(struct ctl *);				  /* hand.c */
int free_slot(struct ctl *, int64_t home, int64_t *slot); /* 0: none */
/* Empty ones, less those that media in drives and in the hand go back to. */
int slots_to_spare(struct ctl *, int64_t *n);
/* Element ids and media, as sql_get() results; 0 for none. */
int medium_place(struct ctl *, int64_t medium, int64_t *place, int64_t *inverted);

/* ---- drives (drive.c) ---- */
/* For the request's whole call: all or nothing. STEP_NEXT, or STEP_STAY with the reason. */
int drives_reserve(struct ctl *, struct request *);
bool drive_free(struct ctl *, int *rc); /* some drive that works is held by nobody */
/* Is there a drive, free or not, that may take the request's medium? */
int drive_exists(struct ctl *, const struct request *, bool *exists);
/* Not possible now: a mount that mayn't wait ends, the others wait with that reason. */
int mount_waits(struct ctl *, struct request *, int64_t again_ms, const char *why);
int drives_tidy(struct ctl *); /* release what finished requests held; put away what nobody holds */
int drive_set_state(struct ctl *, int64_t drive, uint32_t state);
int drive_release(struct ctl *, int64_t drive);
int drive_needs_service(struct ctl *, int64_t drive, const char *why);
int put_away(struct ctl *, int64_t drive, int64_t medium); /* queue its dismount */
/* Of a dismount, done or not: whoever had the medium was told that it will be, and doesn't ask again. */
int hold_ends(struct ctl *, const struct request *);

/* ---- troubles (trouble.c) ---- */
int troubles_tell(struct ctl *); /* operator requests for what is wrong now; those of what isn't go */

/* ---- who may open drives (grant.c) ---- */
int grants_follow(struct ctl *); /* the nodes' ACLs are made to follow the rows */
/* What an action told of who has the drive open; FAULT_HELD: it serves nobody until that is over. */
int drive_held(struct ctl *, int64_t drive, const struct event *);
int held_look(struct ctl *); /* at those whose time has come */

/* ---- offline library (offline.c) ---- */
int offline_run(struct ctl *);
int deadlines_run(struct ctl *); /* requests whose time is over */

#endif
