/* SPDX-License-Identifier: GPL-2.0-or-later
 * Reading rsmd.conf: keys by a table, then the rules that span several lines.
 */
#include "api/config.h"

#include "base/ini.h"
#include "device/quirks.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistr.h>

struct reader {
	struct config *c;
	struct str *mistakes;
	int n_mistakes, line, rsmd_line;
	enum section { IN_NONE, IN_RSMD, IN_LIBRARY, IN_UNKNOWN } section;
	int seen[24]; /* for each key of the section: the line it was first given in */
};

static void mistake_at(struct reader *r, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void mistake_at(struct reader *r, int line, const char *fmt, ...)
{
	va_list ap;
	auto_free char *text = NULL;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		abort();
	va_end(ap);
	str_printf(r->mistakes, "%s:%d: %s\n", r->c->file, line, text);
	r->n_mistakes++;
}

#define mistake(r, ...) mistake_at(r, (r)->line, __VA_ARGS__)

static char *copy(const char *text)
{
	char *s = strdup(text);

	if (!s)
		abort();
	return s;
}

static struct config_library *library(struct reader *r) { return &r->c->libraries.v[r->c->libraries.n - 1]; }

/* ---- values ---- */

typedef void key_fn(struct reader *r, const char *value);

static void path_value(struct reader *r, char **into, const char *what, const char *value)
{
	if (*value != '/')
		mistake(r, "%s must be an absolute path, not \"%s\"", what, value);
	else
		*into = copy(value);
}

static void key_state(struct reader *r, const char *value)
{
	path_value(r, &r->c->state, "state", value);
	for (char *s = r->c->state, *end = s ? s + strlen(s) : NULL; s && end > s + 1 && end[-1] == '/';)
		*--end = 0;
}

static void key_tokens(struct reader *r, const char *value) { path_value(r, &r->c->tokens, "tokens", value); }

static void key_store(struct reader *r, const char *value)
{
	if (strncmp(value, "postgresql:", 11) == 0)
		mistake(r, "store: this version keeps its data in SQLite only (sqlite:/path)");
	else if (strncmp(value, "sqlite:/", 8) != 0)
		mistake(r, "store must be sqlite:/PATH, not \"%s\"", value);
	else
		r->c->store = copy(value + 7);
}

static bool port_of(const char *text, uint16_t *port)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (!isdigit((unsigned char)*text) || *end || n < 1 || n > 65535)
		return false;
	*port = (uint16_t)n;
	return true;
}

/* http://127.0.0.1:PORT and http://[::1]:PORT */
static bool loopback(const char *value, struct config_listen *l)
{
	static const char *const hosts[][2] = {{"127.0.0.1:", "127.0.0.1"}, {"[::1]:", "::1"}};

	for (size_t i = 0; i < countof(hosts); i++) {
		size_t n = strlen(hosts[i][0]);

		if (strncmp(value, hosts[i][0], n) == 0 && port_of(value + n, &l->port)) {
			l->where = copy(hosts[i][1]);
			return true;
		}
	}
	return false;
}

static void key_listen(struct reader *r, const char *value)
{
	struct config_listen l = {.line = r->line};

	if (strncmp(value, "unix:/", 6) == 0) {
		size_t max = sizeof((struct sockaddr_un *)0)->sun_path - 1;

		if (strlen(value + 5) > max) {
			mistake(r, "listen: the path of a socket can have %zu bytes, this one has %zu", max,
				strlen(value + 5));
			return;
		}
		l.kind = LISTEN_UNIX;
		l.where = copy(value + 5);
	} else if (strncmp(value, "https:", 6) == 0) {
		mistake(r, "listen: this version has no https yet; use unix:/PATH or http://127.0.0.1:PORT");
		return;
	} else if (strncmp(value, "http://", 7) == 0) {
		l.kind = LISTEN_HTTP;
		if (!loopback(value + 7, &l)) {
			mistake(r,
				"listen: http is for this machine alone: http://127.0.0.1:PORT or "
				"http://[::1]:PORT, "
				"not \"%s\"",
				value);
			return;
		}
	} else {
		mistake(r, "listen must be unix:/PATH or http://127.0.0.1:PORT, not \"%s\"", value);
		return;
	}
	vec_each(o, &r->c->listen) {
		if (o->kind == l.kind && o->port == l.port && strcmp(o->where, l.where) == 0) {
			mistake(r, "listen = %s stands in line %d already", value, o->line);
			free(l.where);
			return;
		}
	}
	*vec_add(&r->c->listen) = l;
}

