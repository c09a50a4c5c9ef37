/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Ownership made visible: a variable that owns something says so where it is declared. */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free_(void *p) { free(*(void **)p); }
static inline void cleanup_fd_(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define CLEANUP(fn) __attribute__((cleanup(fn)))
#define auto_free CLEANUP(cleanup_free_)
#define auto_fd CLEANUP(cleanup_fd_)

/* Take a value out of an owning variable, leaving nil behind. */
#define steal(p)                                                                                             \
	({                                                                                                   \
		__auto_type s_ = *(p);                                                                       \
		*(p) = NULL;                                                                                 \
		s_;                                                                                          \
	})

#define countof(a) (sizeof(a) / sizeof((a)[0]))

#endif
