/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/turns.h"

struct turn_queue {
	struct turn_queue *next;
	uid_t uid;
	enum turn_kind kind;
	size_t n_going;		   /* running turns */
	struct turn *first, **end; /* waiting turns */
};

static struct turn_queue *find_queue(struct turns *turns, uid_t uid, enum turn_kind kind)
{
	return LIST_FIND(turns->queues, queue, next, queue->uid == uid && queue->kind == kind);
}

static void append(struct turns *turns, struct turn_queue *queue)
{
	struct turn_queue **at = &turns->queues;

	while (*at)
		at = &(*at)->next;
	queue->next = NULL;
	*at = queue;
}

static struct turn_queue *make_queue(struct turns *turns, uid_t uid, enum turn_kind kind)
{
	struct turn_queue *queue = calloc(1, sizeof(*queue));

	if (!queue)
		return NULL;
	queue->uid = uid;
	queue->kind = kind;
	queue->end = &queue->first;
	append(turns, queue);
	return queue;
}

static bool may_go(const struct turns *turns, const struct turn_queue *queue)
{
	return queue->n_going == 0 ||
	       (queue->n_going < turns->each_max && turns->n_going < turns->all_max);
}

static void go(struct turns *turns, struct turn_queue *queue, struct turn *turn)
{
	turn->goes = true;
	queue->n_going++;
	turns->n_going++;
}

int turns_enter(struct turns *turns, struct turn *turn, uid_t uid, enum turn_kind kind)
{
	struct turn_queue *queue = find_queue(turns, uid, kind);

	if (!queue)
		queue = make_queue(turns, uid, kind);
	if (!queue)
		return -ENOMEM;
	*turn = (struct turn){.queue = queue};
	if (!queue->first && may_go(turns, queue)) {
		go(turns, queue, turn);
		return 1;
	}
	*queue->end = turn;
	queue->end = &turn->next;
	return 0;
}

static struct turn *take_first(struct turn_queue *queue)
{
	struct turn *turn = queue->first;

	queue->first = turn->next;
	if (!queue->first)
		queue->end = &queue->first;
	turn->next = NULL;
	return turn;
}

struct turn *turns_next(struct turns *turns)
{
	struct turn_queue *queue = turns->queues;
	struct turn *turn;

	while (queue && (!queue->first || !may_go(turns, queue)))
		queue = queue->next;
	if (!queue)
		return NULL;
	turn = take_first(queue);
	go(turns, queue, turn);
	/* the queue moves to the end: the other queues come first now */
	LIST_DROP(turns->queues, queue, next);
	append(turns, queue);
	return turn;
}

static void stop_waiting(struct turn_queue *queue, const struct turn *turn)
{
	struct turn **at = &queue->first;

	while (*at != turn)
		at = &(*at)->next;
	*at = turn->next;
	if (!*at)
		queue->end = at;
}

void turns_leave(struct turns *turns, struct turn *turn)
{
	struct turn_queue *queue = turn->queue;

	if (!queue)
		return;
	if (turn->goes) {
		queue->n_going--;
		turns->n_going--;
	} else {
		stop_waiting(queue, turn);
	}
	*turn = (struct turn){};
	if (queue->first || queue->n_going > 0)
		return;
	LIST_DROP(turns->queues, queue, next);
	free(queue);
}
