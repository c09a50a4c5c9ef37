/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * InventoryNtmsLibrary: queues an inventory, or stops those that run or wait. */
#include "media/impl.h"

#include <ntmsapi.h>

static int stop(struct txn *t, const struct library *l, struct err *e)
{
	auto_ids struct ids queued = {0};

	TRY(sql_do(t, e,
		   "UPDATE librequest "
		   "SET wanted=wanted|? WHERE library=? AND open=1 AND state<>0 AND op=8",
		   "ui", (uint32_t)WANTED_STOP, l->id));
	if (sql_changes(t))
		txn_wake(t, l->id);
	TRY(ids_of(sql_rows(t, e,
			    "SELECT id "
			    "FROM librequest WHERE library=? AND open=1 AND state=0 AND op=8",
			    "i", l->id),
		   &queued, e));
	vec_each(id, &queued)
		TRY(request_finish(t, *id, NTMS_LM_STOPPED, ERROR_SUCCESS, "stopped before it began", e));
	return 0;
}

int do_InventoryNtmsLibrary(struct txn *t, const struct caller *who, const struct InventoryNtmsLibrary_in *in,
			    struct InventoryNtmsLibrary_out *out, struct err *e)
{
	uint32_t method = in->action;
	struct library l;

	if (guid_is_null(&in->library))
		return err_set(e, ERROR_INVALID_PARAMETER, "no library given");
	if (method != NTMS_INVENTORY_FAST && method != NTMS_INVENTORY_OMID &&
	    method != NTMS_INVENTORY_DEFAULT && method != NTMS_INVENTORY_STOP)
		return err_set(e, ERROR_INVALID_PARAMETER,
			       "action %u: FAST 1, OMID 2, DEFAULT 3 and STOP 5 are known", method);
	TRY(library_lookup(t, &in->library, ERROR_INVALID_LIBRARY, &l, e));
	TRY(access_require(t, who->token, l.id, NTMS_CONTROL_ACCESS, e));
	if (is_offline(l.id))
		return err_set(e, ERROR_INVALID_LIBRARY, "the offline library has nothing to inventory");
	TRY(library_usable(&l, ERROR_RESOURCE_DISABLED, ERROR_DEVICE_NOT_AVAILABLE, e));
	if (method == NTMS_INVENTORY_STOP)
		return stop(t, &l, e);
	if (method == NTMS_INVENTORY_DEFAULT)
		method = l.inventory_method;
	if (method == NTMS_INVENTORY_NONE)
		return 0; /* the library's own method is to do none */
	return request_new(t,
			   &(struct request_new){.library = l.id,
						 .op = NTMS_LM_INVENTORY,
						 .option = method,
						 .session = who->session,
						 .application = who->application,
						 .user = who->user,
						 .computer = who->computer},
			   NULL, NULL, e);
}
