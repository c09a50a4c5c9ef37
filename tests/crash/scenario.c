/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What applications, administrators and operators do while rsmd is killed, against the server of RSM_SERVER:
 *
 *   scenario before NAME LIBRARY-DIRECTORY     what must have happened before
 *   scenario act NAME LIBRARY-DIRECTORY        the scene itself; rsmd may die in it
 *
 * Besides the scenes of the table: prepare (free media and a pool of applications), settle (wait until the
 * library has nothing to do), recover (after a kill), work (what must still be possible afterwards), since
 * and strangers (before and after a copy of the store comes back). The same scenes happen in memory:
 * tests/unit/library/scenes.c.
 *
 * Exit status: 0 done, 1 refused (why is printed). A line "allocated GUID" is a promise that must outlive a
 * kill, until "gives back GUID". */
#include "application.h"

#include <rsmext.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALL_MS 30000

/* ---- media and drives ---- */

static void say(const char *what, const NTMS_GUID *g)
{
	printf("%s %08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x\n", what, (unsigned)g->Data1, g->Data2,
	       g->Data3, g->Data4[0], g->Data4[1], g->Data4[2], g->Data4[3], g->Data4[4], g->Data4[5],
	       g->Data4[6], g->Data4[7]);
	fflush(stdout);
}

static NTMS_GUID allocate_side(NTMS_GUID *side)
{
	NTMS_GUID lmid = {0};

	open_pool();
	check(AllocateNtmsMedia(session, &pool, side, &lmid, NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, CALL_MS,
				NULL),
	      "allocate");
	say("allocated", &lmid);
	return lmid;
}

static NTMS_GUID allocate(void) { return allocate_side(NULL); }

static void mount(NTMS_GUID *lmid, DWORD n)
{
	NTMS_GUID drives[2];

	check(MountNtmsMedia(session, lmid, drives, n, NTMS_MOUNT_READ | NTMS_MOUNT_WRITE, 0, CALL_MS, NULL),
	      "mount");
}

static void mount_owned(DWORD n)
{
	NTMS_GUID lmid = owned(n);

	mount(&lmid, 1);
}

static void dismount(NTMS_GUID lmid, DWORD options)
{
	check(DismountNtmsMedia(session, &lmid, 1, options), "dismount");
	settle();
}

static void deallocate(NTMS_GUID lmid)
{
	say("gives back", &lmid);
	check(DeallocateNtmsMedia(session, &lmid, 0), "deallocate");
	settle();
}

static void act_allocate(void) { allocate(); }

static void act_mount(void)
{
	NTMS_GUID lmid = allocate();

	mount(&lmid, 1);
}

static void act_dismount(void)
{
	NTMS_GUID lmid = allocate();

	mount(&lmid, 1);
	dismount(lmid, NTMS_DISMOUNT_IMMEDIATE);
}

static void allocate_two(void)
{
	allocate();
	allocate();
}

static void allocate_three(void)
{
	allocate_two();
	allocate();
}

static void mount_two(void)
{
	NTMS_GUID lmids[] = {owned(0), owned(1)};

	mount(lmids, 2);
}

static void act_several(void)
{
	mount_two();
	dismount(owned(1), NTMS_DISMOUNT_IMMEDIATE);
}

static void deferred(void)
{
	mount_owned(0);
	dismount(owned(0), NTMS_DISMOUNT_DEFERRED);
	mount_owned(1);
	mount_owned(0);
	dismount(owned(0), NTMS_DISMOUNT_IMMEDIATE);
}

/* Both drives hold media that were dismounted deferred; a third wants in. */
static void before_exchange(void)
{
	allocate_three();
	mount_two();
	dismount(owned(0), NTMS_DISMOUNT_DEFERRED);
	dismount(owned(1), NTMS_DISMOUNT_DEFERRED);
}

static void exchange(void) { mount_owned(2); }

static void both_drives_taken(void)
{
	allocate_three();
	mount_two();
}

static void mount_third(void)
{
	mount_owned(2);
	pause();
}

