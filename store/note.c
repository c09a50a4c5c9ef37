/* SPDX-License-Identifier: GPL-2.0-or-later
 * Notes for the log. */
#include "store/store.h"

#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct note {
	struct post post;
	char text[300];
};

static void forget(struct post *p) { free(p); }

static void tell(struct post *p)
{
	log_note("%s", ((struct note *)p)->text);
	free(p);
}

void txn_note(struct txn *t, const char *fmt, ...)
{
	struct note *n = calloc(1, sizeof *n);
	va_list ap;

	if (!n) /* better no note than no change */
		return;
	n->post = (struct post){tell, forget};
	va_start(ap, fmt);
	vsnprintf(n->text, sizeof n->text, fmt, ap);
	va_end(ap);
	txn_post(t, &n->post);
}
