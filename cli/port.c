/* SPDX-License-Identifier: GPL-2.0-or-later
 * What people and a library do together: rsm inject, rsm eject, rsm inventory. */
#include "cli/cli.h"

#include <string.h>

static bool many, no_wait, wait_too, force, full, fast, stop_it, pause_it, resume_it;
static const char *stop_id;
static DWORD timeout = INFINITE;

#define WAIT                                                                                                 \
	{"wait", 'w', OPT_FLAG, &wait_too, NULL, "until the library has done it"},                           \
	{                                                                                                    \
		"timeout", 't', OPT_TIME, &timeout, "TIME", "wait at most so long"                           \
	}

static void print_operation(const GUID *id)
{
	char text[GUID_CHARS];
	guid_format(id, text);
	printf(set.quiet ? "%s\n" : "operation %s\n", text);
}

/* ---- inject ---- */

static const struct opt inject_opts[] = {
	{"no-wait", 0, OPT_FLAG, &no_wait, NULL, "return before the port is open"},
	{"many", 'm', OPT_FLAG, &many, NULL, "open the port again after each find, until it is stopped"},
	WAIT,
	{NULL},
};

/* The only robotic library, when none is named. */
static GUID library_named(int n, char **operands)
{
	guid_vec all = {0};
	GUID found = {0};
	int fit = 0;
	if (n)
		return resolve(operands[0], NTMS_LIBRARY);
	enumerate(NULL, NTMS_LIBRARY, &all);
	vec_each(l, &all)
		if (object(l)->info.Info.Library.LibraryType != NTMS_LIBRARYTYPE_OFFLINE) {
			found = *l;
			fit++;
		}
	vec_free(&all);
	if (fit != 1)
		die_text("there are %d libraries; say which", fit);
	return found;
}

/* The inject or eject that is meant: the operation named, else the only one under way. */
static GUID operation_named(const char *text, DWORD op, GUID *library)
{
	guid_vec all = {0};
	GUID found = {0};
	int fit = 0;
	if (text) {
		found = resolve(text, NTMS_LIBREQUEST);
		*library = object(&found)->info.Info.LibRequest.Library;
		return found;
	}
	enumerate(NULL, NTMS_LIBREQUEST, &all);
	vec_each(r, &all)
		if (!request_finished(object(r)) && object(r)->info.Info.LibRequest.OperationCode == op) {
			found = *r;
			fit++;
		}
	vec_free(&all);
	if (fit != 1)
		die_text(fit ? "%d operations are under way; say which" : "no such operation is under way",
			 fit);
	*library = object(&found)->info.Info.LibRequest.Library;
	return found;
}

/* People may put something in: a port is out, or can't be closed at all. */
static bool port_open(const GUID *library)
{
	guid_vec ports = {0};
	bool open = false;
	enumerate(library, NTMS_IEPORT, &ports);
	vec_each(p, &ports) {
		struct object *o = object_again(p);
		open |= o->info.Info.IEPort.Position == NTMS_PORTPOSITION_EXTENDED ||
			(object_detail(o)->dwFlags & RSM_DETAIL_ALWAYSOPEN);
	}
	vec_free(&ports);
	return open;
}

static int inject_start(int n, char **operands)
{
	GUID library = library_named(n, operands), operation = {0};
	DWORD code = InjectNtmsMedia(session(), &library, &operation,
				     many ? NTMS_INJECT_STARTMANY : NTMS_INJECT_START);
	if (code)
		return failed(code, "%s", n ? operands[0] : "");
	print_operation(&operation);
	fflush(stdout);
	if (wait_too)
		return wait_request(&operation, timeout);
	for (int looks = 0; !no_wait && looks < 20; wait_a_moment()) { /* 20: a robot may not tell */
		struct object *o = object_again(&operation);
		if (request_finished(o) || port_open(&library))
			break;
		looks += o->info.Info.LibRequest.State == NTMS_LM_INPROCESS;
	}
	return EXIT_OK;
}

static int inject_end(int n, char **operands, DWORD action)
{
	GUID library, operation = operation_named(n ? operands[0] : NULL, NTMS_LM_INJECT, &library);
	DWORD code = InjectNtmsMedia(session(), &library, &operation, action);
	if (code)
		return failed(code, "%s", n ? operands[0] : "");
	return wait_too ? wait_request(&operation, timeout) : EXIT_OK;
}
static int inject_stop(int n, char **operands) { return inject_end(n, operands, NTMS_INJECT_STOP); }
static int inject_retract(int n, char **operands) { return inject_end(n, operands, NTMS_INJECT_RETRACT); }

static const struct opt wait_opts[] = {WAIT, {NULL}};