/* An application that is killed while its mount is under way, or still waits for a drive. */
static void dying_application(void)
{
	DWORD before = requests(NTMS_LM_MOUNT, true);
	pid_t child = fork();

	if (child < 0)
		check(ERROR_NOT_ENOUGH_MEMORY, "fork");
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl("/proc/self/exe", "scenario", "act", "mount-third", directory, NULL);
		_exit(1);
	}
	for (int status; requests(NTMS_LM_MOUNT, true) == before; tick("the mount never begins"))
		if (waitpid(child, &status, WNOHANG) == child)
			check(ERROR_CANCELLED, "the application ended by itself");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void cancel(void)
{
	NTMS_GUID third = owned(2), drive;
	DWORD code = MountNtmsMedia(session, &third, &drive, 1, NTMS_MOUNT_READ, 0, 20, NULL);

	if (code != ERROR_TIMEOUT)
		check(code ? code : ERROR_INVALID_STATE, "a mount without a drive");
	dying_application();
	settle();
	dismount(owned(0), NTMS_DISMOUNT_IMMEDIATE);
	dying_application();
	settle();
}

static void give_back(void)
{
	NTMS_GUID lmid = allocate();

	mount(&lmid, 1);
	dismount(lmid, NTMS_DISMOUNT_IMMEDIATE);
	check(SetNtmsMediaComplete(session, &lmid), "complete");
	deallocate(lmid);
}

/* ---- pools ---- */

static void make_free(const char *barcode)
{
	NTMS_GUID medium = named(NTMS_PHYSICAL_MEDIA, barcode), to;

	open_pool();
	to = free_pool();
	check(MoveToNtmsMediaPool(session, &medium, &to), "move to the free pool");
}

static void act_free(void)
{
	make_free("AAA004L8");
	settle();
}

/* OTHER1L8 has somebody's tar archive on it. */
static void import(void)
{
	NTMS_GUID medium = named(NTMS_PHYSICAL_MEDIA, "OTHER1L8"), sides[MAX], lmid;

	if (list(NTMS_PARTITION, &medium, sides) != 1)
		check(ERROR_INVALID_MEDIA, "the sides of OTHER1L8");
	lmid = allocate_side(&sides[0]);
	mount(&lmid, 1);
	dismount(lmid, NTMS_DISMOUNT_IMMEDIATE);
}

static void *allocate_patiently(void *lmid)
{
	return (void *)(uintptr_t)AllocateNtmsMedia(session, &pool, NULL, lmid, NTMS_ALLOCATE_NEW, CALL_MS,
						    NULL);
}

/* There is no free medium: an operator is asked, and an administrator makes one free. */
static void operator_is_asked(void)
{
	NTMS_GUID lmid = {0}, asked[MAX];
	pthread_t thread;
	void *code;

	open_pool();
	if (pthread_create(&thread, NULL, allocate_patiently, &lmid))
		check(ERROR_NOT_ENOUGH_MEMORY, "thread");
	while (!list(NTMS_OPREQUEST, NULL, asked))
		tick("no operator is asked");
	make_free("AAA004L8");
	pthread_join(thread, &code);
	check((DWORD)(uintptr_t)code, "allocate");
	settle();
}

/* ---- ports ---- */

static void wait_for_open_port(NTMS_GUID *lib)
{
	NTMS_GUID ports[MAX];

	for (;; tick("the port doesn't open")) {
		DWORD n = list(NTMS_IEPORT, lib, ports);

		for (DWORD i = 0; i < n; i++)
			if (info(&ports[i], NTMS_IEPORT).Info.IEPort.Position == NTMS_PORTPOSITION_EXTENDED)
				return;
	}
}

static void wait_until_empty(const char *place)
{
	char name[100];

	for (entry(place, name, sizeof name); name[0]; entry(place, name, sizeof name))
		tick("the cartridge stays in the mail slot");
}

/* The operator has put NEW009L8 into the mail slot. The port is big: it isn't waited on for being full, but
 * for STOP.
 */
static void inject(void)
{
	NTMS_GUID lib = library(), operation = {0}, medium;

	check(InjectNtmsMedia(session, &lib, &operation, NTMS_INJECT_START), "inject");
	wait_for_open_port(&lib);
	check(InjectNtmsMedia(session, &lib, &operation, NTMS_INJECT_STOP), "stop the inject");
	wait_until_empty("mailslots/01");
	settle();
	medium = named(NTMS_PHYSICAL_MEDIA, "NEW009L8");
	if (same(&medium, &(NTMS_GUID){0}))
		check(ERROR_OBJECT_NOT_FOUND, "NEW009L8");
}

