/* SPDX-License-Identifier: GPL-2.0-or-later
 * The rows of a store as far as they decide what happens next, as one number. */
#ifndef TESTS_PROOF_ROWS_H
#define TESTS_PROOF_ROWS_H

#include "base/guid.h"
#include "sim/world.h"

struct digest {
	uint64_t a, b;
};

void digest_add(struct digest *, const void *bytes, size_t n);
/* names: the calls and sessions that callers know of; what a guid is called is its place there. */
void digest_rows(struct digest *, struct world *, const guid *names, size_t n);
void digest_robot(struct digest *, const struct world *); /* and what lies in it */

#endif
