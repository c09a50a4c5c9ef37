/* SPDX-License-Identifier: GPL-2.0-or-later
 * See watch.h. Its thread tells the robots' threads at once what they would find at their next look; and a
 * robot that is plugged in for the first time becomes a library as one that was there at the start. */
#include "api/watch.h"

#include "api/found.h"
#include "base/log.h"
#include "device/plug.h"
#include "executor/executor.h"
#include "store/store.h"

#include <errno.h>
#include <ntmsmli.h>
#include <pthread.h>
#include <sys/eventfd.h>

#define LOOK_MS 2000 /* at sysfs: as often as robots are asked */

struct watch {
	struct server *server;
	struct plug *plug;
	pthread_t thread;
	int stop_fd;
	bool finds, runs;
};

static int add_row(struct txn *t, void *key, struct err *e) { return library_add(t, key, e); }

static int take_up(struct server *s, const struct config_library *l, struct err *e)
{
	struct library_key key = {.key = l->name, .library_type = NTMS_LIBRARYTYPE_ONLINE, .found = true};
	struct executor_library lib = {.name = l->name, .changer = l->changer};

	if (store_run(s->store, add_row, &key, e))
		return (int)e->code;
	lib.id = key.id, lib.identity = key.identity;
	return executor_add(s->executor, &lib, e);
}

static void find_more(struct server *s)
{
	size_t n = s->config->libraries.n;
	struct err e = {0};

	if (found_later(s->config, &e))
		log_warn("the devices of this machine can't be looked at: %s", e.why);
	for (; n < s->config->libraries.n; n++)
		if (take_up(s, &s->config->libraries.v[n], &e))
			log_error("library %s can't be taken up: %s", s->config->libraries.v[n].name, e.why);
}

static void *run(void *arg)
{
	struct watch *w = arg;
	enum plug_news news;

	pthread_setname_np(pthread_self(), "watch");
	if (w->finds) /* what came between the first look and our listening */
		find_more(w->server);
	while ((news = plug_wait(w->plug, w->stop_fd)) != PLUG_STOPPED) {
		log_info("devices of this machine have come or gone, as %s",
			 news == PLUG_TOLD ? "the kernel told" : "a look has shown");
		executor_plugged(w->server->executor);
		if (w->finds)
			find_more(w->server);
	}
	return NULL;
}

int watch_start(struct server *s, bool finds, struct watch **out, struct err *e)
{
	struct watch *w = *out = calloc(1, sizeof *w);

	if (!w)
		abort();
	w->server = s;
	w->finds = finds;
	w->stop_fd = eventfd(0, EFD_CLOEXEC);
	if (w->stop_fd < 0)
		return err_errno(e, ERROR_NOT_ENOUGH_MEMORY, "eventfd");
	if (plug_open(LOOK_MS, &w->plug, e))
		return (int)e->code;
	errno = pthread_create(&w->thread, NULL, run, w);
	if (errno)
		return err_errno(e, ERROR_NOT_ENOUGH_MEMORY, "can't start a thread");
	w->runs = true;
	return 0;
}

void watch_stop(struct watch *w)
{
	if (!w)
		return;
	if (w->runs && !eventfd_write(w->stop_fd, 1))
		pthread_join(w->thread, NULL);
	plug_close(w->plug);
	if (w->stop_fd >= 0)
		close(w->stop_fd);
	free(w);
}
