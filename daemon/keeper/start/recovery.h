/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Recovery: a start of nsctld compares the records of objects (sets, networks, links, sessions)
 * with the kernel. It keeps, completes or removes each object, or marks it as broken. A record that
 * cannot be used is set aside: moved to another directory. If a recorded object cannot be examined
 * for lack of memory or descriptors, the start fails.
 *
 * A set has pins, files that keep its namespaces (kernel/pin.h). They are in a mount namespace, the
 * vault (kernel/vault.h). A maker is the process that makes a set. A topology is all that one call
 * of Apply makes; it is unfinished if the daemon ended before the call.
 *
 *   record                                  result
 *   creating, by Adopt                      removed: its namespaces may be unchecked
 *   creating; in its caller's cgroup        removed: another process may pass for its init
 *   creating; its maker has done its work   ready
 *   creating; otherwise                     removed; broken if its maker cannot be killed
 *   ready, as recorded                      ready
 *   any state; the set around it is gone    removed
 *   ready or broken; its connection ended   removed, if the set ends with that
 *   ready; its command ended                removed, if the set ends with that
 *   ready; init ended, in caller's cgroup   removed
 *   ready; a pin or the init is missing     broken: its owner may remove it
 *   removing, or of an unfinished topology  removed
 *   damaged                                 set aside; its object then has no record
 *   second with the same owner and name     set aside
 *   of another boot                         deleted
 *   none, but pins in the vault             broken; owner and name are those in the pins' path
 *   none, but a cgroup                      the cgroup is removed, and its processes are killed
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Compares all records with the kernel, and acts by the table above. Returns 0 or -errno, after
 * logging the reason. */
int recover(struct keeper *keeper);

/* Removes all sets, for nsctld --purge, and waits until no removal is in progress any more. Returns
 * 0, or -EBUSY if some sets could not be removed. */
int recover_purge(struct keeper *keeper);
