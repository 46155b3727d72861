/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/resolver/resolver.h"

static void finish(struct ask *ask, const uint8_t *reply, size_t size)
{
	ask->done(ask, reply, size);
	ask_free(ask);
}

static void fail(struct ask *ask)
{
	uint8_t reply[REPLY_MAX];

	finish(ask, reply, question_refuse(ask->bytes, &ask->question, LDNS_RCODE_SERVFAIL, reply));
}

static void wait_for(struct ask *ask, long milliseconds)
{
	const struct timeval time = {milliseconds / 1000, milliseconds % 1000 * 1000};

	event_add(ask->timer, &time);
}

/* Keeps the answer, and asks the keeper for its addresses. */
static void ask_keeper(struct ask *ask, const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size);

	if (copy)
		memcpy(copy, bytes, size);
	ask->reply = copy;
	ask->reply_size = size;
	if (!copy) {
		fail(ask);
		return;
	}
	wait_for(ask, RESOLVER_ALLOWED_SECONDS * 1000L);
	allow_ask(ask);
}

static void on_answered(struct ask *ask, const struct answer *answer, uint8_t *bytes, size_t size)
{
	ask->answer = *answer;
	if (answer->n_addresses > 0)
		ask_keeper(ask, bytes, size);
	else
		finish(ask, bytes, size);
}

static const struct query_calls query_calls = {on_answered, fail};

static void on_time(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct ask *ask = context;

	if (ask->reply)
		fail(ask);
	else
		query_join(ask, &query_calls);
}

struct ask *ask_new(struct set *set, const uint8_t *bytes, size_t size,
		    const struct question *question, const uint32_t *entries, size_t n_entries,
		    ask_done_fn *done)
{
	struct resolver *resolver = set->resolver;
	struct ask *ask = resolver->n_asks < QUESTIONS_ALL_MAX ? calloc(1, sizeof(*ask)) : NULL;

	if (!ask)
		return NULL;
	ask->timer = event_new(resolver->loop, -1, 0, on_time, ask);
	if (!ask->timer) {
		free(ask);
		return NULL;
	}
	ask->set = set;
	ask->servers = n_entries == 0 || names_have_own(set->names, entries, n_entries)
			       ? &set->servers
			       : &set->host_servers;
	ask->done = done;
	ask->question = *question;
	memcpy(ask->bytes, bytes, size);
	ask->size = size;
	ask->version = set->version;
	memcpy(ask->entries, entries, n_entries * sizeof(*entries));
	ask->n_entries = n_entries;
	LIST_INSERT_HEAD(&set->asks, ask, of_set);
	set->n_asks++;
	resolver->n_asks++;
	/* from the loop, when the caller has filled in the rest */
	event_active(ask->timer, EV_TIMEOUT, 1);
	return ask;
}

void ask_free(struct ask *ask)
{
	query_leave(ask);
	allow_forget(ask);
	event_free(ask->timer);
	LIST_REMOVE(ask, of_set);
	ask->set->n_asks--;
	ask->set->resolver->n_asks--;
	free(ask->reply);
	free(ask);
}

static struct ask *find(struct resolver *resolver, uint32_t request)
{
	struct set *set;
	struct ask *ask;

	LIST_FOREACH(set, &resolver->sets, of_resolver)
	LIST_FOREACH(ask, &set->asks, of_set)
	if (ask->request == request)
		return ask;
	return NULL;
}

void ask_allowed(struct resolver *resolver, uint32_t request, uint64_t refused)
{
	struct ask *ask = request ? find(resolver, request) : NULL;
	_cleanup_free_ uint8_t *rest = NULL;
	size_t size;

	if (!ask)
		return;
	if (refused == 0 && !ask->answer.more)
		finish(ask, ask->reply, ask->reply_size);
	else if (answer_without(ask->reply, ask->reply_size, &ask->answer, refused, &rest, &size) ==
			 0 &&
		 size <= ask->reply_size)
		finish(ask, rest, size);
	else
		fail(ask);
}
