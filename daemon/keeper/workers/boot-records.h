/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records for the next boot: of sets and networks with --boot, which each boot of the machine makes
 * again, and of their links. Records are files in the state directory. The record of a set or
 * network includes the links of its specification. It is on the disk before the request to make the
 * set is answered, and removed from the disk before the request to remove the set is answered. A
 * request to make or remove a single link does not wait for the disk. Workers sync, rename and
 * remove the files, one at a time, so that the keeper need not wait for the disk.
 *
 * Each start of nsctld makes the recorded objects that do not exist (start/boot.c), with the rights
 * that their owners have now: first networks and sets, oldest first, then links. If that fails, the
 * failure is logged, a set or network is listed as broken, and the next start tries again.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Called when a record has been written or removed (failure is NULL), or when that has failed
 * (failure is the reason). */
typedef void boot_written(struct keeper *keeper, const struct failure *failure, void *context);

/* Opens the state directory at path. If there is none, the first record makes it. path must stay
 * valid until boot_close(). Returns 0 or -ENOMEM. If the directory cannot be used, logs the reason
 * and returns 0. Then this start makes nothing again, and each new record tries again to open the
 * directory. */
int boot_open(struct keeper *keeper, const char *path);
void boot_close(struct keeper *keeper);
/* Removes all records from the state directory, if it could be opened. Returns 0 or -errno. */
int boot_purge(struct keeper *keeper);

/* --- records: boot-records.c --- */

/* Checks that each boot also makes the sets and networks to which the set is linked. Returns 0, or
 * ERROR_INVALID_VALUE and *failure. */
int boot_check_links(const struct set *set, struct failure *failure);
/* Records a set that has been made, and the links of its specification. Calls written() at the end,
 * perhaps before returning. */
void boot_record_set(struct keeper *keeper, struct set *set, boot_written *written, void *context);
/* Writes the record of a set with --boot anew, after its specification has changed. Calls written()
 * at the end, perhaps before returning. */
void boot_set_changed(struct keeper *keeper, struct set *set, boot_written *written, void *context);
/* Removes the record of the set with this id, which must have one. Calls written() at the end,
 * perhaps before returning. */
void boot_forget_set(struct keeper *keeper, const char *id, boot_written *written, void *context);

/* Records a link if the next boot makes the sets and networks at its ends. Must be called when a
 * link that was not made with a set is ready, and when a link has changed. */
void boot_link_made(struct keeper *keeper, struct link *link);
/* Removes the link's own record, if it has one, or the link from the record of its set. Must be
 * called when the link is removed. */
void boot_link_gone(struct keeper *keeper, struct link *link);

/* --- the start: start/boot.c --- */

/* Reads all records for the next boot. Must be called after the records of this boot (store.h) were
 * read into the registry, and before a set from them is repaired or removed. */
void boot_load(struct keeper *keeper);
/*
 * Begins to make all recorded sets, networks and links that do not exist. Calls done() exactly
 * once, when clients may be served: when nothing is left to make (perhaps before boot_restore()
 * returns), or after PATIENCE_SECONDS. Then the rest is made while clients are served: an object
 * can take for ever if its files are on a user's own file system.
 */
void boot_restore(struct keeper *keeper, void (*done)(struct keeper *keeper));
/* Goes on making recorded objects, which waits while a set that an earlier daemon left half-made is
 * being removed. Must be called when such a removal has ended. */
void boot_go_on(struct keeper *keeper);
