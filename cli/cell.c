/* SPDX-License-Identifier: GPL-2.0-or-later
 * One column of one object as text, for people or for programs. */
#include "cli/cli.h"

#include <time.h>

const char *column_word(const char *const *words, DWORD n)
{
	for (DWORD i = 0; words[i]; i++)
		if (i == n)
			return words[i];
	return "";
}

static void put_time(const SYSTEMTIME *t, bool machine, struct str *to)
{
	struct tm tm = {.tm_year = t->wYear - 1900,
			.tm_mon = t->wMonth - 1,
			.tm_mday = t->wDay,
			.tm_hour = t->wHour,
			.tm_min = t->wMinute,
			.tm_sec = t->wSecond};
	if (!t->wYear)
		return;
	if (machine) {
		str_printf(to, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", t->wYear, t->wMonth, t->wDay, t->wHour,
			   t->wMinute, t->wSecond, t->wMilliseconds);
		return;
	}
	char text[40];
	time_t at = timegm(&tm);
	if (localtime_r(&at, &tm) && strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm))
		str_puts(to, text);
}

static void put_size(LONGLONG bytes, bool machine, struct str *to)
{
	static const char units[] = "BKMGTPE";
	int unit = 0;
	double v = (double)bytes;
	for (; v >= 1024 && units[unit + 1]; unit++)
		v /= 1024;
	if (machine)
		str_printf(to, "%lld", bytes);
	else if (bytes)
		str_printf(to, unit ? "%.1f%c" : "%.0f%c", v, units[unit]);
}

void column_text(const struct column *c, struct object *o, bool machine, struct str *to)
{
	const char *base = c->of_detail ? (const char *)object_detail(o) : (const char *)&o->info;
	const void *at = base + c->offset;
	char text[GUID_CHARS];
	switch (c->kind) {
	case COL_TEXT:
		str_puts(to, at);
		return;
	case COL_NUMBER:
		str_printf(to, "%u", *(const DWORD *)at);
		return;
	case COL_SHORT:
		str_printf(to, "%u", *(const WORD *)at);
		return;
	case COL_BOOL:
		str_puts(to, *(const BOOL *)at ? "yes" : "no");
		return;
	case COL_ENUM:
		if (*column_word(c->words, *(const DWORD *)at))
			str_puts(to, column_word(c->words, *(const DWORD *)at));
		else
			str_printf(to, "%u", *(const DWORD *)at);
		return;
	case COL_REF:
		str_puts(to, object_name(at));
		return;
	case COL_TIME:
		put_time(at, machine, to);
		return;
	case COL_GUID:
		if (!guid_null(at))
			str_puts(to, guid_format(at, text));
		return;
	case COL_SIZE:
		put_size(((const LARGE_INTEGER *)at)->QuadPart, machine, to);
		return;
	case COL_FN:
		c->get(o, to);
		return;
	}
}
