/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Readers: each thread that reads has a connection of its own, opened at its first read and closed when it
 * ends. */
#include "store/impl.h"

static void unlink_reader(struct conn *c)
{
	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
}

/* A thread that has read ends. */
void reader_end(void *conn)
{
	struct conn *c = conn;
	struct store *s = c->store;

	pthread_mutex_lock(&s->mutex);
	unlink_reader(c);
	pthread_mutex_unlock(&s->mutex);
	conn_close(c);
}

static struct conn *reader(struct store *s, struct err *e)
{
	struct conn *c = pthread_getspecific(s->key);

	if (c)
		return c;
	if (conn_open(s->path, &c, e) != 0)
		return NULL;
	if (conn_do(c, "PRAGMA cache_size=-16384", e) != 0 || pthread_setspecific(s->key, c) != 0) {
		conn_close(c);
		return NULL;
	}
	c->store = s;
	pthread_mutex_lock(&s->mutex);
	c->link = &s->readers;
	c->next = s->readers;
	if (c->next)
		c->next->link = &c->next;
	s->readers = c;
	pthread_mutex_unlock(&s->mutex);
	return c;
}

static int read_snapshot(struct store *s, struct conn *c, job_fn *fn, void *arg, struct err *e)
{
	struct txn t = {.store = s, .conn = c, .now = s->config.now(s->config.now_arg)};
	struct err ignored;
	int code;

	if (s->memory) /* nobody else has the connection, so nothing changes meanwhile */
		return fn(&t, arg, e);
	if (conn_do(c, "BEGIN", e) != 0)
		return (int)e->code;
	code = fn(&t, arg, e);
	conn_do(c, "COMMIT", &ignored); /* it has only read: nothing can fail that matters */
	return code;
}

int store_read(struct store *s, job_fn *fn, void *arg, struct err *e)
{
	struct conn *c;
	int code;

	if (s->memory) {
		pthread_mutex_lock(&s->use);
		code = read_snapshot(s, s->writer, fn, arg, e);
		pthread_mutex_unlock(&s->use);
		return code;
	}
	c = reader(s, e);
	return c ? read_snapshot(s, c, fn, arg, e) : (int)e->code;
}