/* And NEW008L8 into the other one. */
static void inject_many(void)
{
	NTMS_GUID lib = library(), operation = {0};

	check(InjectNtmsMedia(session, &lib, &operation, NTMS_INJECT_STARTMANY), "inject");
	wait_for_open_port(&lib);
	check(InjectNtmsMedia(session, &lib, &operation, NTMS_INJECT_RETRACT), "look into the port");
	wait_until_empty("mailslots/01");
	wait_until_empty("mailslots/02");
	check(InjectNtmsMedia(session, &lib, &operation, NTMS_INJECT_STOP), "stop the inject");
	settle();
}

static void wait_until_in_port(NTMS_GUID medium)
{
	while (info(&medium, NTMS_PHYSICAL_MEDIA).Info.PhysicalMedia.LocationType != NTMS_IEPORT)
		tick("the medium isn't known to be in the port");
}

static NTMS_GUID eject_start(const char *barcode, DWORD action)
{
	NTMS_GUID medium = named(NTMS_PHYSICAL_MEDIA, barcode), operation = {0};

	check(EjectNtmsMedia(session, &medium, &operation, action), "eject");
	return operation;
}

/* An operator takes the cartridge out as soon as it lies in the mail slot. */
static void eject(void)
{
	eject_start("AAA001L8", NTMS_EJECT_START);
	wait_until_in_port(named(NTMS_PHYSICAL_MEDIA, "AAA001L8"));
	take_out("mailslots/01");
	settle();
}

static void eject_many(void)
{
	NTMS_GUID operation = {0};

	eject_start("AAA001L8", NTMS_EJECT_QUEUE);
	eject_start("AAA002L8", NTMS_EJECT_QUEUE);
	check(EjectNtmsMedia(session, NULL, &operation, NTMS_EJECT_START), "eject what was collected");
	wait_until_in_port(named(NTMS_PHYSICAL_MEDIA, "AAA001L8"));
	wait_until_in_port(named(NTMS_PHYSICAL_MEDIA, "AAA002L8"));
	take_out("mailslots/01");
	take_out("mailslots/02");
	settle();
}

/* Nobody takes it; an inject fetches it back. */
static void fetch_back(void)
{
	NTMS_GUID lib = library(), operation = {0};

	settle();
	check(InjectNtmsMedia(session, &lib, &operation, NTMS_INJECT_START), "inject");
	wait_for_open_port(&lib);
	check(InjectNtmsMedia(session, &lib, &operation, NTMS_INJECT_STOP), "stop the inject");
	wait_until_empty("mailslots/01");
	settle();
}

static void eject_late(void)
{
	eject_start("AAA001L8", NTMS_EJECT_START);
	fetch_back();
}

static void eject_stopped(void)
{
	NTMS_GUID operation = eject_start("AAA001L8", NTMS_EJECT_START),
		  medium = named(NTMS_PHYSICAL_MEDIA, "AAA001L8");

	wait_until_in_port(medium);
	check(EjectNtmsMedia(session, &medium, &operation, NTMS_EJECT_STOP), "stop the eject");
	fetch_back();
}

static void before_force(void)
{
	allocate();
	mount_owned(0);
}

static void eject_by_force(void)
{
	NTMS_GUID lmid = owned(0), sides[MAX], medium = {0};
	DWORD n = list(NTMS_PHYSICAL_MEDIA, &pool, sides);

	for (DWORD i = 0; i < n; i++)
		if (info(&sides[i], NTMS_PHYSICAL_MEDIA).Info.PhysicalMedia.LocationType == NTMS_DRIVE)
			medium = sides[i];
	check(EjectNtmsMedia(session, &medium, &lmid, NTMS_EJECT_FORCE), "eject");
	wait_until_in_port(medium);
	take_out("mailslots/01");
	settle();
}

/* ---- what can be disabled ---- */

