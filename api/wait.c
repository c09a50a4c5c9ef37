/* SPDX-License-Identifier: GPL-2.0-or-later
 * Two indexes of the polls (by call, by deadline) and the thread that watches deadlines and dying peers. */
#include "api/wait.h"

#include "base/clock.h"
#include "base/log.h"
#include "media/model.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#define BUCKETS 1024
#define SELF 0 /* the number of our own event descriptor; polls count from 1 */

TAILQ_HEAD(poll_list, poll);

struct waits {
	pthread_mutex_t lock;
	struct poll_list by_call[BUCKETS], by_deadline;
	uint64_t last_number;
	int epoll, event;
	pthread_t thread;
	bool started, stop;
};

static struct waits *the_waits; /* for the two receivers, which have no argument */

static struct poll_list *bucket(struct waits *w, const guid *call)
{
	return &w->by_call[(call->b[0] | call->b[1] << 8) % BUCKETS];
}

static void nudge(struct waits *w)
{
	uint64_t one = 1;

	if (write(w->event, &one, sizeof one) < 0 && errno != EAGAIN)
		log_error("eventfd: %m");
}

static void wake(struct waits *w, struct poll *p)
{
	p->woken = true;
	if (!p->suspended)
		return;
	p->suspended = false;
	TAILQ_REMOVE(&w->by_deadline, p, by_deadline);
	epoll_ctl(w->epoll, EPOLL_CTL_DEL, p->fd, NULL);
	p->resume(p);
}

/* ---- who wakes ---- */

static void call_answered(const guid *call)
{
	struct waits *w = the_waits;
	struct poll *p;

	pthread_mutex_lock(&w->lock);
	TAILQ_FOREACH(p, bucket(w, call), in_bucket)
	{
		if (guid_eq(&p->call, call))
			wake(w, p);
	}
	pthread_mutex_unlock(&w->lock);
}

static void wake_those(struct waits *w, const struct session *s)
{
	struct poll *p;

	pthread_mutex_lock(&w->lock);
	for (size_t i = 0; i < BUCKETS; i++) {
		TAILQ_FOREACH(p, &w->by_call[i], in_bucket)
		{
			if (!s || p->session == s)
				wake(w, p);
		}
	}
	pthread_mutex_unlock(&w->lock);
}

static void their_session_ended(const struct session *s) { wake_those(the_waits, s); }
void waits_wake_all(struct waits *w) { wake_those(w, NULL); }

/* ---- polls ---- */

void poll_listen(struct waits *w, struct poll *p)
{
	pthread_mutex_lock(&w->lock);
	p->number = ++w->last_number;
	p->suspended = p->woken = p->gone = false;
	p->listening = true;
	TAILQ_INSERT_TAIL(bucket(w, &p->call), p, in_bucket);
	pthread_mutex_unlock(&w->lock);
}

/* Nearly all wait equally long, so the place is near the end. */
static void insert_by_deadline(struct waits *w, struct poll *p)
{
	struct poll *before = TAILQ_LAST(&w->by_deadline, poll_list);

	while (before && before->until > p->until)
		before = TAILQ_PREV(before, poll_list, by_deadline);
	if (before)
		TAILQ_INSERT_AFTER(&w->by_deadline, before, p, by_deadline);
	else
		TAILQ_INSERT_HEAD(&w->by_deadline, p, by_deadline);
}

bool poll_suspend(struct waits *w, struct poll *p, bool (*suspend)(struct poll *))
{
	struct epoll_event ev = {.events = EPOLLRDHUP, .data.u64 = p->number};
	bool ok;

	pthread_mutex_lock(&w->lock);
	ok = !p->woken && suspend(p);
	p->woken = false;
	if (ok) {
		p->suspended = true;
		insert_by_deadline(w, p);
		if (TAILQ_FIRST(&w->by_deadline) == p)
			nudge(w);
		if (epoll_ctl(w->epoll, EPOLL_CTL_ADD, p->fd, &ev))
			log_error("epoll: the end of a connection may go unnoticed: %m");
	}
	pthread_mutex_unlock(&w->lock);
	return ok;
}

void poll_end(struct waits *w, struct poll *p)
{
	if (!p->listening)
		return;
	p->listening = false;
	pthread_mutex_lock(&w->lock);
	TAILQ_REMOVE(bucket(w, &p->call), p, in_bucket);
	pthread_mutex_unlock(&w->lock);
}

/* ---- the thread ---- */

/* By number, not by pointer: the poll may have ended between the event and the lock. */
static void peer_died(struct waits *w, uint64_t number)
{
	struct poll *p;

	TAILQ_FOREACH(p, &w->by_deadline, by_deadline)
	{
		if (p->number == number) {
			p->gone = true;
			wake(w, p);
			return;
		}
	}
}

/* Wakes what is due; returns how long to sleep. */
static int due(struct waits *w)
{
	int64_t now = clock_mono();
	struct poll *p;

	while ((p = TAILQ_FIRST(&w->by_deadline)) && p->until <= now)
		wake(w, p);
	return p ? (int)(p->until - now) : -1;
}

static void *watch(void *arg)
{
	struct waits *w = arg;
	struct epoll_event ev[64];
	uint64_t count;

	pthread_setname_np(pthread_self(), "polls");
	pthread_mutex_lock(&w->lock);
	while (!w->stop) {
		int sleep = due(w), n;

		pthread_mutex_unlock(&w->lock);
		n = epoll_wait(w->epoll, ev, (int)countof(ev), sleep);
		pthread_mutex_lock(&w->lock);
		for (int i = 0; i < n; i++) {
			if (ev[i].data.u64 != SELF)
				peer_died(w, ev[i].data.u64);
			else if (read(w->event, &count, sizeof count) < 0 && errno != EAGAIN)
				log_error("eventfd: %m");
		}
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

struct waits *waits_new(void)
{
	struct waits *w = calloc(1, sizeof *w);

	if (!w)
		abort();
	pthread_mutex_init(&w->lock, NULL);
	for (size_t i = 0; i < BUCKETS; i++)
		TAILQ_INIT(&w->by_call[i]);
	TAILQ_INIT(&w->by_deadline);
	w->epoll = w->event = -1;
	return w;
}

int waits_start(struct waits *w, struct err *e)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.u64 = SELF};

	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	w->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->epoll < 0 || w->event < 0 || epoll_ctl(w->epoll, EPOLL_CTL_ADD, w->event, &ev))
		return err_errno(e, ERROR_NOT_ENOUGH_MEMORY, "epoll");
	errno = pthread_create(&w->thread, NULL, watch, w);
	if (errno)
		return err_errno(e, ERROR_NOT_ENOUGH_MEMORY, "a thread for polls");
	w->started = true;
	the_waits = w;
	waiting_answered = call_answered;
	session_ended = their_session_ended;
	return 0;
}

void waits_stop(struct waits *w)
{
	if (!w || !w->started)
		return;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	nudge(w);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	w->started = false;
}

void waits_free(struct waits *w)
{
	if (!w)
		return;
	waiting_answered = NULL;
	session_ended = NULL;
	cleanup_fd_(&w->epoll);
	cleanup_fd_(&w->event);
	pthread_mutex_destroy(&w->lock);
	free(w);
}
