/* SPDX-License-Identifier: GPL-2.0-or-later
 * virtual: URLs as a transport; running one CDB against a table of commands, with the faults asked for. */
#include "device/virtual/commands.h"

#include "base/cleanup.h"
#include "base/log.h"
#include "device/virtual/reserve.h"

#include <fcntl.h>
#include <ntmstypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PREFIX "virtual:"

enum outcome virtual_request_sense(struct user *u, struct scsi_cmd *c)
{
	uint8_t none[18] = {0x70, [7] = 10};
	struct scsi_cmd sense = {0};

	if (!answer_attention(u, &sense))
		return answer_data(c, none, sizeof none);
	return answer_data(c, sense.sense, sense.sense_len);
}

static enum outcome silence(struct scsi_cmd *c, const char *why)
{
	snprintf(c->lost, sizeof c->lost, "%s", why);
	return OUTCOME_UNKNOWN;
}

/* What a fault does instead of the command. */
static enum outcome strike(struct user *u, struct scsi_cmd *c, const struct mishap *f)
{
	switch (f->effect) {
	case EFFECT_SENSE:
		return answer_sense(c, f->key, f->asc, f->ascq);
	case EFFECT_BUSY:
		c->status = SCSI_BUSY;
		return OUTCOME_DONE;
	case EFFECT_HANG:
		pass_time(u, c, c->timeout_ms + 1L);
		return OUTCOME_UNKNOWN;
	default:
		return silence(c, "the answer was lost");
	}
}

/* For people and tests who want to know what was asked, and which faults struck: if a file "trace" is there.
 */
