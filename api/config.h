/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * rsmd.conf: an INI file read by ourselves, because an administrator deserves the line and the reason of
 * every mistake. Sections and keys stand in a table (config.c); rsmd.conf(5) describes them.
 */
#ifndef API_CONFIG_H
#define API_CONFIG_H

#include "base/log.h"
#include "base/str.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

/* szDeviceName has 64 characters with its end, and the paths that lead to drives are
 * STATE/dev/LIBRARY-NUMBER. */
#define CONFIG_DEVICE_NAME_MAX 63

struct config_listen {
	enum { LISTEN_UNIX, LISTEN_HTTP } kind;
	char *where; /* the socket's path; "127.0.0.1" or "::1" */
	uint16_t port;
	int line;
};

struct config_drive {
	int element; /* SCSI element address; -1: the drive of a stand-alone library */
	char *device;
	int line;
};

struct config_library {
	char *name;
	char *changer;			 /* NULL: a stand-alone drive */
	VEC(struct config_drive) drives; /* none: found by themselves */
	bool drives_auto;
	bool fence; /* keep other hosts off by persistent reservations */
	bool found; /* by discovery, not in the file */
	int line, changer_line;
};

struct config {
	const char *file;
	char *state;
	char *store;  /* path of the SQLite file */
	char *tokens; /* NULL: none */
	bool rebuild; /* of the command line: begin with an empty store */
	bool zero_timeout_polls;
	bool no_discovery;
	enum log_level log;
	VEC(struct config_listen) listen;
	VEC(struct config_library) libraries;
	VEC(char *) quirks; /* in the shape that quirk_add() takes; already given to it */
};

/* Reads the file into *c. Every mistake is a line "FILE:LINE: reason" in *mistakes; returns how many there
 * are. */
int config_read(const char *file, struct config *c, struct str *mistakes);
void config_free(struct config *c);

#endif
