/* SPDX-License-Identifier: GPL-2.0-or-later
 * The calls of media/ behind one signature, by the number that the route gave. */
#include "api/answer.h"
#include "api/exchange.h"

#include <ntmstypes.h>

typedef int call_fn(struct txn *, struct exchange *, struct err *);

/* The two reads that write their answer themselves. */
static int emit_object(struct txn *t, struct exchange *x, struct err *e)
{
	return media_emit_object(t, x->caller, &x->in.GetNtmsObjectInformation, answer_emit, &x->reply, e);
}

static int emit_list(struct txn *t, struct exchange *x, struct err *e)
{
	return media_emit_list(t, x->caller, &x->in.EnumerateNtmsObject, answer_emit, &x->reply, e);
}

#define CALL_FN_(fn, method, path, mode) CALL_FN_##mode(fn)
#define CALL_FN_READ(fn) CALL_FN_STRUCTS(fn)
#define CALL_FN_WRITE(fn) CALL_FN_STRUCTS(fn)
#define CALL_FN_WAIT(fn) CALL_FN_STRUCTS(fn)
#define CALL_FN_EDGE(fn)
#define CALL_FN_STRUCTS(fn)                                                                                  \
	static int call_##fn(struct txn *t, struct exchange *x, struct err *e)                               \
	{                                                                                                    \
		return do_##fn(t, x->caller, &x->in.fn, &x->out.fn, e);                                      \
	}
CALLS(CALL_FN_)

#define CALL_ENTRY_(fn, method, path, mode) CALL_ENTRY_##mode(fn)
#define CALL_ENTRY_READ(fn) [CALL_##fn] = call_##fn,
#define CALL_ENTRY_WRITE(fn) [CALL_##fn] = call_##fn,
#define CALL_ENTRY_WAIT(fn) [CALL_##fn] = call_##fn,
#define CALL_ENTRY_EDGE(fn)
static call_fn *const functions[CALL_COUNT] = {CALLS(CALL_ENTRY_)};

int calls_run(struct txn *t, struct exchange *x, struct err *e)
{
	switch (x->number) {
	case CALL_GetNtmsObjectInformation:
		return emit_object(t, x, e);
	case CALL_EnumerateNtmsObject:
		return emit_list(t, x, e);
	default:
		return functions[x->number](t, x, e);
	}
}
