/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One entry in a set's /etc: recognises the file mounted on it, edits it in place, mounts, replaces
 * or removes it. The process is in the set's mount namespace with the host's rights; etc_fd is that
 * /etc. Symbolic links are never followed. No function here may allocate memory.
 */
#pragma once

#include "daemon/kernel/privilege.h"
#include "daemon/kernel/resolver-text.h"

/*
 * An entry: it does not exist; nothing is mounted on it; it is covered by a file of ours that must
 * be replaced, that can be changed in place, or that has the right text already; or by a mount of
 * others.
 */
enum found { FOUND_NOTHING, FOUND_BARE, FOUND_OURS, FOUND_EDITABLE, FOUND_SAME, FOUND_OTHERS };

/* An editable file, and the changes to be made. */
struct resolver_mounted {
	size_t size; /* its current size */
	struct resolver_edit edit;
};

/*
 * Finds out what is mounted on the entry, which is to have text. Opens the entry with the rights of
 * the set's owner (files), who may have mounted anything there. Fills *ret_fd (which the caller
 * closes) and *ret only for an editable file.
 */
enum found resolver_entry_look(int etc_fd, const char *name, const struct identity *files,
			       const struct resolver_text *text, int *ret_fd,
			       struct resolver_mounted *ret);

/*
 * Changes the text of the hosts file behind fd in place, because unmounting a file waits for all
 * processors. Other sets may have the same file; its line of networks says that they need the same
 * change. Meanwhile the mount is writable, but the file belongs to root, so no user gains access.
 * Returns 0, or -errno if the file must be replaced instead (-EFBIG: a reader could see half of the
 * new lines).
 */
int resolver_entry_edit(int fd, const struct resolver_mounted *mounted,
			const struct resolver_text *text);

/* Attaches the detached mount mount_fd on the entry. Returns 0 or -errno. */
int resolver_entry_attach(int etc_fd, const char *name, int mount_fd);
/* Replaces the old mount, without a gap if the kernel can do that (6.5). Returns 0 or -errno. */
int resolver_entry_replace(int etc_fd, const char *name, int mount_fd);
int resolver_entry_detach(int etc_fd, const char *name);
