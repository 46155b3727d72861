/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The SELinux context of a process, "USER:ROLE:TYPE" or "USER:ROLE:TYPE:LEVEL". Its type, the
 * domain, decides what the process may do. nsctld does not give a command its caller's context:
 * which changes of context are allowed depends on the host's policy. So callers that SELinux
 * confines are found, and refused.
 */
#pragma once

#include "base.h"

#define CONTEXT_SIZE 256

/* Reads the context of this process; "" if the kernel does not run SELinux. Needs the host's /proc
 * and /sys. Returns 0 or -errno. */
int selinux_read_own(char ret[static CONTEXT_SIZE]);

/* Returns true if the context confines the process. The reference policy, on which those of all
 * distributions are based, lets domains whose names begin with "unconfined_" do everything. */
bool selinux_confines(const char *context);
