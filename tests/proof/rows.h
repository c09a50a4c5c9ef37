/* SPDX-License-Identifier: GPL-2.0-or-later
 * The rows of a store as far as they decide what happens next, as one number. */
#ifndef TESTS_PROOF_ROWS_H
#define TESTS_PROOF_ROWS_H

#include "base/guid.h"
#include "sim/world.h"

/* A request or call waits for its answer. */
#define AWAITED(o)                                                                                           \
	"(EXISTS(SELECT 1 FROM librequest x WHERE x.open=1 AND x.oprequest=" o                               \
	".id) OR EXISTS(SELECT 1 FROM waiting x WHERE x.code IS NULL AND x.oprequest=" o ".id))"
/* An operator request whose answer changes something: of the others, that a person has read them. The
 * library's own (9, 3: it needs service): he goes to the robot, and what is in its hand is gone. */
#define ANSWERABLE(o) o ".state IN (1,2,3) AND (" AWAITED(o) " OR " o ".request=3 AND " o ".arg1_type=9)"

struct digest {
	uint64_t a, b;
};

void digest_add(struct digest *, const void *bytes, size_t n);
/* names: the calls and sessions that callers know of; what a guid is called is its place there. */
void digest_rows(struct digest *, struct world *, const guid *names, size_t n);
void digest_robot(struct digest *, const struct world *); /* and what lies in it */

#endif
