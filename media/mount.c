/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * MountNtmsMedia and DismountNtmsMedia: what can be said at once, and the library requests for the rest. All
 * media of a call are mounted or none; the requests share the call, and the library's controller carries them
 * out. */
#include "media/impl.h"

#include <ntmsapi.h>

#include <stdio.h>

#define MOUNT_OPTIONS                                                                                        \
	(NTMS_MOUNT_READ | NTMS_MOUNT_WRITE | NTMS_MOUNT_ERROR_NOT_AVAILABLE | NTMS_MOUNT_ERROR_OFFLINE |    \
	 NTMS_MOUNT_SPECIFIC_DRIVE | NTMS_MOUNT_NOWAIT)

struct item {
	struct side s;
	struct medium m;
	int64_t drive;
};

struct mount {
	const struct MountNtmsMedia_in *in;
	VEC(struct item) items;
	struct library library; /* of the online media; id 0 when all are offline */
	bool offline;		/* some are */
};

/* ---- what both calls look at ---- */

/* Logical media or sides, each side once. */
static int load_items(struct txn *t, const struct wire_guids *media, struct mount *u, struct err *e)
{
	for (size_t i = 0; i < media->n; i++) {
		struct item *it = vec_add(&u->items);

		*it = (struct item){0};
		TRY(logical_or_side_lookup(t, &media->v[i], &it->s, e));
		TRY(medium_load(t, it->s.medium, &it->m, e));
		for (size_t j = 0; j < i; j++)
			if (u->items.v[j].m.id == it->m.id)
				return err_set(e, ERROR_INVALID_MEDIA, "medium %s is named twice%s",
					       it->m.name,
					       u->items.v[j].s.id == it->s.id
						       ? ""
						       : ": only one of its sides can be in a drive");
	}
	return 0;
}

static int may_use(struct txn *t, const struct caller *who, const struct mount *u, struct err *e)
{
	vec_each(it, &u->items) {
		TRY(access_require(t, who->token, it->m.pool, NTMS_USE_ACCESS, e));
		TRY(access_require(t, who->token, it->m.library, NTMS_USE_ACCESS, e));
	}
	return 0;
}

/* ---- mount ---- */

static int check_arguments(const struct MountNtmsMedia_in *in, struct err *e)
{
	if (!in->media.n || guid_is_null(&in->call))
		return err_set(e, ERROR_INVALID_PARAMETER, "no media or no call given");
	if (in->options & ~MOUNT_OPTIONS)
		return err_set(e, ERROR_INVALID_PARAMETER, "mount options %#x aren't known",
			       in->options & ~MOUNT_OPTIONS);
	if (in->priority < NTMS_PRIORITY_LOWEST || in->priority > NTMS_PRIORITY_HIGHEST)
		return err_set(e, ERROR_INVALID_PARAMETER, "a priority is between %d and %d, not %d",
			       NTMS_PRIORITY_LOWEST, NTMS_PRIORITY_HIGHEST, in->priority);
	if ((in->options & NTMS_MOUNT_SPECIFIC_DRIVE) && in->drives.n != in->media.n)
		return err_set(e, ERROR_INVALID_PARAMETER, "%zu drives given for %zu media", in->drives.n,
			       in->media.n);
	return 0;
}

static int load_drives(struct txn *t, struct mount *u, struct err *e)
{
	if (!(u->in->options & NTMS_MOUNT_SPECIFIC_DRIVE))
		return 0;
	for (size_t i = 0; i < u->items.n; i++) {
		TRY(lookup(t, &u->in->drives.v[i], NTMS_DRIVE, ERROR_INVALID_DRIVE, &u->items.v[i].drive, e));
		for (size_t j = 0; j < i; j++)
			if (u->items.v[j].drive == u->items.v[i].drive)
				return err_set(e, ERROR_INVALID_DRIVE, "%s is named twice",
					       object_label(t, u->items.v[i].drive).s);
	}
	return 0;
}

/* One library has all of them, apart from those that are offline. */
static int one_library(struct txn *t, struct mount *u, struct err *e)
{
	vec_each(it, &u->items) {
		if (is_offline(it->m.library)) {
			u->offline = true;
			continue;
		}
		if (u->library.id && u->library.id != it->m.library)
			return err_set(e, ERROR_INVALID_LIBRARY,
				       "medium %s isn't in library \"%s\" like the others: mount them by "
				       "calls of their own",
				       it->m.name, u->library.name);
		if (!u->library.id)
			TRY(library_load(t, it->m.library, &u->library, e));
	}
	return u->library.id
		       ? library_usable(&u->library, ERROR_RESOURCE_DISABLED, ERROR_RESOURCE_NOT_AVAILABLE, e)
		       : 0;
}

