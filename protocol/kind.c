/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one table that says which namespace is called what. Owns nothing, never fails; a kind that
 * is none is a bug of the caller's.
 */
#include "protocol/kind.h"

#include <assert.h>
#include <string.h>
#include <linux/sched.h>

#include "base.h"

static const struct {
	const char *name;
	int clone_flag;
} kinds_known[KIND_COUNT] = {
	[KIND_MNT] = {"mnt", CLONE_NEWNS},	     [KIND_PID] = {"pid", CLONE_NEWPID},
	[KIND_NET] = {"net", CLONE_NEWNET},	     [KIND_UTS] = {"uts", CLONE_NEWUTS},
	[KIND_USER] = {"user", CLONE_NEWUSER},	     [KIND_IPC] = {"ipc", CLONE_NEWIPC},
	[KIND_CGROUP] = {"cgroup", CLONE_NEWCGROUP}, [KIND_TIME] = {"time", CLONE_NEWTIME},
};

const char *kind_name(enum kind kind)
{
	assert((unsigned)kind < KIND_COUNT);
	return kinds_known[kind].name;
}

int kind_clone_flag(enum kind kind)
{
	assert((unsigned)kind < KIND_COUNT);
	return kinds_known[kind].clone_flag;
}

int kind_clone_flags(uint32_t kinds)
{
	int flags = 0;

	for (unsigned i = 0; i < KIND_COUNT; i++)
		if (kinds & KIND_BIT(i))
			flags |= kinds_known[i].clone_flag;
	return flags;
}

enum kind kind_from_name(const char *name)
{
	for (unsigned i = 0; i < KIND_COUNT; i++)
		if (strcmp(kinds_known[i].name, name) == 0)
			return (enum kind)i;
	return KIND_COUNT;
}
