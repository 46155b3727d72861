/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A client's connection. Its calls are handled in order, one at a time. The next call is read when
 * the previous answer has been sent, so a client cannot make front and keeper store more than one
 * answer. A client that has closed its sending side still gets its answers. If it has closed both
 * sides, the front ends the connection and tells the keeper.
 */
#pragma once

#include "daemon/front/front.h"

/*
 * Makes a connection, which owns the socket; number is the keeper's number for it. Returns 0,
 * -ENOMEM, or -EMFILE if the socket could not be received. On failure, tells the keeper that the
 * connection is closed.
 */
int connection_new(struct front *front, uint32_t number, int socket_fd, uint32_t scope,
		   const char *reason);
void connection_free_all(struct front *front);

/* Passes the keeper's answer in front->message on to its connection. lost: the kernel had no room
 * for the answer's descriptors. */
void connection_answer(struct front *front, bool lost);

/* Continues the connections that wait for the pipe to the keeper or for a lane. The caller has
 * found room in the pipe, or added a lane. */
void connection_resume_all(struct front *front);

/* Answers the calls that wait for a lane. front->message is the keeper's reason for giving none or,
 * if lost is true, a lane for whose descriptor the kernel had no room. */
void connection_refuse_waiting(struct front *front, bool lost);

/* Handles WIRE_STOP: closes connections that wait for nothing, and the others once they have their
 * answers. */
void connection_stop_all(struct front *front);
/* Sends WIRE_STOPPED, if the front is stopping and no connection will send a request any more. Must
 * be called after each answer. */
void connection_settle(struct front *front);
