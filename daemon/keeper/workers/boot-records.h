/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sets and networks that are made again when the machine starts, and the links between them: their
 * records in the state directory, and the making. A record is on the disk before the creation is
 * answered, and off it before the removal is. A worker waits for the disk, one file at a time; the
 * keeper never does.
 *
 * At the start, everything that is recorded and missing is made in the ordinary way, with the
 * rights that its owner has today: first networks and sets, in the order of their first making,
 * then links. A failure is logged, listed as a broken set, and tried again at the next start.
 */
#ifndef NSCTL_KEEPER_BOOT_RECORDS_H
#define NSCTL_KEEPER_BOOT_RECORDS_H

#include "daemon/keeper/base/keeper.h"

/* failure NULL: the file is on the disk. */
typedef void boot_written(struct keeper *keeper, const struct failure *failure, void *context);

/* Opens the state directory, if it exists. Returns 0 or -ENOMEM. If it cannot be used, that is
 * logged, and later attempts to keep a record fail. */
int boot_open(struct keeper *keeper, const char *path);
void boot_close(struct keeper *keeper);
/* Removes everything from the state directory. */
int boot_purge(struct keeper *keeper);

/* --- records: boot-records.c --- */

/* Checks that everything the set is linked to is made again at boot. Returns 0 or
 * ERROR_INVALID_VALUE. */
int boot_check_links(const struct set *set, struct failure *failure);
/* Records a set that has just been made, with the links of its specification and no others. */
void boot_record_set(struct keeper *keeper, struct set *set, boot_written *written, void *context);
void boot_forget_set(struct keeper *keeper, const char *id, boot_written *written, void *context);

/* To be called when a link is ready or has changed: records it if it will exist after a boot. */
void boot_link_made(struct keeper *keeper, struct link *link);
/* To be called when a link is removed. */
void boot_link_gone(struct keeper *keeper, struct link *link);

/* --- the start: boot.c --- */

/* Reads the records. To be called after those of this boot were read, and before recovery. */
void boot_load(struct keeper *keeper);
/* Makes everything that is recorded and missing. done is called once, maybe at once: when nothing
 * is left to make, or after PATIENCE_SECONDS, because making what users asked for may hang. */
void boot_restore(struct keeper *keeper, void (*done)(struct keeper *keeper));
/* To be called when a half-made object has been removed: it may be made again. */
void boot_go_on(struct keeper *keeper);

#endif