__attribute__((format(printf, 2, 3))) static void trace(const struct user *u, const char *fmt, ...)
{
	char file[PATH_MAX];
	auto_fd int fd = -1;
	va_list ap;

	snprintf(file, sizeof file, "%s/trace", u->lib->dir);
	fd = open(file, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (fd < 0)
		return;
	dprintf(fd, "%s ", u->drive ? u->drive->name : "changer");
	va_start(ap, fmt);
	vdprintf(fd, fmt, ap);
	va_end(ap);
	dprintf(fd, "\n");
}

static enum outcome run_one(struct user *u, struct scsi_cmd *c, const struct command *cmd)
{
	int a = -1, b = -1;
	const struct place *at;
	const struct mishap *hit;
	const char *verb;
	struct mishap f;
	enum outcome o;

	if (u->drive)
		a = u->drive->cell.address;
	else if (cmd->elements)
		a = (int)be16(c->cdb + (cmd->elements >= 2 ? 4 : 2));
	if (cmd->elements == 2)
		b = (int)be16(c->cdb + 6);
	/* load and unload are one opcode */
	verb = u->drive && c->cdb[0] == 0x1B && !(c->cdb[4] & 1) ? "unload" : cmd->verb;
	at = u->drive ? u->drive : vlib_place(u->lib, (unsigned)a);
	hit = faults_strike(&u->lib->faults, verb, a, b, at ? at->seen : "", NULL, NULL);
	f = hit ? *hit : (struct mishap){0};
	if (hit)
		trace(u, "fault %s %x/%02X/%02X", verb, f.key, f.asc, f.ascq);
	if (f.effect == EFFECT_SENSE || f.effect == EFFECT_HANG || f.effect == EFFECT_GONE ||
	    f.effect == EFFECT_BUSY)
		return strike(u, c, &f);
	u->strike = f;
	o = cmd->run(u, c);
	u->strike = (struct mishap){0};
	if (o == OUTCOME_DONE && c->status == SCSI_GOOD && f.effect == EFFECT_DONE_SENSE)
		return answer_sense(c, f.key, f.asc, f.ascq);
	if (f.effect == EFFECT_LOST)
		return silence(c, "the answer was lost");
	return o;
}

enum outcome virtual_execute(struct user *u, struct scsi_cmd *c, const struct command *commands, size_t n)
{
	static const struct command common[] = {{0x5E, "reserve", reserve_in},
						{0x5F, "reserve", reserve_out}};
	uint8_t op = c->cdb[0];

	if (reserve_forbids(u, c))
		return OUTCOME_DONE;
	if (op == common[0].opcode || op == common[1].opcode)
		commands = common, n = countof(common);
	for (size_t i = 0; i < n; i++) {
		if (commands[i].opcode != op)
			continue;
		if (!u->drive && u->lib->set.lacks[op / 8] & 1 << op % 8)
			break;
		if (!commands[i].quiet && answer_attention(u, c))
			return OUTCOME_DONE;
		return run_one(u, c, &commands[i]);
	}
	return answer_sense(c, 0x5, 0x20, 0x00);
}

static void trace_cdb(const struct user *u, const struct scsi_cmd *c)
{
	char text[3 * sizeof c->cdb + 1] = "";

	for (int i = 0; i < c->cdb_len; i++)
		snprintf(text + 3 * i, 4, "%02x ", c->cdb[i]);
	trace(u, "%.*s", 3 * c->cdb_len - 1, text);
}

static enum outcome user_execute(struct transport *t, struct scsi_cmd *c)
{
	struct user *u = (struct user *)t;
	int limit = c->timeout_ms;
	char file[PATH_MAX];
	enum outcome o;

	if (access(u->lib->dir, X_OK)) {
		snprintf(c->lost, sizeof c->lost, "the directory is gone");
		return OUTCOME_FAILED;
	}
	snprintf(file, sizeof file, "%s/faults", u->lib->dir);
	pthread_mutex_lock(&u->lib->lock);
	faults_refresh(&u->lib->faults, file);
	vlib_watch(u->lib);
	trace_cdb(u, c);
	o = u->drive ? vdrive_execute(u, c) : vchanger_execute(u, c);
	pthread_mutex_unlock(&u->lib->lock);
	c->timeout_ms = limit;
	return o;
}

#define INITIATOR "?initiator="
#define INITIATOR_DEFAULT "host"

/* What stands behind the path, if anything. */
static int initiator_of(const char *rest, char *name, size_t size, struct err *e)
{
	snprintf(name, size, "%s", INITIATOR_DEFAULT);
	if (!*rest)
		return 0;
	if (strncmp(rest, INITIATOR, strlen(INITIATOR)) != 0)
		return err_set(e, ERROR_INVALID_PARAMETER, "%s: expected " INITIATOR "NAME", rest);
	rest += strlen(INITIATOR);
	if (!*rest || strlen(rest) >= size || rest[strcspn(rest, " \t\n")])
		return err_set(e, ERROR_INVALID_PARAMETER,
			       "initiator \"%s\": 1 to %zu characters without blanks are wanted", rest,
			       size - 1);
	snprintf(name, size, "%s", rest);
	return 0;
}

/* Splits PATH/drives/NN?initiator=NAME; *number 0: the changer. */
static int split(const char *url, char *dir, size_t size, int *number, char *initiator, struct err *e)
{
	const char *path = url + strlen(PREFIX);
	size_t n = strcspn(path, "?");
	char *at;
	int rc = initiator_of(path + n, initiator, INITIATOR_NAME, e);

	if (rc)
		return rc;
	*number = 0;
	while (n > 1 && path[n - 1] == '/')
		n--;
	if (!n || n >= size)
		return err_set(e, ERROR_INVALID_PARAMETER, "%s: expected virtual:/DIRECTORY", url);
	memcpy(dir, path, n);
	dir[n] = 0;
	at = strrchr(dir, '/');
	if (at && at - dir > 7 && strncmp(at - 7, "/drives", 7) == 0) {
		*number = atoi(at + 1);
		at[-7] = 0;
		if (*number < 1)
			return err_set(e, ERROR_INVALID_PARAMETER, "%s: drives are numbered from 01", url);
	}
	return 0;
}

static int user_open(const char *url, int stop_fd, struct transport **t, struct err *e)
{
	struct user *u = calloc(1, sizeof *u);
	char dir[PATH_MAX];
	int number, rc;

	if (!u)
		return err_set(e, ERROR_NOT_ENOUGH_MEMORY, "%s: no memory", url);
	u->base.stop_fd = stop_fd;
	rc = split(url, dir, sizeof dir, &number, u->initiator, e);
	if (!rc)
		rc = vlib_get(dir, &u->lib, e);
	if (!rc && number) {
		u->drive = vlib_place(u->lib, (unsigned)(u->lib->set.first[ELEMENT_DRIVE] + number - 1));
		if (number > u->lib->set.count[ELEMENT_DRIVE] || !u->drive)
			rc = err_set(e, ERROR_INVALID_PARAMETER, "%s: the library has %ld drives", url,
				     u->lib->set.count[ELEMENT_DRIVE]);
		else
			snprintf(u->path, sizeof u->path, "%s/%s/" MEDIUM_LINK, u->lib->dir, u->drive->name);
	}
	if (rc) {
		if (u->lib)
			vlib_put(u->lib);
		free(u);
		return rc;
	}
	u->attention = UA_POWER;
	pthread_mutex_lock(&u->lib->lock);
	u->next = u->lib->users;
	u->lib->users = u;
	pthread_mutex_unlock(&u->lib->lock);
	*t = &u->base;
	return 0;
}

static int user_siblings(struct transport *t, url_vec *urls, struct err *e)
{
	struct user *u = (struct user *)t;
	bool named = strcmp(u->initiator, INITIATOR_DEFAULT) != 0;

	vec_each(p, &u->lib->places) {
		char *url;

		if (p->cell.type == ELEMENT_DRIVE &&
		    asprintf(&url, PREFIX "%s/%s%s%s", u->lib->dir, p->name, named ? INITIATOR : "",
			     named ? u->initiator : "") > 0)
			*vec_add(urls) = url;
	}
	return 0;
}

static const char *user_path(struct transport *t)
{
	struct user *u = (struct user *)t;

	return u->drive ? u->path : NULL;
}

static void user_close(struct transport *t)
{
	struct user *u = (struct user *)t;

	pthread_mutex_lock(&u->lib->lock);
	for (struct user **at = &u->lib->users; *at; at = &(*at)->next)
		if (*at == u) {
			*at = u->next;
			break;
		}
	pthread_mutex_unlock(&u->lib->lock);
	vlib_put(u->lib);
	free(u);
}

const struct transport_ops virtual_transport = {
	.prefix = PREFIX,
	.open = user_open,
	.execute = user_execute,
	.siblings = user_siblings,
	.path = user_path,
	.close = user_close,
};
