/* SPDX-License-Identifier: GPL-2.0-or-later
 * What callers, administrators and operators do in the tests of the controllers. When rsmd dies in the middle
 * the rest of an act is left out. */
#ifndef TESTS_UNIT_LIBRARY_ACTS_H
#define TESTS_UNIT_LIBRARY_ACTS_H

#include "sim/world.h"

guid pool_new(struct world *w, const char *name, const char *type);
void free_medium(struct world *w, const char *tag);
guid allocate(struct world *w, const guid *pool);
guid mount_begin(struct world *w, const guid *media, size_t n, uint32_t options, uint32_t timeout, int *code);
int mount_end(struct world *w, const guid *call);
int mount(struct world *w, const guid *media, size_t n, uint32_t options);
void dismount(struct world *w, const guid *medium, uint32_t options);
/* A library of 8 slots, 2 drives, 1 port (or w->ports), with that many free media TAPE00L8..., all in the new
 * pool \\Backup */
void start_with(struct world *w, int media, guid *pool);
void check_at_rest(struct world *w);
guid inject(struct world *w, uint32_t action, guid operation, int *code);
guid eject(struct world *w, const char *tag, uint32_t action, int *code);
/* The caller's session ends; the next call is of a new one. */
void session_end(struct world *w);
/* Something no act gives: straight into the store. sql: a literal */
void world_set(struct world *w, const char *sql);

#endif
