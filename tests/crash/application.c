/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "application.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LIMIT_S 60
#define TICK_MS 5

HANDLE session = INVALID_HANDLE_VALUE;
NTMS_GUID pool;
const char *directory;

void check(DWORD code, const char *what)
{
	if (code == ERROR_SUCCESS)
		return;
	printf("%s: %u\n", what, (unsigned)code);
	exit(1);
}

bool same(const NTMS_GUID *a, const NTMS_GUID *b) { return memcmp(a, b, sizeof *a) == 0; }

DWORD list(DWORD type, NTMS_GUID *in, NTMS_GUID out[MAX])
{
	DWORD n = MAX;

	check(EnumerateNtmsObject(session, in, out, &n, type, 0), "enumerate");
	return n;
}

void tick(const char *what)
{
	static time_t limit;
	NTMS_GUID computers[MAX];

	if (!limit)
		limit = time(NULL) + LIMIT_S;
	if (time(NULL) > limit) {
		printf("%s: waited for %d s\n", what, LIMIT_S);
		exit(1);
	}
	nanosleep(&(struct timespec){.tv_nsec = TICK_MS * 1000000}, NULL);
	if (session != INVALID_HANDLE_VALUE)
		list(NTMS_COMPUTER, NULL, computers);
}

NTMS_OBJECTINFORMATIONA info(NTMS_GUID *id, DWORD type)
{
	NTMS_OBJECTINFORMATIONA o = {.dwSize = sizeof o, .dwType = type};

	check(GetNtmsObjectInformationA(session, id, &o), "get information");
	return o;
}

NTMS_GUID library(void)
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

DWORD requests(DWORD operation, bool ended)
{
	NTMS_GUID ids[MAX];
	DWORD n = list(NTMS_LIBREQUEST, NULL, ids), found = 0;

	for (DWORD i = 0; i < n; i++) {
		NTMS_OBJECTINFORMATIONA r = info(&ids[i], NTMS_LIBREQUEST);

		found += (ended || unfinished(r.Info.LibRequest.State)) &&
			 (!operation || r.Info.LibRequest.OperationCode == operation);
	}
	return found;
}

static bool quiet(void)
{
	NTMS_GUID lib = library();

	return info(&lib, NTMS_LIBRARY).dwOperationalState == NTMS_READY && !requests(0, false);
}

/* Seen twice in a row: what ends may queue what follows. */
void settle(void)
{
	for (int times = 0; times < 2; tick("the library doesn't settle"))
		times = quiet() ? times + 1 : 0;
}

NTMS_GUID named(DWORD type, const char *barcode)
{
	NTMS_GUID lib = library(), ids[MAX];
	DWORD n = list(type, &lib, ids);

	for (DWORD i = 0; i < n; i++)
		if (!strcmp(info(&ids[i], type).Info.PhysicalMedia.szBarCode, barcode))
			return ids[i];
	return (NTMS_GUID){0};
}

void open_pool(void)
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

NTMS_GUID owned(DWORD n)
{
	NTMS_GUID ids[MAX];

	open_pool();
	if (list(NTMS_LOGICAL_MEDIA, &pool, ids) <= n)
		check(ERROR_OBJECT_NOT_FOUND, "a medium allocated before");
	return ids[n];
}

NTMS_GUID free_pool(void)
{
	NTMS_OBJECTINFORMATIONA p = info(&pool, NTMS_MEDIA_POOL);
	NTMS_GUID top[MAX], pools[MAX];
	DWORD n_top = list(NTMS_MEDIA_POOL, NULL, top);

	for (DWORD i = 0; i < n_top; i++) {
		DWORD n = list(NTMS_MEDIA_POOL, &top[i], pools);

		for (DWORD k = 0; k < n; k++) {
			NTMS_OBJECTINFORMATIONA o = info(&pools[k], NTMS_MEDIA_POOL);

			if (o.Info.MediaPool.PoolType == NTMS_POOLTYPE_SCRATCH &&
			    same(&o.Info.MediaPool.MediaType, &p.Info.MediaPool.MediaType))
				return pools[k];
		}
	}
	check(ERROR_OBJECT_NOT_FOUND, "the free pool");
	return pool;
}

void entry(const char *place, char *out, size_t size)
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

void take_out(const char *place)
{
	char name[100], from[500], to[500];

	for (entry(place, name, sizeof name); !name[0]; entry(place, name, sizeof name))
		tick("nothing comes to the mail slot");
	snprintf(from, sizeof from, "%s/%s/%s", directory, place, name);
	snprintf(to, sizeof to, "%s/shelf/%s", directory, name);
	if (rename(from, to)) {
		perror(from);
		exit(1);
	}
}

void log_in(void)
{
	while ((session = OpenNtmsSessionA(NULL, "crash test", 0)) == INVALID_HANDLE_VALUE) {
		if (GetLastError() != ERROR_NOT_READY)
			check(GetLastError(), "open session");
		tick("the server doesn't get ready");
	}
}