static void set_enabled(NTMS_GUID object, DWORD type, bool on)
{
	if (info(&object, type).Enabled != on)
		check(on ? EnableNtmsObject(session, type, &object)
			 : DisableNtmsObject(session, type, &object),
		      on ? "enable" : "disable");
	settle();
}

static NTMS_GUID first_drive(void)
{
	NTMS_GUID lib = library(), drives[MAX];

	list(NTMS_DRIVE, &lib, drives);
	return drives[0];
}

static void disable(void)
{
	for (int on = 0; on < 2; on++) {
		set_enabled(named(NTMS_PHYSICAL_MEDIA, "AAA001L8"), NTMS_PHYSICAL_MEDIA, on);
		set_enabled(first_drive(), NTMS_DRIVE, on);
		set_enabled(library(), NTMS_LIBRARY, on);
	}
}

static void set_everything_enabled(void)
{
	static const DWORD types[] = {NTMS_DRIVE, NTMS_PHYSICAL_MEDIA};
	NTMS_GUID lib = library(), objects[MAX];

	for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
		DWORD n = list(types[t], &lib, objects);

		for (DWORD i = 0; i < n; i++)
			set_enabled(objects[i], types[t], true);
	}
}

/* How many the application has. */
static DWORD dismount_all(NTMS_GUID media[MAX])
{
	DWORD n;

	open_pool();
	n = list(NTMS_LOGICAL_MEDIA, &pool, media);
	for (DWORD i = 0; i < n; i++) {
		DWORD code = DismountNtmsMedia(session, &media[i], 1, NTMS_DISMOUNT_IMMEDIATE);

		if (code != ERROR_INVALID_STATE && code != ERROR_MEDIA_OFFLINE)
			check(code, "dismount");
	}
	settle();
	return n;
}

/* ---- first contact ---- */

static void pause_identification(BOOL on)
{
	NTMS_GUID lib = library();

	check(RsmPauseIdentification(session, &lib, on), "pause identification");
}

static void put_in(const char *barcode, const char *slot)
{
	char from[500], to[500];

	snprintf(from, sizeof from, "%s/shelf/%s", directory, barcode);
	snprintf(to, sizeof to, "%s/slots/%s/%s", directory, slot, barcode);
	if (rename(from, to)) {
		perror(from);
		exit(1);
	}
}

/* Three that nobody has read are there; the administrator knows them. */
static void adopt(void)
{
	static const char *const barcodes[] = {"OTHER5L8", "OTHER6L8", "OTHER7L8"};
	static const char *const slots[] = {"0005", "0006", "0007"};
	NTMS_GUID lib = library(), media[3];

	pause_identification(TRUE);
	for (int i = 0; i < 3; i++)
		put_in(barcodes[i], slots[i]);
	check(InventoryNtmsLibrary(session, &lib, NTMS_INVENTORY_FAST), "inventory");
	for (int i = 0; i < 3; i++)
		while (media[i] = named(NTMS_PHYSICAL_MEDIA, barcodes[i]), same(&media[i], &(NTMS_GUID){0}))
			tick("the newcomers aren't found");
	check(RsmAdoptMedia(session, media, 3), "adopt");
	pause_identification(FALSE);
	settle();
}

/* ---- while a copy of the store lies somewhere, and after it was put back ---- */

/* 0, or a medium that isn't to be had. */
static DWORD allocate_any(NTMS_GUID *lmid)
{
	DWORD code;

	*lmid = (NTMS_GUID){0};
	code = AllocateNtmsMedia(session, &pool, NULL, lmid, NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, CALL_MS,
				 NULL);
	if (code != ERROR_MEDIA_UNAVAILABLE)
		check(code, "allocate");
	return code;
}

/* What is mounted is put away; an application is given another medium, and writes. */
static void since(void)
{
	NTMS_GUID lmid, drive, media[MAX];
	NTMS_OBJECTINFORMATIONA d;
	FILE *tape;

	set_everything_enabled();
	dismount_all(media);
	if (allocate_any(&lmid))
		return;
	check(MountNtmsMedia(session, &lmid, &drive, 1, NTMS_MOUNT_WRITE, 0, CALL_MS, NULL), "mount");
	d = info(&drive, NTMS_DRIVE);
	tape = fopen(d.Info.Drive.szDeviceName, "w");
	if (!tape || fprintf(tape, "written since the copy\n") < 0 || fclose(tape)) {
		perror(d.Info.Drive.szDeviceName);
		exit(1);
	}
	dismount(lmid, NTMS_DISMOUNT_IMMEDIATE);
}

