/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A connection to nsctld, with calls and replies as trees of jansson. nsctl uses these functions;
 * those of nsctl.h convert texts, and are for everybody else.
 */
#pragma once

#include <jansson.h>
#include "lib/nsctl.h"
#include "protocol/message.h"
#include "protocol/transport.h"

#define DEFAULT_SOCKET "/run/nsctl/socket"

struct nsctl {
	int socket_fd;	  /* non-blocking */
	int error;	  /* a negative errno: the connection has failed */
	bool unsent;	  /* the last call could not be sent completely */
	bool taken;	  /* the message in receiver has been returned */
	unsigned int due; /* calls whose last reply has not come */
	struct sender sender;
	struct receiver receiver;
};

/* Returns the socket's path, as nsctl_connect() takes it. */
const char *connection_path(const char *path);

/* Makes a connection of a socket that is connected, which it takes. Returns 0 or -errno. */
int connection_new(int socket_fd, struct nsctl **ret);

/* Like nsctl_call(), with an object, which stays the caller's. */
int connection_call(struct nsctl *nsctl, const char *method, json_t *parameters, const int *fds,
		    size_t n_fds, unsigned int flags);

/* Like nsctl_next(). The caller releases *ret. The reply's descriptors stay in the connection until
 * the next call of this function. */
int connection_next(struct nsctl *nsctl, int timeout_ms, struct message_reply *ret);

/* Takes descriptor number index of the reply that connection_next() has returned last. Returns -1
 * if there is none. */
int connection_take_fd(struct nsctl *nsctl, int64_t index);
