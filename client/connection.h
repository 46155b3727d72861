/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The connection to nsctld. Calls are one round trip, blocking; what goes wrong with one is told to
 * the user here, once, in words.
 */
#ifndef NSCTL_CLIENT_CONNECTION_H
#define NSCTL_CLIENT_CONNECTION_H

#include "client/client.h"

/* Descriptors for a call, each close-on-exec and owned by the list until it is sent. */
struct call_fds {
	int fds[TRANSPORT_FDS_MAX];
	size_t n;
};

void call_fds_done(struct call_fds *fds);
/* Takes fd; the index for a ...FileDescriptor parameter, NULL when they are too many. */
json_t *call_fds_add(struct call_fds *fds, int fd);
#define _cleanup_call_fds_ _cleanup_(call_fds_done)
#define _cleanup_reply_ _cleanup_(message_reply_done)

void client_init(struct client *client);
void client_done(struct client *client);

/* Connects where that has not been done. 0, or a status, told unless silent. */
int client_connect(struct client *client, bool silent);

/* Forgets the connection, so that the next call makes one. */
void client_reconnect(struct client *client);
/* The same, and waits until there is another, for so long. False: nobody serves the socket. */
bool client_await(struct client *client, unsigned int seconds);

/* Sends a call: takes neither the descriptors, of which copies go, nor the parameters. 0 or a
 * status, told. */
int client_send(struct client *client, const char *subject, const char *method, json_t *parameters,
		struct call_fds *fds, bool more);

/* What is there of the next reply: 0 and *ret (to be released), TRANSPORT_AGAIN (only once the
 * socket is non-blocking), TRANSPORT_END, TRANSPORT_BROKEN, TRANSPORT_UNREAD (also where not all
 * of the call could be sent), or -errno; told is none. Descriptors
 * that came with it are in client->receiver.fds until client_received(). */
int client_receive(struct client *client, struct message_reply *ret);
void client_received(struct client *client);

/* After a connection was lost while a call was not answered: connects again for another try. False:
 * that would not be right, or there is nobody. */
bool client_try_again(struct client *client, const char *method, const json_t *parameters,
		      int outcome, unsigned int tries);

/* Tells that the connection was lost on the way, and what is not known therefore. Returns
 * STATUS_UNREACHABLE or STATUS_FAILED. */
int client_lost(const struct client *client, const char *subject, int outcome);

/* One call and its one reply, which may be an error; asked again where the connection is lost
 * and the daemon has not read the call, or asking twice does no harm. Takes the parameters, not the
 * descriptors. fds may be NULL. */
int client_exchange(struct client *client, const char *subject, const char *method,
		    json_t *parameters, struct call_fds *fds, struct message_reply *ret);

/* The same, and an error is told; *ret (may be NULL) is the parameters of the reply. */
int client_call(struct client *client, const char *subject, const char *method, json_t *parameters,
		struct call_fds *fds, json_t **ret);

/* A call that removes what its parameters name; absent: it is no error when there is none. Takes
 * the parameters. */
int client_remove(struct client *client, const char *subject, const char *method,
		  json_t *parameters, bool absent);

/* The same for each of names, which end with NULL: on, past an error that is told, but when nobody
 * is there any more. The worst of the statuses. */
int client_remove_each(struct client *client, char *const *names, const char *method, bool absent);

/* A call with more: each is called for the parameters of every reply. */
int client_call_more(struct client *client, const char *subject, const char *method,
		     json_t *parameters, void (*each)(void *context, json_t *reply), void *context);

/* {"name": NAME} and the owner, where one was named. */
json_t *client_named(const struct client *client, const char *name);

#endif
