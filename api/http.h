/* SPDX-License-Identifier: GPL-2.0-or-later
 * The HTTP server: libmicrohttpd on each socket of the configuration. */
#ifndef API_HTTP_H
#define API_HTTP_H

#include "api/server.h"

int http_start(struct server *s, struct err *e); /* sets s->http, even when it fails half-way */
/* No new connections, no new requests, nothing suspended, then every connection closed. s->state is
 * SERVER_STOPPING. */
void http_stop(struct http *h);

#endif
