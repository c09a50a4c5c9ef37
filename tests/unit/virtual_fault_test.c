/* SPDX-License-Identifier: GPL-2.0-or-later
 * The virtual library's faults on demand, and a kill. */
#include "device/health.h"
#include "tests/unit/virtual_fixture.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

/* ---- faults ---- */

static void faults_on_demand(void **state)
{
	build("fault = move@1024 1 4/15/01", 3);
	fails(changer_move(c, 0, SLOT, SLOT + 4, false, &v));
	assert_int_equal(v.reaction, REACT_ROBOT);
	assert_true(on_disk("slots/0001/TAPE01L8"));
	done(changer_move(c, 0, SLOT, SLOT + 4, false, &v));
	/* while it runs */
	shell("echo 'move 2+ done,4/53/00' >faults");
	done(changer_move(c, 0, SLOT + 1, SLOT, false, &v));
	fails(changer_move(c, 0, SLOT, SLOT + 1, false, &v));
	assert_true(on_disk("slots/0002/TAPE02L8"));
	shell("printf '# nothing\\nnonsense\\nelement@1026 * tag=OTHER1L8\\n' >faults");
	assert_string_equal(element(SLOT + 2).tag, "OTHER1L8");
	shell("rm faults");
	assert_string_equal(element(SLOT + 2).tag, "TAPE03L8");
}

static void answers_that_get_lost(void **state)
{
	build("", 2);
	shell("printf 'move 1 lost\\nmove 2 gone\\ntur 1 gone\\n' >faults");
	assert_int_equal(changer_move(c, 0, SLOT, SLOT + 4, false, &v), OUTCOME_UNKNOWN);
	assert_int_equal(v.reaction, REACT_PATH);
	assert_true(v.flags & VF_INVENTORY);
	assert_true(on_disk("slots/0005/TAPE01L8"));
	assert_int_equal(changer_move(c, 0, SLOT + 1, SLOT + 5, false, &v), OUTCOME_UNKNOWN);
	assert_true(on_disk("slots/0002/TAPE02L8"));
	/* what changes nothing is sent again */
	done(device_ready(changer_device(c), &v));
}

static void busy_is_borne(void **state)
{
	build("", 1);
	shell("echo 'move 1 busy' >faults");
	done(changer_move(c, 0, SLOT, SLOT + 4, false, &v));
}

static void *stop_soon(void *arg)
{
	usleep(50000);
	device_stop(changer_device(c));
	return NULL;
}

static void a_move_can_be_interrupted(void **state)
{
	pthread_t t;

	build("", 1);
	shell("echo 'move 1 hang' >faults");
	assert_int_equal(pthread_create(&t, NULL, stop_soon, NULL), 0);
	assert_int_equal(changer_move(c, 0, SLOT, SLOT + 4, false, &v), OUTCOME_UNKNOWN);
	assert_non_null(strstr(v.err.why, "stopped"));
	pthread_join(t, NULL);
	assert_true(on_disk("slots/0001/TAPE01L8"));
}

static void a_drive_that_fails(void **state)
{
	struct records r;
	struct drive *d;

	build("", 1);
	shell("printf 'load@256 1 4/53/09\\nread@256 1 3/11/00\\nunload@256 1 5/53/02\\n' >faults");
	d = drive(1);
	done(changer_move(c, 0, SLOT, DRIVE, false, &v));
	done(drive_wait_ready(d, 5000, NULL, NULL, &v));
	fails(drive_read_records(d, &r, &v));
	assert_int_equal(v.reaction, REACT_MEDIUM);
	assert_null(r.bytes);
	fails(drive_unload(d, &v));
	assert_true(v.flags & VF_PREVENTED);
	done(drive_unload(d, &v));
	fails(drive_load(d, &v));
	assert_int_equal(v.reaction, REACT_DRIVE);
	drive_close(d);
}

static void left_in_the_hand(void **state)
{
	struct element el;
	element_vec els = {0};

	build("fault = move@TAPE02L8 1 hand,4/15/83", 2);
	done(changer_move(c, 0, SLOT, SLOT + 4, false, &v));
	fails(changer_move(c, 0, SLOT + 1, DRIVE, false, &v));
	sense_is(0x4, 0x15, 0x83);
	assert_int_equal(v.reaction, REACT_ROBOT);
	done(changer_read(c, ELEMENT_TRANSPORT, 0, 0, &els, &v));
	el = els.v[0];
	assert_true(el.full && el.source_valid);
	assert_int_equal(el.source, SLOT + 1);
	assert_string_equal(el.tag, "TAPE02L8");
	vec_free(&els);
	fails(changer_move(c, 0, SLOT + 4, SLOT, false, &v));
	sense_is(0x4, 0x3B, 0x16);
	done(changer_move(c, 0, 1, SLOT + 1, false, &v));
	assert_string_equal(element(SLOT + 1).tag, "TAPE02L8");
}

