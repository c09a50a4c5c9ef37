/* SPDX-License-Identifier: GPL-2.0-or-later
 * What the files of the command `rsm` share. It speaks libntmsapi alone: <ntmsapi.h> and <rsmext.h>. A
 * command is one call or a few and then the process ends, so what was read stays in memory, and die() may be
 * called anywhere. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/cleanup.h"
#include "base/str.h"
#include "base/vec.h"

#include <ntmsapi.h>
#include <rsmext.h>

#include <stdbool.h>

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* ---- the commands (main.c lists them) ---- */

enum opt_kind {
	OPT_FLAG,   /* bool */
	OPT_TEXT,   /* const char * */
	OPT_NUMBER, /* long */
	OPT_TIME,   /* DWORD, milliseconds: 30, 30s, 5m, 2h, 500ms, never */
};
struct opt {
	const char *name;
	char key; /* 0: long form only */
	enum opt_kind kind;
	void *to;
	const char *arg, *help;
};
struct command {
	const char *name;	/* "pool create" */
	const char *operands;	/* "NAME", as in the usage line */
	int min, max;		/* how many; max < 0: any number */
	const char *summary;	/* for the list of commands */
	const char *help;	/* more of it */
	const struct opt *opts; /* ended by name NULL; NULL: none */
	int (*run)(int n, char **operands);
	void (*more_help)(void); /* may be NULL */
	bool tables;		 /* takes -o, --json, --noheadings */
};

extern const struct command cmd_status, cmd_list, cmd_show, cmd_pool_create, cmd_pool_delete, cmd_pool_set,
	cmd_media_free, cmd_media_allocate, cmd_media_deallocate, cmd_media_move, cmd_media_complete,
	cmd_mount, cmd_dismount, cmd_inject_start, cmd_inject_stop, cmd_inject_retract, cmd_eject,
	cmd_inventory, cmd_requests_satisfy, cmd_requests_refuse, cmd_enable, cmd_disable, cmd_access_show,
	cmd_access_grant, cmd_access_revoke, cmd_media_adopt;

/* ---- options.c ---- */

extern struct settings {
	const char *server, *columns;
	bool json, noheadings, quiet, verbose;
} set;

/* Fills what the options point to and returns the index of the first operand; ends the process on a bad one.
 */
int options_parse(const struct command *c, int argc, char **argv);
void options_help(const struct command *c);
_Noreturn void usage(const struct command *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Tell what is being waited for? Yes on a terminal, and with --verbose. */
bool chatty(void);

/* ---- session.c ---- */

HANDLE session(void); /* opened by the first call; dies if it can't be */
void session_close(void);
extern const char *command_name; /* of the messages */
/* "rsm: mount: ERROR_MEDIA_OFFLINE (4304): LIB001L8: reason"; failed() returns EXIT_FAILED. */
int failed(DWORD code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
_Noreturn void die(DWORD code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A failure that no call returned: "rsm: mount: text". */
_Noreturn void die_text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The text of a call that another thread made, for the next message. */
void server_said(const char *text);
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2))); /* if chatty(); on stderr */

/* ---- object.c: objects as they are now, read once ---- */

#define GUID_CHARS 37
typedef VEC(GUID) guid_vec;
struct object {
	GUID id;
	DWORD code; /* why it couldn't be read; 0 */
	NTMS_OBJECTINFORMATIONA info;
	bool has_detail;
	RSM_OBJECTDETAIL detail;
	guid_vec sides; /* a medium's, if they came with many others: read_all() */
	char *path;	/* a pool's, once it was asked for */
	char *told;	/* what wait.c last said of it */
};

struct object *object(const GUID *id);	     /* never NULL; see code */
struct object *object_again(const GUID *id); /* the same, read anew */
const RSM_OBJECTDETAIL *object_detail(struct object *o);
/* What people call it: its name, a pool's path, the beginning of the GUID of what has no name. Null: "". */
const char *object_name(const GUID *id);
/* Reads all of a type in a container, if there are so many that one by one would take long; object() and
 * sides_of() know them then. */
