/* SPDX-License-Identifier: GPL-2.0-or-later
 * How something that was asked of the world ended. Devices report it, controllers decide by it. */
#ifndef BASE_OUTCOME_H
#define BASE_OUTCOME_H

enum outcome {
	OUTCOME_DONE,
	OUTCOME_FAILED, /* it was answered, and not done; the sense says what the world looks like now */
	OUTCOME_UNKNOWN /* no answer (time-out, lost path, crash): it may or may not have happened: settle it
			 */
};

#endif
