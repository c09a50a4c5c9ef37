/* SPDX-License-Identifier: GPL-2.0-or-later
 * The command `rsm`: finds the command that is meant and runs it. docs/man/rsm.1 is its manual. */
#include "cli/cli.h"

#include <locale.h>
#include <string.h>

static const struct command *const commands[] = {
	&cmd_status,
	&cmd_list,
	&cmd_show,
	&cmd_mount,
	&cmd_dismount,
	&cmd_media_allocate,
	&cmd_media_deallocate,
	&cmd_media_complete,
	&cmd_media_free,
	&cmd_media_move,
	&cmd_media_adopt,
	&cmd_pool_create,
	&cmd_pool_set,
	&cmd_pool_delete,
	&cmd_inject_start,
	&cmd_inject_retract,
	&cmd_inject_stop,
	&cmd_eject,
	&cmd_inventory,
	&cmd_requests_satisfy,
	&cmd_requests_refuse,
	&cmd_enable,
	&cmd_disable,
	&cmd_access_show,
	&cmd_access_grant,
	&cmd_access_revoke,
};

/* How many of the words at v name the command: 0, 1 or 2. */
static int names(const struct command *c, int n, char **v)
{
	const char *space = strchr(c->name, ' ');
	if (!space)
		return n >= 1 && !strcmp(v[0], c->name);
	size_t len = (size_t)(space - c->name);
	return n >= 2 && strlen(v[0]) == len && !memcmp(v[0], c->name, len) && !strcmp(v[1], space + 1) ? 2
													: 0;
}

/* The commands whose first word is `group` ("": all); false: there are none. */
static bool print_commands(FILE *to, const char *group)
{
	size_t len = strlen(group);
	bool any = false;
	for (size_t i = 0; i < countof(commands); i++)
		if (!len || (!strncmp(commands[i]->name, group, len) && commands[i]->name[len] == ' ')) {
			fprintf(to, "  %-18s %s\n", commands[i]->name, commands[i]->summary);
			any = true;
		}
	return any;
}

static int help(void)
{
	puts("Usage: rsm COMMAND [OPTION]... [ARGUMENT]...\n"
	     "Look at and work with the libraries, drives and media that rsmd manages.\n\nCommands:");
	print_commands(stdout, "");
	puts("\n'rsm COMMAND --help' tells more. Objects are named by name, bar code, sequence number, pool "
	     "path\n"
	     "(/Backup), serial number, GUID, or an unambiguous beginning of one of these. The server is "
	     "that of\n"
	     "--server or $RSM_SERVER, else the local one. Exit status: 0 done, 1 failed, 2 wrong usage.");
	return EXIT_OK;
}

static int unknown(int argc, char **argv)
{
	bool wants_help = false;
	for (int i = 1; i < argc; i++)
		wants_help |= !strcmp(argv[i], "--help") || !strcmp(argv[i], "-h");
	if (wants_help && (argv[1][0] == '-' || print_commands(stdout, argv[1])))
		return argv[1][0] == '-' ? help() : EXIT_OK;
	fprintf(stderr, "rsm: there is no command '%s%s%s'\nTry 'rsm --help'.\n", argv[1],
		argc > 2 ? " " : "", argc > 2 ? argv[2] : "");
	print_commands(stderr, argv[1]);
	return EXIT_USAGE;
}

/* rsm --json list media: options that all commands take may stand in front; they move behind the rest. */
static void options_last(int argc, char **argv)
{
	int n = 1;
	while (n < argc && argv[n][0] == '-')
		n += strcmp(argv[n], "--server") ? 1 : 2;
	if (n == 1 || n >= argc)
		return;
	char *front[argc];
	memcpy(front, argv + 1, sizeof *argv * (size_t)(n - 1));
	memmove(argv + 1, argv + n, sizeof *argv * (size_t)(argc - n));
	memcpy(argv + 1 + argc - n, front, sizeof *argv * (size_t)(n - 1));
}

int main(int argc, char **argv)
{
	setlocale(LC_ALL, "");
	if (argc < 2) {
		fputs("rsm: which command?\nTry 'rsm --help'.\n", stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("rsm (OpenRSM) " RSM_VERSION);
		return EXIT_OK;
	}
	options_last(argc, argv);
	for (size_t i = 0; i < countof(commands); i++) {
		int words = names(commands[i], argc - 1, argv + 1);
		if (!words)
			continue;
		command_name = commands[i]->name;
		int first = options_parse(commands[i], argc - words, argv + words);
		int status = commands[i]->run(argc - words - first, argv + words + first);
		session_close();
		if (fflush(stdout) || ferror(stdout)) {
			perror("rsm: standard output");
			return EXIT_FAILED;
		}
		return status;
	}
	return unknown(argc, argv);
}
