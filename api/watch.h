/* SPDX-License-Identifier: GPL-2.0-or-later
 * While rsmd runs: devices of this machine that come and go. */
#ifndef API_WATCH_H
#define API_WATCH_H

#include "api/server.h"

/* finds: whether robots that nobody configured become libraries. From now on the configuration's list of
 * libraries belongs to the watch. */
int watch_start(struct server *s, bool finds, struct watch **out, struct err *e);
void watch_stop(struct watch *);

#endif
