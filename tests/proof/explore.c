/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "explore.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE = 1 << 22, DEPTH = 2000, TOLD = 3 };
enum { EMPTY, ON_THE_WAY, DONE };

struct seen {
	uint8_t key[16];
	double orders;
	uint32_t depth, what;
};

static struct {
	struct explored found;
	uint32_t depth;
	bool alone[DEPTH]; /* nothing else could happen there */
	char way[DEPTH][60];
	struct seen table[TABLE];
} * all;
static const struct explore *exploring;

void explore_violated(void *unused, const char *what)
{
	if (all->found.violations++ >= TOLD)
		return;
	fprintf(stderr, "# violated: %s; after\n", what);
	for (uint32_t i = 0; i < all->depth; i++)
		fprintf(stderr, "#   %s\n", all->way[i]);
	exploring->show(exploring->world);
}

static struct seen *find(const uint8_t key[16])
{
	uint64_t at;

	memcpy(&at, key, sizeof at);
	for (;; at++) {
		struct seen *s = &all->table[at % TABLE];

		if (s->what == EMPTY || !memcmp(s->key, key, sizeof s->key))
			return s;
	}
}

/* A round of events of which each was the only one possible goes on for ever. */
static double again(const struct seen *s)
{
	all->found.merged++;
	if (s->what == DONE)
		return s->orders;
	for (uint32_t d = s->depth; d < all->depth; d++)
		if (!all->alone[d])
			return 0;
	explore_violated(NULL, "it never comes to rest");
	return 0;
}

static double walk(const struct explore *x);

static double go(const struct explore *x, const struct choice *c, uint32_t depth)
{
	all->depth = depth + 1;
	memcpy(all->way[depth], c->name, sizeof c->name);
	all->found.events++;
	x->take(x->world, c);
	return walk(x);
}

static bool nothing_must(const struct choice *c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!c[i].may)
			return false;
	return true;
}

static double walk(const struct explore *x)
{
	struct choice c[CHOICES];
	uint32_t depth = all->depth;
	struct seen *s;
	uint8_t key[16];
	double orders;
	bool end;
	size_t n;

	x->state(x->world, key);
	s = find(key);
	if (s->what != EMPTY)
		return again(s);
	if (depth + 1 >= DEPTH || all->found.states >= TABLE / 2 ||
	    (x->most && all->found.states >= x->most)) {
		all->found.cut = true;
		return 0;
	}
	all->found.states++;
	memcpy(s->key, key, sizeof key);
	s->what = ON_THE_WAY, s->depth = depth;
	n = x->choices(x->world, c);
	all->alone[depth] = n == 1;
	end = nothing_must(c, n);
	x->check(x->world, end);
	all->found.ends += end;
	orders = end;
	if (n > 1)
		x->save(x->world);
	for (size_t i = 0; i < n; i++) {
		if (i)
			x->restore(x->world);
		orders += go(x, &c[i], depth);
	}
	if (n > 1)
		x->forget(x->world);
	s->orders = orders, s->what = DONE;
	return orders;
}

static void died(int signal) { explore_violated(NULL, "it gave up"); }

void explore(const struct explore *x, struct explored *found)
{
	void (*was)(int) = signal(SIGABRT, died);

	all = calloc(1, sizeof *all);
	if (!all)
		abort();
	exploring = x;
	all->found.orders = walk(x);
	*found = all->found;
	free(all);
	signal(SIGABRT, was);
}
