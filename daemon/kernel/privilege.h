/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The identity of a process: ids, capabilities, no_new_privs. These functions use raw system calls,
 * which change only the calling thread and take no locks of libc, because they run between fork and
 * exec.
 */
#pragma once

#include "base.h"

struct identity {
	uid_t uid;
	gid_t gid;
	const gid_t *groups;
	size_t n_groups;
};

/*
 * Makes the memory of the calling process, and of all processes that share it, not dumpable: others
 * of its uid cannot access it. Each change of ids, and each entry into a user namespace, sets the
 * memory to what fs.suid_dumpable says (docs/kernel.md, 14). The functions below call this
 * themselves.
 */
void privilege_conceal(void);

/*
 * Sets the real, effective and saved ids. Capabilities change by the rules of capabilities(7). Like
 * all functions here that change ids, it preserves the signal at the parent's death
 * (PR_SET_PDEATHSIG). Returns 0 or -errno.
 */
int privilege_take_ids(const struct identity *identity);

/*
 * Turns a process into a maker: the effective uid and gid and the groups become the caller's, all
 * capabilities stay, and files are still opened as root. So the kernel charges the caller with
 * everything that the process makes, and the caller owns the user namespaces. The real and saved
 * ids stay as they are, so the caller can neither signal the process nor change its limits
 * (docs/kernel.md, 18). Returns 0 or -errno.
 */
int privilege_charge(const struct identity *identity);

/*
 * Sets only the real uid. The kernel holds a user namespace to RLIMIT_NPROC only if the real uid of
 * the process that makes it is not root's (docs/kernel.md, 26). The uid must be one that no user
 * has, because its processes may signal this one. Returns 0 or -errno.
 */
int privilege_take_real_id(uid_t uid);

/* Sets the effective uid, for a moment, and with it the one for files: call
 * privilege_files_as_root() afterwards. The real and the saved uid stay. Returns 0 or -errno. */
int privilege_take_effective_uid(uid_t uid);

/* Replaces the supplementary groups by the caller's. Returns 0 or -errno. */
int privilege_groups(const struct identity *identity);

/*
 * From now on, files are looked up with the caller's rights: fsuid and fsgid are the caller's, and
 * no CAP_DAC_* is effective. privilege_charge() or privilege_groups() must have been called.
 * Returns 0 or -errno.
 */
int privilege_files_as_caller(const struct identity *identity);
/* Undoes privilege_files_as_caller(). Returns 0 or -errno. */
int privilege_files_as_root(void);

/*
 * Like privilege_files_as_caller(), for opening files: no capability is effective. With
 * CAP_SYS_PTRACE, for example, a link of the caller's to a file in /proc would show what the caller
 * may not see. Returns 0, or -errno with root's rights.
 */
int privilege_look_as_caller(const struct identity *identity);
/* Undoes privilege_look_as_caller() or privilege_files_as_caller(). Ends the process if that fails:
 * it must not go on with the caller's ids. */
void privilege_look_as_root(void);

/*
 * From now on, the process may do what the caller may: the effective ids, groups and file ids are
 * the caller's, and of the capabilities only these (1 << CAP_*) are effective. Returns 0 or -errno.
 */
int privilege_act_as(const struct identity *identity, uint64_t capabilities);
/* Turns a process that acts as the caller into a maker: see privilege_charge(). Returns 0 or
 * -errno. */
int privilege_act_as_maker(void);

/*
 * Turns the process into one of the caller's, for good: ids, groups (if set_groups), and no
 * capability. The bounding set is not changed: with an empty one and no_new_privs, the kernel
 * refuses to execute a file with capabilities, instead of ignoring them. Returns 0 or -errno.
 */
int privilege_drop(const struct identity *identity, bool set_groups);

/* Takes the ids, but keeps all capabilities. Returns 0 or -errno. */
int privilege_drop_only_ids(const struct identity *identity);
/* Keeps all capabilities for programs that the process executes later, whatever its uid is: they
 * become ambient. Returns 0 or -errno. */
int privilege_pass_on(void);

/* Removes all capabilities but these (1 << CAP_*) from the bounding set. */
void privilege_bound(uint64_t capabilities);

/* Keeps these capabilities (1 << CAP_*) and drops the others, for good; the process stays root. */
int privilege_keep(uint64_t capabilities);

int privilege_no_new(void); /* sets PR_SET_NO_NEW_PRIVS */
