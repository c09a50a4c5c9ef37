/* SPDX-License-Identifier: GPL-2.0-or-later
 * What a run gave: counts, waits, and how it went hour by hour. */
#ifndef SIM_REPORT_H
#define SIM_REPORT_H

#include "base/vec.h"
#include "sim/scenario.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct sim;

struct hour { /* means over time, but for the counts */
	double waiting, drives, robot;
	double stopped, unfit; /* the robot can't work; drives that are dirty or being cleaned */
	uint32_t asked, mounts, moves;
};

struct called {
	uint32_t call, code;
	uint64_t n;
};

struct report {
	int64_t since; /* counted up to here */
	VEC(struct hour) hours;
	VEC(float) waits; /* seconds, of mounts that succeeded */
	VEC(struct called) calls;
	uint64_t asked, mounts, failed, given_up, moves, loads, actions, actions_failed, events, faults,
		answers, crashes, doors, passes, calibrations, cleanings, cleaners_spent, wrong_media,
		empty_ports;
	uint64_t struck[SC_COUNT]; /* faults, by kind */
	double robot_ms;
};

void report_until(struct sim *s, int64_t now); /* before the time moves on */
struct hour *report_hour(struct sim *s);
void report_call(struct report *r, uint32_t call, uint32_t code);
void report_table(struct sim *s, FILE *f);
void report_json(struct sim *s, FILE *f);
int report_svg(struct sim *s, const char *file);
void report_free(struct report *r);

#endif
