/* SPDX-License-Identifier: GPL-2.0-or-later
 * The table of sessions and their ends. */
#include "api/session.h"

#include "base/cleanup.h"
#include "base/log.h"

#include <ntmstypes.h>

void (*session_ended)(const struct session *s);

void sessions_init(struct sessions *all)
{
	pthread_mutex_init(&all->lock, NULL);
	for (size_t i = 0; i < SESSIONS_BUCKETS; i++)
		LIST_INIT(&all->table[i]);
}

/* We made the identifiers ourselves, at random: any bytes of them are a hash. */
static struct session_list *bucket(struct sessions *all, const guid *id)
{
	return &all->table[(id->b[0] | id->b[1] << 8) % SESSIONS_BUCKETS];
}

int session_open(struct sessions *all, struct carrier *carrier, struct who *w, const char *application,
		 const char *computer, guid *id, struct err *e)
{
	struct session *s = calloc(1, sizeof *s);

	if (!s)
		abort();
	s->refs = 1;
	s->who = who_ref(w);
	s->caller = w->caller;
	s->caller.session = *id = guid_new();
	if (application && *application)
		caller_text(s->caller.application, sizeof s->caller.application, application);
	if (computer && *computer)
		caller_text(s->caller.computer, sizeof s->caller.computer, computer);
	pthread_mutex_lock(&all->lock);
	if (carrier->n >= SESSIONS_PER_CONNECTION) {
		pthread_mutex_unlock(&all->lock);
		session_unref(s);
		return err_set(e, ERROR_BUSY, "a connection can carry %d sessions", SESSIONS_PER_CONNECTION);
	}
	carrier->n++;
	LIST_INSERT_HEAD(bucket(all, id), s, in_table);
	LIST_INSERT_HEAD(&carrier->sessions, s, on_carrier);
	pthread_mutex_unlock(&all->lock);
	return 0;
}

struct session *session_find(struct sessions *all, const guid *id, uid_t uid)
{
	struct session *s;

	pthread_mutex_lock(&all->lock);
	LIST_FOREACH(s, bucket(all, id), in_table)
	{
		if (guid_eq(&s->caller.session, id) && s->who->uid == uid) {
			atomic_fetch_add(&s->refs, 1);
			break;
		}
	}
	pthread_mutex_unlock(&all->lock);
	return s;
}

void session_unref(struct session *s)
{
	if (!s || atomic_fetch_sub(&s->refs, 1) > 1)
		return;
	who_unref(s->who);
	vec_free(&s->unsent);
	free(s);
}

int session_submit(struct sessions *all, struct session *s, const guid *call, job_fn *fn, job_done *done,
		   void *arg, struct err *e)
{
	bool known = false;

	pthread_mutex_lock(&all->lock);
	if (s->ended) {
		pthread_mutex_unlock(&all->lock);
		return err_set(e, ERROR_INVALID_HANDLE, "the session has ended");
	}
	vec_each(u, &s->unsent)
		known |= guid_eq(u, call);
	if (!known)
		*vec_add(&s->unsent) = *call;
	/* under the lock, so that no job of a session comes after that of its end */
	store_submit(all->store, fn, done, arg);
	pthread_mutex_unlock(&all->lock);
	return 0;
}

/* ---- the end ---- */

struct ending {
	struct session *session; /* the table's reference */
	struct session_end end;
	job_done *done;
	void *arg;
};

static int ending_job(struct txn *t, void *arg, struct err *e)
{
	return media_session_ended(t, &((struct ending *)arg)->end, e);
}

static void ending_done(void *arg, const struct err *e, int64_t seq)
{
	struct ending *x = arg;

	if (e->code)
		log_error("the end of a session of %s could not be kept: %s", x->session->caller.user,
			  e->why);
	if (session_ended)
		session_ended(x->session);
	if (x->done)
		x->done(x->arg, e, seq);
	session_unref(x->session);
	free(x);
}

/* With the lock held: from now on nobody changes s->unsent. */
static void submit_end(struct sessions *all, struct ending *x)
{
	struct session *s = x->session;

	x->end = (struct session_end){s->caller.session, s->unsent.v, s->unsent.n};
	store_submit(all->store, ending_job, ending_done, x);
}

bool session_sending(struct sessions *all, struct session *s)
{
	bool open;

	pthread_mutex_lock(&all->lock);
	open = !s->ended;
	s->sending += open;
	pthread_mutex_unlock(&all->lock);
	return open;
}

void session_sent(struct sessions *all, struct session *s, const guid *call, bool fully)
{
	pthread_mutex_lock(&all->lock);
	for (size_t i = 0; i < s->unsent.n && fully; i++) {
		if (guid_eq(&s->unsent.v[i], call)) {
			s->unsent.v[i] = s->unsent.v[--s->unsent.n];
			break;
		}
	}
	if (!--s->sending && s->ending)
		submit_end(all, steal(&s->ending));
	pthread_mutex_unlock(&all->lock);
}

/* With the lock held. */
static void end_locked(struct sessions *all, struct session *s, job_done *done, void *arg)
{
	struct ending *x = calloc(1, sizeof *x);

	if (!x)
		abort();
	s->ended = true;
	LIST_REMOVE(s, in_table);
	LIST_REMOVE(s, on_carrier);
	*x = (struct ending){.session = s, .done = done, .arg = arg};
	if (s->sending)
		s->ending = x;
	else
		submit_end(all, x);
}

bool session_end(struct sessions *all, struct session *s, job_done *done, void *arg)
{
	bool first;

	pthread_mutex_lock(&all->lock);
	first = !s->ended;
	if (first)
		end_locked(all, s, done, arg);
	pthread_mutex_unlock(&all->lock);
	return first;
}

void carrier_end(struct sessions *all, struct carrier *carrier)
{
	struct session *s;

	pthread_mutex_lock(&all->lock);
	while ((s = LIST_FIRST(&carrier->sessions)))
		end_locked(all, s, NULL, NULL);
	pthread_mutex_unlock(&all->lock);
}
