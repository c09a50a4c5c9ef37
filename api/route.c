/* SPDX-License-Identifier: GPL-2.0-or-later
 * The table of calls is the table of routes; a path has one {argument} at most. */
#include "api/route.h"

#include "base/cleanup.h"

#include <stdio.h>
#include <string.h>

/* Does the path fit the pattern? The text where {argument} stands goes to *value. */
static bool fits(const char *pattern, const char *path, const char **value, size_t *length)
{
	while (*pattern && *pattern != '{') {
		if (*pattern++ != *path++)
			return false;
	}
	if (!*pattern)
		return *path == 0;
	*value = path;
	*length = strcspn(path, "/");
	return *length && strcmp(strchr(pattern, '}') + 1, path + *length) == 0;
}

static const struct wire_member *path_member(const struct wire_call_desc *d)
{
	const char *name = strchr(d->path, '{');

	if (!name)
		return NULL;
	for (const struct wire_member *m = d->in; m->key; m++) {
		size_t n = strlen(m->key);

		if (strncmp(m->key, name + 1, n) == 0 && name[1 + n] == '}')
			return m;
	}
	return NULL;
}

unsigned route_find(const char *method, const char *path, struct route *r)
{
	bool path_known = false;

	*r = (struct route){0};
	for (enum wire_call c = 0; c < CALL_COUNT; c++) {
		const struct wire_call_desc *d = &wire_calls[c];
		size_t n = strlen(r->allow);

		if (!fits(d->path, path, &r->value, &r->length))
			continue;
		if (strcmp(method, d->method) == 0) {
			r->call = c;
			r->member = path_member(d);
			r->allow[0] = 0;
			return 200;
		}
		path_known = true;
		snprintf(r->allow + n, sizeof r->allow - n, "%s%s", n ? ", " : "", d->method);
	}
	return path_known ? 405 : 404;
}
