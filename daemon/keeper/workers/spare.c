/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/workers/operation.h"
#include "daemon/keeper/workers/spare.h"
#include "daemon/wire/task.h"
#include "protocol/kind.h"

/* Spares are kept for REST_SECONDS after the last set was made whose kinds fit: see is_fit().
 * MAKE_SECONDS is the deadline for making one. */
#define REST_SECONDS 5
#define MAKE_SECONDS 10
#define SPARES_MAX 2

static struct {
	bool owned;  /* a set that fits was made in the last REST_SECONDS */
	uid_t owner; /* the owner of the last such set; spares are only for this user */
	bool again;  /* the owner made the last two such sets less than REST_SECONDS apart */
	struct spare ready[SPARES_MAX];
	size_t n;
	bool making;	/* a worker is making another spare */
	uid_t made_for; /* for this user */
	struct event *rest_event;
} spares;

static bool is_fit(uint32_t kinds)
{
	return kinds & KIND_BIT(KIND_NET) && !(kinds & KIND_BIT(KIND_USER));
}

void spare_close(struct spare *spare)
{
	spare->sysfs_fd = close_fd(spare->sysfs_fd);
	spare->net_fd = close_fd(spare->net_fd);
}

void spare_drop(void)
{
	while (spares.n > 0)
		spare_close(&spares.ready[--spares.n]);
}

/* Releases all spares. New spares will be made for this owner. */
static void change_owner(uid_t owner)
{
	spare_drop();
	spares.owner = owner;
	spares.owned = true;
}

struct spare spare_take(uid_t owner, const struct wire_spec *spec)
{
	/* If the set's memory is limited, perhaps by the cgroup of the caller, the net namespace
	 * must count as memory of the set: it must be made in the set's cgroup. */
	if (!is_fit(spec->kinds) || spec->memory || spec->caller_cgroup || spares.n == 0 ||
	    spares.owner != owner)
		return (struct spare){-1, -1};
	return spares.ready[--spares.n];
}

static void on_rest(evutil_socket_t fd _unused_, short what _unused_, void *context _unused_)
{
	spare_drop();
	spares.owned = false;
}

static void on_spare(struct operation *operation _unused_,
		     const struct task_report *report _unused_, int fds[REPORT_FDS_MAX])
{
	if (spares.owned && spares.owner == spares.made_for && spares.n < SPARES_MAX)
		spares.ready[spares.n++] = (struct spare){take_fd(&fds[0]), take_fd(&fds[1])};
}

static void on_done(struct operation *operation _unused_, const struct task_report *report _unused_)
{
	spares.making = false;
}

static void make_one(struct keeper *keeper, bool sysfs)
{
	const struct task_spare task = {.owner = spares.owner, .sysfs = sysfs};
	struct operation *operation;

	if (operation_new(keeper, task.owner, TURN_MAKE, MAKE_SECONDS, &operation) < 0)
		return;
	operation->report = on_spare;
	operation->done = on_done;
	spares.made_for = task.owner;
	spares.making = operation_send(operation, TASK_SPARE, &task) == 0;
}

/* Restarts the timer that releases the spares. Returns false if there is no memory for it. */
static bool rest_later(struct keeper *keeper)
{
	static const struct timeval rest = {.tv_sec = REST_SECONDS};
	if (!spares.rest_event)
		spares.rest_event = evtimer_new(keeper->loop, on_rest, NULL);
	return spares.rest_event && evtimer_add(spares.rest_event, &rest) == 0;
}

/* Begins to make a spare for a set of these kinds. Does nothing if there are enough, or if one is
 * being made. Also does nothing if operations are in progress besides the one whose done() calls
 * this function. */
static void replenish(struct keeper *keeper, uint32_t kinds)
{
	if (operation_count() <= 1 && !spares.making && spares.n < SPARES_MAX)
		make_one(keeper, kinds & KIND_BIT(KIND_MNT));
}

void spare_after_creation(struct keeper *keeper, uid_t owner, uint32_t kinds)
{
	if (!is_fit(kinds) || !rest_later(keeper))
		return;
	spares.again = spares.owned && spares.owner == owner;
	if (spares.again)
		replenish(keeper, kinds);
	else
		change_owner(owner);
}

void spare_after_job(struct keeper *keeper, uid_t owner, uint32_t kinds)
{
	if (is_fit(kinds) && spares.again && spares.owned && spares.owner == owner)
		replenish(keeper, kinds);
}

void spare_stop(void)
{
	spare_drop();
	free_event(spares.rest_event);
	spares.rest_event = NULL;
}
