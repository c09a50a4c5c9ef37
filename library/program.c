/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What each library request does, as a list of phases. A phase looks at the rows first, so it may be started
 * again after a failure, a crash or a doubt: what is done already is found done.
 *
 * Whatever ends with a medium in a drive that nobody holds (an identification, a failed or cancelled mount)
 * leaves it there: drives_tidy() queues a dismount, the only program that takes media out of drives.
 */
#include "library/controller.h"

#define PROGRAM(...)                                                                                         \
	(const struct phase *const[]) { __VA_ARGS__, NULL }

static const struct phase *const *const programs[NTMS_LM_MAXWORKITEM] = {
	[NTMS_LM_DISABLELIBRARY] = PROGRAM(&phase_disable),
	[NTMS_LM_ENABLELIBRARY] = PROGRAM(&phase_enable),
	[NTMS_LM_DISABLEDRIVE] = PROGRAM(&phase_disable),
	[NTMS_LM_ENABLEDRIVE] = PROGRAM(&phase_enable),
	[NTMS_LM_DISABLEMEDIA] = PROGRAM(&phase_disable),
	[NTMS_LM_ENABLEMEDIA] = PROGRAM(&phase_enable),
	[NTMS_LM_INVENTORY] = PROGRAM(&phase_scan, &phase_identify_all),
	[NTMS_LM_EJECT] = PROGRAM(&phase_fit, &phase_put, &phase_unlock, &phase_extend, &phase_taken,
				  &phase_retract, &phase_lock),
	[NTMS_LM_INJECT] = PROGRAM(&phase_unlock, &phase_extend, &phase_watch, &phase_retract, &phase_lock,
				   &phase_collect, &phase_stow),
	[NTMS_LM_PROCESSOMID] =
		PROGRAM(&phase_drive, &phase_fetch, &phase_load, &phase_read, &phase_identified),
	[NTMS_LM_DISMOUNT] = PROGRAM(&phase_dismount, &phase_revoke, &phase_unload, &phase_return),
	[NTMS_LM_MOUNT] =
		PROGRAM(&phase_drive, &phase_fetch, &phase_load, &phase_read, &phase_grant, &phase_mounted),
	[NTMS_LM_WRITESCRATCH] = PROGRAM(&phase_drive, &phase_fetch, &phase_load, &phase_read, &phase_write),
};

const struct phase *const *program_of(uint32_t op)
{
	static const struct phase *const nothing[] = {NULL};

	return op < NTMS_LM_MAXWORKITEM && programs[op] ? programs[op] : nothing;
}

const struct phase *phase_of(const struct request *r)
{
	const struct phase *const *p = program_of(r->op);

	for (uint32_t i = 0; i < r->phase && *p; i++)
		p++;
	return *p;
}
