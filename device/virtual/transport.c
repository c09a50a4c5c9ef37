/* SPDX-License-Identifier: GPL-2.0-or-later
 * virtual: URLs as a transport; running one CDB against a table of commands, with the faults asked for. */
#include "device/virtual/commands.h"

#include "base/cleanup.h"

#include <dirent.h>
#include <ntmstypes.h>
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
static enum outcome strike(struct user *u, struct scsi_cmd *c, const struct fault *f)
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

static enum outcome run_one(struct user *u, struct scsi_cmd *c, const struct command *cmd)
{
	int a = -1, b = -1;
	const struct place *at;
	const struct fault *hit;
	const char *verb;
	struct fault f;
	enum outcome o;

	if (u->drive)
		a = u->drive->address;
	else if (cmd->elements)
		a = (int)be16(c->cdb + (cmd->elements >= 2 ? 4 : 2));
	if (cmd->elements == 2)
		b = (int)be16(c->cdb + 6);
	/* load and unload are one opcode */
	verb = u->drive && c->cdb[0] == 0x1B && !(c->cdb[4] & 1) ? "unload" : cmd->verb;
	at = u->drive ? u->drive : vlib_place(u->lib, (unsigned)a);
	hit = faults_strike(&u->lib->faults, verb, a, b, at ? at->seen : "", NULL, NULL);
	f = hit ? *hit : (struct fault){0};
	if (f.effect == EFFECT_SENSE || f.effect == EFFECT_HANG || f.effect == EFFECT_GONE ||
	    f.effect == EFFECT_BUSY)
		return strike(u, c, &f);
	u->strike = f;
	o = cmd->run(u, c);
	u->strike = (struct fault){0};
	if (o == OUTCOME_DONE && c->status == SCSI_GOOD && f.effect == EFFECT_DONE_SENSE)
		return answer_sense(c, f.key, f.asc, f.ascq);
	if (f.effect == EFFECT_LOST)
		return silence(c, "the answer was lost");
	return o;
}

enum outcome virtual_execute(struct user *u, struct scsi_cmd *c, const struct command *commands, size_t n)
{
	uint8_t op = c->cdb[0];

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
	o = u->drive ? vdrive_execute(u, c) : vchanger_execute(u, c);
	pthread_mutex_unlock(&u->lib->lock);
	c->timeout_ms = limit;
	return o;
}

/* Splits PATH/drives/NN; *number 0: the changer. */
static int split(const char *url, char *dir, size_t size, int *number, struct err *e)
{
	const char *path = url + strlen(PREFIX);
	size_t n = strlen(path);
	char *at;

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
	rc = split(url, dir, sizeof dir, &number, e);
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

	vec_each(p, &u->lib->places) {
		char *url;

		if (p->type == ELEMENT_DRIVE && asprintf(&url, PREFIX "%s/%s", u->lib->dir, p->name) > 0)
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
