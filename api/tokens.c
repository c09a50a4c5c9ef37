/* SPDX-License-Identifier: GPL-2.0-or-later
 * Reading the tokens file and comparing without telling by the time it takes how much of a token was right.
 */
#include "api/tokens.h"

#include "base/cleanup.h"
#include "base/log.h"
#include "base/vec.h"

#include <ntmstypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct token_line {
	char user[TOKENS_USER_MAX];
	char *token;
};

struct tokens {
	const char *path;
	pthread_mutex_t lock;
	struct stat seen;   /* of the file that was read */
	struct err trouble; /* why nobody is let in; code 0: none */
	VEC(struct token_line) lines;
};

struct tokens *tokens_new(const char *path)
{
	struct tokens *t = calloc(1, sizeof *t);

	if (!t)
		abort();
	t->path = path;
	pthread_mutex_init(&t->lock, NULL);
	return t;
}

static void forget(struct tokens *t)
{
	vec_each(l, &t->lines) {
		explicit_bzero(l->token, strlen(l->token));
		free(l->token);
	}
	vec_free(&t->lines);
}

void tokens_free(struct tokens *t)
{
	if (!t)
		return;
	forget(t);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

static void read_line(struct tokens *t, char *line, int number)
{
	char *rest = line, *user, *token;
	struct token_line l;

	user = strtok_r(rest, " \t\r\n", &rest);
	if (!user || *user == '#')
		return;
	token = strtok_r(NULL, " \t\r\n", &rest);
	if (!token || strtok_r(NULL, " \t\r\n", &rest) || strlen(user) >= sizeof l.user) {
		log_warn("%s:%d: not `USER TOKEN`; this line is left out", t->path, number);
		return;
	}
	strcpy(l.user, user);
	l.token = strdup(token);
	if (!l.token)
		abort();
	*vec_add(&t->lines) = l;
}

static int read_file(struct tokens *t, struct err *e)
{
	FILE *f = fopen(t->path, "re");
	auto_free char *line = NULL;
	size_t cap = 0;

	if (!f)
		return err_errno(e, ERROR_ACCESS_DENIED, "the tokens file %s can't be opened", t->path);
	fstat(fileno(f), &t->seen);
	if (!S_ISREG(t->seen.st_mode) || (t->seen.st_mode & 077) ||
	    (t->seen.st_uid != geteuid() && t->seen.st_uid != 0)) {
		fclose(f);
		return err_set(
			e, ERROR_ACCESS_DENIED,
			"the tokens file %s must be rsmd's own and readable for nobody else: chmod 600",
			t->path);
	}
	for (int n = 1; getline(&line, &cap, f) >= 0; n++)
		read_line(t, line, n);
	if (line)
		explicit_bzero(line, cap);
	fclose(f);
	return 0;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static int refresh(struct tokens *t, struct err *e)
{
	struct err before = t->trouble;
	struct stat now;

	if (!t->path)
		return err_set(e, ERROR_ACCESS_DENIED,
			       "this rsmd knows no tokens: its configuration has no tokens file");
	if (stat(t->path, &now) == 0 && same_file(&now, &t->seen)) {
		*e = t->trouble;
		return (int)e->code;
	}
	forget(t);
	t->seen = (struct stat){0};
	t->trouble = (struct err){0};
	if (read_file(t, &t->trouble) && strcmp(t->trouble.why, before.why) != 0)
		log_error("%s", t->trouble.why);
	*e = t->trouble;
	return (int)e->code;
}

int tokens_check(struct tokens *t, struct err *e)
{
	int rc;

	pthread_mutex_lock(&t->lock);
	rc = refresh(t, e);
	pthread_mutex_unlock(&t->lock);
	return rc;
}

/* Takes as long for a wrong first character as for a wrong last one. */
static bool same_text(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);
	unsigned char diff = n != m;

	for (size_t i = 0; i < n; i++)
		diff |= (unsigned char)(a[i] ^ b[m ? i % m : 0]);
	return diff == 0;
}

int tokens_user(struct tokens *t, const char *token, char user[TOKENS_USER_MAX], struct err *e)
{
	const struct token_line *found = NULL;
	int rc;

	pthread_mutex_lock(&t->lock);
	rc = refresh(t, e);
	vec_each(l, &t->lines) {
		if (same_text(token, l->token))
			found = l;
	}
	if (!rc && found)
		strcpy(user, found->user);
	else if (!rc)
		rc = err_set(e, ERROR_ACCESS_DENIED, "unknown token");
	pthread_mutex_unlock(&t->lock);
	return rc;
}
