/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * SQLite in a program of one thread: no locks, and an allocator that keeps what is given back in lists by
 * size. Each statement asks for a dozen small pieces of memory and gives them back at its end; SQLite's own
 * answer to that (lookaside) is left out of Debian's. */
#include "store/impl.h"

#include <stdlib.h>
#include <string.h>

enum { UNIT = 64, SIZES = 128 };

#ifdef __SANITIZE_ADDRESS__ /* has to see each piece */
enum { SANITIZED = true };
#else
enum { SANITIZED = false };
#endif

struct piece {
	size_t units; /* of UNIT bytes, this head included */
	union {
		struct piece *next; /* while nobody has it */
		char data[8];
	};
};

enum { HEAD = offsetof(struct piece, data) };

static struct piece *kept[SIZES];

static struct piece *piece_of(void *data) { return (struct piece *)((char *)data - HEAD); }
static size_t units_for(int n) { return ((size_t)n + HEAD + UNIT - 1) / UNIT; }
static int size_of(size_t units) { return (int)(units * UNIT - HEAD); }

static void *take(int n)
{
	size_t units = units_for(n);
	struct piece *p = units < SIZES ? kept[units] : NULL;

	if (p)
		kept[units] = p->next;
	else if (!(p = malloc(units * UNIT)))
		return NULL;
	p->units = units;
	return p->data;
}

static void give(void *data)
{
	struct piece *p = piece_of(data);

	if (p->units >= SIZES) {
		free(p);
		return;
	}
	p->next = kept[p->units];
	kept[p->units] = p;
}

static int size(void *data) { return data ? size_of(piece_of(data)->units) : 0; }

static void *resize(void *data, int n)
{
	void *other;

	if (units_for(n) == piece_of(data)->units)
		return data;
	other = take(n);
	if (other) {
		memcpy(other, data, (size_t)(n < size(data) ? n : size(data)));
		give(data);
	}
	return other;
}

static int whole(int n) { return size_of(units_for(n)); }
static int begin(void *unused) { return SQLITE_OK; }
static void end(void *unused) {}

void store_alone(void)
{
	static const sqlite3_mem_methods lists = {take, give, resize, size, whole, begin, end, NULL};

	sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	if (!SANITIZED)
		sqlite3_config(SQLITE_CONFIG_MALLOC, &lists);
}
