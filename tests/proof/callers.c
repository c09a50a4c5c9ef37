/* SPDX-License-Identifier: GPL-2.0-or-later
 * What the three callers do, step by step. */
#include "play.h"

#include <string.h>

static int end_session(struct txn *t, void *arg, struct err *e) { return media_session_ended(t, arg, e); }
static int end_call(struct txn *t, void *arg, struct err *e) { return media_end_call(t, arg, e); }

void end_of_call(struct play *p, guid *call)
{
	struct err e = {0};

	if (store_run(p->w.store, end_call, call, &e))
		world_fail("a call can't be ended: %s", e.why);
}

int media_of(const struct step *s)
{
	switch (s->kind) {
	case MOUNT:
	case MOUNT_BRIEF:
	case DISMOUNT:
	case LEAVE:
		return s->arg;
	case EJECT:
	case FREE:
	case DEALLOCATE:
		return 1 << s->arg;
	default:
		return 0;
	}
}

static int mount(struct play *p, struct caller_of *c, int media, uint32_t timeout)
{
	guid wanted[MEDIA];
	struct MountNtmsMedia_in in = {
		.call = c->call, .media = {wanted, 0}, .options = NTMS_MOUNT_READ, .timeout = timeout};
	struct MountNtmsMedia_out out = {0};
	int code;

	for (int i = 0; i < MEDIA; i++)
		if (media & 1 << i)
			wanted[in.media.n++] = p->lmid[i];
	code = CALL(&p->w, MountNtmsMedia, &in, &out);
	free(out.drives.v);
	return code;
}

/* By the side: the logical medium may have been deallocated meanwhile. */
static int dismount(struct play *p, int media, uint32_t options)
{
	guid wanted[MEDIA];
	struct DismountNtmsMedia_in in = {.media = {wanted, 0}, .options = options};

	for (int i = 0; i < MEDIA; i++)
		if (media & 1 << i)
			wanted[in.media.n++] = p->side[i];
	return CALL(&p->w, DismountNtmsMedia, &in, NULL);
}

static int inject(struct play *p, struct caller_of *c, uint32_t action)
{
	struct InjectNtmsMedia_in in = {.library = p->library, .operation = c->operation, .action = action};
	struct InjectNtmsMedia_out out = {0};
	int code = CALL(&p->w, InjectNtmsMedia, &in, &out);

	c->operation = out.operation;
	return code;
}

static int lay_in(struct play *p)
{
	if (p->locked || place_at(&p->w, PORT)->cartridge >= 0)
		return ERROR_BUSY;
	cartridge_add(&p->w, PORT, "NEW000L8", LABEL_BLANK, NULL);
	return 0;
}

static int allocate(struct play *p, struct caller_of *c)
{
	struct AllocateNtmsMedia_in in = {.pool = p->pool, .call = c->call, .timeout = 60000};
	struct AllocateNtmsMedia_out out = {0};
	int code = CALL(&p->w, AllocateNtmsMedia, &in, &out);

	if (!code)
		p->lmid[MEDIA] = out.medium;
	return code;
}

static int cancel(struct play *p, struct caller_of *c)
{
	struct session_end end = {.session = c->session};
	struct err e = {0};

	return store_run(p->w.store, end_session, &end, &e);
}