static int check_media(const struct mount *u, struct err *e)
{
	vec_each(it, &u->items) {
		if (it->m.cleaner)
			return err_set(e, ERROR_INVALID_MEDIA, "medium %s is a cleaning cartridge",
				       it->m.name);
		if (!it->m.enabled || !it->s.enabled)
			return err_set(e, ERROR_RESOURCE_DISABLED,
				       "medium %s is disabled: its details say why", it->m.name);
		if (it->s.state == NTMS_PARTSTATE_NEW || it->s.state == NTMS_PARTSTATE_UNPREPARED ||
		    it->s.state == NTMS_PARTSTATE_INCOMPATIBLE)
			return err_set(e, ERROR_INVALID_STATE, "side %u of medium %s %s", it->s.number,
				       it->m.name,
				       it->s.state == NTMS_PARTSTATE_NEW ? "isn't identified yet"
				       : it->s.state == NTMS_PARTSTATE_UNPREPARED
					       ? "waits for its free label"
					       : "is incompatible with the drives");
		if (it->s.state == NTMS_PARTSTATE_COMPLETE && (u->in->options & NTMS_MOUNT_WRITE))
			return err_set(e, ERROR_WRITE_PROTECT,
				       "side %u of medium %s is complete: it can be read only", it->s.number,
				       it->m.name);
		if (is_offline(it->m.library) &&
		    ((u->in->options & (NTMS_MOUNT_ERROR_OFFLINE | NTMS_MOUNT_ERROR_NOT_AVAILABLE)) ||
		     (!u->in->timeout && !(u->in->options & NTMS_MOUNT_NOWAIT))))
			return err_set(e, ERROR_MEDIA_OFFLINE,
				       "medium %s is offline, and the call may not wait for an operator",
				       it->m.name);
	}
	return 0;
}

static bool can(const struct mount *u, const char *generation, const char *type)
{
	return drive_can(generation, type, u->in->options & NTMS_MOUNT_WRITE);
}

/* The drives named, or as many of the library as there are media: enabled, and of a kind that takes the
 * medium. */
static int check_drives(struct txn *t, const struct mount *u, struct err *e)
{
	char generation[NAME_SIZE], type[NAME_SIZE];
	int64_t library;
	uint32_t enabled;

	vec_each(it, &u->items) {
		int64_t able = 0, usable = 0;

		TRY(sql_get(t, e, "SELECT key FROM media_type WHERE id=?", "i", it->m.media_type, "T", type,
			    sizeof type));
		if (it->drive) {
			TRY(sql_get(t, e,
				    "SELECT d.library, d.generation, o.enabled "
				    "FROM drive d JOIN object o ON o.id=d.id WHERE d.id=?",
				    "i", it->drive, "iTu", &library, generation, sizeof generation,
				    &enabled));
			if ((u->library.id && library != u->library.id) || !can(u, generation, type))
				return err_set(e, ERROR_DRIVE_MEDIA_MISMATCH, "%s can't take medium %s: %s",
					       object_label(t, it->drive).s, it->m.name,
					       u->library.id && library != u->library.id
						       ? "it is in another library"
						       : type);
			if (!enabled)
				return err_set(e, ERROR_RESOURCE_DISABLED, "%s is disabled",
					       object_label(t, it->drive).s);
			continue;
		}
		if (!u->library.id)
			continue;
		auto_rows struct rows *r = sql_rows(t, e,
						    "SELECT d.generation, o.enabled FROM drive d "
						    "JOIN object o ON o.id=d.id WHERE d.library=?",
						    "i", u->library.id);
		while (usable < (int64_t)u->items.n && rows_next(r)) {
			able += can(u, rows_text(r, 0), type);
			usable += can(u, rows_text(r, 0), type) && rows_u32(r, 1);
		}
		if (rows_failed(r))
			return (int)e->code;
		if (able < (int64_t)u->items.n)
			return err_set(e, ERROR_RESOURCE_NOT_AVAILABLE,
				       "library \"%s\" has %lld drives that take medium %s, %zu are needed",
				       u->library.name, (long long)able, it->m.name, u->items.n);
		if (usable < (int64_t)u->items.n)
			return err_set(e, ERROR_RESOURCE_DISABLED,
				       "library \"%s\" has only %lld enabled drives that take medium %s",
				       u->library.name, (long long)usable, it->m.name);
	}
	return 0;
}

