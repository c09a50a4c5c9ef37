/* SPDX-License-Identifier: GPL-2.0-or-later
 * Which call a request means: the method and path of wire/calls.def. */
#ifndef API_ROUTE_H
#define API_ROUTE_H

#include "wire/wire.h"

struct route {
	enum wire_call call;
	const struct wire_member *member; /* the argument that stands in the path; NULL: none */
	const char *value;		  /* its text in the URL, not ended */
	size_t length;
	char allow[32]; /* methods of this path, when the one asked for isn't among them */
};

/* 200, 404 or 405. */
unsigned route_find(const char *method, const char *path, struct route *r);

#endif