static int act(struct play *p, struct caller_of *c, const struct step *s)
{
	struct EjectNtmsMedia_in eject = {.action = NTMS_EJECT_START};
	struct EjectNtmsMedia_out ejecting = {0};
	struct InventoryNtmsLibrary_in inventory = {.library = p->library, .action = NTMS_INVENTORY_OMID};
	struct MoveToNtmsMediaPool_in move = {.pool = p->free_pool};
	struct DeallocateNtmsMedia_in give = {0};
	struct DisableNtmsObject_in off = {.type = NTMS_DRIVE, .object = p->drive[s->arg & 1]};
	struct EnableNtmsObject_in on = {.type = NTMS_DRIVE, .object = p->drive[s->arg & 1]};

	switch (s->kind) {
	case MOUNT:
		return mount(p, c, s->arg, INFINITE);
	case MOUNT_BRIEF:
		return mount(p, c, s->arg, 10000);
	case DISMOUNT:
		return dismount(p, s->arg, NTMS_DISMOUNT_IMMEDIATE);
	case LEAVE:
		return dismount(p, s->arg, NTMS_DISMOUNT_DEFERRED);
	case EJECT:
		eject.medium = p->medium[s->arg];
		return CALL(&p->w, EjectNtmsMedia, &eject, &ejecting);
	case INJECT:
		return inject(p, c, NTMS_INJECT_START);
	case LAY_IN:
		return lay_in(p);
	case INJECT_STOP:
		return inject(p, c, NTMS_INJECT_STOP);
	case INVENTORY:
		return CALL(&p->w, InventoryNtmsLibrary, &inventory, NULL);
	case FREE:
		move.medium = p->medium[s->arg];
		return CALL(&p->w, MoveToNtmsMediaPool, &move, NULL);
	case ALLOCATE:
		return allocate(p, c);
	case DEALLOCATE:
		give.medium = p->lmid[s->arg];
		return CALL(&p->w, DeallocateNtmsMedia, &give, NULL);
	case DISABLE:
		return CALL(&p->w, DisableNtmsObject, &off, NULL);
	case ENABLE:
		return CALL(&p->w, EnableNtmsObject, &on, NULL);
	case CANCEL:
		return cancel(p, c);
	case END:
		break;
	}
	return 0;
}

/* A mount that failed takes its dismount along. */
static void failed(struct caller_of *c, const struct step *steps)
{
	if (steps[c->step - 1].kind != MOUNT && steps[c->step - 1].kind != MOUNT_BRIEF &&
	    steps[c->step - 1].kind != CANCEL)
		return;
	while (steps[c->step].kind == CANCEL || steps[c->step].kind == DISMOUNT ||
	       steps[c->step].kind == LEAVE)
		c->step++;
}

void caller_step(struct play *p, int caller)
{
	struct caller_of *c = &p->callers[caller];
	const struct step *steps = p->mix->steps[caller];
	bool waited = c->waits;

	p->w.caller.session = c->session;
	if (!waited)
		c->call.b[2] = (uint8_t)c->step;
	if (steps[c->step].kind == CANCEL && !waited) { /* too late */
		c->step++;
		return;
	}
	c->code = act(p, c, &steps[c->step++]);
	c->waits = c->code == ERROR_IO_PENDING;
	if (waited)
		c->code = ERROR_CANCELLED;
	if (c->code && !c->waits)
		failed(c, steps);
}

void callers_hear(struct play *p)
{
	union {
		struct MountNtmsMedia_out mount;
		struct AllocateNtmsMedia_out allocate;
	} out;

	for (int i = 0; i < CALLERS; i++) {
		struct caller_of *c = &p->callers[i];
		const struct step *steps = p->mix->steps[i];

		if (!c->waits)
			continue;
		memset(&out, 0, sizeof out);
		p->w.caller.session = c->session;
		c->code = world_poll(&p->w, &c->call, &out);
		if (c->code == ERROR_IO_PENDING)
			continue;
		c->waits = false;
		if (steps[c->step - 1].kind == ALLOCATE)
			p->lmid[MEDIA] = out.allocate.medium;
		else
			free(out.mount.drives.v);
		end_of_call(p, &c->call);
		if (c->code)
			failed(c, steps);
	}
}

void callers_crashed(struct play *p)
{
	for (int i = 0; i < CALLERS; i++) {
		struct caller_of *c = &p->callers[i];

		c->session.b[1]++;
		if (!c->waits)
			continue;
		c->waits = false, c->code = ERROR_NOT_CONNECTED;
		failed(c, p->mix->steps[i]);
	}
}
