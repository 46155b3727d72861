/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/resolver/resolver.h"

#define DATAGRAMS_AT_ONCE 16
#define DENY_REST_SECONDS 1

/* Returns true if the set may ask something now. A set may have no more questions in progress than
 * there are free places for others. So there is always a place for another set. */
static bool may_ask(const struct set *set)
{
	return set->budget > 0 && set->n_asks < SET_QUESTIONS_MAX &&
	       set->n_asks < QUESTIONS_ALL_MAX - set->resolver->n_asks;
}

/* Begins a period of a set, unless one runs. At its end the set has its whole budget again. */
static void begin_period(struct set *set)
{
	static const struct timeval period = {0, PERIOD_MS * 1000L};

	if (!event_pending(set->period, EV_TIMEOUT, NULL))
		event_add(set->period, &period);
}

static void take_budget(struct set *set)
{
	begin_period(set);
	set->budget--;
}

/* Tells the keeper which names were denied, unless it was told about this set a moment ago. */
static void tell_denied(struct set *set)
{
	static const struct timeval rest = {DENY_REST_SECONDS, 0};
	size_t sent = 0;

	if (set->n_denied == 0 || event_pending(set->deny_rest, EV_TIMEOUT, NULL))
		return;
	while (sent < set->n_denied && denied_send(set, &set->denied[sent]) == 0)
		sent++;
	set->n_denied -= sent;
	memmove(set->denied, set->denied + sent, set->n_denied * sizeof(set->denied[0]));
	event_add(set->deny_rest, &rest);
}

static void note_denied(struct set *set, const char *name)
{
	struct denied *at = set->denied;

	while (at < set->denied + set->n_denied && strcmp(at->name, name) != 0)
		at++;
	if (at == set->denied + set->n_denied) {
		if (set->n_denied < DENIED_MAX)
			set->denied[set->n_denied++].questions = 0;
		at = &set->denied[set->n_denied - 1];
		memcpy(at->name, name, strlen(name) + 1);
	}
	at->questions++;
	tell_denied(set);
}

/* Answers a message at once if its question is not to be forwarded. Returns the size of the answer,
 * 0 if there is none, or -EAGAIN if the question is to be forwarded; then *n entries match. */
static int refuse(struct set *set, const uint8_t *bytes, size_t size, struct question *question,
		  uint32_t entries[static RESOLVER_ENTRIES_MAX], size_t *n,
		  uint8_t ret[static REPLY_MAX])
{
	int code = question_read(bytes, size, question);

	if (code < 0)
		return 0;
	*n = code == 0 ? names_match(set->names, question->name, entries) : 0;
	if (*n > 0 || (code == 0 && set->every))
		return -EAGAIN;
	if (code == 0) {
		code = LDNS_RCODE_REFUSED;
		note_denied(set, question->name);
	}
	return (int)question_refuse(bytes, question, code, ret);
}

static void send_reply(int fd, const struct sockaddr_storage *peer, socklen_t peer_size,
		       const uint8_t *reply, size_t size)
{
	/* it may be lost, like every datagram */
	(void)sendto(fd, reply, size, MSG_NOSIGNAL, (const struct sockaddr *)peer, peer_size);
}

static void on_answer(struct ask *ask, const uint8_t *reply, size_t size)
{
	send_reply(ask->fd, &ask->peer, ask->peer_size, reply, size);
	event_active(ask->set->resume, EV_TIMEOUT, 1);
}

static void take_datagram(struct listener *listener, const uint8_t *bytes, size_t size,
			  const struct sockaddr_storage *peer, socklen_t peer_size)
{
	static struct question question;
	uint32_t entries[RESOLVER_ENTRIES_MAX];
	uint8_t reply[REPLY_MAX];
	struct ask *ask;
	size_t n;
	int r = refuse(listener->set, bytes, size, &question, entries, &n, reply);

	if (r == -EAGAIN) {
		ask = ask_new(listener->set, bytes, size, &question, entries, n, on_answer);
		if (ask) {
			ask->fd = listener->fd;
			ask->peer = *peer;
			ask->peer_size = peer_size;
			return;
		}
		r = (int)question_refuse(bytes, &question, LDNS_RCODE_SERVFAIL, reply);
	}
	if (r > 0)
		send_reply(listener->fd, peer, peer_size, reply, (size_t)r);
}

