/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What an application does while rsmd is killed: scenario NAME LIBRARY-DIRECTORY, against the server of
 * RSM_SERVER.
 *
 *   prepare   identify everything, free two media, make a pool
 *   settle    wait until the library is up and no request is under way
 *   allocate, mount, dismount, inject, eject
 *   work      what must still be possible afterwards: allocate, mount, dismount, deallocate
 *
 * Exit status: 0 done, 1 refused (why is printed). "done ..." lines name what was promised; a promise must
 * outlive a kill. */
#include <dirent.h>
#include <ntmsapi.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LIMIT_S 60
#define TICK_MS 20
#define MAX 64

static HANDLE session = INVALID_HANDLE_VALUE;
static const char *directory;
static NTMS_GUID pool;

/* ---- small tools ---- */

static void check(DWORD code, const char *what)
{
	if (code == ERROR_SUCCESS)
		return;
	printf("%s: %u\n", what, (unsigned)code);
	exit(1);
}

static bool same(const NTMS_GUID *a, const NTMS_GUID *b) { return memcmp(a, b, sizeof *a) == 0; }

static DWORD list(DWORD type, NTMS_GUID *in, NTMS_GUID out[MAX])
{
	DWORD n = MAX;

	check(EnumerateNtmsObject(session, in, out, &n, type, 0), "enumerate");
	return n;
}

/* Lets time pass, and notices a server that is gone. */
static void tick(const char *what)
{
	static int left = LIMIT_S * 1000 / TICK_MS;
	NTMS_GUID computers[MAX];

	if (!left--) {
		printf("%s: waited for %d s\n", what, LIMIT_S);
		exit(1);
	}
	nanosleep(&(struct timespec){.tv_nsec = TICK_MS * 1000000}, NULL);
	if (session != INVALID_HANDLE_VALUE)
		list(NTMS_COMPUTER, NULL, computers);
}

static NTMS_OBJECTINFORMATIONA info(NTMS_GUID *id, DWORD type)
{
	NTMS_OBJECTINFORMATIONA o = {.dwSize = sizeof o, .dwType = type};

	check(GetNtmsObjectInformationA(session, id, &o), "get information");
	return o;
}

/* The one library with a robot. */
static NTMS_GUID library(void)
{
	NTMS_GUID ids[MAX];

	for (;; tick("no library")) {
		DWORD n = list(NTMS_LIBRARY, NULL, ids);

		for (DWORD i = 0; i < n; i++)
			if (info(&ids[i], NTMS_LIBRARY).Info.Library.LibraryType == NTMS_LIBRARYTYPE_ONLINE)
				return ids[i];
	}
}

static bool unfinished(DWORD state)
{
	return state == NTMS_LM_QUEUED || state == NTMS_LM_INPROCESS || state == NTMS_LM_WAITING ||
	       state == NTMS_LM_DEFERRED;
}

/* Whether the library is up and has nothing to do. */
static bool quiet(void)
{
	NTMS_GUID lib = library(), ids[MAX];
	DWORD n;

	if (info(&lib, NTMS_LIBRARY).dwOperationalState != NTMS_READY)
		return false;
	n = list(NTMS_LIBREQUEST, NULL, ids);
	for (DWORD i = 0; i < n; i++)
		if (unfinished(info(&ids[i], NTMS_LIBREQUEST).Info.LibRequest.State))
			return false;
	return true;
}

/* Twice in a row: what ends may queue what follows. */
static void settle(void)
{
	for (int times = 0; times < 2; tick("the library doesn't settle"))
		times = quiet() ? times + 1 : 0;
}

static NTMS_GUID named(DWORD type, const char *barcode)
{
	NTMS_GUID lib = library(), ids[MAX];
	DWORD n = list(type, &lib, ids);

	for (DWORD i = 0; i < n; i++)
		if (!strcmp(info(&ids[i], type).Info.PhysicalMedia.szBarCode, barcode))
			return ids[i];
	return (NTMS_GUID){0};
}

static void open_pool(void)
{
	NTMS_GUID lib = library(), types[MAX];
	DWORD n = list(NTMS_MEDIA_TYPE, &lib, types);

	for (DWORD i = 0; i < n; i++)
		if (!strcmp(info(&types[i], NTMS_MEDIA_TYPE).szName, "LTO-8")) {
			check(CreateNtmsMediaPoolA(session, "\\crash", &types[i], NTMS_OPEN_ALWAYS, NULL,
						   &pool),
			      "pool");
			return;
		}
	check(ERROR_OBJECT_NOT_FOUND, "media type LTO-8");
}

/* ---- the scenarios ---- */

static NTMS_GUID allocate(void)
{
	NTMS_GUID lmid = {0};

	open_pool();
	check(AllocateNtmsMedia(session, &pool, NULL, &lmid, NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, 30000, NULL),
	      "allocate");
	printf("done allocate %08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x\n", (unsigned)lmid.Data1,
	       lmid.Data2, lmid.Data3, lmid.Data4[0], lmid.Data4[1], lmid.Data4[2], lmid.Data4[3],
	       lmid.Data4[4], lmid.Data4[5], lmid.Data4[6], lmid.Data4[7]);
	fflush(stdout);
	return lmid;
}

static NTMS_GUID mount(void)
{
	NTMS_GUID lmid = allocate(), drive;

	check(MountNtmsMedia(session, &lmid, &drive, 1, NTMS_MOUNT_READ | NTMS_MOUNT_WRITE, 0, 30000, NULL),
	      "mount");
	return lmid;
}

static NTMS_GUID dismount(void)
{
	NTMS_GUID lmid = mount();

	check(DismountNtmsMedia(session, &lmid, 1, NTMS_DISMOUNT_IMMEDIATE), "dismount");
	settle();
	return lmid;
}

