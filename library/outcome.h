/* SPDX-License-Identifier: GPL-2.0-or-later
 * What a device's verdict means to a controller: one table. Pure. */
#ifndef LIBRARY_OUTCOME_H
#define LIBRARY_OUTCOME_H

#include "device/element.h"
#include "device/sense.h"
#include "library/library.h"

enum fault outcome_fault(const struct verdict *);
/* Fills outcome, fault and why of the event; who names the device for a person. */
void outcome_fill(struct event *, const char *who, const struct verdict *);
void element_fill(const struct element *, struct element_state *);

#endif
