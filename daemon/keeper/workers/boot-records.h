/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records for the next boot: of sets and networks with --boot, which each boot of the machine makes
 * again, and of their links. Records are files in the state directory. The record of a set or
 * network, with its links, is on the disk before its creation is answered, and off the disk before
 * its removal is answered; a single link may be answered before. A worker syncs, renames and
 * removes the files, one at a time, so that the keeper need not wait for the disk.
 *
 * A start of nsctld makes every recorded object that is missing (start/boot.c), with the rights
 * that its owner has now: first networks and sets, oldest first, then links. If that fails, the
 * failure is logged, a set or network is listed as broken, and the next start tries again.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Called when a record has been written or removed (failure is NULL), or when that has failed
 * (failure is the reason). */
typedef void boot_written(struct keeper *keeper, const struct failure *failure, void *context);

/* Opens the state directory at path, if it exists; otherwise the first record makes it. path must
 * stay valid until boot_close(). Returns 0 or -ENOMEM. If the directory cannot be used, logs the
 * reason, and also returns 0: then nothing is made again by this start, and each new record tries
 * to open the directory again. */
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

/* Records a link if the next boot makes it again. Must be called when a link that was not made with
 * a set is ready, and when a link has changed. */
void boot_link_made(struct keeper *keeper, struct link *link);
/* Removes the link's own record, if it has one, or the link from the record of its set. Must be
 * called when the link is removed. */
void boot_link_gone(struct keeper *keeper, struct link *link);

/* --- the start: start/boot.c --- */

/* Reads all records of the state directory. Must be called after the records of this boot are read,
 * and before sets are recovered. */
void boot_load(struct keeper *keeper);
/*
 * Makes all recorded objects (sets, networks, links) that are missing. Calls done(), which lets
 * clients be served, exactly once: when nothing is left to make (perhaps before boot_restore()
 * returns), or after PATIENCE_SECONDS, because the making of an object whose files are on a user's
 * own file system can hang.
 */
void boot_restore(struct keeper *keeper, void (*done)(struct keeper *keeper));
/* Goes on making recorded objects. Must be called when the removal of a half-made set has ended:
 * the set may now be made again. */
void boot_go_on(struct keeper *keeper);
