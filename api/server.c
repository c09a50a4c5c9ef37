/* SPDX-License-Identifier: GPL-2.0-or-later
 * Start: listen, so that early callers hear ERROR_NOT_READY; open the store; settle what the last run left
 * behind; begin with the libraries; serve. Stop: the same backwards. */
#include "api/server.h"

#include "api/found.h"
#include "api/http.h"
#include "api/ticker.h"
#include "api/watch.h"
#include "base/clock.h"
#include "base/log.h"
#include "executor/executor.h"
#include "media/model.h"
#include "store/sql.h"

#include <errno.h>
#include <sys/stat.h>

/* The directory and, for a first try from a build tree, its parent aren't there yet. */
static int make_state(const char *path, struct err *e)
{
	struct stat st;

	if (mkdir(path, 0755) && errno != EEXIST)
		return err_errno(e, ERROR_ACCESS_DENIED, "the state directory %s can't be made", path);
	if (stat(path, &st) || !S_ISDIR(st.st_mode) || access(path, W_OK | X_OK))
		return err_errno(e, ERROR_ACCESS_DENIED, "the state directory %s can't be written", path);
	return 0;
}

/* ---- the store ---- */

static void committed(struct store *store, void *server)
{
	ticker_changed(__atomic_load_n(&((struct server *)server)->ticker, __ATOMIC_ACQUIRE));
}

static int open_store(struct server *s, struct err *e)
{
	struct store_config c = {.path = s->config->store,
				 .rebuild = s->config->rebuild,
				 .woken = library_woken,
				 .woken_arg = &s->world,
				 .committed = committed,
				 .committed_arg = s};

	if (asprintf(&s->mark, "%s/rsm.mark", s->config->state) < 0)
		abort();
	c.mark = s->mark;
	if (store_open(&c, &s->store, e))
		return (int)e->code;
	s->sessions.store = s->store;
	return 0;
}

/* ---- what the last run left ---- */

struct begin {
	struct server *server;
	struct library_key *keys;
	guid installation; /* out: which store this is, and which of its runs */
	int64_t epoch;
};

static int begin_job(struct txn *t, void *arg, struct err *e)
{
	struct begin *b = arg;
	struct server *s = b->server;

	if (model_create(t, s->callers.computer, e) || library_start(t, b->keys, s->config->libraries.n, e))
		return (int)e->code;
	if (sql_get(t, e, "SELECT value FROM meta WHERE key='incarnation'", "", "g", &s->incarnation) ==
	    SQL_NONE)
		return err_set(e, ERROR_DATABASE_FAILURE, "the store has no incarnation");
	if (sql_get(t, e, "SELECT o.guid, m.value FROM object o, meta m WHERE o.id=? AND m.key='epoch'", "i",
		    model_computer(t), "gi", &b->installation, &b->epoch) == SQL_NONE)
		return err_set(e, ERROR_DATABASE_FAILURE, "the store has no epoch");
	return (int)e->code;
}

/* ---- libraries ---- */

static int make_executor(struct server *s, const struct begin *b, struct err *e)
{
	size_t n = s->config->libraries.n, drives = 0;
	auto_free struct executor_library *libraries = calloc(n + 1, sizeof *libraries);
	auto_free struct executor_drive *lines = NULL;
	struct executor_config c = {.store = s->store,
				    .event = library_event,
				    .world = &s->world,
				    .state = s->config->state,
				    .installation = b->installation,
				    .epoch = b->epoch,
				    .libraries = libraries,
				    .n_libraries = n};

	vec_each(l, &s->config->libraries)
		drives += l->drives.n;
	lines = calloc(drives + 1, sizeof *lines);
	if (!libraries || !lines)
		abort();
	drives = 0;
	for (size_t i = 0; i < n; i++) {
		const struct config_library *l = &s->config->libraries.v[i];

		libraries[i] = (struct executor_library){.id = b->keys[i].id,
							 .name = l->name,
							 .identity = b->keys[i].identity,
							 .changer = l->changer,
							 .drives = lines + drives,
							 .n_drives = l->drives.n,
							 .fence = l->fence};
		vec_each(d, &l->drives)
			lines[drives++] = (struct executor_drive){(uint16_t)(d->element < 0 ? 0 : d->element),
								  d->device};
	}
	return executor_new(&c, &s->executor, e);
}

static int begin(struct server *s, struct err *e)
{
	auto_free struct library_key *keys = calloc(s->config->libraries.n + 1, sizeof *keys);
	struct begin b = {.server = s, .keys = keys};
	struct ticker *ticker = NULL;

	if (!keys)
		abort();
	for (size_t i = 0; i < s->config->libraries.n; i++) {
		const struct config_library *l = &s->config->libraries.v[i];

		keys[i].key = l->name;
		keys[i].found = l->found;
		keys[i].library_type = l->changer ? NTMS_LIBRARYTYPE_ONLINE : NTMS_LIBRARYTYPE_STANDALONE;
	}
	s->world = (struct library_world){executor_act, NULL};
	if (store_run(s->store, begin_job, &b, e) || make_executor(s, &b, e))
		return (int)e->code;
	s->world.arg = s->executor;
	if (ticker_start(s->store, &ticker, e))
		return (int)e->code;
	__atomic_store_n(&s->ticker, ticker, __ATOMIC_RELEASE);
	return executor_start(s->executor, e);
}

/* ---- the whole ---- */

int server_start(struct server *s, struct config *c, struct err *e)
{
	bool finds = !c->libraries.n && !c->no_discovery;

	memset(s, 0, sizeof *s);
	s->config = c;
	s->state = SERVER_STARTING;
	s->started = clock_mono();
	media_settings.zero_timeout_polls = c->zero_timeout_polls;
	callers_init(&s->callers);
	sessions_init(&s->sessions);
	s->tokens = tokens_new(c->tokens);
	s->waits = waits_new();
	if ((c->tokens && tokens_check(s->tokens, e)) || make_state(c->state, e) ||
	    waits_start(s->waits, e) || http_start(s, e) || open_store(s, e) ||
	    found_libraries(c, s->store, e) || begin(s, e) || watch_start(s, finds, &s->watch, e))
		return (int)e->code;
	s->state = SERVER_READY;
	return 0;
}

void server_stop(struct server *s)
{
	s->state = SERVER_STOPPING;
	http_stop(s->http); /* ends the sessions: their jobs go to the store */
	watch_stop(s->watch);
	ticker_stop(s->ticker);
	if (s->executor)
		executor_stop(s->executor);
	if (s->store)
		store_close(s->store);
	if (s->executor)
		executor_free(s->executor);
	ticker_free(s->ticker);
	waits_stop(s->waits);
	waits_free(s->waits);
	tokens_free(s->tokens);
	free(s->mark);
}
