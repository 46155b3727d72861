/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The keeper's records on disk: RUNTIME/state/sets/ID (also networks), links/ID and sessions/ID,
 * one file for each, in the encoding of daemon/wire. A file is written to a temporary name and
 * renamed. It begins with "nsctl-state\n", a version, the boot id and a checksum (FNV-1a, against
 * corruption, not attacks: the directory is root's, 0700). The runtime directory is a tmpfs, so
 * there is no fsync.
 */
#ifndef NSCTL_KEEPER_STORE_H
#define NSCTL_KEEPER_STORE_H

#include "base.h"
#include "daemon/keeper/state/registry.h"

/* The version that is written; every version from 1 on can be read
 * (docs/adr/0006-versions-of-state.md). */
#define STORE_VERSION 3

enum store_outcome {
	STORE_DAMAGED =
		1, /* truncated, wrong checksum, foreign or newer version: *ret_why says which */
	STORE_OLD_BOOT, /* written before the machine was booted */
};

struct store;
/* Opens RUNTIME/state below runtime_fd, and makes it if necessary, with mode 0700. On failure it
 * leaves no empty directory behind. Returns 0 or -errno. */
int store_open(int runtime_fd, struct store **ret);
/* Opens the records for the next boot. path must be root's (else -EPERM); it is made if necessary,
 * and gets mode 0700. Its records may be of any boot, and contain nothing about the kernel. */
int store_open_lasting(const char *path, struct store **ret);
struct store *store_close(struct store *store);
int store_sessions_fd(const struct store *store); /* directory of the sessions' files */

/* Writes a set's record: all fields but sessions, work and lease_connection; a lease by connection
 * is marked. Atomic. Returns 0 or -errno (such as ENOSPC), and then nothing has changed. */
int store_write_set(struct store *store, const struct set *set);
/* Removes a set's record. Returns 0 also if there is none. */
int store_remove_set(struct store *store, const char *id);

int store_write_link(struct store *store, const struct link *link);
int store_remove_link(struct store *store, const char *id);
/* A prepared file for the next boot. TASK_BOOT_RECORD syncs it to the disk, and only then renames
 * it. */
struct store_file {
	int directory_fd; /* owned by the store */
	int fd;		  /* closed by the caller; -1: the name is to be removed */
	char name[ID_SIZE], temporary[ID_SIZE + 16];
};
int store_prepare_set(struct store *store, const struct set *set, struct store_file *ret);
int store_prepare_link(struct store *store, const struct link *link, struct store_file *ret);
int store_prepare_removal(struct store *store, bool of_link, const char *id,
			  struct store_file *ret);

/* Removes any record, by the directory that store_load() reported. */
int store_forget(struct store *store, const char *directory, const char *name);

int store_write_session(struct store *store, const struct session *session);
int store_remove_session(struct store *store, const char *id);

/*
 * A topology that is being made: RUNTIME/state/applying/GROUP exists before any set, network or
 * link of that group, and is removed when all of them are valid. A start removes all objects of a
 * group that still has this file.
 */
int store_begin_apply(struct store *store, const char *group); /* returns 0 or -errno */
int store_end_apply(struct store *store, const char *group);   /* returns 0 also if there is none */
bool store_is_applying(const struct store *store, const char *group);
int store_end_all_applies(struct store *store);

/*
 * Called for each file. A readable one is passed as a record, allocated by calloc(), which the
 * callee takes. Any other is passed to bad, with its name and the outcome; store_set_aside() moves
 * it to state/damaged/.
 */
struct store_callbacks {
	void (*set)(struct set *set, bool by_connection, void *context);
	/* ids of the sets at its ends, "" for the host */
	void (*link)(struct link *link, char ids[2][ID_SIZE], void *context);
	/* set_id: id of its set */
	void (*session)(struct session *session, const char *set_id, void *context);
	void (*bad)(const char *directory, const char *name, int outcome, const char *why,
		    void *context);
};
/* Reads all records. Returns 0 or -errno, also if a file could not be read for lack of memory or
 * descriptors. */
int store_load(struct store *store, const struct store_callbacks *callbacks, void *context);
/* Removes RUNTIME/state with everything in it. Returns 0 or -errno. */
int store_purge(struct store *store);
int store_set_aside(struct store *store, const char *directory, const char *name);

/* Parts of loading, for tests and the fuzzer. store_check() returns 0, or an outcome and *ret_why.
 * The others decode data that passed it, and return 0, -EBADMSG or -ENOMEM. */
int store_check(const char *data, size_t size, const char *boot_id, const char **ret_why);
int store_decode_set(const char *data, size_t size, const char *name, struct set **ret);
int store_decode_session(const char *data, size_t size, const char *name, struct session **ret,
			 char ret_set_id[static ID_SIZE]);
int store_decode_link(const char *data, size_t size, const char *name, struct link **ret,
		      char ret_ids[static 2][ID_SIZE]);
bool store_is_by_connection(const struct set *set);

#endif