static void door_in_the_middle(void **state)
{
	build("fault = move 1 door", 1);
	fails(changer_move(c, 0, SLOT, DRIVE, false, &v));
	sense_is(0x2, 0x04, 0x18);
	assert_int_equal(v.reaction, REACT_OPERATOR);
	assert_true(on_disk("hand/TAPE01L8"));
	fails(device_ready(changer_device(c), &v));
	assert_true(v.flags & VF_DOOR);
	fails(changer_move(c, 0, 1, SLOT, false, &v));
	shell("rm door");
	done(device_ready(changer_device(c), &v));
	assert_true(v.flags & VF_INVENTORY);
	done(changer_move(c, 0, 1, SLOT, false, &v));
}

static void attentions_anywhere(void **state)
{
	element_vec els = {0};

	build("", 1);
	shell("printf 'move 1 6/28/00\\ninventory 1 6/29/00\\ntur 1 6/3F/03\\n' >faults");
	done(changer_move(c, 0, SLOT, SLOT + 1, false, &v));
	assert_true(v.flags & VF_INVENTORY);
	done(changer_read(c, ELEMENT_STORAGE, 0, 0, &els, &v));
	assert_true(v.flags & VF_RESERVATION && v.flags & VF_CONFIG);
	done(device_ready(changer_device(c), &v));
	assert_true(v.flags & VF_CONFIG);
	vec_free(&els);
}

static void a_robot_that_lies(void **state)
{
	struct element el;

	build("", 2);
	shell("printf 'element@1024 * empty\\nelement@1024 * except=83/00\\nelement@1025 * source=4000\\n"
	      "element@TAPE02L8 * noaccess\\nelement@1027 * full\\nelement@1028 * disabled\\n"
	      "element@1028 * except=3B/12\\nelement@1025 * tag=\\n' >faults");
	el = element(SLOT);
	assert_true(!el.full && el.except);
	assert_string_equal(el.tag, "TAPE01L8"); /* full and empty at once */
	assert_int_equal(el.trouble, TROUBLE_UNSCANNED);
	el = element(SLOT + 1);
	assert_true(el.source_valid && !el.access && el.full);
	assert_int_equal(el.source, 4000);
	assert_string_equal(el.tag, "");
	el = element(SLOT + 3);
	assert_true(el.full && !el.tag[0]);
	el = element(SLOT + 4);
	assert_true(el.disabled);
	assert_int_equal(el.trouble, TROUBLE_ABSENT);
}

/* ---- a kill ---- */

static int count_places(const char *name)
{
	char cmd[300], line[20] = "";
	FILE *p;

	snprintf(cmd, sizeof cmd, "find %s -type d -name %s | wc -l", dir, name);
	p = popen(cmd, "r");
	assert_non_null(fgets(line, sizeof line, p));
	pclose(p);
	return atoi(line);
}

static void a_kill_leaves_each_cartridge_in_one_place(void **state)
{
	build("autounload = yes", 2);
	changer_close(c);
	for (int i = 0; i < 12; i++) {
		int status, ends[2];
		char byte;
		pid_t pid;

		assert_int_equal(pipe(ends), 0);
		pid = fork();
		if (!pid) {
			element_vec els = {0};

			if (changer_open(url(""), &c, &v) || changer_inventory(c, &els, &v) ||
			    write(ends[1], "x", 1) != 1)
				_exit(1);
			for (unsigned k = 0;; k++) {
				static const uint16_t spots[] = {SLOT, DRIVE,	 SLOT + 1,
								 MAIL, SLOT + 2, DRIVE + 1};

				changer_move(c, 0, spots[k % 6], spots[(k + 1 + k / 6) % 6], false, &v);
			}
		}
		close(ends[1]);
		assert_int_equal(read(ends[0], &byte, 1), 1); /* it is moving */
		close(ends[0]);
		usleep((useconds_t)(500 + i * 700));
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(count_places("TAPE01L8"), 1);
		assert_int_equal(count_places("TAPE02L8"), 1);
	}
	element_vec els = {0};
	int full = 0;

	done(changer_open(url(""), &c, &v));
	done(changer_inventory(c, &els, &v));
	vec_each(el, &els) {
		full += el->full;
		assert_false(el->except);
	}
	assert_int_equal(full, 2);
	vec_free(&els);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(faults_on_demand),   T(answers_that_get_lost),
		T(busy_is_borne),      T(a_move_can_be_interrupted),
		T(a_drive_that_fails), T(left_in_the_hand),
		T(door_in_the_middle), T(attentions_anywhere),
		T(a_robot_that_lies),  T(a_kill_leaves_each_cartridge_in_one_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