/* Whatever is to be had is taken and mounted, for writing. What isn't blank or free any more goes into
 * quarantine. */
static void strangers(void)
{
	NTMS_GUID lmid, drive;

	open_pool();
	while (!allocate_any(&lmid)) {
		DWORD code = MountNtmsMedia(session, &lmid, &drive, 1, NTMS_MOUNT_WRITE, 0, CALL_MS, NULL);

		if (code != ERROR_INVALID_STATE)
			check(code, "mount"), dismount(lmid, NTMS_DISMOUNT_IMMEDIATE);
	}
	settle();
}

/* ---- before and after ---- */

static void prepare(void)
{
	static const char *const free_media[] = {"AAA001L8", "AAA002L8", "AAA003L8"};
	NTMS_OBJECTINFORMATIONA p;

	settle();
	open_pool();
	p = info(&pool, NTMS_MEDIA_POOL);
	p.Info.MediaPool.AllocationPolicy = NTMS_ALLOCATE_FROMSCRATCH;
	p.Info.MediaPool.DeallocationPolicy = NTMS_DEALLOCATE_TOSCRATCH;
	check(SetNtmsObjectInformationA(session, &pool, &p), "set information");
	for (size_t i = 0; i < sizeof free_media / sizeof *free_media; i++)
		make_free(free_media[i]);
	settle();
}

/* After a kill: a disabled library isn't even read. */
static void recover(void)
{
	NTMS_GUID lib = library();

	if (!info(&lib, NTMS_LIBRARY).Enabled)
		check(EnableNtmsObject(session, NTMS_LIBRARY, &lib), "enable");
	pause_identification(FALSE);
	settle();
}

/* Whatever is disabled, in a drive, or allocated: no more; then a medium is allocated, used and given back.
 */
static void work(void)
{
	NTMS_GUID media[MAX];
	DWORD n;

	set_everything_enabled();
	n = dismount_all(media);
	for (DWORD i = 0; i < n; i++)
		deallocate(media[i]);
	give_back();
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*before)(void), (*act)(void);
	} scenes[] = {
		{"prepare", NULL, prepare},
		{"settle", NULL, settle},
		{"recover", NULL, recover},
		{"work", NULL, work},
		{"allocate", NULL, act_allocate},
		{"mount", NULL, act_mount},
		{"dismount", NULL, act_dismount},
		{"several", allocate_two, act_several},
		{"deferred", allocate_two, deferred},
		{"exchange", before_exchange, exchange},
		{"cancel", both_drives_taken, cancel},
		{"mount-third", NULL, mount_third},
		{"give-back", NULL, give_back},
		{"free", NULL, act_free},
		{"import", NULL, import},
		{"operator", allocate_three, operator_is_asked},
		{"inject", NULL, inject},
		{"inject-many", NULL, inject_many},
		{"eject", NULL, eject},
		{"eject-many", NULL, eject_many},
		{"eject-late", NULL, eject_late},
		{"eject-stopped", NULL, eject_stopped},
		{"eject-force", before_force, eject_by_force},
		{"disable", NULL, disable},
		{"adopt", NULL, adopt},
		{"since", NULL, since},
		{"strangers", NULL, strangers},
	};
	bool before = argc == 4 && !strcmp(argv[1], "before");

	if (argc != 4 || (!before && strcmp(argv[1], "act") != 0)) {
		fprintf(stderr, "usage: scenario before|act NAME LIBRARY-DIRECTORY\n");
		return 2;
	}
	directory = argv[3];
	log_in();
	for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++)
		if (!strcmp(argv[2], scenes[i].name)) {
			if (scenes[i].act != recover)
				settle();
			if (!before)
				scenes[i].act();
			else if (scenes[i].before)
				scenes[i].before();
			CloseNtmsSession(session);
			return 0;
		}
	fprintf(stderr, "scenario: %s is unknown\n", argv[2]);
	return 2;
}