/* Reads where the set may ask, and nowhere else. */
static void update_reading(struct set *set)
{
	for (size_t i = 0; i < LISTENERS_MAX; i++) {
		struct listener *listener = &set->listeners[i];

		if (!listener->readable)
			continue;
		if (may_ask(set) && (!listener->tcp || set->n_connections < SET_CONNECTIONS_MAX))
			event_add(listener->readable, NULL);
		else
			event_del(listener->readable);
	}
	/* no question of its own will end, and wake it */
	if (set->n_asks == 0 && !may_ask(set))
		begin_period(set);
}

static void on_udp(evutil_socket_t fd, short what _unused_, void *context)
{
	static uint8_t bytes[QUESTION_MAX];
	struct listener *listener = context;

	for (int i = 0; i < DATAGRAMS_AT_ONCE && may_ask(listener->set); i++) {
		struct sockaddr_storage peer;
		socklen_t peer_size = sizeof(peer);
		ssize_t n = recvfrom(fd, bytes, sizeof(bytes), MSG_DONTWAIT,
				     (struct sockaddr *)&peer, &peer_size);

		if (n < 0)
			break;
		take_budget(listener->set);
		take_datagram(listener, bytes, (size_t)n, &peer, peer_size);
	}
	update_reading(listener->set);
}

/* Handles a question that came over TCP. */
static void on_request(struct connection *connection, const uint8_t *bytes, size_t size)
{
	static struct question question;
	struct set *set = connection->set;
	uint32_t entries[RESOLVER_ENTRIES_MAX];
	uint8_t reply[REPLY_MAX];
	size_t n;
	int r;

	take_budget(set);
	r = refuse(set, bytes, size, &question, entries, &n, reply);
	if (r == -EAGAIN) {
		connection->ask =
			ask_new(set, bytes, size, &question, entries, n, connection_answer);
		if (connection->ask) {
			connection->ask->connection = connection;
			return;
		}
		r = (int)question_refuse(bytes, &question, LDNS_RCODE_SERVFAIL, reply);
	}
	if (r > 0)
		connection_write(connection, reply, (size_t)r);
	else
		connection_free(connection);
}

static void serve_connections(struct set *set)
{
	static uint8_t bytes[QUESTION_MAX];
	struct connection *connection, *next;

	for (connection = LIST_FIRST(&set->connections); connection && may_ask(set);
	     connection = next) {
		int n = connection_read(connection, bytes, sizeof(bytes));

		next = LIST_NEXT(connection, of_set);
		if (n >= 0)
			on_request(connection, bytes, (size_t)n);
		else if (n != -EAGAIN)
			connection_free(connection);
	}
}

static void on_tcp(evutil_socket_t fd, short what _unused_, void *context)
{
	struct listener *listener = context;

	if (!is_shortage(connection_accept(listener->set, fd))) {
		update_reading(listener->set);
		return;
	}
	/* the connection waits, and would wake us again at once */
	event_del(listener->readable);
	begin_period(listener->set);
}

static void on_resume(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct set *set = context;

	serve_connections(set);
	update_reading(set);
}

static void on_period(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct set *set = context;

	set->budget = SET_BUDGET;
	on_resume(-1, 0, set);
}

static void on_deny_rest(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	tell_denied(context);
}

static bool make_events(struct set *set)
{
	struct event_base *loop = set->resolver->loop;

	set->period = event_new(loop, -1, 0, on_period, set);
	set->resume = event_new(loop, -1, 0, on_resume, set);
	set->deny_rest = event_new(loop, -1, 0, on_deny_rest, set);
	for (size_t i = 0; i < LISTENERS_MAX; i++) {
		struct listener *listener = &set->listeners[i];

		if (listener->fd < 0)
			continue;
		listener->readable = event_new(loop, listener->fd, EV_READ | EV_PERSIST,
					       listener->tcp ? on_tcp : on_udp, listener);
		if (!listener->readable)
			return false;
	}
	return set->period && set->resume && set->deny_rest;
}

int intake_start(struct set *set)
{
	if (!make_events(set))
		return -ENOMEM;
	set->budget = SET_BUDGET;
	update_reading(set);
	return 0;
}

static void free_event(struct event *event)
{
	if (event)
		event_free(event);
}

void intake_stop(struct set *set)
{
	while (!LIST_EMPTY(&set->connections))
		connection_free(LIST_FIRST(&set->connections));
	while (!LIST_EMPTY(&set->asks))
		ask_free(LIST_FIRST(&set->asks));
	for (size_t i = 0; i < LISTENERS_MAX; i++)
		free_event(set->listeners[i].readable);
	free_event(set->period);
	free_event(set->resume);
	free_event(set->deny_rest);
}
