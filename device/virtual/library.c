/* SPDX-License-Identifier: GPL-2.0-or-later
 * See library.h. */
#include "device/virtual/library.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "device/virtual/holder.h"

#include <errno.h>
#include <fcntl.h>
#include <ntmstypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;
static struct vlib *all;

void vlib_path(const struct vlib *lib, const struct place *p, char *out, size_t size)
{
	snprintf(out, size, "%s/%s", lib->dir, p->name);
}

struct place *vlib_place(struct vlib *lib, unsigned address)
{
	vec_each(p, &lib->places)
		if (p->cell.address == address)
			return p;
	return NULL;
}

/* The n-th number of the setting `generations`, else the one of all. */
static int generation_of_drive(const struct settings *s, long n)
{
	const char *at = s->generations;
	char *end;
	long g;

	do {
		g = strtol(at, &end, 10);
		if (end == at)
			return (int)s->generation;
		at = end + strspn(end, " ,");
	} while (n--);
	return g >= 1 && g <= 10 ? (int)g : (int)s->generation;
}

static int add_places(struct vlib *lib, enum element_type type, const char *pattern, struct err *e)
{
	char path[PATH_MAX];

	for (long i = 0; i < lib->set.count[type]; i++) {
		struct place *p = vec_add(&lib->places);

		*p = (struct place){
			.cell = {.type = (uint8_t)type, .address = (uint16_t)(lib->set.first[type] + i)}};
		p->generation = generation_of_drive(&lib->set, i);
		snprintf(p->name, sizeof p->name, pattern, (int)i + 1);
		vlib_path(lib, p, path, sizeof path);
		if (mkdir(path, 0777) && errno != EEXIST)
			return err_errno(e, ERROR_ACCESS_DENIED, "%s", path);
	}
	return 0;
}

static void vlib_free(struct vlib *lib)
{
	pthread_mutex_destroy(&lib->lock);
	vec_free(&lib->places);
	faults_free(&lib->faults);
	free(lib);
}

static int vlib_new(const char *dir, struct vlib **out, struct err *e)
{
	static const char *const parts[] = {"slots", "mailslots", "drives", "shelf"};
	struct vlib *lib = calloc(1, sizeof *lib);
	char path[PATH_MAX];
	int rc;

	if (!lib)
		return err_set(e, ERROR_NOT_ENOUGH_MEMORY, "%s: no memory", dir);
	pthread_mutex_init(&lib->lock, NULL);
	snprintf(lib->dir, sizeof lib->dir, "%s", dir);
	rc = settings_read(dir, &lib->set, &lib->faults, e);
	for (size_t i = 0; i < countof(parts) && !rc; i++) {
		snprintf(path, sizeof path, "%s/%s", lib->dir, parts[i]);
		if (mkdir(path, 0777) && errno != EEXIST)
			rc = err_errno(e, ERROR_ACCESS_DENIED, "%s", path);
	}
	if (!rc)
		rc = add_places(lib, ELEMENT_TRANSPORT, "hand", e);
	if (!rc)
		rc = add_places(lib, ELEMENT_STORAGE, "slots/%04d", e);
	if (!rc)
		rc = add_places(lib, ELEMENT_IE, "mailslots/%02d", e);
	if (!rc)
		rc = add_places(lib, ELEMENT_DRIVE, "drives/%02d", e);
	if (rc) {
		vlib_free(lib);
		return rc;
	}
	lib->picker =
		(struct picker){.ops = &on_directories,
				.hand = &vlib_place(lib, (unsigned)lib->set.first[ELEMENT_TRANSPORT])->cell,
				.rotates = lib->set.rotation != 0,
				.autounloads = lib->set.autounload != 0};
	vlib_watch(lib);
	*out = lib;
	return 0;
}

int vlib_get(const char *dir, struct vlib **lib, struct err *e)
{
	char real[PATH_MAX];
	int rc = 0;

	*lib = NULL;
	if (!realpath(dir, real))
		return err_errno(e, ERROR_FILE_NOT_FOUND, "%s", dir);
	if (strlen(real) >= sizeof(*lib)->dir)
		return err_set(e, ERROR_INVALID_NAME, "%s: the path is too long", dir);
	pthread_mutex_lock(&all_lock);
	for (*lib = all; *lib && strcmp((*lib)->dir, real) != 0;)
		*lib = (*lib)->next;
	if (!*lib) {
		rc = vlib_new(real, lib, e);
		if (*lib)
			(*lib)->next = all, all = *lib;
	}
	if (*lib)
		(*lib)->refs++;
	pthread_mutex_unlock(&all_lock);
	return rc;
}

