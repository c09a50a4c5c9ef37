/* SPDX-License-Identifier: GPL-2.0-or-later
 * A cartridge left in the robot's hand (a crash or a fault in the middle of a move) goes to a slot by itself.
 */
#include "library/controller.h"

#define ATTEMPTS 3 /* in ten minutes; then a person must look */

int hand_empty(struct ctl *c)
{
	int64_t medium = 0, hand = 0, home = 0, slot = 0, failed = 0;
	int rc = sql_get(c->t, c->e,
			 "SELECT m.id, m.place, coalesce(m.home_slot,0) "
			 "FROM changer h JOIN physical_media m ON m.place=h.id WHERE h.library=?",
			 "i", c->id, "iii", &medium, &hand, &home);

	if (rc == SQL_NONE)
		return 0;
	TRY(rc);
	TRY(sql_get(c->t, c->e,
		    "SELECT count(*) FROM action "
		    "WHERE library=? AND medium=? AND request IS NULL AND state=2 AND started>?",
		    "iii", c->id, medium, c->now - 600000, "i", &failed));
	if (failed >= ATTEMPTS) /* trouble.c tells of it */
		return 0;
	TRY(free_slot(c, home, &slot));
	if (!slot)
		return 0;
	rc = action_move(c, NULL, medium, hand, slot, false);
	return rc < 0 ? 0 : rc;
}
