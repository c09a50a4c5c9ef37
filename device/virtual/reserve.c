/* SPDX-License-Identifier: GPL-2.0-or-later
 * See reserve.h. The file: "generation N", then a line for each registration: KEY TYPE INITIATOR, TYPE 0 for
 * those that hold nothing. It is replaced as a whole; who changes it has the library's directory locked. */
#include "device/virtual/reserve.h"

#include "base/cleanup.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

enum { READ_KEYS, READ_RESERVATION, REPORT_CAPABILITIES };
enum { REGISTER, RESERVE, RELEASE, CLEAR, PREEMPT, PREEMPT_AND_ABORT, REGISTER_AND_IGNORE };
enum type {
	NO_RESERVATION = 0,
	WRITE_EXCLUSIVE = 1,
	EXCLUSIVE_ACCESS = 3,
	WRITE_REGISTRANTS = 5,
	ACCESS_REGISTRANTS = 6,
	WRITE_ALL = 7,
	ACCESS_ALL = 8
};
#define BIT(type) (1u << (type))
#define TYPES                                                                                                \
	(BIT(WRITE_EXCLUSIVE) | BIT(EXCLUSIVE_ACCESS) | BIT(WRITE_REGISTRANTS) | BIT(ACCESS_REGISTRANTS) |   \
	 BIT(WRITE_ALL) | BIT(ACCESS_ALL))
#define WRITE_TYPES (BIT(WRITE_EXCLUSIVE) | BIT(WRITE_REGISTRANTS) | BIT(WRITE_ALL))
#define ALL_TYPES (BIT(WRITE_ALL) | BIT(ACCESS_ALL)) /* every registration holds them */
#define PARAMETERS 24

struct registration {
	uint64_t key;
	unsigned type; /* of the reservation it holds; 0 none */
	char initiator[INITIATOR_NAME];
};

struct reservations {
	uint32_t generation;
	VEC(struct registration) list;
};

/* ---- the file ---- */

static void file_of(const struct user *u, char *out, size_t size)
{
	snprintf(out, size, "%s/%s%s.reservation", u->lib->dir, u->drive ? u->drive->name : "",
		 u->drive ? "/" : "");
}

static void load(const struct user *u, struct reservations *r)
{
	struct registration one;
	char file[PATH_MAX];
	FILE *in;

	*r = (struct reservations){0};
	file_of(u, file, sizeof file);
	in = fopen(file, "re");
	if (!in)
		return;
	if (fscanf(in, "generation %" SCNu32, &r->generation) == 1)
		while (fscanf(in, "%" SCNx64 " %u %31s", &one.key, &one.type, one.initiator) == 3)
			*vec_add(&r->list) = one;
	fclose(in);
}

static bool save(const struct user *u, const struct reservations *r)
{
	char file[PATH_MAX], new[PATH_MAX + 8];
	FILE *out;
	bool ok;

	file_of(u, file, sizeof file);
	snprintf(new, sizeof new, "%s.new", file);
	out = fopen(new, "we");
	if (!out)
		return false;
	fprintf(out, "generation %" PRIu32 "\n", r->generation);
	vec_each(it, &r->list)
		fprintf(out, "%016" PRIx64 " %u %s\n", it->key, it->type, it->initiator);
	ok = !ferror(out);
	return fclose(out) == 0 && ok && rename(new, file) == 0;
}

static void reservations_free(struct reservations *r) { vec_free(&r->list); }

/* ---- who holds ---- */

static struct registration *registered(const struct reservations *r, const char *initiator)
{
	vec_each(it, &r->list)
		if (strcmp(it->initiator, initiator) == 0)
			return it;
	return NULL;
}

static struct registration *holder(const struct reservations *r)
{
	vec_each(it, &r->list)
		if (it->type)
			return it;
	return NULL;
}

/* Commands that no reservation forbids; that only "exclusive access" forbids to those outside. */
static bool always(const struct scsi_cmd *c)
{
	static const uint8_t list[] = {0x00, 0x03, 0x12, 0x5E, 0xA0};

	return memchr(list, c->cdb[0], sizeof list) || (c->cdb[0] == 0x1E && !(c->cdb[4] & 1)) ||
	       (c->cdb[0] == 0xB8 && c->cdb[6] & 0x02) /* current data: nothing moves */;
}

