/* SPDX-License-Identifier: GPL-2.0-or-later
 * Reading and applying quirk lines; the built-in table is written in the same language. */
#include "device/quirks.h"

#include "base/cleanup.h"
#include "base/vec.h"
#include "device/pattern.h"

#include <errno.h>
#include <ntmstypes.h>
#include <string.h>

const char *const quirk_table[] = {
#include "device/limits.def"
#include "device/quirks.def"
	NULL};

static VEC(char *) added;

static const struct {
	const char *name;
	size_t offset;
} fields[] = {
#define X(name, value) {#name, offsetof(struct quirk, name)},
	QUIRKS(X) TIME_LIMITS(X)
#undef X
};

/* Takes one quoted string off *at. */
static bool quoted(const char **at, char *out, size_t size)
{
	const char *start, *end;

	*at += strspn(*at, " \t");
	if (**at != '"')
		return false;
	start = *at + 1;
	end = strchr(start, '"');
	if (!end || (size_t)(end - start) >= size)
		return false;
	memcpy(out, start, (size_t)(end - start));
	out[end - start] = 0;
	*at = end + 1;
	return true;
}

static int setting(const char *word, size_t n, struct quirk *q, struct err *e)
{
	const char *eq = memchr(word, '=', n);
	size_t len = eq ? (size_t)(eq - word) : n;

	for (size_t i = 0; i < countof(fields); i++) {
		char *end;
		long value = 1;

		if (strlen(fields[i].name) != len || strncmp(fields[i].name, word, len) != 0)
			continue;
		if (eq) {
			errno = 0;
			value = strtol(eq + 1, &end, 10);
			if (errno || end != word + n || end == eq + 1 || value < 0 || value > 1000000)
				return err_set(e, ERROR_INVALID_DATA,
					       "quirk: %.*s: not a number from 0 to 1000000", (int)n, word);
		}
		*(int *)((char *)q + fields[i].offset) = (int)value;
		return 0;
	}
	return err_set(e, ERROR_INVALID_DATA, "quirk: \"%.*s\" is unknown", (int)len, word);
}

int quirk_apply(const char *line, const char *vendor, const char *product, struct quirk *q, struct err *e)
{
	char pv[32], pp[32];
	struct quirk next = *q;
	const char *at = line;
	int rc;

	if (!quoted(&at, pv, sizeof pv) || !quoted(&at, pp, sizeof pp))
		return err_set(e, ERROR_INVALID_DATA,
			       "quirk: expected \"VENDOR\" \"PRODUCT\" name=number ..., both in quotes");
	for (;;) {
		size_t n;

		at += strspn(at, " \t");
		n = strcspn(at, " \t");
		if (!n)
			break;
		rc = setting(at, n, &next, e);
		if (rc)
			return rc;
		at += n;
	}
	if (pattern_fits(pv, vendor) && pattern_fits(pp, product))
		*q = next;
	return 0;
}

void quirk_find(const char *vendor, const char *product, struct quirk *q)
{
	struct err e;

#define X(name, value) q->name = value;
	QUIRKS(X)
	TIME_LIMITS(X)
#undef X
	for (const char *const *line = quirk_table; *line; line++)
		quirk_apply(*line, vendor, product, q, &e);
	vec_each(line, &added)
		quirk_apply(*line, vendor, product, q, &e);
}

int quirk_add(const char *line, struct err *e)
{
	struct quirk q;
	int rc;

	quirk_find("", "", &q);
	rc = quirk_apply(line, "", "", &q, e);
	if (!rc)
		*vec_add(&added) = strdup(line);
	return rc;
}

void quirk_forget_added(void)
{
	vec_each(line, &added)
		free(*line);
	vec_free(&added);
}