static void key_zero_timeout(struct reader *r, const char *value)
{
	if (strcmp(value, "wait") != 0 && strcmp(value, "poll") != 0)
		mistake(r, "zero-timeout is wait or poll, not \"%s\"", value);
	r->c->zero_timeout_polls = strcmp(value, "poll") == 0;
}

static void key_discover(struct reader *r, const char *value)
{
	if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
		mistake(r, "discover is yes or no, not \"%s\"", value);
	r->c->no_discovery = strcmp(value, "no") == 0;
}

static void key_log(struct reader *r, const char *value)
{
	static const struct {
		const char *name;
		enum log_level level;
	} levels[] = {{"error", LOG_L_ERROR},
		      {"warning", LOG_L_WARN},
		      {"note", LOG_L_NOTE},
		      {"info", LOG_L_INFO},
		      {"debug", LOG_L_DEBUG}};

	for (size_t i = 0; i < countof(levels); i++) {
		if (strcmp(value, levels[i].name) == 0) {
			r->c->log = levels[i].level;
			return;
		}
	}
	mistake(r, "log is error, warning, note, info or debug, not \"%s\"", value);
}

static bool device_value(struct reader *r, const char *key, const char *value)
{
	if (*value == '/' || (strncmp(value, "scsi:", 5) == 0 && value[5]) ||
	    strncmp(value, "virtual:/", 9) == 0 || strncmp(value, "iscsi://", 8) == 0)
		return true;
	mistake(r,
		"%s: a device is /dev/NAME, scsi:NAME, iscsi://HOST:PORT/TARGET/LUN or virtual:/PATH, not "
		"\"%s\"",
		key, value);
	return false;
}

static void key_changer(struct reader *r, const char *value)
{
	if (!device_value(r, "changer", value))
		return;
	vec_each(l, &r->c->libraries) {
		if (l->changer && strcmp(l->changer, value) == 0) {
			mistake(r, "changer %s is that of [library %s] in line %d already", value, l->name,
				l->changer_line);
			return;
		}
	}
	library(r)->changer = copy(value);
	library(r)->changer_line = r->line;
}

static void key_drives(struct reader *r, const char *value)
{
	if (strcmp(value, "auto") != 0)
		mistake(r, "drives = auto is all there is; name drives by lines `drive = ELEMENT DEVICE`");
	library(r)->drives_auto = true;
}

static void key_drive(struct reader *r, const char *value)
{
	struct config_drive d = {.element = -1, .line = r->line};
	const char *device = value;

	if (isdigit((unsigned char)*value)) {
		char *end;
		unsigned long n = strtoul(value, &end, 0);

		if (n > 65535 || !isspace((unsigned char)*end)) {
			mistake(r,
				"drive: \"%s\" doesn't begin with an element address (0 to 65535) and a "
				"device",
				value);
			return;
		}
		d.element = (int)n;
		device = end + strspn(end, " \t");
	}
	if (!device_value(r, "drive", device))
		return;
	vec_each(l, &r->c->libraries) {
		vec_each(o, &l->drives) {
			bool twice = l == library(r) && o->element >= 0 && o->element == d.element;

			if (twice)
				mistake(r, "element %d has a drive in line %d already", d.element, o->line);
			else if (strcmp(o->device, device) == 0)
				mistake(r, "drive %s is that of [library %s] in line %d already", device,
					l->name, o->line);
			else
				continue;
			return;
		}
	}
	d.device = copy(device);
	*vec_add(&library(r)->drives) = d;
}

