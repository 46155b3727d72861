/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who a process is: ids, capabilities, no_new_privs. By raw system calls, which change the calling
 * thread alone and take no locks of libc: they run between fork and exec.
 */
#ifndef NSCTL_KERNEL_PRIVILEGE_H
#define NSCTL_KERNEL_PRIVILEGE_H

#include <sys/types.h>
#include "base.h"

struct identity {
	uid_t uid;
	gid_t gid;
	const gid_t *groups;
	size_t n_groups;
};

/*
 * Makes the memory of the calling process, and of all that share it, inaccessible to others of its
 * uid: not dumpable. Each change of ids, and each entry into a user namespace, sets the memory to
 * what /proc/sys/fs/suid_dumpable says. The functions below call this themselves.
 */
void privilege_conceal(void);

/* Sets the real, effective and saved ids; capabilities follow by the rules of capabilities(7). Like
 * all functions here that change ids, it keeps the signal at the parent's death (PR_SET_PDEATHSIG).
 * Returns 0 or -errno. */
int privilege_take_ids(const struct identity *identity);

/*
 * The maker's: the effective uid and gid and the groups become the caller's, all capabilities stay,
 * and files are still opened as root. So the kernel charges what is made to the caller, and the
 * caller owns the user namespaces. The real and saved ids stay root's: the caller may send the
 * process no signal and change no limit of it (tests/kernel/test-charge.c). Returns 0 or -errno.
 */
int privilege_charge(const struct identity *identity);

/* The supplementary groups become the caller's, and no other. 0 or -errno. */
int privilege_groups(const struct identity *identity);

/* From here files are looked up with the caller's rights: no CAP_DAC_* is effective, and fsuid and
 * fsgid are its. privilege_charge() or privilege_groups() must have been called. 0 or -errno. */
int privilege_files_as_caller(const struct identity *identity);
/* And back. */
int privilege_files_as_root(void);

/* Everything becomes the caller's and every capability goes: for good. 0 or -errno. groups are set
 * too when set_groups. The bounding set stays as it is: with an empty one and no_new_privs the
 * kernel refuses to execute a file with capabilities at all, instead of ignoring them. */
int privilege_drop(const struct identity *identity, bool set_groups);

/* Takes everything but these (1 << CAP_*) out of the bounding set. */
void privilege_bound(uint64_t capabilities);

/* Keeps these capabilities (1 << CAP_*) and drops the others, for good; the process stays root. */
int privilege_keep(uint64_t capabilities);

int privilege_no_new(void); /* PR_SET_NO_NEW_PRIVS */

#endif
