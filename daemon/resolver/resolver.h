/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A resolver: its channel to the keeper, its sets, and the questions in progress. Everything that a
 * set can make grow has a bound here. At a bound, the resolver stops reading from that set, so its
 * questions wait in its own sockets, or are lost there.
 */
#pragma once

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
#define LISTENERS_MAX 4 /* UDP and TCP, v4 and v6 */
#define ATTEMPTS_MAX 3	/* messages to name servers, for each question */
#define ATTEMPT_MS 333	/* until the next one */
/* After the last one, until the answer is SERVFAIL. A name server that must ask others first may
 * take seconds. The C library asks again after five. */
#define LAST_ATTEMPT_MS 4000
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
	struct query *query;	 /* to name servers (query.c), or NULL */
	TAILQ_ENTRY(ask) of_query;

	uint8_t *reply; /* waits for the keeper; see allow.c */
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

/*
 * A question in progress: name servers are asked in turn until one answers, then the keeper lets
 * the addresses of its answer through, and then the set gets the answer.
 */

/* Begins with a question of which the caller knows that the set's list has its name, by these
 * entries. The caller fills in who asked. Returns NULL if there is no memory, or if too many are in
 * progress. */
struct ask *ask_new(struct set *set, const uint8_t *bytes, size_t size,
		    const struct question *question, const uint32_t *entries, size_t n_entries,
		    ask_done_fn *done);
/* Ends a question without an answer. */
void ask_free(struct ask *ask);
/* Handles the keeper's answer to the request with this number. refused: a bit for each address that
 * is not let through. */
void ask_allowed(struct resolver *resolver, uint32_t request, uint64_t refused);

/*
 * A question to name servers: they are asked in turn until one answers.
 *
 * Equal questions (the same name and type, to the same name servers) are asked one at a time,
 * whichever set asks. Otherwise an attacker could have a set ask the same thing many times at once,
 * and a forged answer would only have to fit the id and the port of any one of them
 * (CVE-2020-25686). Over TCP, an answer cannot be forged from elsewhere.
 */

struct query_calls {
	/* A name server has answered the question. bytes is the answer; it is valid during this
	 * call only, and may be changed. */
	void (*answered)(struct ask *ask, const struct answer *answer, uint8_t *bytes, size_t size);
	/* No name server has. */
	void (*failed)(struct ask *ask);
};

/* Asks name servers, or joins an equal question. Later, or before this function returns, one of the
 * two calls is made. The call may free this question, but no other one. */
void query_join(struct ask *ask, const struct query_calls *calls);
/* Takes a question off its query, because it needs no answer any more. */
void query_leave(struct ask *ask);

/*
 * What the resolver tells the keeper. Requests to let addresses through wait until the keeper has
 * answered earlier ones. The sets in which questions wait take turns, so a set that asks for much
 * delays another by one request only.
 */

/* Asks the keeper to let the addresses of ask->answer through, when it is the set's turn. */
void allow_ask(struct ask *ask);
/* Takes a question off the list of those that wait. Must be called when the question ends. */
void allow_forget(struct ask *ask);
/* Sends requests that wait, as far as there is room. Must be called when the keeper has answered a
 * request, or the pipe has room again. */
void allow_go_on(struct resolver *resolver);

/* Tells the keeper which name was denied. Returns 0 or -errno; -EAGAIN if the pipe to the keeper is
 * full. */
int denied_send(const struct set *set, const struct denied *denied);

/* TCP connections of a set. */

/* Accepts a connection, if one waits. Returns 0 or -errno; -EMFILE if there are too many. */
int connection_accept(struct set *set, int listening_fd);
/* Closes a connection. Its question gets no answer. */
void connection_free(struct connection *connection);
/* Reads the next message of a connection that has no question in progress. Returns its size,
 * -EAGAIN, or -EMSGSIZE. */
int connection_read(struct connection *connection, uint8_t *ret, size_t max);
/* Writes an answer. */
void connection_write(struct connection *connection, const uint8_t *reply, size_t size);
/* Writes the answer to the connection's question. Is an ask_done_fn. */
void connection_answer(struct ask *ask, const uint8_t *reply, size_t size);

/*
 * What a set sends: its questions over UDP and TCP, within its bounds. A question that the list
 * does not have is refused here.
 */

/* Begins to read from the set's listeners. Returns 0 or -ENOMEM. */
int intake_start(struct set *set);
/* Ends the set's questions, connections and events. */
void intake_stop(struct set *set);

/* The sets whose questions a resolver answers, as the keeper says. */

/* Returns the set of a cookie, or NULL. */
struct set *set_find(struct resolver *resolver, uint64_t cookie);
/* Adds a set; takes its sockets out of resolver->message. Returns 0, -EINVAL if the keeper has
 * broken a rule, or another -errno. */
int set_add(struct resolver *resolver, const struct wire_resolver_add *wire);
/* Replaces a set's list, or its name servers. Return the same. */
int set_list(struct set *set, const struct wire_resolver_list *wire);
int set_upstreams(struct set *set, const struct wire_resolver_upstreams *wire);
/* Closes the set's sockets and forgets it. */
void set_remove(struct set *set);
