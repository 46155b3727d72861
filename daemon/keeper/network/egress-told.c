/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include "daemon/keeper/network/egress-told.h"

static struct task_refusal *find(const struct told *told, const struct task_refusal *wanted)
{
	for (size_t i = 0; i < told->n; i++) {
		struct task_refusal *at = &told->items[i];

		if (at->port == wanted->port && at->protocol == wanted->protocol &&
		    at->family == wanted->family &&
		    memcmp(at->address, wanted->address, sizeof(at->address)) == 0)
			return at;
	}
	return NULL;
}

static int compare(const void *x, const void *y)
{
	const struct task_refusal *a = x, *b = y;

	return a->packets < b->packets ? 1 : a->packets > b->packets ? -1 : 0;
}

size_t told_compare(struct told *told, const struct task_refusals *now,
		    struct task_refusal news[static TOLD_MAX])
{
	struct told next = {.n = MIN(now->n, TOLD_MAX)};
	size_t n = 0;

	next.items = calloc(MAX(next.n, (size_t)1), sizeof(*next.items));
	if (!next.items)
		return 0;
	for (size_t i = 0; i < next.n; i++) {
		const struct task_refusal *before = find(told, &now->items[i]);
		uint64_t packets = now->items[i].packets;

		next.items[i] = now->items[i];
		/* with fewer packets than before, the kernel has begun anew */
		next.items[i].packets = before && before->packets <= packets ? before->packets : 0;
		if (packets == next.items[i].packets)
			continue;
		news[n] = now->items[i];
		news[n++].packets = packets - next.items[i].packets;
	}
	free(told->items);
	told->items = next.items;
	told->n = next.n;
	qsort(news, n, sizeof(news[0]), compare);
	return n;
}

void told_add(struct told *told, const struct task_refusal *news)
{
	struct task_refusal *at = find(told, news);

	if (at)
		at->packets += news->packets;
}

void told_clear(struct told *told)
{
	free(told->items);
	told->items = NULL;
	told->n = 0;
}
