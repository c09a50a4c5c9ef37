/* SPDX-License-Identifier: GPL-2.0-or-later
 * Reads a model. `base = FILE` takes over what the file itself doesn't say: its keys, and its blocks of
 * elements of kinds that the file has none of. */
#include "sim/model.h"

#include "base/cleanup.h"
#include "base/ini.h"

#include <ntmstypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum kind { REAL, AXIS, RANGE, COUNT, YES, TEXT };

struct key {
	const char *section, *name;
	enum kind kind;
	size_t at, size;
};

#define KEY(section, name, kind, field)                                                                      \
	{                                                                                                    \
		section, name, kind, offsetof(struct model, field), sizeof((struct model *)0)->field         \
	}
static const struct key keys[] = {
	KEY("model", "about", TEXT, about),
	KEY("model", "frames", COUNT, frames),
	KEY("model", "frame_width", REAL, frame_width),
	KEY("model", "arms", COUNT, arms),
	KEY("model", "rails", COUNT, rails),
	KEY("model", "zones", YES, zones),
	KEY("model", "rotates", YES, rotates),
	KEY("robot", "x", AXIS, x),
	KEY("robot", "y", AXIS, y),
	KEY("robot", "turn", AXIS, turn),
	KEY("robot", "get", REAL, get),
	KEY("robot", "put", REAL, put),
	KEY("robot", "pass", REAL, pass),
	KEY("robot", "pass_x", REAL, pass_x),
	KEY("robot", "command", REAL, command),
	KEY("robot", "status", REAL, status),
	KEY("robot", "status_each", REAL, status_each),
	KEY("robot", "inventory", REAL, inventory),
	KEY("robot", "lock", REAL, lock),
	KEY("robot", "port", REAL, port),
	KEY("drive", "generation", TEXT, generation),
	KEY("drive", "load", REAL, drive.load),
	KEY("drive", "unload", REAL, drive.unload),
	KEY("drive", "rewind", REAL, drive.rewind),
	KEY("drive", "locate", REAL, drive.locate),
	KEY("drive", "read_label", REAL, drive.read_label),
	KEY("drive", "write_label", REAL, drive.write_label),
	KEY("drive", "rate", REAL, drive.rate),
	KEY("drive", "passes", YES, drive.passes),
	KEY("drive", "calibrate", REAL, drive.calibrate),
	KEY("drive", "calibrate_more", REAL, drive.more),
	KEY("drive", "calibrate_sigma", REAL, drive.sigma),
	KEY("published", "mounts_per_hour", REAL, rate),
	KEY("published", "move", RANGE, move),
	KEY("published", "swap", REAL, swap),
};

#define BLOCK(name, kind, field)                                                                             \
	{                                                                                                    \
		"", name, kind, offsetof(struct block, field), sizeof((struct block *)0)->field              \
	}
static const struct key block_keys[] = {
	BLOCK("columns", COUNT, columns),
	BLOCK("rows", COUNT, rows),
	BLOCK("count", COUNT, count),
	BLOCK("frames", COUNT, frames),
	BLOCK("x", REAL, x),
	BLOCK("y", REAL, y),
	BLOCK("dx", REAL, dx),
	BLOCK("dy", REAL, dy),
	BLOCK("turn", REAL, turn),
	BLOCK("mirror", YES, mirror),
};

static const struct {
	const char *section;
	uint8_t type;
} kinds[] = {{"slots", 2}, {"ports", 3}, {"drives", 4}};

struct reading {
	struct model *m;
	bool set[countof(keys)];
	bool has[5];	/* blocks of that type came from a file further down */
	bool open[5];	/* this file has blocks of that type */
	int block;	/* index of the one being read; -1: none; -2: skipped */
	char base[200]; /* of this file */
};

static int value(const struct ini_entry *i, const struct key *k, void *to, struct err *e)
{
	char *at = (char *)to + k->at, end;
	double v[2] = {0, 0};
	int yes;

	switch (k->kind) {
	case TEXT:
		snprintf(at, k->size, "%s", i->value);
		return 0;
	case YES:
		if (ini_bool(i, &yes, e))
			return (int)e->code;
		*(bool *)at = yes;
		return 0;
	case AXIS:
	case RANGE:
		if (sscanf(i->value, "%lf %lf %c", &v[0], &v[1], &end) != 2)
			return ini_wrong(i, e, "%s = %s: two numbers are wanted", i->key, i->value);
		memcpy(at, v, sizeof v);
		return 0;
	case COUNT:
	case REAL:
		break;
	}
	if (sscanf(i->value, "%lf %c", &v[0], &end) != 1 || v[0] < -1e6 || v[0] > 1e6)
		return ini_wrong(i, e, "%s = %s: a number is wanted", i->key, i->value);
	if (k->kind == REAL)
		*(double *)at = v[0];
	else
		*(int *)at = (int)v[0];
	return 0;
}