static void key_fence(struct reader *r, const char *value)
{
	if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
		mistake(r, "fence is yes or no, not \"%s\"", value);
	library(r)->fence = strcmp(value, "yes") == 0;
}

static void key_quirk(struct reader *r, const char *value)
{
	struct err e = {0};

	if (quirk_add(value, &e))
		mistake(r, "%s", e.why);
	else
		*vec_add(&r->c->quirks) = copy(value);
}

static const struct key {
	enum section section;
	const char *name;
	bool repeats;
	key_fn *read;
} keys[] = {
	{IN_RSMD, "state", false, key_state},
	{IN_RSMD, "store", false, key_store},
	{IN_RSMD, "listen", true, key_listen},
	{IN_RSMD, "tokens", false, key_tokens},
	{IN_RSMD, "zero-timeout", false, key_zero_timeout},
	{IN_RSMD, "discover", false, key_discover},
	{IN_RSMD, "log", false, key_log},
	{IN_LIBRARY, "changer", false, key_changer},
	{IN_LIBRARY, "drives", false, key_drives},
	{IN_LIBRARY, "drive", true, key_drive},
	{IN_LIBRARY, "fence", false, key_fence},
	{IN_LIBRARY, "quirk", true, key_quirk},
	{IN_LIBRARY, "limit", true, key_quirk},
};
_Static_assert(countof(keys) <= countof(((struct reader *)0)->seen), "a place for the line of each key");

/* ---- lines ---- */

static bool name_ok(const char *s)
{
	return isalnum((unsigned char)*s) &&
	       s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")] == 0;
}

static void open_library(struct reader *r, const char *name)
{
	r->section = IN_UNKNOWN;
	if (!name_ok(name)) {
		mistake(r,
			"a library's name is made of letters, digits, '.', '_' and '-', and begins with a "
			"letter or "
			"digit: \"%s\" isn't",
			name);
		return;
	}
	vec_each(l, &r->c->libraries) {
		if (strcmp(l->name, name) == 0) {
			mistake(r, "[library %s] stands in line %d already", name, l->line);
			return;
		}
	}
	*vec_add(&r->c->libraries) = (struct config_library){.name = copy(name), .line = r->line};
	r->section = IN_LIBRARY;
}

static void read_section(struct reader *r, const char *s)
{
	memset(r->seen, 0, sizeof r->seen);
	r->section = IN_UNKNOWN;
	if (strcmp(s, "rsmd") == 0) {
		if (r->rsmd_line)
			mistake(r, "[rsmd] stands in line %d already", r->rsmd_line);
		else
			r->section = IN_RSMD, r->rsmd_line = r->line;
	} else if (strncmp(s, "library", 7) == 0 && (!s[7] || isspace((unsigned char)s[7]))) {
		open_library(r, s + 7 + strspn(s + 7, " \t"));
	} else {
		mistake(r, "unknown section [%s]: there are [rsmd] and [library NAME]", s);
	}
}

static void read_key(struct reader *r, const char *name, const char *value)
{
	if (r->section == IN_UNKNOWN)
		return; /* said already */
	if (r->section == IN_NONE) {
		mistake(r, "%s stands before the first section", name);
		return;
	}
	for (size_t i = 0; i < countof(keys); i++) {
		if (keys[i].section != r->section || strcmp(keys[i].name, name) != 0)
			continue;
		if (!*value)
			mistake(r, "%s has no value", name);
		else if (r->seen[i] && !keys[i].repeats)
			mistake(r, "%s stands in line %d already", name, r->seen[i]);
		else
			keys[i].read(r, value);
		r->seen[i] = r->line;
		return;
	}
	mistake(r, "unknown key \"%s\" in %s", name, r->section == IN_RSMD ? "[rsmd]" : "a [library]");
}

