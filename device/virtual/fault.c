/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "device/virtual/fault.h"

#include "base/cleanup.h"
#include "base/log.h"

#include <ntmstypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char *const verbs[] = {"tur",     "inquiry", "mode",      "inventory", "initialize", "move",
				    "prevent", "open",	  "load",      "unload",    "read",	  "write",
				    "mark",    "rewind",  "attribute", "element"};

static bool parse_effect(const char *s, struct fault *f)
{
	static const struct {
		const char *name;
		enum effect effect;
	} plain[] = {
		{"hang", EFFECT_HANG}, {"lost", EFFECT_LOST}, {"gone", EFFECT_GONE}, {"busy", EFFECT_BUSY}};
	unsigned k, a, q;
	int end = 0;

	for (size_t i = 0; i < countof(plain); i++)
		if (strcmp(s, plain[i].name) == 0) {
			f->effect = plain[i].effect;
			return true;
		}
	if (strncmp(s, "tag=", 4) == 0 && strlen(s + 4) < sizeof f->tag) {
		f->effect = EFFECT_TAG;
		snprintf(f->tag, sizeof f->tag, "%.32s", s + 4);
		return true;
	}
	f->effect = EFFECT_SENSE;
	if (strncmp(s, "done,", 5) == 0)
		f->effect = EFFECT_DONE_SENSE, s += 5;
	if (sscanf(s, "%1x/%2x/%2x%n", &k, &a, &q, &end) != 3 || s[end])
		return false;
	f->key = (uint8_t)k, f->asc = (uint8_t)a, f->ascq = (uint8_t)q;
	return true;
}

int fault_parse(const char *line, struct fault *f, struct err *e)
{
	char what[32], when[16], effect[64], rest[2];
	bool known = false;
	char *at, *end;

	*f = (struct fault){.element = -1};
	if (sscanf(line, "%31s %15s %63s %1s", what, when, effect, rest) != 3)
		return err_set(e, ERROR_INVALID_DATA, "fault \"%s\": expected WHAT[@ELEMENT] WHEN EFFECT",
			       line);
	at = strchr(what, '@');
	if (at) {
		*at = 0;
		f->element = (int)strtol(at + 1, &end, 0);
		if (*end || end == at + 1 || f->element < 0)
			return err_set(e, ERROR_INVALID_DATA, "fault \"%s\": the element is a number", line);
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
		return err_set(
			e, ERROR_INVALID_DATA,
			"fault \"%s\": effect: K/AA/QQ, done,K/AA/QQ, hang, lost, gone, busy or tag=TAG",
			line);
	return 0;
}

int faults_add(struct faults *f, const char *line, struct err *e)
{
	struct fault one;
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

const struct fault *faults_strike(struct faults *f, const char *what, int a, int b)
{
	const struct fault *hit = NULL;

	vec_each(i, &f->list) {
		if (strcmp(i->what, what) != 0 || (i->element >= 0 && i->element != a && i->element != b))
			continue;
		i->count++;
		if (!hit && (!i->when || i->count == i->when || (i->on && i->count > i->when)))
			hit = i;
	}
	return hit;
}

void faults_free(struct faults *f) { vec_free(&f->list); }
