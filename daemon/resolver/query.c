/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include "daemon/resolver/attempt.h"

struct query {
	LIST_ENTRY(query) of_resolver;
	struct resolver *resolver;
	const struct query_calls *calls;
	TAILQ_HEAD(query_asks, ask) asks;
	uint64_t cookie; /* of the set that has begun it */
	struct servers servers;
	struct event *timer;
	struct attempt attempts[ATTEMPTS_MAX];
	size_t n_attempts, n_failed;
	struct question question;
	struct message message;
	uint8_t bytes[];
};

/* Frees a query that is in no list any more. */
static void destroy(struct query *query)
{
	for (size_t i = 0; i < query->n_attempts; i++)
		attempt_end(&query->attempts[i]);
	event_free(query->timer);
	free(query);
}

void query_leave(struct ask *ask)
{
	struct query *query = ask->query;

	if (!query)
		return;
	ask->query = NULL;
	TAILQ_REMOVE(&query->asks, ask, of_query);
	if (TAILQ_EMPTY(&query->asks)) {
		LIST_REMOVE(query, of_resolver);
		destroy(query);
	}
}

/* --- equal questions --- */

static bool same_servers(const struct servers *a, const struct servers *b)
{
	for (size_t i = 0; i < a->n && i < b->n; i++)
		if (a->items[i].size != b->items[i].size ||
		    memcmp(&a->items[i].address, &b->items[i].address, a->items[i].size) != 0)
			return false;
	return a->n == b->n;
}

static struct query *find_equal(const struct ask *ask)
{
	struct query *query;

	LIST_FOREACH(query, &ask->set->resolver->queries, of_resolver)
	if (!query->message.tcp && query->question.type == ask->question.type &&
	    strcmp(query->question.name, ask->question.name) == 0 &&
	    same_servers(&query->servers, ask->servers))
		return query;
	return NULL;
}

/* Returns true if both questions have the same bytes, except for the id and the case of the
 * name. */
static bool is_same(const struct query *query, const struct ask *ask)
{
	const size_t end = ask->question.end;

	if (ask->size != query->message.size || end != query->question.end)
		return false;
	return memcmp(ask->bytes + 2, query->bytes + 2, LDNS_HEADER_SIZE - 2) == 0 &&
	       memcmp(ask->bytes + end, query->bytes + end, ask->size - end) == 0;
}

/* --- answers --- */

/* Gives an answer the id of this question, and the name with the case of its letters there. */
static void address_to(const struct ask *ask, uint8_t *bytes, size_t size)
{
	const size_t end = MIN(ask->question.end, size);
	size_t i = LDNS_HEADER_SIZE;

	ldns_write_uint16(bytes, ask->question.id);
	while (i < end && tolower(bytes[i]) == tolower(ask->bytes[i]))
		i++;
	if (i == ask->question.end)
		memcpy(bytes + LDNS_HEADER_SIZE, ask->bytes + LDNS_HEADER_SIZE,
		       i - LDNS_HEADER_SIZE);
}

/* When a query is answered, its questions have their turns in this order: first those with the same
 * options, which get the answer. The others are asked anew: first those of other sets, then those
 * of the same set. So no set can delay the questions of another one for long. */
enum turn { TURN_ANSWERED, TURN_OTHERS, TURN_OWN, TURN_COUNT };

static enum turn turn_of(const struct query *query, const struct ask *ask)
{
	if (is_same(query, ask))
		return TURN_ANSWERED;
	return ask->set->cookie != query->cookie ? TURN_OTHERS : TURN_OWN;
}

static void answer(struct query *query, size_t server, const struct answer *answer, uint8_t *bytes,
		   size_t size)
{
	const struct query_calls *calls = query->calls;
	struct ask *ask, *next;

	/* what joins now begins another one */
	LIST_REMOVE(query, of_resolver);
	for (enum turn turn = 0; turn < TURN_COUNT; turn++)
		for (ask = TAILQ_FIRST(&query->asks); ask; ask = next) {
			next = TAILQ_NEXT(ask, of_query);
			if (turn_of(query, ask) != turn)
				continue;
			TAILQ_REMOVE(&query->asks, ask, of_query);
			ask->query = NULL;
			ask->servers->first = server;
			if (turn != TURN_ANSWERED) {
				query_join(ask, calls);
				continue;
			}
			address_to(ask, bytes, size);
			calls->answered(ask, answer, bytes, size);
		}
	destroy(query);
}

