/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The contract between client/ and api/, made from calls.def and objects.def: one struct for the arguments
 * and one for the results of each call, and descriptions of both that a marshaller walks. Knows names and
 * types, nothing else.
 */
#ifndef WIRE_WIRE_H
#define WIRE_WIRE_H

#include "base/guid.h"

#include <ntmsapi.h>
#include <stddef.h>
#include <stdint.h>

/* Here these are names of calls, not macros that choose an A or a W form. */
#undef OpenNtmsSession
#undef CreateNtmsMediaPool
#undef GetNtmsMediaPoolName
#undef GetNtmsObjectInformation
#undef SetNtmsObjectInformation

#define WIRE_API_VERSION 1

/* One set of GUID, U32 ... for arguments and fields */
enum wire_kind {
	W_GUID,
	W_U32,
	W_U16,
	W_I32,
	W_I64,
	W_BOOL,
	W_TIME,
	W_TEXT,
	W_BLOB,
	W_BYTES,
	W_GUIDS,
	W_OBJECT,
	W_JSON
};
enum wire_mode { M_READ, M_WRITE, M_WAIT, M_EDGE };

struct wire_blob {
	uint8_t *p;
	size_t n;
};
struct wire_guids {
	guid *v;
	size_t n;
};

/* One field of an object, as read from or to be written to a row. */
struct wire_value {
	const struct wire_member *field;
	int64_t num;	       /* U32 U16 I64 BOOL TIME (milliseconds, 0 = none) */
	guid id;	       /* GUID */
	char *text;	       /* TEXT, owned */
	struct wire_blob blob; /* BYTES, owned */
};
/* An object's fields: what SetNtmsObjectInformation got, in the order of the table; absent ones left out. */
struct wire_object {
	struct wire_value *v;
	size_t n;
};

#define WIRE_C_GUID guid
#define WIRE_C_U32 uint32_t
#define WIRE_C_I32 int32_t
#define WIRE_C_TEXT char *
#define WIRE_C_BLOB struct wire_blob
#define WIRE_C_GUIDS struct wire_guids
#define WIRE_C_OBJECT struct wire_object
#define WIRE_C_JSON char * /* its text, owned */

#include "wire/calls.def"
#include "wire/objects.def"

/* struct AllocateNtmsMedia_in { guid pool; guid call; ... char unused_; }: owned members are freed by
 * wire_clear() */
#define WIRE_FIELD_(S, kind, name, need) WIRE_C_##kind name;
#define WIRE_STRUCTS_(fn, method, path, mode)                                                                \
	struct fn##_in {                                                                                     \
		IN_##fn(WIRE_FIELD_, ) char unused_;                                                         \
	};                                                                                                   \
	struct fn##_out {                                                                                    \
		OUT_##fn(WIRE_FIELD_, ) char unused_;                                                        \
	};
CALLS(WIRE_STRUCTS_)

enum wire_call {
#define WIRE_ENUM_(fn, method, path, mode) CALL_##fn,
	CALLS(WIRE_ENUM_) CALL_COUNT
};

/* A member of an argument or result struct, or a field of an object. */
struct wire_member {
	const char *key; /* in JSON */
	enum wire_kind kind;
	uint16_t offset; /* in the in/out struct; objects: unused */
	uint8_t required;
	uint8_t settable; /* objects */
	const char *sql;  /* objects, server only */
};

struct wire_call_desc {
	const char *name, *method, *path;
	enum wire_mode mode;
	const struct wire_member *in, *out; /* ended by key NULL */
	uint16_t in_size, out_size;
};

extern const struct wire_call_desc wire_calls[CALL_COUNT];

enum wire_owner { OWNER_LIBRARY, OWNER_POOL, OWNER_COMPUTER };

struct wire_type_desc {
	uint32_t type;	      /* NTMS_DRIVE ...; 0 for a hole */
	const char *resource; /* "drives" */
	const char *table;    /* "drive" */
	enum wire_owner owner;
	uint32_t set_right;
	const struct wire_member *fields; /* of the type, without the common ones; ended by key NULL */
	size_t n_fields;
};

#define WIRE_TYPES 19
extern const struct wire_type_desc wire_types[WIRE_TYPES]; /* index: NTMS type */
extern const struct wire_member wire_common[];		   /* COMMON_FIELDS, ended by key NULL */
extern const size_t wire_n_common;

/* Frees what the members of an in or out struct own. */
void wire_clear(const struct wire_member *members, void *args);
void wire_object_clear(struct wire_object *o);

/* Name of a Win32 code: "ERROR_MEDIA_UNAVAILABLE", or "ERROR_12345" in a buffer of the thread. */
const char *wire_code_name(uint32_t code);

/* 2026-11-20T08:51:39.123Z and back. wire_time_parse: false when it is no such text. */
#define WIRE_TIME_TEXT 25
const char *wire_time_text(int64_t ms, char buf[WIRE_TIME_TEXT]);
int wire_time_parse(const char *text, int64_t *ms);

/* Base64. encode: returns the length written, without a NUL; out has room for wire_base64_size(n).
 * decode: 0 and malloc'ed bytes (p is NULL when n is 0), or -1. */
#define wire_base64_size(n) (((n) + 2) / 3 * 4)
size_t wire_base64_encode(const uint8_t *p, size_t n, char *out);
int wire_base64_decode(const char *text, size_t len, struct wire_blob *out);

#endif
