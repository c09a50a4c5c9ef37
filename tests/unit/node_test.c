/* SPDX-License-Identifier: GPL-2.0-or-later
 * Grants on nodes, and who holds one open; on plain files, whose ACLs are those of nodes. */
#include "device/node.h"

#include "base/cleanup.h"

#include <acl/libacl.h>
#include <fcntl.h>
#include <ntmstypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/acl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char file[] = "/var/tmp/rsm-node.XXXXXX", other[sizeof file + 2];
static const struct scsi_node plain;
static path_vec nodes;
static struct err e;

static int begin(void **state)
{
	int fd;

	memcpy(file + strlen(file) - 6, "XXXXXX", 6);
	fd = mkstemp(file);
	assert_true(fd >= 0);
	fchmod(fd, 0660);
	close(fd);
	snprintf(other, sizeof other, "%s.2", file);
	close(open(other, O_WRONLY | O_CREAT, 0600));
	*vec_add(&nodes) = strdup(file);
	return 0;
}

static int end(void **state)
{
	unlink(file), unlink(other);
	path_vec_free(&nodes);
	return 0;
}

/* "u::rw-,u:1001:r--,..." */
static void acl_is(const char *want)
{
	acl_t acl = acl_get_file(file, ACL_TYPE_ACCESS);
	char *text = acl_to_any_text(acl, NULL, ',', TEXT_ABBREVIATE | TEXT_NUMERIC_IDS);

	assert_string_equal(text, want);
	acl_free(text);
	acl_free(acl);
}

static void one_user_at_a_time(void **state)
{
	assert_int_equal(node_grant(&nodes, "1001", false, &e), 0);
	acl_is("u::rw-,u:1001:r--,g::rw-,m::rw-,o::---");
	assert_int_equal(node_grant(&nodes, "1002", true, &e), 0);
	acl_is("u::rw-,u:1002:rw-,g::rw-,m::rw-,o::---");
	assert_int_equal(node_grant(&nodes, "1002", true, &e), 0);
	acl_is("u::rw-,u:1002:rw-,g::rw-,m::rw-,o::---");
	assert_int_equal(node_grant(&nodes, NULL, false, &e), 0);
	acl_is("u::rw-,g::rw-,o::---");
	assert_int_equal(node_grant(&nodes, "", false, &e), 0);
	acl_is("u::rw-,g::rw-,o::---");
}

static void what_others_set(void **state)
{
	acl_t acl = acl_from_text("u::rw,u:5:rw,u:6:r,g::-,g:7:r,m::rw,o::-");

	assert_int_equal(acl_set_file(file, ACL_TYPE_ACCESS, acl), 0);
	acl_free(acl);
	assert_int_equal(node_grant(&nodes, "root", true, &e), 0);
	acl_is("u::rw-,u:0:rw-,g::---,g:7:r--,m::rw-,o::---");
	assert_int_equal(node_grant(&nodes, NULL, true, &e), 0);
	acl_is("u::rw-,g::---,g:7:r--,m::rw-,o::---"); /* groups stay */
}

static void users_that_do_not_exist(void **state)
{
	assert_int_equal(node_grant(&nodes, "no such user", true, &e), ERROR_INVALID_PARAMETER);
	assert_non_null(strstr(e.why, "no such user"));
	assert_int_equal(node_grant(&nodes, "-1", true, &e), ERROR_INVALID_PARAMETER);
	assert_int_equal(node_grant(&nodes, "4294967295", true, &e), ERROR_INVALID_PARAMETER);
	acl_is("u::rw-,g::rw-,o::---");
}

/* A child that has a file open, until it is killed. */
static pid_t holder(const char *path)
{
	int from[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(from), 0);
	pid = fork();
	if (!pid) {
		int fd = open(path, O_RDONLY);

		if (fd < 0 || write(from[1], "x", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	close(from[1]);
	assert_int_equal(read(from[0], &byte, 1), 1);
	close(from[0]);
	return pid;
}

static void who_has_it_open(void **state)
{
	auto_str who = {0}, nobody = {0}, again = {0};
	pid_t pid = holder(file), pid2 = holder(other);
	auto_fd int mine = open(file, O_RDONLY); /* this process doesn't count */
	struct scsi_node with_sg = plain;
	char want[100];

	assert_true(mine >= 0);
	assert_true(node_held(&plain, &nodes, true, &who));
	snprintf(want, sizeof want, "process %d (node_test)", (int)pid);
	assert_non_null(strstr(who.s, want));
	assert_null(strchr(who.s, ','));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_false(node_held(&plain, &nodes, true, &nobody));
	assert_int_equal(nobody.n, 0);
	/* who has the pass-through node alone can write, too */
	snprintf(with_sg.sg, sizeof with_sg.sg, "%s", other);
	assert_true(node_held(&with_sg, &nodes, true, &again));
	snprintf(want, sizeof want, "%s by process %d (node_test)", other, (int)pid2);
	assert_non_null(strstr(again.s, want));
	kill(pid2, SIGKILL);
	waitpid(pid2, NULL, 0);
	assert_false(node_held(&with_sg, &nodes, true, &nobody));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_user_at_a_time, begin, end),
		cmocka_unit_test_setup_teardown(what_others_set, begin, end),
		cmocka_unit_test_setup_teardown(users_that_do_not_exist, begin, end),
		cmocka_unit_test_setup_teardown(who_has_it_open, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
