/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How Linux security modules confine a process.
 *
 * The AppArmor profile of a process, as the kernel writes it (aa_label_snxprint in
 * security/apparmor/label.c): "unconfined", or "NAME (MODE)". NAME may be a stack of several
 * profiles, "A//&B"; MODE is enforce, complain, kill, unconfined, user, or mixed. This module reads
 * AppArmor's own files in /proc, not those of the first security module, which under SELinux
 * contain a label of every process.
 */
#pragma once

#include "base.h"

#define PROFILE_SIZE 256

/* Returns true if this kernel runs AppArmor, which is decided when it boots, or if that is not
 * known. The first call needs the host's /proc. */
bool profile_exists(void);

/*
 * Reads the profile of the process whose /proc/PID is open as process_fd; "" without AppArmor.
 * Returns 0, or -errno if it cannot be read (-ENAMETOOLONG: it is too long): then the process may
 * have one. The result may be "" for a process that has ended, so the caller checks afterwards that
 * it has not.
 */
int profile_read(int process_fd, char ret[static PROFILE_SIZE]);

/* Returns true if the profile forbids anything. A profile in complain mode forbids nothing. */
bool profile_confines(const char *profile);

/* Formats the text for attr/apparmor/exec: "exec NAME". */
void profile_write_exec(const char *profile, char ret[static PROFILE_SIZE + 5]);

/* Makes the calling process, or its child, change to the profile at its next execve(2). Does
 * nothing if it has this profile already. Needs the host's /proc. Returns 0 or -errno. */
int profile_apply(const char *profile);

/*
 * The SELinux context of a process, "USER:ROLE:TYPE" or "USER:ROLE:TYPE:LEVEL". Its type, the
 * domain, decides what the process may do. nsctld does not give a command its caller's context:
 * which changes of context are allowed depends on the host's policy. So callers that SELinux
 * confines are found, and refused.
 */
#define CONTEXT_SIZE 256

/* Reads the context of this process; "" if the kernel does not run SELinux. Needs the host's /proc
 * and /sys. Returns 0 or -errno. */
int selinux_read_own(char ret[static CONTEXT_SIZE]);

/* Returns true if the context confines the process. The reference policy, on which those of all
 * distributions are based, lets domains whose names begin with "unconfined_" do everything. */
bool selinux_confines(const char *context);