static int section(struct reading *r, const struct ini_entry *i, struct err *e)
{
	r->block = -1;
	for (size_t k = 0; k < countof(kinds); k++)
		if (!strcmp(i->section, kinds[k].section)) {
			if (r->has[kinds[k].type]) {
				r->block = -2;
				return 0;
			}
			r->open[kinds[k].type] = true;
			r->block = (int)r->m->blocks.n;
			*vec_add(&r->m->blocks) =
				(struct block){.type = kinds[k].type, .columns = 1, .rows = 1, .frames = -1};
			return 0;
		}
	for (size_t k = 0; k < countof(keys); k++)
		if (!strcmp(i->section, keys[k].section))
			return 0;
	return ini_wrong(i, e, "a model has no section [%s]", i->section);
}

static int take(void *arg, const struct ini_entry *i, struct err *e)
{
	struct reading *r = arg;

	if (!i->key)
		return section(r, i, e);
	if (r->block == -2)
		return 0;
	if (r->block >= 0) {
		for (size_t k = 0; k < countof(block_keys); k++)
			if (!strcmp(i->key, block_keys[k].name))
				return value(i, &block_keys[k], &r->m->blocks.v[r->block], e);
		return ini_wrong(i, e, "%s: a block of elements has no such key", i->key);
	}
	if (!strcmp(i->section, "model") && !strcmp(i->key, "base")) {
		snprintf(r->base, sizeof r->base, "%s", i->value);
		return 0;
	}
	for (size_t k = 0; k < countof(keys); k++)
		if (!strcmp(i->section, keys[k].section) && !strcmp(i->key, keys[k].name)) {
			if (r->set[k])
				return 0; /* said by a file that is nearer */
			r->set[k] = true;
			return value(i, &keys[k], r->m, e);
		}
	return ini_wrong(i, e, "[%s] %s: a model has no such key", i->section, i->key);
}

/* ---- elements ---- */

static void element(struct model *m, const struct block *b, struct where w)
{
	if (b->type == 2)
		*vec_add(&m->slots) = w;
	else if (b->type == 3)
		*vec_add(&m->ports) = w;
	else
		*vec_add(&m->drives) = w;
}

static void lay_out(struct model *m, const struct block *b, double x, int rail, int arm)
{
	int n = 0;

	for (int c = 0; c < b->columns; c++)
		for (int r = 0; r < b->rows && (!b->count || n < b->count); r++, n++)
			element(m, b, (struct where){x + c * b->dx, b->y + r * b->dy, b->turn, rail, arm});
}

static void repeat(struct model *m, const struct block *b, int rail)
{
	int frames = b->frames < 0 ? m->frames : b->frames;

	if (!b->frames)
		lay_out(m, b, b->x, rail, -1);
	for (int i = 0; i < frames; i++) {
		int frame = (int)((i + 0.5) * m->frames / frames); /* evenly spread */
		double x = frame * m->frame_width + b->x;

		lay_out(m, b, x, rail, m->zones ? frame * m->arms / m->frames : b->mirror ? 0 : -1);
	}
}

static void mirrored(struct model *m, const struct block *b, size_t slots, size_t drives, size_t ports)
{
	const size_t from[] = {slots, drives, ports}, to[] = {m->slots.n, m->drives.n, m->ports.n};

	for (int k = 0; k < 3; k++)
		for (size_t i = from[k]; i < to[k]; i++) {
			struct where *v = k == 0 ? m->slots.v : k == 1 ? m->drives.v : m->ports.v, w = v[i];

			v[i].arm = 0;
			w.x = -w.x, w.arm = 1;
			element(m, b, w);
		}
}

static void expand(struct model *m)
{
	for (int rail = 0; rail < m->rails; rail++)
		vec_each(b, &m->blocks) {
			size_t slots = m->slots.n, drives = m->drives.n, ports = m->ports.n;

			repeat(m, b, rail);
			if (b->mirror)
				mirrored(m, b, slots, drives, ports);
		}
}

