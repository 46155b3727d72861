/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Recovery: a start compares the records with the kernel, and finishes, rolls back, adopts or sets
 * aside each object. It guesses nothing: if something cannot be examined for lack of memory or
 * descriptors, the start fails and leaves everything as it is.
 *
 *   record                                  result
 *   creating; all pins exist, init lives    ready: only the record was missing
 *   creating, and adopts namespaces         removed: they may not have been checked
 *   creating, in its caller's cgroup        removed: its init may not be its own
 *   ready, and its init has ended there     removed
 *   creating, otherwise                     removed; broken if its maker cannot be killed
 *   ready, as recorded                      ready
 *   ready; a pin or the init is missing     broken: its owner may remove it
 *   removing                                removed
 *   damaged                                 set aside; its objects then have no record
 *   of another boot                         deleted
 *   none, but pins in the vault             broken; owner and name are those in the pins' path
 *   none, but a cgroup                      the cgroup is removed, and its processes are killed
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Carries out the recovery. Returns 0 or -errno, after logging the reason. */
int recover(struct keeper *keeper);

/* nsctld --purge: removes all sets. Returns when they are gone: 0, or -errno if
 * some could not be removed. */
int recover_purge(struct keeper *keeper);
