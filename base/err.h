/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The one error idiom. A function that can fail takes a struct err * as its last argument and
 * returns 0 or the Win32 code that the NTMS contract gives the failure (include/ntmstypes.h).
 * The text is for a person: which object, which device, which command, which sense, what to do.
 * Callers pass the err on; err_in() puts their context in front, so the first reason stays. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdint.h>

struct err {
	uint32_t code;
	char why[500];
};

/* Sets code and text; returns the code: return err_set(e, ERROR_INVALID_MEDIA, "no medium %s", id); */
int err_set(struct err *e, uint32_t code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Same, with ": " and strerror(errno) appended. */
int err_errno(struct err *e, uint32_t code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Puts "context: " before the text; returns the code that is already there. */
int err_in(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* return what a function that must succeed returned, if it isn't 0 */
#define TRY(x)                                                                                               \
	do {                                                                                                 \
		int rc_ = (x);                                                                               \
		if (rc_)                                                                                     \
			return rc_;                                                                          \
	} while (0)

#endif
