/* SPDX-License-Identifier: GPL-2.0-or-later
 * For the tests of the executor: a store, and in place of the controllers a sink that keeps every event. */
#ifndef TESTS_UNIT_EXECUTOR_SINK_H
#define TESTS_UNIT_EXECUTOR_SINK_H

#include "executor/executor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define LIBRARY 100 /* row ids */
#define DRIVE 200   /* of the first drive; the others follow */
#define TRANSPORT_BIT (1 << 1)
#define SLOT_BIT (1 << 2)
#define IE_BIT (1 << 3)
#define DRIVE_BIT (1 << 4)

extern struct store *sink_store;
extern struct executor *sink_executor;

/* A store in memory; no executor yet. */
int sink_set_up(void);
/* Stops and frees both; forgets the events. */
void sink_tear_down(void);
/* An executor for one library; 0 or the code of executor_new(). */
int sink_new(const char *name, const char *state, const char *changer, struct err *);
/* An executor for the library "lib", running. */
void sink_start(const char *state, const char *changer);

/* The next n events are refused, as by a store that is full. */
void sink_refuse(int n);
int sink_refused(void); /* how many are still to be refused */

/* The next event of that kind (and action, unless 0). What came before it is passed over. */
const struct event *await(enum event_kind kind, int64_t action);
/* The library comes up; its drives get the rows that a controller would give them. */
const struct probe *await_up(void);
size_t count(enum event_kind kind);

/* Asks for an action; its library and id are filled in. act() awaits its outcome. */
int64_t start(struct action a);
const struct event *act(struct action a);

void assert_done(const struct event *ev);
const struct element_state *element(const struct event *ev, unsigned address);

#endif
