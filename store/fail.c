/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Failure points: places where a test can make the process die or an operation fail, chosen by the
 * environment; or (RSM_FAIL=trace) be told of each passage. */
#include "store/impl.h"
#include "store/store.h"

#include <ntmstypes.h>

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char name[32]; /* written only while no other thread runs */
static bool as_error, trace;
static atomic_long left;

void fail_load(void)
{
	const char *text = getenv("RSM_FAIL"), *colon = text ? strchr(text, ':') : NULL;
	char *end;

	name[0] = '\0';
	trace = text && !strcmp(text, "trace");
	if (!colon || (size_t)(colon - text) >= sizeof name)
		return;
	left = strtol(colon + 1, &end, 10);
	as_error = *end == 'e';
	memcpy(name, text, (size_t)(colon - text));
	name[colon - text] = '\0';
}

int fail_point(const char *point, struct err *e)
{
	if (trace)
		dprintf(STDERR_FILENO, "passed %s\n", point);
	if (!name[0] || strcmp(point, name) != 0 || atomic_fetch_sub(&left, 1) != 1)
		return 0;
	if (as_error)
		return err_set(e, ERROR_DATABASE_FAILURE, "failure point %s", point);
	kill(getpid(), SIGKILL);
	for (;;)
		pause();
}
