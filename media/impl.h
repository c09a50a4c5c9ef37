/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the files of media/ share: rows as structs, lookups with the code that the caller's page documents,
 * access checks by row, and the steps that several calls have in common. */
#ifndef MEDIA_IMPL_H
#define MEDIA_IMPL_H

#include "base/cleanup.h"
#include "base/vec.h"
#include "media/access.h"
#include "media/calls.h"
#include "media/model.h"

/* The first rows of every store, by model_create(). */
enum {
	ROW_COMPUTER = 1,
	ROW_OFFLINE,
	ROW_ROOT_POOL,
	ROW_FREE,
	ROW_UNRECOGNIZED,
	ROW_IMPORT,
	ROW_APPLICATION
};

#define NAME_SIZE 256  /* szName in UTF-8 */
#define PATH_SIZE 2048 /* a full pool name in UTF-8 */

struct library {
	int64_t id;
	guid g;
	uint32_t type, opstate, inventory_method;
	bool enabled;
	char name[NAME_SIZE];
};

struct pool {
	int64_t id, parent, media_type, media_count;
	guid g;
	uint32_t type, allocation, deallocation, max_allocates;
	char name[NAME_SIZE];
};

struct medium {
	int64_t id, library, pool, media_type, place, mounted_side;
	guid g;
	uint32_t state, sides, inverted;
	bool enabled, verified, cleaner;
	char name[NAME_SIZE], barcode[NAME_SIZE];
};

struct side {
	int64_t id, medium, lmid, pool, library;
	guid g;
	uint32_t number, state, allocate_count;
	bool enabled, used;
	uint32_t proof; /* 0; 1: in a restored store, its free label must be read first; 2: once its
			   allocation ends */
};

/* By row id, which must be there. */
int library_load(struct txn *, int64_t id, struct library *, struct err *);
int pool_load(struct txn *, int64_t id, struct pool *, struct err *);
int medium_load(struct txn *, int64_t id, struct medium *, struct err *);
int side_load(struct txn *, int64_t id, struct side *, struct err *);

/* By GUID: `code` when there is no such object of that type (ERROR_INVALID_MEDIA_POOL ...). */
int lookup(struct txn *, const guid *, uint32_t type, uint32_t code, int64_t *id, struct err *);
int library_lookup(struct txn *, const guid *, uint32_t code, struct library *, struct err *);
int pool_lookup(struct txn *, const guid *, struct pool *, struct err *);
int medium_lookup(struct txn *, const guid *, struct medium *, struct err *);
/* The side behind a logical medium; ERROR_INVALID_MEDIA. */
int logical_lookup(struct txn *, const guid *, struct side *, struct err *);
/* A logical medium or a side; ERROR_INVALID_MEDIA. */
int logical_or_side_lookup(struct txn *, const guid *, struct side *, struct err *);

/* A name for messages. */
const char *type_name(uint32_t type); /* "media pool" */
struct label_text {
	char s[NAME_SIZE + 64];
};
struct label_text object_label(struct txn *,
			       int64_t id); /* media pool "Backup", or its GUID where it has no name */

/* Length in UTF-16 units as Windows counts, or SIZE_MAX when it is no UTF-8. */
size_t utf16_length(const char *text);

/* ---- rights (security.c) ---- */

/* owner: the row whose descriptor decides: a pool, a library or the computer. ERROR_ACCESS_DENIED says who
 * lacks what. */
int access_require(struct txn *, const struct token *, int64_t owner, uint32_t rights, struct err *);
/* The free pool asks for USE where others ask for CONTROL. */
int access_pool_control(struct txn *, const struct token *, const struct pool *, struct err *);
/* Whose descriptor decides about that object. */
int object_owner(struct txn *, int64_t id, uint32_t type, int64_t *owner, struct err *);
/* A new pool's or library's descriptor. creator NULL: the daemon itself. */
int security_initial(struct txn *, int64_t id, uint32_t everyone, struct err *);
int security_inherit(struct txn *, int64_t pool, int64_t parent, const struct token *creator, struct err *);
int security_explicit(struct txn *, int64_t pool, int64_t parent, const struct wire_blob *,
		      const struct token *creator, struct err *);

/* ---- states that many calls check ---- */

static inline bool is_offline(int64_t library) { return library == ROW_OFFLINE; }
/* disabled, not_present: codes for those states, as the call's page has them */
int library_usable(const struct library *, uint32_t disabled, uint32_t not_present, struct err *);

/* ---- pools (pool.c) ---- */

int pool_path(struct txn *, int64_t pool, char path[PATH_SIZE], struct err *); /* as people see it */
int pool_rename(struct txn *, const struct pool *, const char *name, struct err *);
int pool_set_media_type(struct txn *, const struct pool *, const guid *, struct err *);
int pool_insert(struct txn *, int64_t parent, uint32_t pool_type, const char *name, int64_t media_type,
		int64_t *id, struct err *);
char *fold_case(const char *text); /* owned; NULL: no UTF-8 */

/* ---- lists (enumerate.c) ---- */

struct page_entry {
	guid id;
	int64_t row;
};
typedef VEC(struct page_entry) page_vec;
/* At most in->limit objects behind row `after`. */
int enumerate_page(struct txn *, const struct EnumerateNtmsObject_in *in, int64_t after, page_vec *,
		   struct err *);

/* ---- media (medium.c, place.c, move.c) ---- */

int medium_set_pool(struct txn *, int64_t medium, int64_t pool,
		    struct err *); /* with its sides' logical media */
/* To the free pool: sides Unprepared, and a label ordered for each as soon as the medium is in a library. */
int medium_to_free_pool(struct txn *, const struct medium *, int64_t free_pool, const struct caller *,
			struct err *);
/* NTMS_MEDIASTATE_IDLE, not mounted, and no open request of any kind that touches it. */
int medium_idle(struct txn *, const struct medium *, bool *idle, struct err *);
int free_pool_of(struct txn *, int64_t media_type, int64_t *pool, struct err *);
extern const struct media_type_row {
	const char *key;
	uint32_t code, sides, rw, device_type;
} media_types[];
extern const size_t n_media_types;

/* ---- allocation (allocate.c, deallocate.c, waiting.c) ---- */

/* Something may have become available: look again for the allocations that wait. Cheap when none does. */
int allocations_wake(struct txn *, struct err *);
/* The logical medium goes; its side gets `state`; Reserved sides are freed with the last. */
int logical_delete(struct txn *, const struct side *, uint32_t state, struct err *);
int allocation_undo(struct txn *, const guid *call, struct err *);

struct want {
	struct pool pool;
	uint32_t options;
	const struct token *token;
	guid call, session;
};
/* One search. *side 0: nothing to be had. */
int allocation_search(struct txn *, const struct want *, int64_t *side, guid *lmid, guid *source,
		      struct err *);

/* The medium is in that library now: who was asked to bring it there, or anywhere online, has done it. */
int oprequest_moved(struct txn *, int64_t medium, int64_t library, struct err *);
int oprequest_insert(struct txn *, const struct oprequest_new *, int64_t *id,
		     struct err *); /* even if there is the same */

/* Rows of `waiting`. */
int waiting_answer(struct txn *, const guid *call, uint32_t code, const char *reason, const void *result,
		   size_t n, const guid *source, struct err *);
int waiting_for_oprequest(struct txn *, int64_t oprequest, uint32_t op_state, struct err *);

#endif
