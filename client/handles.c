/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/handles.h"

#include "client/platform/platform.h"

#include <stdint.h>
#include <stdlib.h>

/* A handle is (turn, index), shifted so that it looks like an aligned address. The turn goes up whenever an
 * entry is used again, so a stale handle names nothing. */
#define INDEX_BITS 20
#define SHIFT 3

struct entry {
	void *what; /* NULL: free */
	uint64_t turn;
};

static struct entry *entries;
static size_t n_entries;
static uint64_t turns; /* of the whole process: goes on in a forked child */

static void forget(void)
{
	for (size_t i = 0; i < n_entries; i++)
		entries[i].what = NULL;
}

static HANDLE token(size_t i) { return (HANDLE)(uintptr_t)((entries[i].turn << INDEX_BITS | i) << SHIFT); }

static struct entry *lookup(HANDLE h)
{
	uint64_t number = (uintptr_t)h;
	size_t i = number >> SHIFT & ((1u << INDEX_BITS) - 1);

	return i < n_entries && entries[i].what && token(i) == h ? &entries[i] : NULL;
}

static size_t free_entry(void)
{
	struct entry *grown;
	size_t i = 0;

	while (i < n_entries && entries[i].what)
		i++;
	if (i < n_entries || i >> INDEX_BITS)
		return i;
	grown = realloc(entries, (n_entries + 16) * sizeof *entries);
	if (!grown)
		return i;
	entries = grown;
	for (size_t k = 0; k < 16; k++)
		entries[n_entries++] = (struct entry){0};
	return i;
}

HANDLE handle_new(void *what)
{
	HANDLE h = NULL;
	size_t i;

	platform_registry_take(forget);
	i = free_entry();
	if (i < n_entries) {
		entries[i] = (struct entry){what, ++turns};
		h = token(i);
	}
	platform_registry_give();
	return h;
}

void *handle_get(HANDLE h, void (*hold)(void *))
{
	struct entry *e;
	void *what;

	platform_registry_take(forget);
	e = lookup(h);
	what = e ? e->what : NULL;
	if (what)
		hold(what);
	platform_registry_give();
	return what;
}

void *handle_take(HANDLE h)
{
	struct entry *e;
	void *what;

	platform_registry_take(forget);
	e = lookup(h);
	what = e ? e->what : NULL;
	if (e)
		e->what = NULL;
	platform_registry_give();
	return what;
}
