/* SPDX-License-Identifier: GPL-2.0-or-later
 * The store was restored from a copy: what it says was true once. Nothing of it is taken for the truth where
 * a medium could be overwritten by mistake. docs/consistency.md says what is promised. */
#include "library/controller.h"

#include <stdio.h>

/* An operator's message holds 255 characters. */
#define TOLD                                                                                                 \
	"The store was restored from a copy: %.60s. Media allocated since look available; one with data on " \
	"it goes into quarantine at its first mount. Let applications look for their media. See rsmd(8)."

int library_restored(struct ctl *c, const char *why)
{
	char message[256];
	int64_t id;

	snprintf(message, sizeof message, TOLD, why);
	/* actions of a past that went on without this store: the elements are read in any case */
	TRY(sql_do(c->t, c->e,
		   "UPDATE action SET state=2, ended=?, reason='the store was restored from a copy' "
		   "WHERE state IN (0,3)",
		   "i", c->now));
	TRY(sql_do(c->t, c->e, "UPDATE physical_media SET verified=0", ""));
	TRY(sql_do(c->t, c->e, "UPDATE side SET proof=CASE WHEN lmid IS NULL THEN 1 ELSE 2 END", ""));
	return oprequest_post(c->t,
			      &(struct oprequest_new){.request = NTMS_OPREQ_MESSAGE,
						      .arg1_type = NTMS_COMPUTER,
						      .arg1 = model_computer(c->t),
						      .message = message},
			      &id, c->e);
}
