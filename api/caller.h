/* SPDX-License-Identifier: GPL-2.0-or-later
 * Who is at the other end of a connection: the kernel tells for a unix socket, a token for TCP. */
#ifndef API_CALLER_H
#define API_CALLER_H

#include "media/calls.h"

#include <stdatomic.h>

/* A user, as connections and sessions share it. */
struct who {
	atomic_int refs;
	uid_t uid;
	struct caller caller; /* of calls without a session: application "RSM"; owns the token */
};

/* The rest of the identity that every caller on this machine shares. */
struct callers {
	gid_t admin_gid;   /* of rsm-admin; (gid_t)-1: there is none */
	char computer[64]; /* our own name */
};
void callers_init(struct callers *c);

/* The process that connected to this unix socket. */
int who_of_socket(const struct callers *c, int fd, struct who **w, struct err *e);
/* That local user, with all its groups. */
int who_of_user(const struct callers *c, const char *user, struct who **w, struct err *e);
struct who *who_ref(struct who *w);
void who_unref(struct who *w);

/* Copies text, cut on a whole UTF-8 character. */
void caller_text(char *out, size_t size, const char *text);

#endif