/* Where an offline medium should be brought: to the others of the call, to the drive named, or to a library
 * that knows its type. */
static int target_library(struct txn *t, const struct mount *u, const struct item *it, int64_t *library,
			  struct err *e)
{
	int rc;

	*library = u->library.id;
	if (*library)
		return 0;
	if (it->drive)
		return sql_get(t, e, "SELECT library FROM drive WHERE id=?", "i", it->drive, "i", library);
	rc = sql_get(t, e,
		     "SELECT x.library FROM library_media_type x JOIN object o ON o.id=x.library "
		     "WHERE x.media_type=? AND x.library<>? AND o.enabled=1 AND EXISTS (SELECT 1 "
		     "FROM drive d WHERE d.library=x.library) ORDER BY o.opstate, x.library LIMIT 1",
		     "ii", it->m.media_type, (int64_t)ROW_OFFLINE, "i", library);
	return rc == SQL_NONE ? 0 : rc;
}

static int ask_operator(struct txn *t, const struct caller *who, const struct mount *u, const struct item *it,
			int64_t *oprequest, struct err *e)
{
	char message[NAME_SIZE * 2 + 100], name[NAME_SIZE] = "any library that takes it";
	int64_t library = 0;

	TRY(target_library(t, u, it, &library, e));
	if (library)
		TRY(sql_get(t, e, "SELECT name FROM object WHERE id=?", "i", library, "T", name,
			    sizeof name));
	snprintf(message, sizeof message, "Medium %.80s is wanted: put it into %.100s.", it->m.name, name);
	return oprequest_post(t,
			      &(struct oprequest_new){.request = NTMS_OPREQ_MOVEMEDIA,
						      .arg1_type = NTMS_PHYSICAL_MEDIA,
						      .arg1 = it->m.id,
						      .arg2_type = library ? NTMS_LIBRARY : NTMS_UNKNOWN,
						      .arg2 = library,
						      .message = message,
						      .application = who->application,
						      .user = who->user,
						      .computer = who->computer},
			      oprequest, e);
}

static int queue(struct txn *t, const struct caller *who, const struct mount *u, struct err *e)
{
	const struct MountNtmsMedia_in *in = u->in;
	bool nowait = in->options & NTMS_MOUNT_NOWAIT;
	int64_t id, oprequest;

	vec_each(it, &u->items) {
		TRY(request_new(t,
				&(struct request_new){
					.library = u->offline ? ROW_OFFLINE : u->library.id,
					.op = NTMS_LM_MOUNT,
					.side = it->s.id,
					.medium = it->m.id,
					.drive = it->drive,
					.priority = in->priority,
					.wanted = in->options | (in->timeout || nowait ? 0 : WANTED_ONCE),
					.deadline = nowait || !in->timeout || in->timeout == INFINITE
							    ? 0
							    : txn_now(t) + in->timeout,
					.call = in->call,
					.session = who->session,
					.application = who->application,
					.user = who->user,
					.computer = who->computer},
				&id, NULL, e));
		if (!is_offline(it->m.library))
			continue;
		TRY(ask_operator(t, who, u, it, &oprequest, e));
		TRY(sql_do(t, e, "UPDATE librequest SET oprequest=? WHERE id=?", "ii", oprequest, id));
	}
	if (nowait)
		return 0;
	TRY(sql_do(t, e, "INSERT INTO waiting(call, session, kind) VALUES(?,?,?)", "ggu", &in->call,
		   &who->session, (uint32_t)CALL_MountNtmsMedia));
	return err_set(e, ERROR_IO_PENDING, "queued");
}

/* The same call sent again, after a lost connection. SQL_NONE: it is new. */
static int sent_before(struct txn *t, const struct caller *who, const struct MountNtmsMedia_in *in,
		       struct MountNtmsMedia_out *out, struct err *e)
{
	enum wire_call which;
	int64_t id;
	int rc = sql_get(t, e, "SELECT id FROM librequest WHERE call=? AND call IS NOT NULL LIMIT 1", "g",
			 &in->call, "i", &id);

	if (rc)
		return rc;
	return in->options & NTMS_MOUNT_NOWAIT ? 0 : media_poll_call(t, who, &in->call, &which, out, e);
}

