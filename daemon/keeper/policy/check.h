/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks that a typed request makes sense: every string against its allow-list, and every
 * combination of fields. The front may be under an attacker's control, so everything is checked
 * again here. Pure functions.
 */
#ifndef NSCTL_KEEPER_CHECK_H
#define NSCTL_KEEPER_CHECK_H

#include "base.h"
#include "daemon/wire/layout.h"
#include "protocol/error.h"

/*
 * Checks a specification. Returns 0, ERROR_INVALID_VALUE (field such as "spec.mounts[2].target") or
 * ERROR_NOT_SUPPORTED. Errors are, among others: a field whose namespace is not listed, a bind
 * without descriptor or on "/", two mounts on one target, ip_netns without net, and two mounts of
 * type dev with another root. Numbers, names and host names are as their rows say already: the
 * codec checks them.
 *
 * If there is no error, it fills in defaults, so that equal requests give equal bytes: kinds
 * (KIND_DEFAULT, and user with a mapping), the mapping (custom with maps, root if user is listed
 * without a mapping), hostname (the set's name, with uts), propagation (slave, with mnt),
 * mount_proc (on, with mnt and pid).
 */
int check_spec(struct wire_spec *spec, const char *name, struct failure *failure);

/* Checks that wanted kinds of namespaces are among those that a set has. Returns 0 or
 * ERROR_INVALID_VALUE. */
int check_kinds(uint32_t wanted, uint32_t held, struct failure *failure);

/* Checks a command: its descriptors are there, status_fd is the write end of a pipe (fstat), its
 * kinds are among set_kinds, and the working directory is absolute. */
int check_command(const struct wire_command *command, uint32_t set_kinds, struct failure *failure);

int check_name(const char *name, const char *field, struct failure *failure);
int check_session(const char *session, struct failure *failure);
/* Returns 0, or ERROR_BUSY with the state of the set called name. */
int check_ready(enum set_state state, const char *name, struct failure *failure);

/*
 * Checks the process that a lease is to end with, given by its pid on the host. callers_first: it
 * is process 1 of the caller's pid namespace. Returns 0, or ERROR_INVALID_VALUE for process 1,
 * which never ends.
 */
int check_lease_process(pid_t pid, bool callers_first, struct failure *failure);

#endif
