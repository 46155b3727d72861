/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include "daemon/resolver/allow.h"
#include "daemon/resolver/ask.h"
#include "daemon/resolver/attempt.h"

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

static void end_attempts(struct ask *ask)
{
	for (size_t i = 0; i < ask->n_attempts; i++)
		attempt_end(&ask->attempts[i]);
}

/* Keeps the answer, and asks the keeper for its addresses. */
static void ask_keeper(struct ask *ask, const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size);

	if (copy)
		memcpy(copy, bytes, size);
	end_attempts(ask);
	ask->reply = copy;
	ask->reply_size = size;
	if (!copy) {
		fail(ask);
		return;
	}
	/* another attempt may have failed a moment ago */
	event_del(ask->timer);
	wait_for(ask, RESOLVER_ALLOWED_SECONDS * 1000L);
	allow_ask(ask);
}

/* Another name server may know what this one does not. */
static bool is_unhelpful(const struct ask *ask, int code)
{
	return (code == LDNS_RCODE_SERVFAIL || code == LDNS_RCODE_REFUSED ||
		code == LDNS_RCODE_NOTIMPL) &&
	       ask->n_attempts < ask->servers->n;
}

static void on_failed(struct attempt *attempt)
{
	struct ask *ask = attempt->ask;

	attempt_end(attempt);
	ask->n_failed++;
	/* the next one begins now; if there is none, this waits for those that have begun */
	if (ask->n_attempts < ATTEMPTS_MAX || ask->n_failed == ask->n_attempts)
		event_active(ask->timer, EV_TIMEOUT, 1);
}

static void on_message(struct attempt *attempt, uint8_t *bytes, size_t size)
{
	struct ask *ask = attempt->ask;
	int r = answer_read(bytes, size, ask->bytes, &ask->question, &ask->answer);

	if (r == -EBADMSG) {
		/* a forgery, perhaps: the true answer may follow, but not over TCP */
		if (ask->connection)
			on_failed(attempt);
		return;
	}
	if (r == 0 && is_unhelpful(ask, ask->answer.code)) {
		on_failed(attempt);
		return;
	}
	ask->servers->first = (size_t)(attempt->server - ask->servers->items);
	ldns_write_uint16(bytes, ask->question.id);
	if (r < 0)
		fail(ask);
	else if (ask->answer.n_addresses > 0)
		ask_keeper(ask, bytes, size);
	else
		finish(ask, bytes, size);
}

static const struct attempt_calls attempt_calls = {on_message, on_failed};

/* Sends the question to the next name server. Returns false if that fails at once. */
static bool attempt(struct ask *ask)
{
	const struct servers *servers = ask->servers;
	const size_t i = ask->n_attempts++;
	const struct server *server = &servers->items[(servers->first + i) % servers->n];

	return attempt_start(&ask->attempts[i], ask, server, &attempt_calls) == 0;
}

/* Sends the question to name servers until that works for one. Returns false if there is none. */
static bool try_next(struct ask *ask)
{
	while (ask->servers->n > 0 && ask->n_attempts < ATTEMPTS_MAX) {
		if (attempt(ask))
			return true;
		ask->n_failed++;
	}
	/* those that have begun may still be answered */
	return ask->n_failed < ask->n_attempts;
}

static void on_time(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct ask *ask = context;
	const bool over = ask->reply || ask->n_attempts == ATTEMPTS_MAX;

	if (!over && try_next(ask))
		wait_for(ask, ATTEMPT_MS);
	else
		fail(ask);
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
	ask->servers =
		names_have_own(set->names, entries, n_entries) ? &set->servers : &set->host_servers;
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
	end_attempts(ask);
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
