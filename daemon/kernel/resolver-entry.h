/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is mounted on one name in a set's /etc: known again, edited where it is, put, replaced,
 * taken away. In the set's mount namespace, with the host's rights; etc_fd is that /etc. Never
 * follows a symbolic link. No function here may allocate.
 */
#ifndef NSCTL_KERNEL_RESOLVER_ENTRY_H
#define NSCTL_KERNEL_RESOLVER_ENTRY_H

#include "daemon/kernel/privilege.h"
#include "daemon/kernel/resolver-text.h"

/* FOUND_EDITABLE: ours, and becomes what it is to be without another mount. */
enum found { FOUND_NOTHING, FOUND_BARE, FOUND_OURS, FOUND_EDITABLE, FOUND_SAME, FOUND_OTHERS };

/* What is to be done to an editable file. */
struct resolver_mounted {
	size_t size; /* that it has */
	struct resolver_edit edit;
};

/* What is there, where text is to be; it is opened with the rights of files, the set's owner, who
 * may have mounted anything there. *ret_fd (to be closed) and *ret: only of what is editable. */
enum found resolver_entry_look(int etc_fd, const char *name, const struct identity *files,
			       const struct resolver_text *text, int *ret_fd,
			       struct resolver_mounted *ret);

/*
 * The file of hosts that fd is open on becomes text: without an unmounting, which waits for all
 * processors. Others may have the same file: by its line of networks, they are due for the same.
 * The mount is writable meanwhile, but the file is root's: for nobody who could not make it so. 0
 * or -errno: it is to be replaced (-EFBIG: whoever reads could see half of what is new).
 */
int resolver_entry_edit(int fd, const struct resolver_mounted *mounted,
			const struct resolver_text *text);

/* mount_fd: a detached mount. 0 or -errno. */
int resolver_entry_attach(int etc_fd, const char *name, int mount_fd);
/* In the old one's place, without a moment in between where the kernel can do so (6.5). */
int resolver_entry_replace(int etc_fd, const char *name, int mount_fd);
int resolver_entry_detach(int etc_fd, const char *name);

#endif