static bool reads(uint8_t opcode)
{
	static const uint8_t list[] = {0x05, 0x08, 0x1A, 0x34, 0x44, 0x4D, 0x5A, 0x8C, 0xB8};

	return memchr(list, opcode, sizeof list);
}

/* Which service actions of PERSISTENT RESERVE OUT are for registered paths alone. */
static bool wants_registration(uint8_t action) { return action != REGISTER && action != REGISTER_AND_IGNORE; }

bool reserve_forbids(struct user *u, struct scsi_cmd *c)
{
	CLEANUP(reservations_free) struct reservations r;
	const struct registration *mine, *held;
	bool forbidden;

	load(u, &r);
	mine = registered(&r, u->initiator);
	held = holder(&r);
	if (u->registered && !mine)
		u->attention |= UA_PREEMPTED;
	u->registered = mine != NULL;
	if (c->cdb[0] == 0x5F)
		forbidden = wants_registration(c->cdb[1] & 0x1F) && !mine;
	else if (!held || always(c) || (BIT(held->type) & WRITE_TYPES && reads(c->cdb[0])))
		forbidden = false;
	else if (held->type == WRITE_EXCLUSIVE || held->type == EXCLUSIVE_ACCESS)
		forbidden = held != mine;
	else
		forbidden = !mine;
	if (forbidden)
		c->status = SCSI_CONFLICT;
	return forbidden;
}

/* ---- PERSISTENT RESERVE IN ---- */

enum outcome reserve_in(struct user *u, struct scsi_cmd *c)
{
	CLEANUP(reservations_free) struct reservations r;
	const struct registration *held;
	auto_str out = {0};
	uint8_t head[8] = {0}, item[16] = {0};

	load(u, &r);
	put32(head, r.generation);
	switch (c->cdb[1] & 0x1F) {
	case READ_KEYS:
		put32(head + 4, (uint32_t)r.list.n * 8);
		str_add(&out, head, sizeof head);
		vec_each(it, &r.list) {
			put64(item, it->key);
			str_add(&out, item, 8);
		}
		break;
	case READ_RESERVATION:
		held = holder(&r);
		put32(head + 4, held ? sizeof item : 0);
		str_add(&out, head, sizeof head);
		if (held) {
			put64(item, BIT(held->type) & ALL_TYPES ? 0 : held->key);
			item[13] = (uint8_t)held->type;
			str_add(&out, item, sizeof item);
		}
		break;
	case REPORT_CAPABILITIES: /* PTPL always: they are in a file */
		memcpy(head, "\x00\x08\x01\x81", 4);
		head[4] = BIT(WRITE_EXCLUSIVE) | BIT(EXCLUSIVE_ACCESS) | BIT(WRITE_REGISTRANTS) |
			  BIT(ACCESS_REGISTRANTS) | BIT(WRITE_ALL);
		head[5] = 1; /* type 8 */
		str_add(&out, head, sizeof head);
		break;
	default:
		return answer_sense(c, 0x5, 0x24, 0x00);
	}
	return answer_data(c, out.s, out.n);
}

/* ---- PERSISTENT RESERVE OUT ---- */

enum change { CHANGED, SAME, CONFLICT, WRONG };

static void drop(struct reservations *r, struct registration *it) { *it = r->list.v[--r->list.n]; }

static enum change do_register(struct reservations *r, struct registration *mine, const char *initiator,
			       uint64_t key, uint64_t new_key, bool ignore)
{
	unsigned all;

	if (!ignore && key != (mine ? mine->key : 0))
		return CONFLICT;
	if (!new_key) { /* what it holds goes with it; of all registrants, with the last */
		if (mine) {
			all = BIT(mine->type) & ALL_TYPES ? mine->type : 0;
			drop(r, mine);
			if (all && r->list.n)
				r->list.v[0].type = all;
		}
		return CHANGED;
	}
	if (!mine) {
		mine = vec_add(&r->list);
		*mine = (struct registration){0};
		snprintf(mine->initiator, sizeof mine->initiator, "%s", initiator);
	}
	mine->key = new_key;
	return CHANGED;
}

