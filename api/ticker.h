/* SPDX-License-Identifier: GPL-2.0-or-later
 * Controllers sleep on nothing; this thread does, until the earliest of their deadlines, and then wakes them
 * by a job. */
#ifndef API_TICKER_H
#define API_TICKER_H

#include "store/store.h"

struct ticker;

int ticker_start(struct store *s, struct ticker **t, struct err *e);
/* The rows have changed, and with them perhaps the earliest deadline. From any thread; cheap. t NULL: not
 * started yet. */
void ticker_changed(struct ticker *t);
void ticker_stop(struct ticker *t);
void ticker_free(struct ticker *t); /* after store_close(), whose last commits still tell it */

#endif
