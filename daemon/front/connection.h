/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A client's connection. Its calls are handled in order, one at a time. The next call is read when
 * the previous answer has been sent, so a client cannot make front and keeper store more than one
 * answer. A client that has closed its sending side still gets its answers; one that has closed
 * both sides is gone, and the keeper is told.
 */
#ifndef NSCTL_FRONT_CONNECTION_H
#define NSCTL_FRONT_CONNECTION_H

#include "daemon/front/front.h"

/* Makes a connection and takes the socket. number: the keeper's number of it. Returns 0, -ENOMEM,
 * or -EMFILE if the socket could not be received; the keeper gets a message about that. */
int connection_new(struct front *front, uint32_t number, int socket_fd, uint32_t scope,
		   const char *reason);
void connection_free_all(struct front *front);

/* Passes the keeper's answer in front->message on to its connection. lost: the kernel had no room
 * for the answer's descriptors. */
void connection_answer(struct front *front, bool lost);

/* To be called when the pipe has room again, or when there is another lane: continues the
 * connections that wait for it. */
void connection_resume_all(struct front *front);

/* To be called when the keeper has said why there is no lane: answers calls that wait for one. */
void connection_refuse_waiting(struct front *front);

/* Handles WIRE_STOP: closes connections that wait for nothing, and the others when they have their
 * answers. */
void connection_stop_all(struct front *front);
/* To be called after an answer: sends WIRE_STOPPED if no connection will send requests any more. */
void connection_settle(struct front *front);

#endif
