/* SPDX-License-Identifier: GPL-2.0-or-later
 * rsmd, the daemon: options, signals, start and stop. */
#include "api/found.h"
#include "api/server.h"

#include "device/quirks.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_FILE "/etc/openrsm/rsmd.conf"

static const char usage[] =
	"usage: rsmd [--config FILE] [--check-config | --discover | --rebuild]\n"
	"\n"
	"  -c, --config FILE   read FILE instead of " DEFAULT_FILE "\n"
	"  -t, --check-config  only tell the mistakes in it, by line\n"
	"  -d, --discover      print the libraries it would use, with what it finds by itself\n"
	"      --rebuild       put the store aside, begin with an empty one and a full inventory\n"
	"      --version       tell the version\n"
	"      --help          tell this\n"
	"\n"
	"Runs in the foreground until SIGTERM or SIGINT. See rsmd(8) and rsmd.conf(5).\n";

struct options {
	const char *file;
	bool check, discover, rebuild;
};

/* -1: go on; else the status to exit with */
static int read_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {{"config", required_argument, NULL, 'c'},
					      {"check-config", no_argument, NULL, 't'},
					      {"discover", no_argument, NULL, 'd'},
					      {"version", no_argument, NULL, 'V'},
					      {"help", no_argument, NULL, 'h'},
					      {"rebuild", no_argument, NULL, 'R'},
					      {0}};
	int c;

	while ((c = getopt_long(argc, argv, "c:tdh", longs, NULL)) >= 0) {
		switch (c) {
		case 'c':
			o->file = optarg;
			break;
		case 't':
			o->check = true;
			break;
		case 'd':
			o->discover = true;
			break;
		case 'R':
			o->rebuild = true;
			break;
		case 'V':
			printf("rsmd (OpenRSM) %s\n", RSM_VERSION);
			return 0;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	if (optind == argc)
		return -1;
	fprintf(stderr, "rsmd: unexpected argument: %s\n%s", argv[optind], usage);
	return 2;
}

static int serve(struct config *c, const sigset_t *stop)
{
	static struct server server;
	struct err e = {0};
	int got = 0, failed = server_start(&server, c, &e);

	if (failed) {
		log_error("rsmd can't start: %s", e.why);
	} else {
		log_note("rsmd %s is ready", RSM_VERSION);
		sigwait(stop, &got);
		log_note("%s: rsmd stops", strsignal(got));
	}
	server_stop(&server);
	return failed ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct options o = {.file = DEFAULT_FILE};
	auto_str mistakes = {0};
	struct config config;
	struct err e = {0};
	sigset_t stop;
	int status = read_options(argc, argv, &o);

	if (status >= 0)
		return status;
	/* every thread inherits this mask; they are taken by sigwait() */
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file at its limit is a full disk, not the end */

	status = config_read(o.file, &config, &mistakes) ? 1 : 0;
	if (mistakes.n)
		fputs(mistakes.s, stderr);
	if (!status && o.discover) {
		status = found_print(&config, &e) ? 1 : 0;
		if (status)
			fprintf(stderr, "rsmd: %s\n", e.why);
	} else if (!status && !o.check) {
		log_set_level(config.log);
		config.rebuild = o.rebuild;
		status = serve(&config, &stop);
	}
	config_free(&config);
	quirk_forget_added();
	return status;
}
