/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/base/log-limit.h"
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/network/egress-denied.h"
#include "daemon/keeper/network/egress-refused.h"
#include "daemon/keeper/policy/user-name.h"
#include "daemon/keeper/request/events.h"

/* --- which refused packets were reported --- */

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
		/* fewer packets than before: the kernel has begun to count this destination anew */
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

/* --- reporting --- */

/* Maximum number of events about refusals to the sets of one user in a minute. Lines of the log
 * about them have the same limit: see log_by_user(). */
#define EVENTS_PER_MINUTE 200

/* limit: counts the events about refusals to each user's sets (EVENTS_PER_MINUTE). */
static struct {
	uint64_t generation; /* see egress_denied_generation() */
	struct log_limit limit;
} state;

/* Counts one more event about refusals to the sets of this user in this minute. Returns false if
 * there were EVENTS_PER_MINUTE already. */
static bool admits(uid_t uid)
{
	const uint64_t now = clock_boottime();
	struct log_count over;

	while (log_limit_take(&state.limit, now, &over))
		;
	return log_limit_admits(&state.limit, now, uid, "egress", EVENTS_PER_MINUTE);
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void tell_destination(struct set *set, const struct task_refusal *refusal)
{
	struct egress_refused_text text;
	struct wire_refused refused;
	char count[24], port[16] = "", where[96];
	const struct log_fields fields = {
		.has_uid = true, .uid = set->owner, .set = set_shown_name(set)};
	bool six = refusal->family == AF_INET6 && refusal->port;

	egress_view_refusal(refusal, &text, &refused);
	snprintf(count, sizeof(count), "%" PRIu64, refused.packets);
	if (refused.port)
		snprintf(port, sizeof(port), "%u", refused.port);
	snprintf(where, sizeof(where), "%s%s%s%s%s/%s", six ? "[" : "", refused.address,
		 six ? "]" : "", refused.port ? ":" : "", port, refused.protocol);
	events_egress_denied(set,
			     (const struct wire_detail[]){{"address", refused.address},
							  {"protocol", refused.protocol},
							  {"count", count},
							  {"port", port}},
			     refused.port ? 4 : 3);
	log_by_user("egress denied", LOG_INFO, &fields, "%s %s of %s was refused %s (%s packet%s)",
		    set_what(set), fields.set, user_name(set->owner).text, where, count,
		    plural(refused.packets));
}

void egress_denied_name(struct set *set, const char *name, uint64_t questions)
{
	const struct log_fields fields = {
		.has_uid = true, .uid = set->owner, .set = set_shown_name(set)};
	char count[24], shown[DETAIL_VALUE_MAX + 1];

	snprintf(count, sizeof(count), "%" PRIu64, questions);
	/* a byte that is not printable takes four (\DDD), so the name may have to be cut */
	snprintf(shown, sizeof(shown), "%s", name);
	if (admits(set->owner))
		events_egress_denied(
			set, (const struct wire_detail[]){{"name", shown}, {"count", count}}, 2);
	log_by_user("egress denied", LOG_INFO, &fields,
		    "%s %s of %s was refused the name %s (%s question%s)", set_what(set),
		    fields.set, user_name(set->owner).text, name, count, plural(questions));
}

size_t egress_denied_tell(struct set *set, struct told *told, const struct task_refusals *refusals,
			  size_t most, size_t *ret_left)
{
	static struct task_refusal news[TOLD_MAX];
	size_t n, i;

	if (told->generation != state.generation)
		told_clear(told);
	told->generation = state.generation;
	n = told_compare(told, refusals, news);
	for (i = 0; i < MIN(n, most) && admits(set->owner); i++) {
		tell_destination(set, &news[i]);
		told_add(told, &news[i]);
	}
	*ret_left = n - i;
	return i;
}

void egress_denied_flushed(void)
{
	state.generation++;
}

uint64_t egress_denied_generation(void)
{
	return state.generation;
}
