/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The calls of the API, as the api layer makes them: one function per READ, WRITE or WAIT call of
 * wire/calls.def, int do_AllocateNtmsMedia(struct txn *, const struct caller *, const struct
 * AllocateNtmsMedia_in *, struct AllocateNtmsMedia_out *, struct err *); It checks arguments, looks objects
 * up, checks rights, then states, in that order (functions.md, conventions). A WAIT call that can't be
 * answered yet leaves a row in `waiting` and returns ERROR_IO_PENDING: its job must return 0 then, so that
 * the row stays; media_poll_call() tells the answer later. Any other code: the job returns it and is undone.
 */
#ifndef MEDIA_CALLS_H
#define MEDIA_CALLS_H

#include "store/store.h"
#include "wire/wire.h"

#include <sys/types.h>

/* Who calls: the SIDs of the token as text-free binary, most specific first; see access.h */
struct token;

struct caller {
	guid session;
	const struct token *token;
	char application[64], user[64], computer[64]; /* UTF-8, cut to what NTMS fields hold */
};

/* The token of a local user: its SID, its groups' (S-1-22-2-GID), everyone, and administrators (S-1-5-32-544)
 * when uid is 0, the daemon's own, or a group is admin_gid ((gid_t)-1: no such group). Freed by token_free().
 */
struct token *token_new(uid_t uid, const gid_t *gids, size_t n, gid_t admin_gid);
void token_free(struct token *);

#define DO_(fn, method, path, mode) DO_##mode(fn)
#define DO_READ(fn) DECLARE_DO_(fn)
#define DO_WRITE(fn) DECLARE_DO_(fn)
#define DO_WAIT(fn) DECLARE_DO_(fn)
#define DO_EDGE(fn)
#define DECLARE_DO_(fn)                                                                                      \
	int do_##fn(struct txn *, const struct caller *, const struct fn##_in *, struct fn##_out *,          \
		    struct err *);
CALLS(DO_)

/* Rows to text for the two reads that must be fast: they write the whole JSON of the answer, {"info":{...}}
 * and
 * {"count":N,"objects":[...]}, instead of filling a struct. emit is called with bytes in order, and not at
 * all when the call fails before it has something to say; an error after that (the store's) leaves the text
 * unfinished. */
typedef void emit_fn(void *arg, const char *bytes, size_t n);
int media_emit_object(struct txn *, const struct caller *, const struct GetNtmsObjectInformation_in *,
		      emit_fn *, void *arg, struct err *);
int media_emit_list(struct txn *, const struct caller *, const struct EnumerateNtmsObject_in *, emit_fn *,
		    void *arg, struct err *);

/* A session may be opened by this caller: NTMS_USE_ACCESS on the computer. */
int media_open_session(struct txn *, const struct caller *, struct err *);
/* The session's connection ended: pending calls of it are cancelled, allocations whose reply was not fully
 * sent (unsent) are undone; mounts and other allocations outlive it. */
struct session_end {
	guid session;
	const guid *unsent; /* calls whose answer was never fully sent */
	size_t n_unsent;
};
int media_session_ended(struct txn *, void *session_end, struct err *);
/* The answer of a WAIT call: 0 and *out filled, the code it ended with, or ERROR_IO_PENDING.
 * ERROR_OBJECT_NOT_FOUND: no such call of this session. which: the call it was; out: its _out struct, which
 * the caller clears. */
int media_poll_call(struct txn *, const struct caller *, const guid *call, enum wire_call *which, void *out,
		    struct err *);
/* Acknowledged: forget the kept answer (called lazily, within some later job). */
int media_end_call(struct txn *, const guid *call, struct err *);

/* Settings of the daemon that change the model's behaviour. */
struct media_settings {
	bool zero_timeout_polls; /* AllocateNtmsMedia with dwTimeout 0 searches once and doesn't wait
				    (docs/choices.md) */
};
extern struct media_settings media_settings;

#endif
