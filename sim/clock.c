/* SPDX-License-Identifier: GPL-2.0-or-later
 * A binary heap. */
#include "sim/clock.h"

static bool before(const struct due *a, const struct due *b)
{
	return a->at < b->at || (a->at == b->at && a->n < b->n);
}

static void swap(struct due *a, struct due *b)
{
	struct due x = *a;

	*a = *b;
	*b = x;
}

void due_add(struct timeline *t, int64_t at, due_fn *fn, void *arg)
{
	size_t i = t->heap.n;

	*vec_add(&t->heap) = (struct due){at, t->n++, fn, arg};
	for (; i && before(&t->heap.v[i], &t->heap.v[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&t->heap.v[i], &t->heap.v[(i - 1) / 2]);
}

int64_t due_next(const struct timeline *t) { return t->heap.n ? t->heap.v[0].at : INT64_MAX; }

struct due due_take(struct timeline *t)
{
	struct due first = t->heap.v[0], *h = t->heap.v;
	size_t n = --t->heap.n, i = 0, least;

	h[0] = h[n];
	for (;; i = least) {
		least = i;
		for (size_t k = 2 * i + 1; k <= 2 * i + 2 && k < n; k++)
			if (before(&h[k], &h[least]))
				least = k;
		if (least == i)
			return first;
		swap(&h[i], &h[least]);
	}
}
