/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/sim.h"
void callers_start(struct sim *s) {}
void people_start(struct sim *s) {}
void faults_start(struct sim *s) {}
bool fault_strikes(struct sim *s, const struct action *a, struct event *ev) { return true; }
void fault_blurs(struct sim *s, const struct action *a, struct element_state *elements, size_t n) {}
