/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/ini.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <ntmstypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void close_file(FILE **f)
{
	if (*f)
		fclose(*f);
}

static char *trim(char *s)
{
	size_t n;

	while (isspace((unsigned char)*s))
		s++;
	n = strlen(s);
	while (n && isspace((unsigned char)s[n - 1]))
		s[--n] = 0;
	return s;
}

/* Cuts a comment off the end: a ; at the beginning or behind white space, outside of quotes. */
static void uncomment(char *s)
{
	int quoted = 0;

	for (char *p = s; *p; p++) {
		if (*p == '"')
			quoted = !quoted;
		if (*p == ';' && !quoted && (p == s || isspace((unsigned char)p[-1]))) {
			*p = 0;
			return;
		}
	}
}

int ini_wrong(const struct ini_entry *entry, struct err *e, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return err_set(e, ERROR_INVALID_DATA, "%s:%d: %s", entry->file, entry->line, text);
}

static int one_line(char *line, size_t n, struct ini_entry *entry, char **section, ini_taker *taker,
		    void *arg, struct err *e)
{
	char *s, *eq;

	if (strlen(line) != n)
		return ini_wrong(entry, e, "a NUL byte");
	s = trim(line);
	if (*s == '#')
		return 0;
	uncomment(s);
	s = trim(s);
	if (!*s)
		return 0;
	if (*s == '[') {
		if (s[strlen(s) - 1] != ']')
			return ini_wrong(entry, e, "\"%s\": the ] of the section is missing", s);
		s[strlen(s) - 1] = 0;
		free(*section);
		*section = strdup(trim(s + 1));
		entry->section = *section;
		entry->key = entry->value = NULL;
		return taker(arg, entry, e);
	}
	eq = strchr(s, '=');
	if (!eq || eq == s)
		return ini_wrong(entry, e, "\"%s\": expected \"key = value\" or \"[section]\"", s);
	*eq = 0;
	entry->key = trim(s);
	entry->value = trim(eq + 1);
	return taker(arg, entry, e);
}

int ini_read(const char *file, ini_taker *taker, void *arg, struct err *e)
{
	CLEANUP(close_file) FILE *f = fopen(file, "re");
	auto_free char *line = NULL, *section = NULL;
	struct ini_entry entry = {.file = file, .section = ""};
	size_t cap = 0;
	ssize_t n;
	int rc;

	if (!f)
		return err_errno(e, errno == ENOENT ? ERROR_FILE_NOT_FOUND : ERROR_ACCESS_DENIED, "%s", file);
	while ((n = getline(&line, &cap, f)) >= 0) {
		entry.line++;
		rc = one_line(line, (size_t)n, &entry, &section, taker, arg, e);
		if (rc)
			return rc;
	}
	return ferror(f) ? err_errno(e, ERROR_ACCESS_DENIED, "%s", file) : 0;
}

int ini_number(const struct ini_entry *entry, long min, long max, long *out, struct err *e)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(entry->value, &end, 0);
	if (errno || end == entry->value || *end || v < min || v > max)
		return ini_wrong(entry, e, "%s = %s: a number from %ld to %ld is wanted", entry->key,
				 entry->value, min, max);
	*out = v;
	return 0;
}

int ini_bool(const struct ini_entry *entry, int *out, struct err *e)
{
	static const char *const words[2][4] = {{"no", "off", "false", "0"}, {"yes", "on", "true", "1"}};

	for (int v = 0; v < 2; v++)
		for (int i = 0; i < 4; i++)
			if (strcasecmp(entry->value, words[v][i]) == 0) {
				*out = v;
				return 0;
			}
	return ini_wrong(entry, e, "%s = %s: yes or no is wanted", entry->key, entry->value);
}