static int mount(struct txn *t, const struct caller *who, struct mount *u, struct MountNtmsMedia_out *out,
		 struct err *e)
{
	int rc;

	TRY(check_arguments(u->in, e));
	rc = sent_before(t, who, u->in, out, e);
	if (rc != SQL_NONE)
		return rc;
	TRY(load_items(t, &u->in->media, u, e));
	TRY(load_drives(t, u, e));
	TRY(may_use(t, who, u, e));
	TRY(one_library(t, u, e));
	TRY(check_media(u, e));
	TRY(check_drives(t, u, e));
	return queue(t, who, u, e);
}

int do_MountNtmsMedia(struct txn *t, const struct caller *who, const struct MountNtmsMedia_in *in,
		      struct MountNtmsMedia_out *out, struct err *e)
{
	struct mount u = {.in = in};
	int rc = mount(t, who, &u, out, e);

	vec_free(&u.items);
	return rc;
}

/* ---- dismount ---- */

/* In a drive for somebody, or left there after a deferred dismount. */
static int is_mounted(struct txn *t, const struct item *it, bool deferred, bool *mounted, struct err *e)
{
	int64_t drive;
	int rc;

	*mounted = it->m.mounted_side == it->s.id;
	if (*mounted || deferred || it->s.number != it->m.inverted)
		return 0;
	rc = sql_get(t, e, "SELECT id FROM drive WHERE id=? AND state=?", "iu", it->m.place,
		     NTMS_DRIVESTATE_DISMOUNTABLE, "i", &drive);
	*mounted = rc == 0;
	return rc == SQL_NONE ? 0 : rc;
}

static int check_mounted(struct txn *t, const struct mount *u, bool deferred, struct err *e)
{
	struct library l;
	bool mounted;

	vec_each(it, &u->items) {
		if (is_offline(it->m.library))
			return err_set(e, ERROR_MEDIA_OFFLINE, "medium %s is offline", it->m.name);
		TRY(library_load(t, it->m.library, &l, e));
		TRY(library_usable(&l, ERROR_DEVICE_NOT_AVAILABLE, ERROR_DEVICE_NOT_AVAILABLE, e));
		TRY(is_mounted(t, it, deferred, &mounted, e));
		if (!mounted && !it->m.enabled)
			return err_set(e, ERROR_MEDIA_NOT_AVAILABLE, "medium %s is disabled", it->m.name);
		if (!mounted)
			return err_set(e, ERROR_INVALID_STATE, "side %u of medium %s isn't mounted",
				       it->s.number, it->m.name);
	}
	return 0;
}

static int dismount(struct txn *t, const struct caller *who, const struct DismountNtmsMedia_in *in,
		    struct mount *u, struct err *e)
{
	bool deferred = in->options == NTMS_DISMOUNT_DEFERRED;
	int64_t open = 0;

	if (!in->media.n)
		return err_set(e, ERROR_INVALID_PARAMETER, "no media given");
	if (in->options > NTMS_DISMOUNT_IMMEDIATE)
		return err_set(e, ERROR_INVALID_PARAMETER, "dismount options: DEFERRED 1 or IMMEDIATE 2");
	TRY(load_items(t, &in->media, u, e));
	TRY(may_use(t, who, u, e));
	TRY(check_mounted(t, u, deferred, e));
	vec_each(it, &u->items) {
		/* one out of the drive where it was before has nothing to do with this */
		TRY(sql_get(t, e,
			    "SELECT count(*) FROM librequest WHERE library=? AND open=1 AND op=? "
			    "AND medium=? AND drive=?",
			    "iuii", it->m.library, NTMS_LM_DISMOUNT, it->m.id, it->m.place, "i", &open));
		if (open)
			continue; /* it is on its way already */
		TRY(request_new(t,
				&(struct request_new){.library = it->m.library,
						      .op = NTMS_LM_DISMOUNT,
						      .option = deferred,
						      .side = it->s.id,
						      .medium = it->m.id,
						      .drive = it->m.place,
						      .session = who->session,
						      .application = who->application,
						      .user = who->user,
						      .computer = who->computer},
				NULL, NULL, e));
	}
	return 0;
}

int do_DismountNtmsMedia(struct txn *t, const struct caller *who, const struct DismountNtmsMedia_in *in,
			 struct DismountNtmsMedia_out *out, struct err *e)
{
	struct mount u = {0};
	int rc = dismount(t, who, in, &u, e);

	vec_free(&u.items);
	return rc;
}