static bool is_text(const char *s) { return !u8_check((const uint8_t *)s, strlen(s)); }

/* Goes on after a mistake, to tell all of them at once. */
static int read_entry(void *arg, const struct ini_entry *entry, struct err *e)
{
	struct reader *r = arg;

	r->line = entry->line;
	if (entry->key ? !is_text(entry->key) || !is_text(entry->value) : !is_text(entry->section))
		mistake(r, "this is not UTF-8");
	else if (entry->key)
		read_key(r, entry->key, entry->value);
	else
		read_section(r, entry->section);
	return 0;
}

/* ---- rules over several lines ---- */

static void check_library(struct reader *r, const struct config_library *l)
{
	size_t longest = strlen(r->c->state) + strlen("/dev/") + strlen(l->name) + strlen("-999");

	if (!l->changer && !l->drives.n)
		mistake_at(r, l->line, "[library %s] has neither `changer` nor `drive`", l->name);
	if (!l->changer && l->drives.n > 1)
		mistake_at(r, l->drives.v[1].line,
			   "[library %s] has no changer, so it can have one drive only", l->name);
	if (!l->changer && l->drives_auto)
		mistake_at(r, l->line, "[library %s]: `drives = auto` needs a changer", l->name);
	if (l->changer && l->drives_auto && l->drives.n)
		mistake_at(r, l->drives.v[0].line,
			   "[library %s] has `drives = auto` and a `drive` line: one of them", l->name);
	vec_each(d, &l->drives) {
		if (l->changer && d->element < 0)
			mistake_at(r, d->line, "in a library with a changer it is `drive = ELEMENT DEVICE`");
		else if (!l->changer && d->element >= 0)
			mistake_at(r, d->line,
				   "without a changer it is `drive = DEVICE`, without an element");
	}
	if (longest > CONFIG_DEVICE_NAME_MAX)
		mistake_at(r, l->line,
			   "names of its drives like %s/dev/%s-999 would have %zu characters, but "
			   "applications get %d at "
			   "most (szDeviceName): use a shorter `state` or library name",
			   r->c->state, l->name, longest, CONFIG_DEVICE_NAME_MAX);
}

static void complete(struct reader *r)
{
	struct config *c = r->c;

	if (!c->state)
		c->state = copy("/var/lib/openrsm");
	if (!c->store && asprintf(&c->store, "%s/rsm.db", c->state) < 0)
		abort();
	if (!c->listen.n)
		*vec_add(&c->listen) =
			(struct config_listen){LISTEN_UNIX, copy("/run/openrsm/rsmd.sock"), 0, 0};
	vec_each(l, &c->listen) {
		if (l->kind == LISTEN_HTTP && !c->tokens)
			mistake_at(r, l->line,
				   "listen: over http callers show a token, so `tokens = FILE` is needed");
	}
	vec_each(l, &c->libraries)
		check_library(r, l);
}

int config_read(const char *file, struct config *c, struct str *mistakes)
{
	struct reader r = {.c = c, .mistakes = mistakes};
	struct err e;

	*c = (struct config){.file = file, .log = LOG_L_INFO};
	quirk_forget_added();
	if (ini_read(file, read_entry, &r, &e)) {
		str_printf(mistakes, "%s\n",
			   e.why); /* names file and line; what comes after it wasn't read */
		return r.n_mistakes + 1;
	}
	complete(&r);
	return r.n_mistakes;
}

void config_free(struct config *c)
{
	vec_each(l, &c->libraries) {
		vec_each(d, &l->drives)
			free(d->device);
		vec_free(&l->drives);
		free(l->name);
		free(l->changer);
	}
	vec_each(l, &c->listen)
		free(l->where);
	vec_each(q, &c->quirks)
		free(*q);
	vec_free(&c->libraries);
	vec_free(&c->listen);
	vec_free(&c->quirks);
	free(c->state);
	free(c->store);
	free(c->tokens);
	*c = (struct config){0};
}
