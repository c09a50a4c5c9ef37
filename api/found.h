/* SPDX-License-Identifier: GPL-2.0-or-later
 * The libraries of a machine whose configuration names none. */
#ifndef API_FOUND_H
#define API_FOUND_H

#include "api/config.h"
#include "store/store.h"

/* Adds to the configuration, if it has no library of its own: each medium changer that the kernel has now,
 * and those found by an earlier run, which may only be late. */
int found_libraries(struct config *c, struct store *s, struct err *e);
/* Later on: adds the changers that have come since. */
int found_later(struct config *c, struct err *e);
/* Prints the configuration that this would come to, with the drives in comments: what `rsmd --discover` does.
 */
int found_print(struct config *c, struct err *e);

#endif