void vlib_put(struct vlib *lib)
{
	pthread_mutex_lock(&all_lock);
	if (--lib->refs == 0) {
		for (struct vlib **l = &all; *l; l = &(*l)->next)
			if (*l == lib) {
				*l = lib->next;
				break;
			}
		vlib_free(lib);
	}
	pthread_mutex_unlock(&all_lock);
}

void vlib_attention(struct vlib *lib, const struct place *drive, unsigned attention, const struct user *but)
{
	for (struct user *u = lib->users; u && lib->set.attentions; u = u->next)
		if (u->drive == drive && u != but)
			u->attention |= attention;
}

bool vlib_prevented(const struct vlib *lib, const struct place *drive)
{
	for (const struct user *u = lib->users; u; u = u->next)
		if (u->drive == drive && u->prevents)
			return true;
	return false;
}

static void note(struct vlib *lib, struct place *p, const struct cartridge *c)
{
	struct cell *cell = &p->cell;

	cell->tape = c->tape;
	cell->by_hand = c->at != cell->address;
	cell->source = cell->by_hand ? 0 : c->source;
	cell->barcode = !lib->set.barcodes		 ? BARCODE_NO_READER
			: !c->label			 ? BARCODE_MISSING
			: !cartridge_name_valid(c->name) ? BARCODE_INVALID
							 : BARCODE_READ;
	cell->open = cell->type == ELEMENT_IE && ie_is_open(lib, p);
	cell->held = cell->type == ELEMENT_DRIVE && vlib_prevented(lib, p);
}

enum content vlib_look(struct vlib *lib, struct place *p, struct cartridge *c)
{
	enum content content;
	char path[PATH_MAX];
	struct stat st;

	vlib_path(lib, p, path, sizeof path);
	p->stamp = stat(path, &st) ? (struct timespec){0} : st.st_mtim;
	content = cartridge_find(path, c);
	note(lib, p, c);
	if (strcmp(c->name, p->seen) != 0 || content != p->cell.content) {
		snprintf(p->seen, sizeof p->seen, "%s", c->name);
		p->cell.content = (uint8_t)content;
		if (p->cell.type == ELEMENT_DRIVE)
			p->ready_at = p->position = 0;
		vlib_attention(lib, NULL, p->cell.type == ELEMENT_IE ? UA_IE : UA_CHANGED, NULL);
	}
	return content;
}

int vlib_open_door(struct vlib *lib, struct err *e)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof path, "%s/door", lib->dir);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return err_errno(e, ERROR_IO_DEVICE, "%s", path);
	close(fd);
	lib->picker.door = true;
	return 0;
}

/* Behind an open door anything may have happened. */
static void watch_door(struct vlib *lib)
{
	char path[PATH_MAX];
	bool was = lib->picker.door;

	snprintf(path, sizeof path, "%s/door", lib->dir);
	lib->picker.door = access(path, F_OK) == 0;
	if (was && !lib->picker.door)
		vlib_attention(lib, NULL, UA_CHANGED, NULL);
}

void vlib_watch(struct vlib *lib)
{
	char path[PATH_MAX];
	struct cartridge c;
	struct stat st;

	watch_door(lib);

	vec_each(p, &lib->places) {
		vlib_path(lib, p, path, sizeof path);
		/* what is incomplete becomes complete without the place's own directory changing */
		if (p->cell.content == CONTENT_INCOMPLETE || stat(path, &st) ||
		    st.st_mtim.tv_sec != p->stamp.tv_sec || st.st_mtim.tv_nsec != p->stamp.tv_nsec)
			vlib_look(lib, p, &c);
	}
}

static void ie_marker(const struct vlib *lib, const struct place *p, char *out, size_t size)
{
	snprintf(out, size, "%s/%s/.open", lib->dir, p->name);
}

bool ie_is_open(const struct vlib *lib, const struct place *p)
{
	char path[PATH_MAX];

	ie_marker(lib, p, path, sizeof path);
	return access(path, F_OK) == 0;
}

int ie_set_open(const struct vlib *lib, const struct place *p, bool open_it, struct err *e)
{
	char path[PATH_MAX];
	int fd;

	ie_marker(lib, p, path, sizeof path);
	if (!open_it)
		return unlink(path) && errno != ENOENT ? err_errno(e, ERROR_IO_DEVICE, "%s", path) : 0;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return err_errno(e, ERROR_IO_DEVICE, "%s", path);
	close(fd);
	return 0;
}

/* --- drives ---------------------------------------------------------------------------------------- */

static void link_path(const struct vlib *lib, const struct place *drive, char *out, size_t size)
{
	snprintf(out, size, "%s/%s/" MEDIUM_LINK, lib->dir, drive->name);
}

static void link_target(const struct cartridge *c, char *out, size_t size)
{
	snprintf(out, size, "%s/side%d", c->name, c->tape.up);
}

