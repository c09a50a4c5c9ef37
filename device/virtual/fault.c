/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "device/virtual/fault.h"

#include "base/cleanup.h"
#include "base/log.h"

#include <ntmstypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char *const verbs[] = {"reserve",	  "tur",    "inquiry",	 "mode",     "inventory",
				    "initialize", "move",   "exchange",	 "position", "prevent",
				    "open",	  "load",   "unload",	 "read",     "write",
				    "mark",	  "rewind", "attribute", "element",  "alert"};

/* Effects by name. what: the only verb they fit; NULL: any command. */
enum operand { NO_OPERAND, SENSE, CODE, NUMBER, TEXT };
static const struct {
	const char *name, *what;
	enum effect effect;
	enum operand operand;
} effects[] = {
	{"hang", NULL, EFFECT_HANG, NO_OPERAND},
	{"lost", NULL, EFFECT_LOST, NO_OPERAND},
	{"gone", NULL, EFFECT_GONE, NO_OPERAND},
	{"busy", NULL, EFFECT_BUSY, NO_OPERAND},
	{"done,", NULL, EFFECT_DONE_SENSE, SENSE},
	{"hand,", "move", EFFECT_HAND, SENSE},
	{"door", "move", EFFECT_DOOR, NO_OPERAND},
	{"tag=", "element", EFFECT_TAG, TEXT},
	{"except=", "element", EFFECT_EXCEPT, CODE},
	{"full", "element", EFFECT_FULL, NO_OPERAND},
	{"empty", "element", EFFECT_EMPTY, NO_OPERAND},
	{"noaccess", "element", EFFECT_NO_ACCESS, NO_OPERAND},
	{"disabled", "element", EFFECT_DISABLED, NO_OPERAND},
	{"source=", "element", EFFECT_SOURCE, NUMBER},
	{"type=", "element", EFFECT_TYPE, NUMBER},
	{"flag=", "alert", EFFECT_FLAG, NUMBER},
	{"", NULL, EFFECT_SENSE, SENSE},
};

static bool parse_operand(enum operand kind, const char *s, struct mishap *f)
{
	unsigned k = 0, a = 0, q = 0;
	int end = 0;

	switch (kind) {
	case NO_OPERAND:
		return !*s;
	case TEXT:
		snprintf(f->tag, sizeof f->tag, "%.32s", s);
		return strlen(s) < sizeof f->tag;
	case NUMBER:
		return sscanf(s, "%5i%n", &f->number, &end) == 1 && !s[end] && f->number >= 0 &&
		       f->number < 65536;
	case CODE:
		if (sscanf(s, "%2x/%2x%n", &a, &q, &end) != 2 || s[end])
			return false;
		break;
	case SENSE:
		if (sscanf(s, "%1x/%2x/%2x%n", &k, &a, &q, &end) != 3 || s[end])
			return false;
	}
	f->key = (uint8_t)k, f->asc = (uint8_t)a, f->ascq = (uint8_t)q;
	return true;
}

static bool parse_effect(const char *s, struct mishap *f)
{
	bool special = strcmp(f->what, "element") == 0 || strcmp(f->what, "alert") == 0;

	for (size_t i = 0; i < countof(effects); i++) {
		size_t n = strlen(effects[i].name);

		if (strncmp(s, effects[i].name, n) != 0)
			continue;
		if (effects[i].what ? strcmp(effects[i].what, f->what) != 0 : special)
			return false;
		f->effect = effects[i].effect;
		return parse_operand(effects[i].operand, s + n, f);
	}
	return false;
}

/* Behind the '@': an element's address, or the name of a cartridge. */
static void parse_place(const char *s, struct mishap *f)
{
	char *end;
	long n = strtol(s, &end, 0);

	if (!*end && end != s && n >= 0)
		f->element = (int)n;
	else
		snprintf(f->cartridge, sizeof f->cartridge, "%.39s", s);
}

int fault_parse(const char *line, struct mishap *f, struct err *e)
{
	char what[64], when[16], effect[64], rest[2];
	bool known = false;
	char *at, *end;

	*f = (struct mishap){.element = -1};
	if (sscanf(line, "%63s %15s %63s %1s", what, when, effect, rest) != 3)
		return err_set(e, ERROR_INVALID_DATA, "fault \"%s\": expected WHAT[@ELEMENT] WHEN EFFECT",
			       line);
	at = strchr(what, '@');
	if (at) {
		*at = 0;
		if (!at[1])
			return err_set(e, ERROR_INVALID_DATA, "fault \"%s\": which element?", line);
		parse_place(at + 1, f);
	}
	for (size_t i = 0; i < countof(verbs); i++)
		known |= strcmp(what, verbs[i]) == 0;
	if (!known)
		return err_set(e, ERROR_INVALID_DATA, "fault \"%s\": \"%s\" is no command that can fail",
			       line, what);
	snprintf(f->what, sizeof f->what, "%.15s", what);
	if (strcmp(when, "*") != 0) {
		f->when = (int)strtol(when, &end, 10);
		f->on = *end == '+';
		if (f->when < 1 || end == when || end[f->on])
			return err_set(e, ERROR_INVALID_DATA, "fault \"%s\": when: N, N+ or *", line);
	}
	if (!parse_effect(effect, f))
		return err_set(e, ERROR_INVALID_DATA,
			       "fault \"%s\": effect: K/AA/QQ, done,K/AA/QQ, hang, lost, gone, busy; of a "
			       "move hand,K/AA/QQ, "
			       "door; of an element tag=TAG, except=AA/QQ, full, empty, noaccess, disabled, "
			       "source=ADDRESS; "
			       "of an alert flag=NUMBER",
			       line);
	return 0;
}

int faults_add(struct faults *f, const char *line, struct err *e)
{
	struct mishap one;
	int rc = fault_parse(line, &one, e);

	if (!rc) {
		*vec_add(&f->list) = one;
		f->fixed = f->list.n;
	}
	return rc;
}

void faults_refresh(struct faults *f, const char *file)
{
	auto_free char *line = NULL;
	struct stat st = {0};
	size_t cap = 0;
	struct err e;
	FILE *in;

	if (stat(file, &st))
		st.st_mtim = (struct timespec){0};
	if (st.st_mtim.tv_sec == f->read.tv_sec && st.st_mtim.tv_nsec == f->read.tv_nsec)
		return;
	f->read = st.st_mtim;
	f->list.n = f->fixed;
	in = fopen(file, "re");
	while (in && getline(&line, &cap, in) > 0) {
		line[strcspn(line, "\n;#")] = 0;
		if (line[strspn(line, " \t")] && fault_parse(line, vec_add(&f->list), &e)) {
			f->list.n--;
			log_warn("%s: %s", file, e.why);
		}
	}
	if (in)
		fclose(in);
}

static bool concerns(const struct mishap *i, const char *what, int a, int b, const char *cartridge)
{
	return strcmp(i->what, what) == 0 && (i->element < 0 || i->element == a || i->element == b) &&
	       (!i->cartridge[0] || strcmp(i->cartridge, cartridge) == 0);
}

const struct mishap *faults_strike(struct faults *f, const char *what, int a, int b, const char *cartridge,
				   fault_hit *every, void *arg)
{
	const struct mishap *hit = NULL;

	vec_each(i, &f->list) {
		if (!concerns(i, what, a, b, cartridge))
			continue;
		i->count++;
		if (i->when && i->count != i->when && !(i->on && i->count > i->when))
			continue;
		if (!hit)
			hit = i;
		if (every)
			every(arg, i);
	}
	return hit;
}

void faults_free(struct faults *f) { vec_free(&f->list); }
