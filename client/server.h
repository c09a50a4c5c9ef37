/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which service a session talks to: lpServer, else RSM_SERVER, else the local one. */
#ifndef CLIENT_SERVER_H
#define CLIENT_SERVER_H

#include <ntmstypes.h>
#include <stdbool.h>

#define SERVER_DEFAULT "unix:/run/openrsm/rsmd.sock"
#define SERVER_PORT 8731
#define SERVER_TOKEN_SIZE 512

struct server {
	char name[300];		       /* as given, for messages */
	char socket[108];	       /* unix: path, else "" */
	char url[300];		       /* scheme://host:port, without a path */
	bool loopback;		       /* on this machine: no network is needed */
	char token[SERVER_TOKEN_SIZE]; /* of RSM_TOKEN_FILE, or "" */
};

/* Understands unix:/path, https://host[:port] and, for the loopback only, http://host[:port]. NULL or "" is
 * the default. ERROR_INVALID_COMPUTERNAME: it is none of these; ERROR_ACCESS_DENIED: RSM_TOKEN_FILE can't be
 * read. */
DWORD server_find(const char *name, struct server *);

/* The first half of that: pure. */
DWORD server_parse(const char *name, struct server *);

#endif
