/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a maker does: everything between its fork from a worker, whose memory it shares while that
 * waits, and its end. It is born in the set's cgroup, is charged as the caller (privilege_charge),
 * and reports through the worker's channel. Killed anywhere, it leaves only what child_remove()
 * makes absent.
 *
 *	plain set				set with a user namespace
 *	one process				maker (root)		its inner process
 *	prepare mounts				prepare mounts
 *	charge, unshare							charge, unshare
 *						maps, clocks
 *	network, host name, clocks		network, host name	mounts
 *	mounts					init
 *	init					pins
 *	pins
 *
 * The init of a user namespace's set is started by the outer half, with credentials of the host
 * that the owner has no power over (docs/adr/0002, tests/kernel/test-userns-init.c).
 */
#ifndef NSCTL_KERNEL_MAKE_H
#define NSCTL_KERNEL_MAKE_H

#include "daemon/kernel/host.h"
#include "daemon/wire/task.h"

/* Makes the set, reports, and ends the process. */
void child_make(const struct host *host, const struct task_create *task) __attribute__((noreturn));

/* Ends the set's processes and makes its pins and cgroup absent, reports, ends the process. */
void child_remove(const struct host *host, const struct task_remove *task)
	__attribute__((noreturn));

/* Reports the interfaces of a set's net namespace. */
void child_inspect(const struct host *host, const struct task_inspect *task)
	__attribute__((noreturn));

#endif
