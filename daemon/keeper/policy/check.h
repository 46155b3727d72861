/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether a typed request makes sense: every string against its allow-list, every combination. The
 * front may be broken into, so this looks at everything again. Pure.
 */
#ifndef NSCTL_KEEPER_CHECK_H
#define NSCTL_KEEPER_CHECK_H

#include "base.h"
#include "daemon/wire/layout.h"
#include "protocol/error.h"

/*
 * A specification: refused with ERROR_INVALID_VALUE (field as "spec.mounts[2].target") or
 * ERROR_NOT_SUPPORTED; else made complete in place, so that equal wishes give equal bytes: kinds
 * filled in (unset: KIND_DEFAULT, and user with a mapping), mapping (custom with maps), kinds in
 * which nothing is held are refused, hostname (the set's name when uts is new and none given),
 * propagation (slave with mnt), mount_proc (on where mnt and pid are new), mapping (root when user
 * is listed without one). A field whose namespace is not among those listed is an error that names
 * the field. A bind without descriptor or with target "/", two mounts on one target, ip_netns
 * without net, root with mounts of type dev twice, clocks out of the kernel's range: errors.
 */
int check_spec(struct wire_spec *spec, const char *name, struct failure *failure);

/* A command: descriptors that must be there, status_fd a pipe's write end (fstat), kinds within
 * set_kinds, a working directory that is absolute. */
int check_command(const struct wire_command *command, uint32_t set_kinds, struct failure *failure);

int check_name(const char *name, const char *field, struct failure *failure);
int check_session(const char *session, struct failure *failure);

/*
 * The process that a lease is to end with, by its number on the host. callers_first: it is process
 * 1 of the caller's pid namespace. Returns 0, or ERROR_INVALID_VALUE: process 1 never ends.
 */
int check_lease_process(pid_t pid, bool callers_first, struct failure *failure);

#endif
