/* SPDX-License-Identifier: GPL-2.0-or-later
 * Takes connections and hands on those that begin as HTTP does. The others (a person with a terminal, TLS,
 * line noise) are told what is wrong; libmicrohttpd would just close them. */
#ifndef API_ACCEPT_H
#define API_ACCEPT_H

#include "api/config.h"
#include "base/err.h"

#include <sys/socket.h>

struct accept;

/* fd is the receiver's. Called by the thread of accept.c. */
typedef void accept_fn(void *arg, int fd, const struct sockaddr *peer, socklen_t n);

/* Listens at every address of the configuration, and takes connections from now on. */
int accept_start(const struct config *c, accept_fn *hand_on, void *arg, struct accept **a, struct err *e);
/* Closes and removes the sockets, and connections that weren't handed on. */
void accept_stop(struct accept *a);

#endif
