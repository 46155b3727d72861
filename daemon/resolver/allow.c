/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <arpa/inet.h>
#include "daemon/resolver/resolver.h"

/* Sends the message in the writer. Returns 0 or -errno. */
static int send_message(struct resolver *resolver)
{
	int r = wire_outbox_send(&resolver->outbox, &resolver->writer, RESOLVER_REQUESTS_FD);

	/* there may have been no room for it, or for its rest */
	if (r == -EAGAIN || resolver->outbox.start < resolver->outbox.end)
		event_add(resolver->writable, NULL);
	return r;
}

/* Gives the question's request a number, and sends it. Returns 0 or -errno. */
static int send_request(struct ask *ask)
{
	static struct wire_resolver_allow wire;
	static char texts[RESOLVER_ADDRESSES_MAX][INET6_ADDRSTRLEN];
	struct resolver *resolver = ask->set->resolver;
	int r;

	wire.cookie = ask->set->cookie;
	wire.version = ask->version;
	wire.name = ask->question.name;
	wire.n_entries = ask->n_entries;
	for (size_t i = 0; i < ask->n_entries; i++)
		wire.entries[i].index = ask->entries[i];
	wire.n_addresses = ask->answer.n_addresses;
	for (size_t i = 0; i < wire.n_addresses; i++) {
		const struct answer_address *address = &ask->answer.addresses[i];

		inet_ntop(address->family, address->bytes, texts[i], sizeof(texts[i]));
		wire.addresses[i].address = texts[i];
		wire.addresses[i].seconds = address->seconds;
	}
	/* 0 means none */
	if (++resolver->last_request == 0)
		resolver->last_request = 1;
	wire_begin(&resolver->writer, RESOLVER_ALLOW, 0, resolver->last_request, 0);
	wire_put(&resolver->writer, &wire_resolver_allow_layout, &wire);
	r = send_message(resolver);
	if (r == 0)
		ask->request = resolver->last_request;
	return r;
}

void allow_ask(struct ask *ask)
{
	struct set *set = ask->set;
	struct resolver *resolver = set->resolver;

	if (TAILQ_EMPTY(&set->waiting))
		TAILQ_INSERT_TAIL(&resolver->turns, set, of_turns);
	TAILQ_INSERT_TAIL(&set->waiting, ask, of_waiting);
	ask->waiting = true;
	allow_go_on(resolver);
}

void allow_forget(struct ask *ask)
{
	struct set *set = ask->set;

	if (!ask->waiting)
		return;
	ask->waiting = false;
	TAILQ_REMOVE(&set->waiting, ask, of_waiting);
	if (TAILQ_EMPTY(&set->waiting))
		TAILQ_REMOVE(&set->resolver->turns, set, of_turns);
}

/* Ends the turn of the set that is the first one. */
static void pass_turn(struct resolver *resolver, struct set *set)
{
	TAILQ_REMOVE(&resolver->turns, set, of_turns);
	TAILQ_INSERT_TAIL(&resolver->turns, set, of_turns);
}

void allow_go_on(struct resolver *resolver)
{
	struct set *set;

	while (resolver->n_requests < RESOLVER_REQUESTS_MAX &&
	       (set = TAILQ_FIRST(&resolver->turns))) {
		struct ask *ask = TAILQ_FIRST(&set->waiting);

		if (send_request(ask) < 0)
			return;
		resolver->n_requests++;
		pass_turn(resolver, set);
		allow_forget(ask);
	}
}

int denied_send(const struct set *set, const struct denied *denied)
{
	const struct wire_resolver_denied wire = {
		.cookie = set->cookie, .name = denied->name, .questions = denied->questions};
	struct resolver *resolver = set->resolver;

	wire_begin(&resolver->writer, RESOLVER_DENIED, 0, 0, 0);
	wire_put(&resolver->writer, &wire_resolver_denied_layout, &wire);
	return send_message(resolver);
}
