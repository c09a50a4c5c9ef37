/* SPDX-License-Identifier: GPL-2.0-or-later
 * See outcome.h. The first row that fits a failure decides. */
#include "library/outcome.h"

#include "base/cleanup.h"

#include <stdio.h>
#include <string.h>

enum { ANY = -1 };
#define ASC_INCOMPATIBLE                                                                                     \
	0x30 /* of what can't be done, all under this code is a medium that doesn't suit the drive */

static const struct {
	int reaction;
	uint32_t flag; /* 0: any */
	uint8_t asc;   /* 0: any */
	enum fault fault;
} rows[] = {
	{REACT_PATH, 0, 0, FAULT_PATH},
	{ANY, VF_SOURCE_EMPTY, 0, FAULT_SOURCE_EMPTY},
	{ANY, VF_TARGET_FULL, 0, FAULT_DESTINATION_FULL},
	{ANY, VF_PREVENTED, 0, FAULT_HELD},
	{ANY, VF_NEEDS_UNLOAD, 0, FAULT_NEEDS_UNLOAD},
	{ANY, VF_CLEANER, 0, FAULT_CLEANER},
	{ANY, VF_PROTECTED, 0, FAULT_PROTECTED},
	{ANY, VF_NO_MEDIUM, 0, FAULT_NO_MEDIUM},
	{ANY, VF_ELEMENT, 0, FAULT_ELEMENT},
	{REACT_CANNOT, 0, ASC_INCOMPATIBLE, FAULT_INCOMPATIBLE},
	{REACT_NOW, 0, 0, FAULT_LATER},
	{REACT_WAIT, 0, 0, FAULT_LATER},
	{REACT_LATER, 0, 0, FAULT_LATER},
	{REACT_MEDIUM, 0, 0, FAULT_MEDIUM},
	{REACT_DRIVE, 0, 0, FAULT_DRIVE},
	{REACT_ROBOT, 0, 0, FAULT_ROBOT},
	{REACT_OPERATOR, 0, 0, FAULT_OPERATOR},
	{REACT_CANNOT, 0, 0, FAULT_CANNOT},
};

enum fault outcome_fault(const struct verdict *v)
{
	if (v->outcome == OUTCOME_DONE)
		return FAULT_OK;
	if (v->outcome == OUTCOME_UNKNOWN)
		return FAULT_PATH;
	for (size_t i = 0; i < countof(rows); i++)
		if ((rows[i].reaction == ANY || rows[i].reaction == (int)v->reaction) &&
		    (!rows[i].flag || v->flags & rows[i].flag) && (!rows[i].asc || v->asc == rows[i].asc))
			return rows[i].fault;
	return FAULT_CANNOT;
}

void outcome_fill(struct event *ev, const char *who, const struct verdict *v)
{
	ev->outcome = v->outcome;
	ev->fault = outcome_fault(v);
	if (v->outcome != OUTCOME_DONE)
		snprintf(ev->why, sizeof ev->why, "%s: %.*s", who, (int)(sizeof ev->why - 110), v->err.why);
}

void element_fill(const struct element *el, struct element_state *s)
{
	*s = (struct element_state){
		.address = el->address,
		.type = el->type,
		.full = el->full,
		.access = el->access,
		.disabled = el->disabled || el->trouble == TROUBLE_UNUSABLE,
		.absent = el->trouble == TROUBLE_ABSENT || el->trouble == TROUBLE_NO_DRIVE,
		.unscanned = el->trouble == TROUBLE_UNSCANNED,
		.unlabelled = el->trouble == TROUBLE_LABEL,
		.cleaner = el->trouble == TROUBLE_CLEANER || el->medium_type == 2,
		.inverted = el->inverted,
		.source_valid = el->source_valid,
		.impexp = el->impexp,
		.source = el->source,
		.why = el->why,
	};
	memcpy(s->tag, el->tag, sizeof s->tag);
}