static void fail(struct query *query)
{
	const struct query_calls *calls = query->calls;
	bool last = false;

	while (!last) {
		struct ask *ask = TAILQ_FIRST(&query->asks);

		last = !TAILQ_NEXT(ask, of_query);
		query_leave(ask);
		calls->failed(ask);
	}
}

/* --- attempts --- */

static void wait_for(struct query *query, long milliseconds)
{
	const struct timeval time = {milliseconds / 1000, milliseconds % 1000 * 1000};

	event_add(query->timer, &time);
}

/* Returns true if the code is a failure of this name server, so that another one may know the
 * answer. */
static bool is_unhelpful(const struct query *query, int code)
{
	return (code == LDNS_RCODE_SERVFAIL || code == LDNS_RCODE_REFUSED ||
		code == LDNS_RCODE_NOTIMPL) &&
	       query->n_attempts < query->servers.n;
}

static void on_failed(struct attempt *attempt)
{
	struct query *query = attempt->context;

	attempt_end(attempt);
	query->n_failed++;
	/* the next attempt begins now; if none is left, the question fails when all have failed */
	if (query->n_attempts < ATTEMPTS_MAX || query->n_failed == query->n_attempts)
		event_active(query->timer, EV_TIMEOUT, 1);
}

static void on_message(struct attempt *attempt, uint8_t *bytes, size_t size)
{
	static struct answer found;
	struct query *query = attempt->context;
	int r = answer_read(bytes, size, query->bytes, &query->question, &found);

	if (r == -EBADMSG) {
		/* perhaps a forgery: over UDP the true answer may still follow, over TCP it
		 * cannot */
		if (query->message.tcp)
			on_failed(attempt);
		return;
	}
	if (r == 0 && is_unhelpful(query, found.code))
		on_failed(attempt);
	else if (r < 0)
		fail(query);
	else
		answer(query, (size_t)(attempt->server - query->servers.items), &found, bytes,
		       size);
}

static const struct attempt_calls attempt_calls = {on_message, on_failed};

/* Sends the question to the next name server. Returns false if that fails at once. */
static bool attempt(struct query *query)
{
	const struct servers *servers = &query->servers;
	const size_t i = query->n_attempts++;
	struct attempt *attempt = &query->attempts[i];

	attempt->server = &servers->items[(servers->first + i) % servers->n];
	attempt->calls = &attempt_calls;
	attempt->context = query;
	return attempt_start(attempt, query->resolver->loop, &query->message) == 0;
}

/* Sends the question to name servers until that works for one. Returns false if there is none. */
static bool try_next(struct query *query)
{
	while (query->servers.n > 0 && query->n_attempts < ATTEMPTS_MAX) {
		if (attempt(query))
			return true;
		query->n_failed++;
	}
	/* those that have begun may still be answered */
	return query->n_failed < query->n_attempts;
}

static void on_time(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct query *query = context;

	if (query->n_attempts < ATTEMPTS_MAX && try_next(query))
		wait_for(query, query->n_attempts < ATTEMPTS_MAX ? ATTEMPT_MS : LAST_ATTEMPT_MS);
	else
		fail(query);
}

/* --- the beginning --- */

static struct query *begin(const struct ask *ask, const struct query_calls *calls)
{
	struct resolver *resolver = ask->set->resolver;
	struct query *query = calloc(1, sizeof(*query) + ask->size);

	if (!query)
		return NULL;
	query->timer = event_new(resolver->loop, -1, 0, on_time, query);
	if (!query->timer) {
		free(query);
		return NULL;
	}
	query->resolver = resolver;
	query->calls = calls;
	query->cookie = ask->set->cookie;
	query->servers = *ask->servers;
	query->question = ask->question;
	memcpy(query->bytes, ask->bytes, ask->size);
	query->message = (struct message){query->bytes, ask->size, ask->connection != NULL};
	TAILQ_INIT(&query->asks);
	LIST_INSERT_HEAD(&resolver->queries, query, of_resolver);
	event_active(query->timer, EV_TIMEOUT, 1);
	return query;
}

void query_join(struct ask *ask, const struct query_calls *calls)
{
	struct query *query = ask->connection ? NULL : find_equal(ask);

	if (!query)
		query = begin(ask, calls);
	if (!query) {
		calls->failed(ask);
		return;
	}
	ask->query = query;
	TAILQ_INSERT_TAIL(&query->asks, ask, of_query);
}
