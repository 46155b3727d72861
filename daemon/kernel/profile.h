/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The profile that AppArmor holds a process to, as the kernel writes it (aa_label_snxprint in
 * security/apparmor/label.c): "unconfined", or "NAME (MODE)", where NAME may be a stack of several,
 * "A//&B", and MODE is enforce, complain, kill, unconfined, user, or mixed. By AppArmor's own files
 * in /proc, and not by those of the first module: SELinux gives every process a label.
 */
#ifndef NSCTL_KERNEL_PROFILE_H
#define NSCTL_KERNEL_PROFILE_H

#include "base.h"

#define PROFILE_SIZE 256

/* Whether this kernel has AppArmor at all, which its boot decides. Needs the host's /proc when it
 * is asked first; if that cannot tell, it is true. */
bool profile_exists(void);

/*
 * That of the process whose /proc/PID process_fd is; "" where there is no AppArmor. 0, or -errno:
 * it cannot be read (-ENAMETOOLONG: it is longer), which is not to have none. Of a process that has
 * ended it may be "": whoever asks looks afterwards whether it is there.
 */
int profile_read(int process_fd, char ret[static PROFILE_SIZE]);

/* Whether it forbids anything: one that only complains does not. */
bool profile_confines(const char *profile);

/* What to write to attr/apparmor/exec: "exec NAME". */
void profile_write_exec(const char *profile, char ret[static PROFILE_SIZE + 5]);

/* The calling process takes it on with its next execve(2), a child's too; nothing is done when it
 * is its own. Needs the host's /proc. 0 or -errno. */
int profile_apply(const char *profile);

#endif
