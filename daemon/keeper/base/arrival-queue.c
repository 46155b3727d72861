/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/arrival-queue.h"

struct arrival {
	struct arrival *next;
	int fd;
};

struct arrival_user {
	struct arrival_user *next;
	uid_t uid;
	struct arrival *first, **end; /* waiting, the oldest first; end: for the next one */
	uint64_t forgiven; /* time when all fruitless connections of the user are forgiven */
};

static void append(struct arrival_queue *queue, struct arrival_user *user)
{
	struct arrival_user **at = &queue->first;

	while (*at)
		at = &(*at)->next;
	user->next = NULL;
	*at = user;
}

/* Returns the user's queue, or NULL if there is no memory. Makes the queue if the user has none. */
static struct arrival_user *get_user(struct arrival_queue *queue, uid_t uid)
{
	struct arrival_user *user = LIST_FIND(queue->first, at, next, at->uid == uid);

	if (user)
		return user;
	user = malloc(sizeof(*user));
	if (!user)
		return NULL;
	*user = (struct arrival_user){.uid = uid, .end = &user->first};
	append(queue, user);
	return user;
}

int arrival_queue_push(struct arrival_queue *queue, uid_t uid, int fd)
{
	struct arrival_user *user = get_user(queue, uid);
	struct arrival *arrival = user ? malloc(sizeof(*arrival)) : NULL;

	if (!arrival)
		return -ENOMEM;
	*arrival = (struct arrival){.fd = fd};
	*user->end = arrival;
	user->end = &arrival->next;
	queue->n_waiting++;
	return 0;
}

/* Returns the user whose turn it is, or NULL if no connection may be served now. */
static struct arrival_user *find_turn(const struct arrival_queue *queue, uint64_t now)
{
	return LIST_FIND(queue->first, user, next,
			 user->first &&
				 user->forgiven <
					 now + ARRIVAL_FORGIVEN * ARRIVAL_FORGIVE_MICROSECONDS);
}

bool arrival_queue_may_pop(const struct arrival_queue *queue, uint64_t now)
{
	return find_turn(queue, now);
}

int arrival_queue_pop(struct arrival_queue *queue, uint64_t now, uid_t *ret_uid)
{
	struct arrival_user *user = find_turn(queue, now);
	struct arrival *arrival = user ? user->first : NULL;
	int fd;

	if (!arrival)
		return -1;
	LIST_DROP(queue->first, user, next);
	append(queue, user);
	user->first = arrival->next;
	if (!user->first)
		user->end = &user->first;
	fd = arrival->fd;
	free(arrival);
	queue->n_waiting--;
	*ret_uid = user->uid;
	return fd;
}

void arrival_queue_count_fruitless(struct arrival_queue *queue, uid_t uid, uint64_t now)
{
	struct arrival_user *user = get_user(queue, uid);

	if (user)
		user->forgiven = MAX(user->forgiven, now) + ARRIVAL_FORGIVE_MICROSECONDS;
}

void arrival_queue_forgive_all(struct arrival_queue *queue)
{
	for (struct arrival_user *at = queue->first; at; at = at->next)
		at->forgiven = 0;
}

void arrival_queue_tidy(struct arrival_queue *queue, uint64_t now)
{
	struct arrival_user **at = &queue->first;

	while (*at) {
		struct arrival_user *user = *at;

		if (user->first || user->forgiven > now) {
			at = &user->next;
			continue;
		}
		*at = user->next;
		free(user);
	}
}
