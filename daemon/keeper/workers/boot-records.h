/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sets and networks with --boot, which each start of the machine makes again, and the links between
 * them. Their records are files in the state directory. Such an object's record is on the disk
 * before its creation is answered, and off the disk before its removal is answered. A worker writes
 * the files, one at a time; the keeper never waits for the disk.
 *
 * A start of nsctld makes every recorded object that is missing (start/boot.c) like any other, with
 * the rights that its owner has now: first networks and sets, oldest first, then links. If that
 * fails, the failure is logged, the set is listed as broken, and the next start tries again.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Called when a record has been written or removed. failure: the reason if that was
 * not possible, or NULL. */
typedef void boot_written(struct keeper *keeper, const struct failure *failure, void *context);

/* Opens the state directory at path, if it exists. Returns 0 or -ENOMEM. If the directory cannot be
 * used, logs the reason; then no record can be kept. */
int boot_open(struct keeper *keeper, const char *path);
void boot_close(struct keeper *keeper);
/* Removes all records from the state directory. Returns 0 or -errno. */
int boot_purge(struct keeper *keeper);

/* --- records: boot-records.c --- */

/* Checks that all sets and networks that the set is linked to are made again at boot, too. Returns
 * 0 or ERROR_INVALID_VALUE. */
int boot_check_links(const struct set *set, struct failure *failure);
/* Records a set that has just been made, and the links of its specification. */
void boot_record_set(struct keeper *keeper, struct set *set, boot_written *written, void *context);
/* Writes the record of such a set anew, after its specification has changed. */
void boot_set_changed(struct keeper *keeper, struct set *set, boot_written *written, void *context);
/* Removes the record of the set with this id. */
void boot_forget_set(struct keeper *keeper, const char *id, boot_written *written, void *context);

/* Records a link if the next boot makes it again. Must be called when the link is ready or has
 * changed. */
void boot_link_made(struct keeper *keeper, struct link *link);
/* Must be called when a link is removed. Removes its record. */
void boot_link_gone(struct keeper *keeper, struct link *link);

/* --- the start: boot.c --- */

/* Reads all records. Must be called between the reading of this boot's records and recovery. */
void boot_load(struct keeper *keeper);
/*
 * Makes all recorded objects (sets, networks, links) that are missing. Calls done, which lets
 * clients be served, exactly once: when nothing is left to make (perhaps before boot_restore()
 * returns), or after PATIENCE_SECONDS at the latest, because the making of an object whose files
 * are on a user's own file system can hang.
 */
void boot_restore(struct keeper *keeper, void (*done)(struct keeper *keeper));
/* Must be called when a half-made object has been removed: it may be made again then. */
void boot_go_on(struct keeper *keeper);
