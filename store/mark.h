/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The mark: what is known of a store outside of it, in a file of its own that no copy of the store brings
 * back. So a store that was put back is told from one that nobody touched. It holds the last epoch and
 * incarnation, how far the change feed has come, and what the store's file looked like when rsmd last wrote
 * to it. */
#ifndef STORE_MARK_H
#define STORE_MARK_H

#include "base/err.h"
#include "base/guid.h"

#include <stdint.h>

struct mark {
	const char *path; /* NULL: none is kept, every call does nothing */
	int fd;		  /* of the file that was written last; -1: none yet */
	enum { MARK_NONE, MARK_GARBAGE, MARK_READ } found;

	int64_t sequence;      /* the last change that was committed; at most a few seconds behind after the
				  machine lost its power, else never */
	int64_t size, written; /* of the store's file: bytes, and its time of modification in nanoseconds */
	int64_t epoch;	       /* the last one that was begun */
	guid incarnation;      /* the last one that was committed; null: the store is still to be made */
	guid next;	       /* begun, and perhaps committed */
	char aside[256];       /* the directory that an unfinished --rebuild puts the old store into; "" */
};

/* Absent or not to be understood is no error: see found. */
int mark_read(struct mark *, struct err *);
/* Durable when it returns. */
int mark_write(struct mark *, struct err *);
/* Only sequence, size and written, in place: survives the death of rsmd; durable at some later time. */
void mark_update(const struct mark *);
/* size and written, from the file. */
void mark_look(struct mark *, const char *store);
void mark_end(struct mark *);

#endif