static enum change do_reserve(struct reservations *r, struct registration *mine, unsigned type)
{
	const struct registration *held = holder(r);
	bool shared = held && BIT(held->type) & ALL_TYPES;

	if (held && ((held != mine && !shared) || held->type != type))
		return CONFLICT;
	if (!held)
		mine->type = type;
	return SAME; /* the generation counts registrations */
}

static enum change do_release(struct reservations *r, struct registration *mine, unsigned type)
{
	struct registration *held = holder(r);

	if (!held || (held != mine && !(BIT(held->type) & ALL_TYPES)))
		return SAME;
	if (held->type != type)
		return WRONG;
	held->type = NO_RESERVATION;
	return SAME;
}

/* Takes away all registrations with that key but our own, and the reservation, if one of them held it. */
static enum change do_preempt(struct reservations *r, const char *initiator, uint64_t key, unsigned type)
{
	const struct registration *held = holder(r);
	bool all = held && BIT(held->type) & ALL_TYPES && !key, takes = all || (held && held->key == key);
	bool met = false;

	for (size_t i = r->list.n; i-- > 0;) {
		struct registration *it = &r->list.v[i];

		if (!all && it->key != key)
			continue;
		met = true;
		if (takes)
			it->type = NO_RESERVATION;
		if (strcmp(it->initiator, initiator) != 0)
			drop(r, it);
	}
	if (!met)
		return CONFLICT;
	if (takes)
		registered(r, initiator)->type = type;
	return CHANGED;
}

static enum change perform(struct user *u, const struct scsi_cmd *c, struct reservations *r)
{
	uint8_t action = c->cdb[1] & 0x1F;
	unsigned type = c->cdb[2] & 0x0F;
	uint64_t key = be64(c->data), other = be64((const uint8_t *)c->data + 8);
	struct registration *mine = registered(r, u->initiator);

	if (action > REGISTER_AND_IGNORE || c->cdb[2] >> 4 ||
	    (wants_registration(action) && action != CLEAR && !(BIT(type) & TYPES)))
		return WRONG;
	if (wants_registration(action) && (!mine || mine->key != key))
		return CONFLICT;
	switch (action) {
	case REGISTER:
	case REGISTER_AND_IGNORE:
		return do_register(r, mine, u->initiator, key, other, action == REGISTER_AND_IGNORE);
	case RESERVE:
		return do_reserve(r, mine, type);
	case RELEASE:
		return do_release(r, mine, type);
	case CLEAR:
		r->list.n = 0;
		return CHANGED;
	default:
		return do_preempt(r, u->initiator, other, type);
	}
}

enum outcome reserve_out(struct user *u, struct scsi_cmd *c)
{
	CLEANUP(reservations_free) struct reservations r = {0};
	auto_fd int lock = open(u->lib->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum change change;

	if (c->dir != SCSI_DATA_OUT || c->len < PARAMETERS || be32(c->cdb + 5) != PARAMETERS)
		return answer_sense(c, 0x5, 0x1A, 0x00);
	if (lock < 0 || flock(lock, LOCK_EX))
		return answer_sense(c, 0x4, 0x44, 0x00);
	load(u, &r);
	change = perform(u, c, &r);
	if (change == CONFLICT) {
		c->status = SCSI_CONFLICT;
		return OUTCOME_DONE;
	}
	if (change == WRONG)
		return answer_sense(c, 0x5, (c->cdb[1] & 0x1F) == RELEASE ? 0x26 : 0x24,
				    (c->cdb[1] & 0x1F) == RELEASE ? 0x04 : 0x00);
	r.generation += change == CHANGED;
	if (!save(u, &r))
		return answer_sense(c, 0x4, 0x44, 0x00);
	u->registered = registered(&r, u->initiator) != NULL; /* our own doing is no news */
	return answer_data(c, "", 0);
}
