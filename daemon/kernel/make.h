/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A maker: makes one set. It is a child of a worker, shares the worker's memory while the worker
 * waits, and is born in the set's cgroup. The kernel charges the caller with what the maker makes
 * (privilege_charge()). The maker reports through the worker's channel. If the maker is killed at
 * any point, child_remove() removes all that it has made.
 *
 *	plain set				set with a user namespace
 *	one process				maker (root)		its inner process
 *	prepare mounts				prepare mounts
 *	charge, unshare							charge, unshare
 *						maps, clocks
 *	network, host name, clocks		network, host name
 *	mounts					mounts (a child)
 *	init					init
 *	pins					pins
 *
 * The maker also starts the init of a set with a user namespace, from outside, with credentials of
 * the host over which the owner has no power (docs/adr/0002, docs/kernel.md, 17).
 */
#pragma once

#include "daemon/kernel/host.h"
#include "daemon/wire/task.h"

/* Makes the set, reports, and ends the process. */
void child_make(const struct host *host, const struct task_create *task) __attribute__((noreturn));
