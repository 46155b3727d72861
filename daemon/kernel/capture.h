/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A capturer: a helper (helper.h) that writes the packets of one interface to a client's descriptor
 * (docs/adr/0033-capture.md). It is in the net namespace of the interface, and so is its packet
 * socket, which the client never gets. When it begins to serve, a system call filter leaves it
 * neither bind(2) nor send(2).
 */
#pragma once

#include "daemon/wire/task.h"

struct capture {
	int socket_fd; /* bound */
	int links_fd;  /* tells when an interface is gone */
	int file_fd;   /* the client's */
	int stop_fd;   /* a pipe whose end ends the capture; -1: none */
	int result_fd; /* struct task_captured goes here at the end */
	uint64_t most; /* packets to capture; 0: any number */
};
/* Allows this process only the system calls of capture_serve(), for good. Returns 0 or -errno.
 * capture-confine.c */
int capture_confine(void);
/* Captures until the capture has ended, and reports the result. capture-serve.c */
void capture_serve(const struct capture *capture);