static bool link_leads_to(const char *path, const char *target)
{
	char now[PATH_MAX];
	ssize_t n = readlink(path, now, sizeof now - 1);

	return n > 0 && (size_t)n == strlen(target) && memcmp(now, target, (size_t)n) == 0;
}

/* Should this process die, the next one finds the drive still at it. */
static void note_calibration(struct vlib *lib, const struct place *drive, const struct cartridge *c)
{
	char place[PATH_MAX];
	struct cartridge noted = *c;
	struct err e;

	noted.calibrates_until = drive->ready_at;
	vlib_path(lib, drive, place, sizeof place);
	if (cartridge_write(place, &noted, &e))
		log_warn("%s: %s", place, e.why);
}

static void resume_calibration(struct vlib *lib, struct place *drive, const struct cartridge *c)
{
	if (drive->ready_at || c->tape.calibrated || c->calibrates_until <= clock_mono())
		return;
	drive->ready_at = c->calibrates_until;
	drive->load_ms = lib->set.calibrate_ms;
	drive->calibrating = true;
}

void vdrive_start(struct vlib *lib, struct place *drive, const struct cartridge *c, long load_ms)
{
	drive->calibrating = lib->set.calibrate_ms && drive_must_calibrate(drive->generation, &c->tape);
	drive->load_ms = load_ms + (drive->calibrating ? lib->set.calibrate_ms : 0);
	drive->ready_at = clock_mono() + drive->load_ms;
	if (drive->calibrating)
		note_calibration(lib, drive, c);
}

/* The side's noted size goes before the link comes: from then on the side may become shorter. */
int vdrive_load(struct vlib *lib, struct place *drive, const struct cartridge *c, struct err *e)
{
	char path[PATH_MAX], place[PATH_MAX], target[CARTRIDGE_NAME + 16];
	struct cartridge loaded = *c;

	link_path(lib, drive, path, sizeof path);
	vlib_path(lib, drive, place, sizeof place);
	link_target(c, target, sizeof target);
	drive->ready_at = drive->position = 0;
	drive->calibrating = false;
	if (!link_leads_to(path, target)) {
		loaded.tape.calibrated |= c->tape.generation >= 9;
		loaded.size[c->tape.up - 1] = 0;
		if (cartridge_write(place, &loaded, e))
			return (int)e->code;
		unlink(path);
		if (symlink(target, path))
			return err_errno(e, ERROR_IO_DEVICE, "%s", path);
	}
	return 0;
}

/* The link goes before the side's size is noted, and comes back if somebody was quicker than we. */
int vdrive_unload(struct vlib *lib, struct place *drive, struct cartridge *c, struct err *e)
{
	char path[PATH_MAX], place[PATH_MAX], side[PATH_MAX + CARTRIDGE_NAME + 16];
	struct err ignored;

	link_path(lib, drive, path, sizeof path);
	vlib_path(lib, drive, place, sizeof place);
	snprintf(side, sizeof side, "%s/%s/side%d", place, c->name, c->tape.up);
	if (!file_is_held(side) && (unlink(path) == 0 || errno == ENOENT)) {
		if (!file_is_held(side)) {
			c->size[c->tape.up - 1] = file_size(side);
			drive->ready_at = drive->position = 0;
			return cartridge_write(place, c, e);
		}
		vdrive_load(lib, drive, c, &ignored);
	}
	return err_set(e, ERROR_BUSY, "%s is open", side);
}

static enum drive_fill fill(struct vlib *lib, struct place *drive, struct cartridge *c)
{
	char path[PATH_MAX], target[CARTRIDGE_NAME + 16];
	enum content content = vlib_look(lib, drive, c);
	struct err e;

	link_path(lib, drive, path, sizeof path);
	if (content != CONTENT_CARTRIDGE) {
		unlink(path);
		return content == CONTENT_EMPTY || content == CONTENT_STRAY ? FILL_EMPTY : FILL_WRONG;
	}
	link_target(c, target, sizeof target);
	if (link_leads_to(path, target))
		return FILL_LOADED;
	unlink(path);
	resume_calibration(lib, drive, c);
	if (!drive->ready_at)
		return FILL_SEATED;
	if (clock_mono() < drive->ready_at)
		return FILL_LOADING;
	drive->ready_at = 0;
	if (drive_refuses(drive->generation, &c->tape))
		return FILL_SEATED;
	if (vdrive_load(lib, drive, c, &e))
		return FILL_WRONG;
	vlib_attention(lib, drive, UA_CHANGED, NULL);
	return FILL_LOADED;
}

enum drive_fill vdrive_state(struct vlib *lib, struct place *drive, struct cartridge *c)
{
	return drive->cell.fill = (uint8_t)fill(lib, drive, c);
}
