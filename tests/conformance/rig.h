/* SPDX-License-Identifier: GPL-2.0-or-later
 * A rig: one rsmd of the build tree with a state directory, a socket and virtual libraries of its own, and
 * the people around it (operators who move cartridges, other users, somebody with a full disk). */
#ifndef RIG_H
#define RIG_H

#include <ntmsapi.h>
#include <stdbool.h>
#include <sys/types.h>

#define RIG_LIBRARIES 3

struct rig_library {
	const char *
		name; /* section of the configuration and of the virtual library's directory; NULL: no more */
	int slots, drives, mailslots;
	int sides;	 /* of its media; 0: 1. With 2 the robot can turn them */
	int cartridges;	 /* blank ones, in the first slots: bar codes A00001L8 ..., B00001L8 ... in the second
			    library */
	int archives;	 /* more cartridges, with a tar archive on side A: TA0001L8 ..., TB0001L8 ... */
	const char *ini; /* lines for library.ini: timing, faults */
};

struct rig_options {
	struct rig_library library[RIG_LIBRARIES];
	const char *settings;	 /* lines for [rsmd] */
	const char *environment; /* NAME=VALUE for the daemon */
	bool small_disk;	 /* the state directory is a small file system of its own; needs root */
};

struct rig {
	char dir[64];
	char server[100], tcp[40]; /* for OpenNtmsSession */
	pid_t pid;
	HANDLE session; /* of an administrator */
	NTMS_GUID library[RIG_LIBRARIES], offline;
	int next[RIG_LIBRARIES],
		next_archive[RIG_LIBRARIES]; /* cartridges that no test has taken yet, from 1 */
	struct rig_options options;
	bool mounted;
	struct sqlite3 *hold;
};

void rig_start(struct rig *, const struct rig_options *);
void rig_stop(struct rig *);	/* as systemd does, and looks at the exit status; removes everything */
void rig_kill(struct rig *);	/* kill -9 */
void rig_restart(struct rig *); /* after rig_kill(): the same daemon again, with a new session */
/* The same, but the daemon gets no further with starting than to listen, until rig_let_start(). */
void rig_hold_start(struct rig *);
void rig_let_start(struct rig *);
/* Until each library is ready, every cartridge that is in one is catalogued and identified, and nothing is
 * queued. */
void rig_settle(struct rig *);
/* A session of another local user, over TCP with a token. NULL with a reason printed when there is no such
 * user. */
HANDLE rig_session_as(struct rig *, const char *user);

/* ---- cartridges ---- */

const char *rig_barcode(struct rig *, int library, int number); /* static text */
const char *rig_archive_barcode(struct rig *, int library, int number);
/* The next cartridge that no other test uses, in the Import pool: PMID. */
NTMS_GUID rig_import(struct rig *, int library);
/* The next blank cartridge that no other test uses: PMID of a medium in the Unrecognized pool. */
NTMS_GUID rig_blank(struct rig *, int library);
/* The same in the Free pool, its side(s) Available. */
NTMS_GUID rig_free(struct rig *, int library);
/* The same, moved on to that application pool. */
NTMS_GUID rig_available(struct rig *, int library, NTMS_GUID pool);
/* The LMID of a medium of that pool: what is Available there, else one of the above. */
NTMS_GUID rig_allocated(struct rig *, int library, NTMS_GUID pool);
/* A new application pool below the root, of the media type of library's cartridges. */
NTMS_GUID rig_pool(struct rig *, const char *name);
NTMS_GUID rig_pool_of(struct rig *, const char *name, NTMS_GUID media_type);

/* ---- people (people.c) ---- */

/* The path of a cartridge, or NULL: "/tmp/rs1234/lib/slots/0001/A00001L8" (static). */
const char *operator_find(struct rig *, const char *barcode);
/* Takes a cartridge, wherever it is, to a place of a library ("slots/0003", "mailslots/01", "shelf"). */
void operator_move(struct rig *, const char *barcode, int library, const char *place);
bool operator_is_in(struct rig *, const char *barcode, int library, const char *place);
/* A new cartridge in that place. data: "tar" a tar archive, "text" no known label, "protected" blank and
 * write-protected, "unlabelled tar" without a readable bar code, "LTO-4" of that
 * generation whatever the bar code says, NULL blank. */
void operator_adds(struct rig *, const char *barcode, int library, const char *place, const char *data);
/* Ejects the medium and takes it to the shelf; its records have followed. */
void operator_takes_out(struct rig *, int library, NTMS_GUID pmid);
/* Brings a cartridge from the shelf back through a port, until it is in a slot and identified. */
void operator_brings_back(struct rig *, int library, const char *barcode);
/* What is written on one cartridge is on the other now; the bar codes stay where they are. */
void operator_exchanges(struct rig *, NTMS_GUID, NTMS_GUID);
/* A library's cable: unplugged, its directory can't be found; plugged again. */
void operator_unplugs(struct rig *, int library);
void operator_plugs(struct rig *, int library);

/* The state directory's file system is full, or has room again (small_disk). */
void rig_fill_disk(struct rig *);
void rig_clear_disk(struct rig *);
/* Each statement that changes the database fails, as on a damaged disk (a trigger); and works again. */
void rig_damage(struct rig *);
void rig_repair(struct rig *);
/* Statements for the database itself, for what no call can bring about. */
void rig_sql(struct rig *, const char *sql);

/* ---- for rig.c and people.c themselves ---- */

/* Formatted, static, good until the eighth call after it. */
const char *rig_text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void rig_write_file(const char *name, mode_t mode, const char *text);
void rig_run(const char *command); /* of the shell; fails the test with it */

#endif