void read_all(const GUID *container, DWORD type, size_t many);
void enumerate(const GUID *container, DWORD type, guid_vec *to); /* pools: all of them, with those inside */
bool guid_null(const GUID *id);
bool guid_same(const GUID *a, const GUID *b);
const char *guid_format(const GUID *id, char text[GUID_CHARS]);
bool guid_scan(const char *text, GUID *id);
const char *type_name(DWORD type); /* "drive" */
/* The sides of a physical medium in order. */
void sides_of(const GUID *medium, guid_vec *to);
bool request_finished(const struct object *o); /* library or operator request */

/* ---- resolve.c: what the user wrote becomes an object; dies, naming the candidates, when it isn't one ----
 */

GUID resolve(const char *text, DWORD type); /* NTMS_UNKNOWN: any */
GUID resolve_any(const char *text, const DWORD *types, size_t n);
struct medium {
	GUID physical, side, logical; /* logical: null while the side isn't allocated */
};
/* Any of the three may be named; side: from 0, -1 when not said. need_side: there must be one. */
struct medium resolve_medium(const char *text, int side, bool need_side);

/* ---- columns.c: what there is to say about each type of object ---- */

enum column_kind {
	COL_TEXT,
	COL_NUMBER,
	COL_SHORT,
	COL_BOOL,
	COL_ENUM,
	COL_REF,
	COL_TIME,
	COL_GUID,
	COL_SIZE,
	COL_FN
};
struct column {
	const char *name, *help;
	enum column_kind kind;
	bool list, right; /* shown by default; aligned right */
	bool of_detail;	  /* offset is one into RSM_OBJECTDETAIL, else into NTMS_OBJECTINFORMATIONA */
	size_t offset;
	const char *const *words;		    /* COL_ENUM, ended by NULL; "" for a hole */
	void (*get)(struct object *, struct str *); /* COL_FN */
	enum column_json { JSON_TEXT, JSON_NUMBER, JSON_BOOL } json; /* COL_FN */
};
struct kind {
	DWORD type;
	const char *plural, *title; /* of `list`, and of messages */
	const struct column *columns;
	size_t n;
};
extern const struct kind kinds[];
extern const size_t n_kinds;
const struct kind *kind_of(DWORD type); /* NULL: none */
const struct column *column_named(const struct kind *, const char *name);

/* ---- cell.c ---- */

/* machine: for programs; times in UTC, plain numbers */
void column_text(const struct column *c, struct object *o, bool machine, struct str *to);
const char *column_word(const char *const *words, DWORD n); /* "" where there is none */

/* ---- table.c ---- */

/* Prints objects of a kind as a table of the columns asked for by -o, else of those shown by default; all: of
 * all. */
void table_print(const struct kind *k, const guid_vec *objects, bool all);
/* Several tables in one output: in JSON the members of one object. */
void tables_begin(void);
void tables_next(const char *heading); /* before each: a heading for people */
void tables_json(const char *member);  /* a member written by hand: "\"version\": 1" */
void tables_end(void);
void json_text(struct str *to, const char *text);

/* ---- wait.c ---- */

void wait_a_moment(void); /* between two looks at what another process does */

/* Follows a library request until it is finished, telling what it waits for. EXIT_ status. */
int wait_request(const GUID *request, DWORD timeout);
/* What is queued from now on is ours: wait_work() tells of its failures. */
void work_before(void);
/* Follows the requests of a library (null: any) until all are finished whose operation is in ops (bits
 * 1 << NTMS_LM_x) and whose medium is `medium` (null: any). */
int wait_work(const GUID *library, unsigned ops, const GUID *medium, DWORD timeout);
/* Runs a blocking call in a thread and meanwhile tells what the requests for `object` (a medium, a pool) wait
 * for. */
DWORD call_watched(DWORD (*call)(void *), void *arg, const GUID *object);

/* ---- picture.c ---- */

void picture(const GUID *library);

#endif
