/* SPDX-License-Identifier: LGPL-2.1-or-later
 * All that libntmsapi needs of the operating system: locks, the names of host and user, and HTTP. The rest of
 * client/ is plain C; another system is another implementation of this header. */
#ifndef CLIENT_PLATFORM_PLATFORM_H
#define CLIENT_PLATFORM_PLATFORM_H

#include "client/server.h"

#include <ntmstypes.h>
#include <stdbool.h>
#include <stddef.h>

/* ---- locks ---- */

struct lock;
struct lock *lock_new(void); /* NULL: no memory */
void lock_free(struct lock *);
void lock_take(struct lock *);
void lock_give(struct lock *);

/* The one lock of the registry of handles. A fork waits for it, and in the child, which may not use its
 * parent's sessions, calls forget() before it is given back. */
void platform_registry_take(void (*forget)(void));
void platform_registry_give(void);

/* ---- names ---- */

/* Both store at most size bytes with the NUL, and "" if there is no name. */
void platform_host_name(char *buf, size_t size);
void platform_user_name(char *buf, size_t size);

/* Reads a small file whole, without trailing white space. False: errno says why. */
bool platform_read_file(const char *path, char *buf, size_t size);

/* ---- HTTP ---- */

/* One connection, used by one thread at a time. It is opened by the first request and kept open until
 * connection_free(); a request that finds it broken opens another. */
struct connection;

struct http_request {
	const char *method, *path; /* path with query */
	const char *session;	   /* RSM-Session, or NULL */
	const char *body;	   /* JSON, or NULL */
	size_t body_size;
};

struct http_reply {
	long status;
	char *body; /* NUL-terminated, owned; NULL: none */
	size_t size, room;
};

DWORD connection_new(const struct server *, struct connection **);
void connection_free(struct connection *);
/* One request and its reply. Fails with ERROR_NOT_CONNECTED, ERROR_NO_NETWORK, ERROR_ACCESS_DENIED (a socket
 * that may not be opened), ERROR_NOT_ENOUGH_MEMORY; why then gets the reason. */
DWORD connection_do(struct connection *, const struct http_request *, struct http_reply *, char *why,
		    size_t why_size);

#endif
