/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The connection to nsctld. A call is one blocking round trip. Failures are reported to the user
 * here, once.
 */
#pragma once

#include "client/client.h"

/* Descriptors for a call, each close-on-exec and owned by the list until it is sent. */
struct call_fds {
	int fds[TRANSPORT_FDS_MAX];
	size_t n;
};

void call_fds_done(struct call_fds *fds);
/* Adds fd to the list, which then owns it. Returns its index as the value of a ...FileDescriptor
 * parameter. If the list is full, closes fd and returns NULL. */
json_t *call_fds_add(struct call_fds *fds, int fd);
#define _cleanup_call_fds_ _cleanup_(call_fds_done)
#define _cleanup_reply_ _cleanup_(message_reply_done)

void client_init(struct client *client);
void client_done(struct client *client);

/* Connects, unless there is a connection already. Returns 0, or an exit status. Reports a failure,
 * unless silent is true. */
int client_connect(struct client *client, bool silent);

/* Drops the connection, so that the next call makes a new one. */
void client_reconnect(struct client *client);
/* Drops the connection, and tries to make a new one for that many seconds. Returns true if it
 * could. */
bool client_await(struct client *client, unsigned int seconds);

/* Begins a call, with copies of the descriptors. The parameters and the descriptors stay the
 * caller's. Returns 0, or an exit status after reporting the failure. */
int client_send(struct client *client, const char *subject, const char *method, json_t *parameters,
		struct call_fds *fds, bool more);

/* Waits for the next reply, and reports no failure. Returns 0 with the reply in *ret, which the
 * caller releases, or the -errno of connection_next(). */
int client_receive(struct client *client, struct message_reply *ret);
/* Returns true if that -errno means that the connection has ended. */
bool client_is_lost(int outcome);

/*
 * Connects again, so that the caller can repeat a call whose connection was lost before its answer.
 * Returns false if repeating it is not safe, if it was tried too often, or if there is no daemon.
 */
bool client_try_again(struct client *client, const char *method, const json_t *parameters,
		      int outcome, unsigned int tries);

/* Reports why a call has no answer, and whether it may have been carried out. outcome is the result
 * of client_receive(). Returns STATUS_UNREACHABLE or STATUS_FAILED. */
int client_lost(const struct client *client, const char *subject, int outcome);

/*
 * Makes a call and reads its one reply, which may be an error, into *ret. Repeats the call if the
 * connection is lost and either the daemon has not read the call or repeating it is harmless. Takes
 * the parameters, but not the descriptors. fds may be NULL. Returns 0, or an exit status after
 * reporting the failure.
 */
int client_exchange(struct client *client, const char *subject, const char *method,
		    json_t *parameters, struct call_fds *fds, struct message_reply *ret);

/* Makes a call like client_exchange(), and also reports an error in the reply. *ret becomes a
 * reference to the reply's parameters; ret may be NULL. */
int client_call(struct client *client, const char *subject, const char *method, json_t *parameters,
		struct call_fds *fds, json_t **ret);

/* Makes a call that removes the object named by its parameters. absent: it is no error if the
 * object does not exist. Takes the parameters. */
int client_remove(struct client *client, const char *subject, const char *method,
		  json_t *parameters, bool absent);

/* Removes each object in names, which end with NULL. Continues after a reported error, unless
 * nsctld cannot be reached. Returns the worst status. */
int client_remove_each(struct client *client, char *const *names, const char *method, bool absent);

/* Makes a call that asks for more than one reply, and calls each() with the parameters of every
 * reply. Takes the parameters, but not the descriptors. fds may be NULL. Returns 0, or an exit
 * status after reporting the failure. */
int client_call_more(struct client *client, const char *subject, const char *method,
		     json_t *parameters, struct call_fds *fds,
		     void (*each)(void *context, json_t *reply), void *context);
/* Like client_call_more(), and adds the lists in all replies to those in the first one, which
 * becomes ret. progress: called with every reply; NULL: nothing is called. */
int client_call_joined(struct client *client, const char *subject, const char *method,
		       json_t *parameters, struct call_fds *fds,
		       void (*progress)(const json_t *reply), json_t **ret);

/* Returns {"name": NAME}, and the owner if one was given. */
json_t *client_named(const struct client *client, const char *name);
