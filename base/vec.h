/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Typed growable arrays: VEC(struct change) changes = {0}; *vec_add(&changes) = c; vec_free(&changes);
 * Growth aborts when memory is exhausted: a daemon that can't hold a list of GUIDs can't roll back either. */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#define VEC(...) /* variadic for the commas of VEC(struct { int a, b; }) */                                  \
	struct {                                                                                             \
		__VA_ARGS__ *v;                                                                              \
		size_t n;                                                                                    \
		size_t cap;                                                                                  \
	}

static inline void *vec_grow_(void *v, size_t n, size_t *cap, size_t size)
{
	if (v && n < *cap)
		return v;
	*cap = *cap ? *cap * 2 : 8;
	v = reallocarray(v, *cap, size);
	if (!v) {
		fputs("out of memory\n", stderr);
		abort();
	}
	return v;
}

/* Pointer to a new last element; its content is undefined. */
#define vec_add(a) (((a)->v = vec_grow_((a)->v, (a)->n, &(a)->cap, sizeof(*(a)->v))), &(a)->v[(a)->n++])
#define vec_free(a)                                                                                          \
	do {                                                                                                 \
		free((a)->v);                                                                                \
		(a)->v = NULL, (a)->n = (a)->cap = 0;                                                        \
	} while (0)
#define vec_each(it, a) for (__typeof__((a)->v + 0) it = (a)->v; it && it < (a)->v + (a)->n; it++)

#endif
