/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One client: its calls in order, one at a time; the next one is read when the answer to the one
 * before has been sent, so a client can make nobody keep more than one answer for it. A client that
 * has closed its sending side is still answered; one that has closed altogether is gone, and the
 * keeper is told.
 */
#ifndef NSCTL_FRONT_CONNECTION_H
#define NSCTL_FRONT_CONNECTION_H

#include "daemon/front/front.h"

/* Takes the socket. number: the keeper's. 0 or -ENOMEM; -EMFILE: there is no socket, which the
 * keeper is told. */
int connection_new(struct front *front, uint32_t number, int socket_fd, uint32_t scope,
		   const char *reason);
void connection_free_all(struct front *front);

/* Passes the keeper's answer in front->message on to the connection that asked. lost: the kernel
 * had no room for the answer's descriptors. */
void connection_answer(struct front *front, bool lost);

/* The pipe takes requests again, or there is another lane. */
void connection_resume_all(struct front *front);

/* The keeper has just said why there is no lane: calls that wait for one are answered with that. */
void connection_refuse_waiting(struct front *front);

/* WIRE_STOP: lets go of the clients that wait for nothing, and of the others once they do. */
void connection_stop_all(struct front *front);
/* After an answer: tells the keeper when it was the last that leads to another request. */
void connection_settle(struct front *front);

#endif
