/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Time. Instants are milliseconds since 1970-01-01 UTC, in an int64_t; 0 means "never".
 * Only the edges (store, executor, api) read a clock; controllers are told the time. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t clock_ms(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static inline int64_t clock_now(void) { return clock_ms(CLOCK_REALTIME); }
static inline int64_t clock_mono(void) { return clock_ms(CLOCK_MONOTONIC); }

#endif