static void work(void)
{
	NTMS_GUID lmid = dismount();

	check(DeallocateNtmsMedia(session, &lmid, 0), "deallocate");
	settle();
}

static void prepare(void)
{
	static const char *const free_media[] = {"AAA001L8", "AAA002L8"};
	NTMS_GUID pools[MAX], top[MAX];
	DWORD n_top, n;

	settle();
	open_pool();
	NTMS_OBJECTINFORMATIONA p = info(&pool, NTMS_MEDIA_POOL);
	p.Info.MediaPool.AllocationPolicy = NTMS_ALLOCATE_FROMSCRATCH;
	p.Info.MediaPool.DeallocationPolicy = NTMS_DEALLOCATE_TOSCRATCH;
	check(SetNtmsObjectInformationA(session, &pool, &p), "set information");
	n_top = list(NTMS_MEDIA_POOL, NULL, top);
	for (DWORD i = 0; i < n_top; i++) {
		n = list(NTMS_MEDIA_POOL, &top[i], pools);
		for (DWORD k = 0; k < n; k++) {
			NTMS_OBJECTINFORMATIONA o = info(&pools[k], NTMS_MEDIA_POOL);

			if (o.Info.MediaPool.PoolType != NTMS_POOLTYPE_SCRATCH ||
			    !same(&o.Info.MediaPool.MediaType, &p.Info.MediaPool.MediaType))
				continue;
			for (size_t m = 0; m < 2; m++) {
				NTMS_GUID medium = named(NTMS_PHYSICAL_MEDIA, free_media[m]);

				check(MoveToNtmsMediaPool(session, &medium, &pools[k]),
				      "move to the free pool");
			}
		}
	}
	settle();
}

/* The directory's one entry, or "". */
static void entry(const char *place, char *out, size_t size)
{
	char path[300];
	struct dirent *d;
	DIR *dir;

	out[0] = 0;
	snprintf(path, sizeof path, "%s/%s", directory, place);
	dir = opendir(path);
	while (dir && (d = readdir(dir)))
		if (d->d_name[0] != '.')
			snprintf(out, size, "%.90s", d->d_name);
	if (dir)
		closedir(dir);
}

static bool port_is_open(NTMS_GUID *lib)
{
	NTMS_GUID ports[MAX];
	DWORD n = list(NTMS_IEPORT, lib, ports);

	for (DWORD i = 0; i < n; i++)
		if (info(&ports[i], NTMS_IEPORT).Info.IEPort.Position == NTMS_PORTPOSITION_EXTENDED)
			return true;
	return false;
}

/* The operator has put NEW009L8 into the mail slot. */
static void inject(void)
{
	NTMS_GUID lib = library(), operation = {0}, medium;
	char name[100];

	check(InjectNtmsMedia(session, &lib, &operation, NTMS_INJECT_START), "inject");
	while (!port_is_open(&lib))
		tick("the port doesn't open");
	/* the port is big: it isn't waited on for being full, but for this */
	check(InjectNtmsMedia(session, &lib, &operation, NTMS_INJECT_STOP), "stop the inject");
	for (entry("mailslots/01", name, sizeof name); name[0]; entry("mailslots/01", name, sizeof name))
		tick("the cartridge stays in the mail slot");
	settle();
	medium = named(NTMS_PHYSICAL_MEDIA, "NEW009L8");
	if (same(&medium, &(NTMS_GUID){0}))
		check(ERROR_OBJECT_NOT_FOUND, "NEW009L8");
}

/* An operator takes the cartridge out as soon as it lies in the mail slot. */
static void eject(void)
{
	NTMS_GUID medium = named(NTMS_PHYSICAL_MEDIA, "AAA001L8"), operation = {0};
	char name[100], from[500], to[500];

	check(EjectNtmsMedia(session, &medium, &operation, NTMS_EJECT_START), "eject");
	for (entry("mailslots/01", name, sizeof name); !name[0]; entry("mailslots/01", name, sizeof name))
		tick("nothing comes to the mail slot");
	for (;; tick("the medium isn't known to be in the port")) {
		if (info(&medium, NTMS_PHYSICAL_MEDIA).Info.PhysicalMedia.LocationType == NTMS_IEPORT)
			break;
	}
	snprintf(from, sizeof from, "%s/mailslots/01/%s", directory, name);
	snprintf(to, sizeof to, "%s/shelf/%s", directory, name);
	if (rename(from, to)) {
		perror(from);
		exit(1);
	}
	settle();
}

static void run_mount(void) { mount(); }
static void run_allocate(void) { allocate(); }
static void run_dismount(void) { dismount(); }

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} scenarios[] = {
		{"prepare", prepare},	    {"settle", settle},
		{"allocate", run_allocate}, {"mount", run_mount},
		{"dismount", run_dismount}, {"inject", inject},
		{"eject", eject},	    {"work", work},
	};

	if (argc != 3) {
		fprintf(stderr, "usage: scenario NAME LIBRARY-DIRECTORY\n");
		return 2;
	}
	directory = argv[2];
	while ((session = OpenNtmsSessionA(NULL, "crash test", 0)) == INVALID_HANDLE_VALUE) {
		if (GetLastError() != ERROR_NOT_READY)
			check(GetLastError(), "open session");
		tick("the server doesn't get ready");
	}
	for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++)
		if (!strcmp(argv[1], scenarios[i].name)) {
			scenarios[i].run();
			CloseNtmsSession(session);
			return 0;
		}
	fprintf(stderr, "scenario: %s is unknown\n", argv[1]);
	return 2;
}
