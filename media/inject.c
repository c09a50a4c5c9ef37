/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * InjectNtmsMedia: opens a port for new media, or ends or hurries an insertion under way. Whether it can work
 * at all is answered at once; the library's controller does the rest. */
#include "media/impl.h"

#include <ntmsapi.h>

/* A library that has a port and room; a stand-alone drive has no slots, its port is the drive's own. */
static int room(struct txn *t, const struct library *l, struct err *e)
{
	int64_t ports, slots, vacant;

	TRY(sql_get(t, e, "SELECT count(*) FROM ieport WHERE library=?", "i", l->id, "i", &ports));
	if (!ports)
		return err_set(e, ERROR_RESOURCE_NOT_PRESENT,
			       "library \"%s\" has no insert/eject port: media go in through its door",
			       l->name);
	/* empty, or not looked at yet; the home of a medium that is in a drive isn't free */
	TRY(sql_get(t, e,
		    "SELECT count(*), coalesce(sum(s.state IN (0,2) AND o.enabled "
		    "AND s.id IS NOT l.cleaner_slot AND NOT EXISTS (SELECT 1 FROM physical_media m "
		    "WHERE m.library=s.library AND m.home_slot=s.id AND m.place IS NOT s.id)),0) FROM slot s "
		    "JOIN object o ON o.id=s.id JOIN library l ON l.id=s.library WHERE s.library=?",
		    "i", l->id, "ii", &slots, &vacant));
	if (slots && !vacant)
		return err_set(e, ERROR_LIBRARY_FULL,
			       "library \"%s\" has no empty slot: eject something first", l->name);
	return 0;
}

static int start(struct txn *t, const struct caller *who, const struct library *l, bool many, guid *operation,
		 struct err *e)
{
	TRY(room(t, l, e));
	return request_new(t,
			   &(struct request_new){.library = l->id,
						 .op = NTMS_LM_INJECT,
						 .option = many ? 4 : 0,
						 .wanted = many ? WANTED_MANY : 0,
						 .session = who->session,
						 .application = who->application,
						 .user = who->user,
						 .computer = who->computer},
			   NULL, operation, e);
}

/* STOP of what hasn't begun ends it here; everything else is the controller's. */
static int tell(struct txn *t, const struct library *l, const struct InjectNtmsMedia_in *in, struct err *e)
{
	uint32_t want = in->action == NTMS_INJECT_STOP ? WANTED_STOP : WANTED_RETRACT, state, had;
	char text[GUID_TEXT];
	int64_t id = 0;
	int rc = object_find(t, &in->operation, NTMS_LIBREQUEST, &id, NULL, e);

	if (!rc)
		rc = sql_get(t, e,
			     "SELECT state, wanted "
			     "FROM librequest WHERE id=? AND library=? AND op=? AND completed=0",
			     "iiu", id, l->id, NTMS_LM_INJECT, "uu", &state, &had);
	if (rc && rc != SQL_NONE)
		return rc;
	if (rc)
		return err_set(e, ERROR_INVALID_OPERATION, "library \"%s\" has no insertion %s under way",
			       l->name, guid_text(&in->operation, text));
	if (want == WANTED_RETRACT && !(had & WANTED_MANY))
		return err_set(e, ERROR_INVALID_OPERATION,
			       "an insertion begun with START can only be stopped");
	if (want == WANTED_STOP && state == NTMS_LM_QUEUED)
		return request_finish(t, id, NTMS_LM_STOPPED, ERROR_SUCCESS, "stopped before it began", e);
	TRY(sql_do(t, e, "UPDATE librequest SET wanted=wanted|?, poll_at=0 WHERE id=?", "ui", want, id));
	txn_wake(t, l->id);
	return 0;
}

int do_InjectNtmsMedia(struct txn *t, const struct caller *who, const struct InjectNtmsMedia_in *in,
		       struct InjectNtmsMedia_out *out, struct err *e)
{
	bool begins = in->action == NTMS_INJECT_START || in->action == NTMS_INJECT_STARTMANY;
	struct library l;

	if (guid_is_null(&in->library) || in->action > NTMS_INJECT_STARTMANY)
		return err_set(e, ERROR_INVALID_PARAMETER,
			       "no library given, or action %u isn't one of 0 to %d", in->action,
			       NTMS_INJECT_STARTMANY);
	if (!begins && guid_is_null(&in->operation))
		return err_set(e, ERROR_INVALID_PARAMETER,
			       "STOP and RETRACT want the operation that START returned");
	TRY(library_lookup(t, &in->library, ERROR_INVALID_LIBRARY, &l, e));
	TRY(access_require(t, who->token, l.id, NTMS_CONTROL_ACCESS, e));
	if (is_offline(l.id))
		return err_set(e, ERROR_LIBRARY_OFFLINE, "media can't be inserted into the offline library");
	TRY(library_usable(&l, ERROR_DEVICE_NOT_AVAILABLE, ERROR_DEVICE_NOT_AVAILABLE, e));
	if (begins)
		return start(t, who, &l, in->action == NTMS_INJECT_STARTMANY, &out->operation, e);
	out->operation = in->operation;
	return tell(t, &l, in, e);
}
