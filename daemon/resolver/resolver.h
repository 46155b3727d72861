/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A resolver: its channel to the keeper, its sets, and the questions in progress. Everything that a
 * set can make grow has a bound here. At a bound, the resolver stops reading from that set, so its
 * questions wait in its own sockets, or are lost there.
 */
#pragma once

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <sys/queue.h>
#include "daemon/resolver/answer.h"
#include "daemon/resolver/names.h"
#include "daemon/wire/message.h"
#include "daemon/wire/stream.h"

#define SET_QUESTIONS_MAX 64   /* in progress, for each set */
#define SET_CONNECTIONS_MAX 16 /* TCP, for each set */
#define SET_BUDGET 200	       /* questions in each period, for each set */
#define PERIOD_MS 100
#define QUESTIONS_ALL_MAX 1024 /* in progress, for all sets */
#define CONNECTIONS_ALL_MAX 4096
#define LISTENERS_MAX 4	      /* UDP and TCP, v4 and v6 */
#define ATTEMPTS_MAX 3	      /* messages to name servers, for each question */
#define ATTEMPT_MS 333	      /* until the next one; without an answer to any: SERVFAIL */
#define CONNECTION_SECONDS 10 /* that a TCP connection may be idle */

struct set;
struct query;
struct ask;

/* A name server. */
struct server {
	struct sockaddr_storage address;
	socklen_t size;
};

/* Those of a set, or of the host for a set. */
struct servers {
	struct server items[RESOLVER_SERVERS_MAX];
	size_t n;
	size_t first; /* that has answered last, and is asked first */
};

/* Is called once, with the answer for the set, or with NULL if there is none. */
typedef void ask_done_fn(struct ask *ask, const uint8_t *reply, size_t size);

/* A question in progress. */
struct ask {
	LIST_ENTRY(ask) of_set;
	struct set *set;
	ask_done_fn *done;
	int fd; /* UDP: the set's socket; peer is the address that has asked */
	struct sockaddr_storage peer;
	socklen_t peer_size;
	struct connection *connection; /* TCP */

	struct question question;
	uint8_t bytes[QUESTION_MAX]; /* the question as the set sent it */
	size_t size;
	uint64_t version; /* the list's version; entries has those that match */
	size_t n_entries;
	uint32_t entries[RESOLVER_ENTRIES_MAX];

	struct servers *servers; /* of the set */
	struct event *timer;	 /* starts the question, and bounds the wait for the keeper */
	struct query *query;	 /* to name servers (query.h), or NULL */
	TAILQ_ENTRY(ask) of_query;

	uint8_t *reply; /* waits for the keeper; see request.h */
	size_t reply_size;
	TAILQ_ENTRY(ask) of_waiting;
	bool waiting;
	uint32_t request; /* to the keeper; 0: none */
	struct answer answer;
};

/* A TCP connection of a set. It has one question at a time in progress. */
struct connection {
	LIST_ENTRY(connection) of_set;
	struct set *set;
	struct bufferevent *stream;
	struct ask *ask;
	bool busy; /* an answer is being written */
};

/* A socket at which a set asks. */
struct listener {
	struct set *set;
	int fd;
	bool tcp;
	struct event *readable;
};

/* How often a set has asked for a denied name that the keeper has not been told about yet. If there
 * are more names than DENIED_MAX, the last entry counts the questions for the others, too. */
#define DENIED_MAX 8
struct denied {
	char name[NAME_TEXT_SIZE];
	uint64_t questions;
};

struct set {
	LIST_ENTRY(set) of_resolver;
	struct resolver *resolver;
	uint64_t cookie;
	struct names *names;
	uint64_t version;
	bool every; /* other names are forwarded, too */
	struct servers servers, host_servers;
	struct listener listeners[LISTENERS_MAX];

	LIST_HEAD(ask_list, ask) asks;
	LIST_HEAD(connection_list, connection) connections;
	size_t n_asks, n_connections;
	TAILQ_HEAD(waiting_list, ask) waiting; /* questions that wait for their turn */
	TAILQ_ENTRY(set) of_turns;
	unsigned int budget;  /* questions that the set may still ask in this period */
	struct event *period; /* pending: a period has begun */
	struct event *resume; /* lets the set be read again */
	struct denied denied[DENIED_MAX];
	size_t n_denied;
	struct event *deny_rest; /* pending: the keeper has been told less than a second ago */
};

struct resolver {
	struct event_base *loop;
	struct event *readable; /* the channel from the keeper */
	struct event *writable; /* the pipe to the keeper */
	struct wire_writer writer;
	struct wire_outbox outbox;
	struct wire_message message;
	LIST_HEAD(set_list, set) sets;
	LIST_HEAD(query_list, query) queries;
	size_t n_sets, n_asks, n_connections;
	TAILQ_HEAD(turn_list, set) turns; /* sets in which questions wait, by turns */
	uint32_t last_request;
	size_t n_requests; /* that the keeper has not answered yet */
};