static int sensible(const struct model *m, const char *name, struct err *e)
{
	if (m->frames < 0 || m->rails < 1 || m->arms < 1 || m->arms * m->rails > HANDS_MAX ||
	    m->slots.n > 60000 || m->drives.n > 400 || m->ports.n > 400)
		return err_set(e, ERROR_INVALID_DATA, "%s: frames, rails, arms or elements are out of range",
			       name);
	if (!m->slots.n || !m->drives.n)
		return err_set(e, ERROR_INVALID_DATA, "%s: a library needs slots and drives", name);
	if (m->x.v <= 0 || m->x.a <= 0 || m->y.v <= 0 || m->y.a <= 0 || m->turn.v <= 0 || m->turn.a <= 0)
		return err_set(e, ERROR_INVALID_DATA,
			       "%s: [robot] x, y and turn need a speed and an acceleration", name);
	return 0;
}

/* ---- files ---- */

const char *shipped_dir(void)
{
	static char dir[4096];
	const char *set = getenv("RSM_SIM_DIR");
	ssize_t n;
	char *slash;

	if (set)
		return set;
	if (dir[0])
		return dir;
	/* built, not installed: BUILD/sim/rsm-sim; the sources are beside BUILD */
	n = readlink("/proc/self/exe", dir, sizeof dir - 20);
	for (int up = 0; n > 0 && up < 3 && (dir[n] = 0, slash = strrchr(dir, '/')); up++)
		n = slash - dir;
	if (n > 0)
		snprintf(dir + n, sizeof dir - (size_t)n, "/sim");
	if (n <= 0 || access(dir, X_OK) || access(strcat(dir, "/models"), X_OK))
		snprintf(dir, sizeof dir, "%s", SIM_DIR);
	else
		dir[strlen(dir) - strlen("/models")] = 0;
	return dir;
}

int shipped_file(const char *what, const char *name, char *path, size_t size, struct err *e)
{
	if (strchr(name, '/') || access(name, R_OK) == 0)
		snprintf(path, size, "%s", name);
	else
		snprintf(path, size, "%s/%s/%s.ini", shipped_dir(), what, name);
	return access(path, R_OK) == 0 ? 0 : err_errno(e, ERROR_FILE_NOT_FOUND, "%s", path);
}

int model_read(const char *name, struct model *m, struct err *e)
{
	struct reading r = {.m = m, .block = -1};
	char path[4096];

	*m = (struct model){.frames = 1, .arms = 1, .rails = 1};
	snprintf(m->name, sizeof m->name, "%s", name);
	snprintf(r.base, sizeof r.base, "%s", name);
	for (int depth = 0; r.base[0]; depth++) {
		char file[200];

		if (depth == 5)
			return err_set(e, ERROR_INVALID_DATA, "%s: too many bases", name);
		snprintf(file, sizeof file, "%s", r.base);
		r.base[0] = 0;
		r.block = -1;
		if (shipped_file("models", file, path, sizeof path, e) || ini_read(path, take, &r, e))
			return (int)e->code;
		for (size_t t = 0; t < countof(r.has); t++)
			r.has[t] |= r.open[t];
	}
	expand(m);
	return sensible(m, name, e);
}

/* The first of each rail, so many in all. */
static size_t first_of_rails(struct where *v, size_t n, size_t wanted, int rails)
{
	size_t kept = 0, of_rail[HANDS_MAX] = {0};

	for (size_t i = 0; i < n; i++) {
		size_t rail = (size_t)v[i].rail,
		       share = wanted / (size_t)rails + (rail < wanted % (size_t)rails);

		if (of_rail[rail]++ < share)
			v[kept++] = v[i];
	}
	return kept;
}

void model_cut(struct model *m, size_t slots, size_t drives, size_t ports)
{
	m->slots.n = first_of_rails(m->slots.v, m->slots.n, slots, m->rails);
	m->drives.n = first_of_rails(m->drives.v, m->drives.n, drives, m->rails);
	m->ports.n = first_of_rails(m->ports.v, m->ports.n, ports, m->rails);
}

void model_free(struct model *m)
{
	vec_free(&m->blocks);
	vec_free(&m->slots);
	vec_free(&m->drives);
	vec_free(&m->ports);
}
