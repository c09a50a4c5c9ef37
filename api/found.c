/* SPDX-License-Identifier: GPL-2.0-or-later
 * See found.h. A library found so is called by its robot's serial number, and reached by the robot's own
 * name, so it stays the same library whatever the kernel calls its devices tomorrow. */
#include "api/found.h"

#include "base/log.h"
#include "device/discover.h"
#include "device/sysfs.h"
#include "store/sql.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static char *copy(const char *text)
{
	char *s = strdup(text);

	if (!s)
		abort();
	return s;
}

/* What a section of the configuration may be called, and short enough for the names of its drives. */
static void name_of(const struct config *c, const struct scsi_node *n, char *out, size_t size)
{
	size_t room = CONFIG_DEVICE_NAME_MAX - strlen("/dev/-999"), used = 0;
	const char *from = n->serial[0] ? n->serial : n->unique[0] ? n->unique : n->at;

	room = strlen(c->state) < room ? room - strlen(c->state) : 0;
	for (; *from && used < room && used + 1 < size; from++)
		if (isalnum((unsigned char)*from) || (used && strchr("._-", *from)))
			out[used++] = *from;
		else if (used && *from == ':')
			out[used++] = '-';
	out[used] = 0;
	if (!used)
		snprintf(out, size, "library");
}

static bool known(const struct config *c, const char *changer)
{
	vec_each(l, &c->libraries)
		if (!strcmp(l->changer, changer))
			return true;
	return false;
}

/* Two robots with the same serial number get different names. */
static void add(struct config *c, const char *name, const char *changer)
{
	char full[80];
	bool taken;
	int n = 1;

	if (known(c, changer))
		return;
	snprintf(full, sizeof full, "%s", name);
	do {
		taken = false;
		vec_each(l, &c->libraries)
			taken |= !strcmp(l->name, full);
		if (taken)
			snprintf(full, sizeof full, "%.60s-%d", name, ++n);
	} while (taken);
	*vec_add(&c->libraries) = (struct config_library){
		.name = copy(full), .changer = copy(changer), .drives_auto = true, .found = true};
}

/* Without a name of its own a robot can't be told from one that is known already under another node. */
static int scan(struct config *c, bool named, struct err *e)
{
	scsi_node_vec nodes = {0};

	if (sysfs_scan(&nodes, e))
		return (int)e->code;
	vec_each(n, &nodes)
		if (n->type == TYPE_CHANGER && (!named || n->serial[0] || n->unique[0])) {
			char name[64], url[160];

			name_of(c, n, name, sizeof name);
			add(c, name, scsi_node_url(n, url, sizeof url));
		}
	vec_free(&nodes);
	return 0;
}

/* Under the name that it has there: two robots may have come in another order. */
static int earlier(struct txn *t, void *config, struct err *e)
{
	auto_rows struct rows *q = sql_rows(
		t, e, "SELECT key, identity FROM library WHERE found=1 AND identity<>'' ORDER BY id", "");

	while (rows_next(q)) {
		char url[160];

		snprintf(url, sizeof url, "scsi:%.150s", rows_text(q, 1));
		add(config, rows_text(q, 0), url);
	}
	return rows_failed(q) ? (int)e->code : 0;
}

int found_libraries(struct config *c, struct store *s, struct err *e)
{
	if (c->libraries.n || c->no_discovery)
		return 0;
	if (store_run(s, earlier, c, e) || scan(c, false, e))
		return (int)e->code;
	vec_each(l, &c->libraries)
		log_note("library %s: found by itself, at %s", l->name, l->changer);
	if (!c->libraries.n)
		log_warn("the configuration names no library, and this machine has no medium changer yet");
	return 0;
}

int found_later(struct config *c, struct err *e)
{
	size_t n = c->libraries.n;

	if (scan(c, true, e))
		return (int)e->code;
	for (; n < c->libraries.n; n++)
		log_note("library %s: found by itself, at %s", c->libraries.v[n].name,
			 c->libraries.v[n].changer);
	return 0;
}

static void print_drives(const struct config_library *l)
{
	const given_drive_vec none = {0};
	drive_site_vec sites = {0};
	element_vec elements = {0};
	struct changer *ch = NULL;
	struct verdict v;

	if (changer_open(l->changer, &ch, &v) != OUTCOME_DONE ||
	    changer_inventory(ch, &elements, &v) != OUTCOME_DONE ||
	    discover_drives(ch, &elements, &none, &sites, &v) != OUTCOME_DONE)
		printf("# its drives can't be told: %s\n", v.err.why);
	vec_each(s, &sites) {
		struct scsi_node n;
		char by_id[128];
		struct err e;

		if (!s->url || sysfs_find(s->url, &n, &e))
			printf("# drive element %u: %s\n", s->element, s->url ? e.why : s->why);
		else
			printf("# drive = %u %s\n#   by %s: %s %s, serial number %s, now %s %s %s\n",
			       s->element, s->url, match_way_name(s->way), n.vendor, n.product, n.serial,
			       n.node, n.sg, sysfs_by_id(&n, by_id, sizeof by_id));
	}
	drive_site_vec_free(&sites);
	vec_free(&elements);
	changer_close(ch);
}

int found_print(struct config *c, struct err *e)
{
	if (!c->libraries.n && scan(c, false, e))
		return (int)e->code;
	if (!c->libraries.n)
		printf("# no medium changer: is the kernel's module sg loaded?\n");
	vec_each(l, &c->libraries) {
		struct scsi_node n;
		struct err ignored;

		printf("%s[library %s]\n", l == c->libraries.v ? "" : "\n", l->name);
		if (l->changer && !sysfs_find(l->changer, &n, &ignored))
			printf("# %s %s %s, serial number %s, now %s\n", n.vendor, n.product, n.revision,
			       n.serial, n.sg);
		if (l->changer)
			printf("changer = %s\n", l->changer);
		vec_each(d, &l->drives) {
			if (d->element >= 0)
				printf("drive = %d %s\n", d->element, d->device);
			else
				printf("drive = %s\n", d->device);
		}
		if (l->changer && !l->drives.n) {
			printf("drives = auto\n");
			print_drives(l);
		}
	}
	return 0;
}
