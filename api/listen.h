/* SPDX-License-Identifier: GPL-2.0-or-later
 * Sockets to listen on. */
#ifndef API_LISTEN_H
#define API_LISTEN_H

#include "api/config.h"
#include "base/err.h"

/* A listening socket; a socket file that nobody listens at any more is replaced, a live one refused. */
int listen_open(const struct config_listen *l, int *fd, struct err *e);
/* Removes the file of a unix socket. */
void listen_remove(const struct config_listen *l);
/* unix:/path or http://host:port; returns buf. */
const char *listen_name(const struct config_listen *l, char *buf, size_t size);

#endif
