/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of the kinds of namespace. No function fails; an invalid kind is a bug of the caller.
 */
#include "protocol/kind.h"

#include <assert.h>
#include <linux/sched.h>

#include "base.h"

const char *const kind_words[KIND_COUNT + 1] = {
	[KIND_MNT] = "mnt",   [KIND_PID] = "pid", [KIND_NET] = "net",	    [KIND_UTS] = "uts",
	[KIND_USER] = "user", [KIND_IPC] = "ipc", [KIND_CGROUP] = "cgroup", [KIND_TIME] = "time",
};

static const int clone_flags[KIND_COUNT] = {
	[KIND_MNT] = CLONE_NEWNS,	 [KIND_PID] = CLONE_NEWPID,   [KIND_NET] = CLONE_NEWNET,
	[KIND_UTS] = CLONE_NEWUTS,	 [KIND_USER] = CLONE_NEWUSER, [KIND_IPC] = CLONE_NEWIPC,
	[KIND_CGROUP] = CLONE_NEWCGROUP, [KIND_TIME] = CLONE_NEWTIME,
};

const char *kind_name(enum kind kind)
{
	assert((unsigned)kind < KIND_COUNT);
	return kind_words[kind];
}

int kind_clone_flag(enum kind kind)
{
	assert((unsigned)kind < KIND_COUNT);
	return clone_flags[kind];
}

int kind_clone_flags(uint32_t kinds)
{
	int flags = 0;

	for (unsigned i = 0; i < KIND_COUNT; i++)
		if (kinds & KIND_BIT(i))
			flags |= clone_flags[i];
	return flags;
}

enum kind kind_from_name(const char *name)
{
	for (unsigned i = 0; i < KIND_COUNT; i++)
		if (strcmp(kind_words[i], name) == 0)
			return (enum kind)i;
	return KIND_COUNT;
}

enum kind kind_of_setting(const char *key)
{
	if (strncmp(key, "net.", 4) == 0)
		return KIND_NET;
	return strcmp(key, "kernel.domainname") == 0 ? KIND_UTS : KIND_IPC;
}