const struct command cmd_inject_start = {
	.name = "inject start",
	.operands = "[LIBRARY]",
	.min = 0,
	.max = 1,
	.opts = inject_opts,
	.run = inject_start,
	.summary = "Open a library's port and take in what people put there",
	.help = "Prints the operation and returns when the port is open. The operation goes on until "
		"somebody\n"
		"closes the port, 'rsm inject stop', or the port's time-out; then each cartridge in the port "
		"is\n"
		"moved to a slot and identified.",
};
const struct command cmd_inject_stop = {
	.name = "inject stop",
	.operands = "[OPERATION]",
	.min = 0,
	.max = 1,
	.opts = wait_opts,
	.run = inject_stop,
	.summary = "End an inject: take in what is in the port, and close it",
};
const struct command cmd_inject_retract = {
	.name = "inject retract",
	.operands = "[OPERATION]",
	.min = 0,
	.max = 1,
	.opts = wait_opts,
	.run = inject_retract,
	.summary = "Take in what is in the port now, and open it again; for an inject with --many",
};

/* ---- eject ---- */

static const struct opt eject_opts[] = {
	{"force", 'f', OPT_FLAG, &force, NULL, "even if it is mounted or in use"},
	{"stop", 0, OPT_TEXT, &stop_id, "OPERATION", "end that eject"},
	WAIT,
	{NULL},
};

static int eject_stop(void)
{
	GUID library, operation = operation_named(stop_id, NTMS_LM_EJECT, &library);
	DWORD code = EjectNtmsMedia(session(), &(GUID){0}, &operation, NTMS_EJECT_STOP);
	return code ? failed(code, "%s", stop_id) : EXIT_OK;
}

/* Several media are collected, then go out together, in one opening of the port; force knows no batches. */
static int eject(int n, char **operands)
{
	GUID operation = {0};
	DWORD action = force ? NTMS_EJECT_FORCE : n > 1 ? NTMS_EJECT_QUEUE : NTMS_EJECT_START, code;
	VEC(struct medium) going = {0};
	int status = EXIT_OK;
	if (!n == !stop_id)
		usage(&cmd_eject, "either media or --stop");
	if (stop_id)
		return eject_stop();
	if (wait_too)
		work_before();
	for (int i = 0; i < n; i++) {
		struct medium m = resolve_medium(operands[i], -1, false);
		code = EjectNtmsMedia(session(), &m.physical, &operation, action);
		if (code)
			status = failed(code, "%s", operands[i]);
		else
			*vec_add(&going) = m;
	}
	if (action == NTMS_EJECT_QUEUE && going.n &&
	    (code = EjectNtmsMedia(session(), NULL, &operation, NTMS_EJECT_START)))
		status = failed(code, "%s", "");
	else if (going.n)
		print_operation(&operation);
	fflush(stdout);
	vec_each(m, &going)
		if (wait_too && wait_work(&(GUID){0}, 1u << NTMS_LM_EJECT, &m->physical, timeout))
			status = EXIT_FAILED;
	vec_free(&going);
	return status;
}

const struct command cmd_eject = {
	.name = "eject",
	.operands = "MEDIUM...",
	.min = 0,
	.max = -1,
	.opts = eject_opts,
	.run = eject,
	.summary = "Bring media to the library's port for people to take",
	.help = "They are offline then. Several go out together, as many as the port holds. Prints the "
		"operation,\n"
		"which runs until they are taken, the port's time-out, or 'rsm eject --stop OPERATION'.",
};

/* ---- inventory ---- */

static const struct opt inventory_opts[] = {
	{"fast", 0, OPT_FLAG, &fast, NULL, "by bar code; without a reader by what changed in the slots"},
	{"full", 0, OPT_FLAG, &full, NULL, "mount each side and read its label"},
	{"stop", 0, OPT_FLAG, &stop_it, NULL, "end the one that runs"},
	{"pause", 0, OPT_FLAG, &pause_it, NULL, "begin no identification of unknown media until --resume"},
	{"resume", 0, OPT_FLAG, &resume_it, NULL, "go on identifying"},
	WAIT,
	{NULL},
};

static int inventory(int n, char **operands)
{
	GUID library = library_named(n, operands);
	if (full + fast + stop_it + pause_it + resume_it > 1)
		usage(&cmd_inventory, "--fast, --full, --stop, --pause and --resume exclude each other");
	if (pause_it || resume_it) {
		DWORD said = RsmPauseIdentification(session(), &library, pause_it);
		return said ? failed(said, "%s", n ? operands[0] : "") : EXIT_OK;
	}
	if (wait_too)
		work_before();
	DWORD code = InventoryNtmsLibrary(session(), &library,
					  full	    ? NTMS_INVENTORY_OMID
					  : fast    ? NTMS_INVENTORY_FAST
					  : stop_it ? NTMS_INVENTORY_STOP
						    : NTMS_INVENTORY_DEFAULT);
	if (code)
		return failed(code, "%s", n ? operands[0] : "");
	unsigned ops = 1u << NTMS_LM_INVENTORY | 1u << NTMS_LM_PROCESSOMID | 1u << NTMS_LM_CLASSIFY;
	return wait_too ? wait_work(&library, ops, &(GUID){0}, timeout) : EXIT_OK;
}

const struct command cmd_inventory = {
	.name = "inventory",
	.operands = "[LIBRARY]",
	.min = 0,
	.max = 1,
	.opts = inventory_opts,
	.run = inventory,
	.summary = "Compare a library with the database and identify what is new",
};
