/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The executor on a virtual library, with a real store: the test asks for actions and waits for what is told.
 */
#include "base/cleanup.h"
#include "device/quirks.h"
#include "device/virtual/virtual.h"
#include "tests/unit/executor_sink.h"

#include <fcntl.h>
#include <ntmsapi.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define ID "0123456789abcdef0123456789abcdef"

static char dir[40], library_dir[64], away_dir[64], url[80];

/* ---- the library ---- */

static void append(const char *file, const char *text)
{
	char path[120];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", library_dir, file);
	f = fopen(path, "a");
	assert_non_null(f);
	fprintf(f, "%s\n", text);
	fclose(f);
}

static int set_up(void **state)
{
	struct err e;

	strcpy(dir, "/tmp/executor_test.XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(library_dir, sizeof library_dir, "%s/library", dir);
	snprintf(away_dir, sizeof away_dir, "%s/away", dir);
	snprintf(url, sizeof url, "virtual:%s", library_dir);
	if (virtual_create(
		    library_dir,
		    &(struct virtual_geometry){.slots = 4, .drives = 2, .mailslots = 1, .generation = 8},
		    &e) ||
	    virtual_add(library_dir, &(struct virtual_cartridge){.barcode = "AAA001L8"}, "slots/0001", &e) ||
	    virtual_add(library_dir, &(struct virtual_cartridge){.barcode = "CLN002L8"}, "slots/0002", &e)) {
		print_message("# %s\n", e.why);
		return -1;
	}
	return sink_set_up();
}

static int tear_down(void **state)
{
	char command[100];

	sink_tear_down();
	quirk_forget_added();
	snprintf(command, sizeof command, "rm -r %s", dir);
	return system(command);
}

/* ---- tests ---- */

static void test_probe(void **state)
{
	char target[200];
	const struct probe *p;

	sink_start(dir, url);
	p = await_up();
	assert_int_equal(p->count[2], 4);
	assert_int_equal(p->count[3], 1);
	assert_int_equal(p->count[4], 2);
	assert_int_equal(p->n_drives, 2);
	assert_true(p->can_lock && p->can_extend && p->barcode_reader);
	for (size_t i = 0; i < 2; i++) {
		const struct probe_drive *d = &p->drives[i];
		char name[80];
		ssize_t n;

		if (!d->present)
			fail_msg("drive %zu: %s", i, d->why);
		assert_int_equal(d->element, p->first[4] + i);
		assert_string_equal(d->generation, "LTO-8");
		snprintf(name, sizeof name, "%s/dev/lib-%zu", dir, i + 1);
		assert_string_equal(d->device, name);
		n = readlink(d->device, target, sizeof target - 1);
		assert_true(n > 0);
		target[n] = 0;
		assert_int_equal(strncmp(target, library_dir, strlen(library_dir)), 0);
	}
	assert_string_not_equal(p->drives[0].serial, p->drives[1].serial);
}

static void test_move_and_status(void **state)
{
	const struct event *ev;
	const struct probe *p;
	uint16_t from, to;

	sink_start(dir, url);
	p = await_up();
	from = p->first[2], to = (uint16_t)(p->first[2] + 3);
	ev = act((struct action){.kind = ACT_STATUS, .types = SLOT_BIT});
	assert_done(ev);
	assert_int_equal(ev->n_elements, 4);
	assert_true(element(ev, from)->full);
	assert_string_equal(element(ev, from)->tag, "AAA001L8");
	assert_true(element(ev, from + 1)->cleaner || !strncmp(element(ev, from + 1)->tag, "CLN", 3));
	assert_done(act((struct action){.kind = ACT_MOVE, .source = from, .destination = to}));
	ev = act((struct action){.kind = ACT_STATUS});
	assert_false(element(ev, from)->full);
	assert_string_equal(element(ev, to)->tag, "AAA001L8");
	assert_int_equal(element(ev, p->first[4])->type, 4);
	assert_done(act((struct action){.kind = ACT_INITIALIZE}));
}

static void test_refused_moves(void **state)
{
	const struct event *ev;
	const struct probe *p;

	sink_start(dir, url);
	p = await_up();
	ev = act((struct action){
		.kind = ACT_MOVE, .source = (uint16_t)(p->first[2] + 3), .destination = p->first[3]});
	assert_int_equal(ev->outcome, OUTCOME_FAILED);
	assert_int_equal(ev->fault, FAULT_SOURCE_EMPTY);
	assert_non_null(strstr(ev->why, "3B"));
	ev = act((struct action){
		.kind = ACT_MOVE, .source = p->first[2], .destination = (uint16_t)(p->first[2] + 1)});
	assert_int_equal(ev->outcome, OUTCOME_FAILED);
	assert_int_equal(ev->fault, FAULT_DESTINATION_FULL);
	ev = act((struct action){.kind = ACT_MOVE, .source = 60000, .destination = p->first[2]});
	assert_int_equal(ev->outcome, OUTCOME_FAILED);
	assert_int_equal(ev->fault, FAULT_CANNOT);
	ev = act((struct action){.kind = ACT_LOAD, .drive = 999});
	assert_int_equal(ev->outcome, OUTCOME_FAILED);
	assert_int_equal(ev->fault, FAULT_CANNOT);
	assert_done(act((struct action){.kind = ACT_LOCK}));
	assert_done(act((struct action){.kind = ACT_UNLOCK}));
	assert_done(act((struct action){.kind = ACT_EXTEND, .source = p->first[3]}));
	assert_done(act((struct action){.kind = ACT_RETRACT, .source = p->first[3]}));
}

/* An application reads the label's bytes at the device name; while it has it open, the drive isn't unloaded.
 */
static void application_reads(const char *device)
{
	auto_fd int fd = open(device, O_RDONLY);
	const struct event *ev;
	char volume[4];

	assert_int_equal(read(fd, volume, 4), 4);
	assert_memory_equal(volume, "VOL1", 4);
	ev = act((struct action){.kind = ACT_UNLOAD, .drive = DRIVE});
	assert_int_equal(ev->outcome, OUTCOME_FAILED);
	assert_int_equal(ev->fault, FAULT_HELD);
}

static void test_labels(void **state)
{
	struct action write = {.kind = ACT_WRITE_LABEL, .drive = DRIVE, .label_id = ID, .volume = "AAA001"};
	const struct event *ev;
	const struct probe *p;

	append("library.ini", "load_ms = 200");
	sink_start(dir, url);
	p = await_up();
	ev = act((struct action){.kind = ACT_LOAD, .drive = DRIVE, .limit_ms = 100});
	assert_int_equal(ev->fault, FAULT_NO_MEDIUM);
	assert_done(
		act((struct action){.kind = ACT_MOVE, .source = p->first[2], .destination = p->first[4]}));
	ev = act((struct action){.kind = ACT_LOAD, .drive = DRIVE});
	assert_done(ev);
	assert_int_equal(ev->medium.medium_type, 0x88);
	assert_false(ev->medium.write_protected);
	assert_true(count(EV_PROGRESS) >= 1); /* it was loading at first */
	ev = act((struct action){.kind = ACT_READ_LABEL, .drive = DRIVE});
	assert_done(ev);
	assert_int_equal(ev->label.kind, LABEL_BLANK);
	ev = act(write);
	assert_done(ev);
	assert_int_equal(ev->label.kind, LABEL_FREE);
	ev = act((struct action){.kind = ACT_READ_LABEL, .drive = DRIVE});
	assert_done(ev);
	assert_int_equal(ev->label.id_len, LABEL_ID);
	assert_memory_equal(ev->label.id, ID, LABEL_ID);
	application_reads(p->drives[0].device);
	assert_done(act((struct action){.kind = ACT_UNLOAD, .drive = DRIVE}));
	assert_done(
		act((struct action){.kind = ACT_MOVE, .source = p->first[4], .destination = p->first[2]}));
	ev = act(write);
	assert_int_equal(ev->outcome, OUTCOME_FAILED);
}

static void test_gone_and_back(void **state)
{
	const struct event *ev;
	const struct probe *p;

	sink_start(dir, url);
	await_up();
	assert_int_equal(rename(library_dir, away_dir), 0);
	ev = await(EV_DOWN, 0);
	assert_int_equal(ev->fault, FAULT_PATH);
	assert_true(strlen(ev->why) > 10);
	ev = act((struct action){.kind = ACT_STATUS});
	assert_int_equal(ev->outcome, OUTCOME_FAILED);
	assert_int_equal(ev->fault, FAULT_PATH);
	assert_int_equal(rename(away_dir, library_dir), 0);
	p = await_up();
	assert_int_equal(p->n_drives, 2);
	assert_true(p->drives[0].present);
	assert_done(act((struct action){.kind = ACT_STATUS}));
	assert_int_equal(count(EV_DOWN), 1); /* one reason, told once */
}

static void test_attention(void **state)
{
	const struct event *ev;
	struct err e;

	sink_start(dir, url);
	await_up();
	if (virtual_add(library_dir, &(struct virtual_cartridge){.barcode = "NEW001L8"}, "mailslots/01", &e))
		fail_msg("%s", e.why);
	do
		ev = await(EV_ATTENTION, 0);
	while (!(ev->types & IE_BIT));
	assert_int_equal(ev->types, IE_BIT); /* the rest needn't be read */
	assert_true(ev->tells_ports);
}

/* A robot that doesn't tell: its mail slots are read now and then, and a difference is told. */
static void test_watched_ports(void **state)
{
	const struct event *ev;
	struct err e;
	char from[200], to[200];

	append("library.ini", "attentions = no");
	if (quirk_add("\"*\" \"*\" ports_s=1 look_s=0", &e))
		fail_msg("%s", e.why);
	sink_start(dir, url);
	await_up();
	assert_done(act((struct action){.kind = ACT_STATUS}));
	if (virtual_add(library_dir, &(struct virtual_cartridge){.barcode = "NEW001L8"}, "mailslots/01", &e))
		fail_msg("%s", e.why);
	ev = await(EV_ATTENTION, 0);
	assert_int_equal(ev->types, IE_BIT);
	assert_true(ev->noticed);
	assert_false(ev->tells_ports);
	snprintf(from, sizeof from, "%s/mailslots/01/NEW001L8", library_dir);
	snprintf(to, sizeof to, "%s/shelf/NEW001L8", library_dir);
	assert_int_equal(rename(from, to), 0);
	ev = await(EV_ATTENTION, 0);
	assert_int_equal(ev->types, IE_BIT);
}

/* The answer to a move gets lost: unknown, then down with the reason, then up again, and the medium is where
 * it is. */
static void test_unknown(void **state)
{
	const struct event *ev;
	const struct probe *p;

	sink_start(dir, url);
	p = await_up();
	append("faults", "move 1 lost");
	ev = act((struct action){.kind = ACT_MOVE, .source = p->first[2], .destination = p->first[4]});
	assert_int_equal(ev->outcome, OUTCOME_UNKNOWN);
	assert_int_equal(ev->fault, FAULT_PATH);
	await(EV_DOWN, 0);
	p = await_up();
	ev = act((struct action){.kind = ACT_STATUS});
	assert_done(ev);
	assert_true(element(ev, p->first[4])->full);
	assert_false(element(ev, p->first[2])->full);
}

static void no_more_faults(void)
{
	char path[120];

	snprintf(path, sizeof path, "%s/faults", library_dir);
	assert_int_equal(unlink(path), 0);
}

/* A robot that can't tell its elements is no library: down with the reason until it can. */
static void test_half_answers(void **state)
{
	const struct event *ev;

	sink_start(dir, url);
	await_up();
	append("faults", "inventory * 4/44/00");
	ev = act((struct action){.kind = ACT_STATUS});
	assert_int_equal(ev->outcome, OUTCOME_FAILED);
	assert_int_equal(ev->fault, FAULT_ROBOT);
	ev = await(EV_DOWN, 0);
	assert_int_equal(ev->fault, FAULT_ROBOT);
	assert_non_null(strstr(ev->why, "4/44/00"));
	no_more_faults();
	await_up();
	assert_done(act((struct action){.kind = ACT_STATUS}));
}

/* Busy is borne: a status changes nothing, so it is asked again. */
static void test_busy(void **state)
{
	sink_start(dir, url);
	await_up();
	append("faults", "inventory 1 2/04/01");
	assert_done(act((struct action){.kind = ACT_STATUS}));
	assert_int_equal(count(EV_DOWN), 0);
}

/* A drive whose path is lost is found again, and the library stays up meanwhile. */
static void test_drive_path(void **state)
{
	struct action read = {.kind = ACT_READ_LABEL, .drive = DRIVE};
	const struct event *ev;
	const struct probe *p;

	sink_start(dir, url);
	p = await_up();
	assert_done(
		act((struct action){.kind = ACT_MOVE, .source = p->first[2], .destination = p->first[4]}));
	assert_done(act((struct action){.kind = ACT_LOAD, .drive = DRIVE}));
	append("faults", "rewind 1+ gone");
	ev = act(read);
	assert_int_equal(ev->outcome, OUTCOME_FAILED); /* nothing was to change: nothing is unknown */
	assert_int_equal(ev->fault, FAULT_PATH);
	no_more_faults();
	assert_done(act(read));
	assert_int_equal(count(EV_DOWN), 0);
}

static void test_stop_interrupts(void **state)
{
	const struct probe *p;

	append("library.ini", "move_ms = 3600000");
	sink_start(dir, url);
	p = await_up();
	start((struct action){.kind = ACT_MOVE, .source = p->first[2], .destination = p->first[4]});
	usleep(100000); /* most likely under way; if not yet, the test shows less and still holds */
	executor_stop(sink_executor); /* returns long before the test's time limit, or that strikes */
	assert_int_equal(count(EV_OUTCOME), 0);
}

/* An outcome that can't be stored is kept and told again. */
static void test_store_refuses(void **state)
{
	sink_start(dir, url);
	await_up();
	sink_refuse(1);
	assert_done(act((struct action){.kind = ACT_STATUS, .types = TRANSPORT_BIT | DRIVE_BIT}));
	assert_int_equal(sink_refused(), 0);
}

static void test_long_names_are_refused(void **state)
{
	struct err e;

	assert_int_equal(sink_new("a-library-whose-name-is-longer-than-can-be", dir, url, &e),
			 ERROR_INVALID_NAME);
	assert_non_null(strstr(e.why, "shorten"));
	assert_int_equal(sink_new("a/b", dir, url, &e), ERROR_INVALID_NAME);
	assert_int_equal(sink_new("lib", dir, url, &e), 0);
}

#define ON_LIBRARY(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_LIBRARY(test_probe),		ON_LIBRARY(test_move_and_status),
		ON_LIBRARY(test_refused_moves), ON_LIBRARY(test_labels),
		ON_LIBRARY(test_gone_and_back), ON_LIBRARY(test_attention),
		ON_LIBRARY(test_watched_ports), ON_LIBRARY(test_unknown),
		ON_LIBRARY(test_half_answers),	ON_LIBRARY(test_busy),
		ON_LIBRARY(test_drive_path),	ON_LIBRARY(test_stop_interrupts),
		ON_LIBRARY(test_store_refuses), ON_LIBRARY(test_long_names_are_refused),
	};

	return cmocka_run_group_tests_name("executor", tests, NULL, NULL);
}
