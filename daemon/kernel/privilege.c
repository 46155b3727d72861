/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include "daemon/kernel/privilege.h"

#define CAPABILITY(c) (UINT64_C(1) << (c))
#define DAC                                                                                        \
	(CAPABILITY(CAP_DAC_OVERRIDE) | CAPABILITY(CAP_DAC_READ_SEARCH) | CAPABILITY(CAP_FOWNER) | \
	 CAPABILITY(CAP_FSETID) | CAPABILITY(CAP_CHOWN))

struct capabilities {
	uint64_t effective, permitted, inheritable;
};

static int get_capabilities(struct capabilities *ret)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {};

	if (syscall(SYS_capget, &header, data) < 0)
		return negative_errno();
	*ret = (struct capabilities){
		.effective = data[0].effective | (uint64_t)data[1].effective << 32,
		.permitted = data[0].permitted | (uint64_t)data[1].permitted << 32,
		.inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32,
	};
	return 0;
}

static int set_capabilities(const struct capabilities *wanted)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {
		{wanted->effective, wanted->permitted, wanted->inheritable},
		{wanted->effective >> 32, wanted->permitted >> 32, wanted->inheritable >> 32},
	};

	return syscall(SYS_capset, &header, data) < 0 ? negative_errno() : 0;
}

void privilege_conceal(void)
{
	prctl(PR_SET_DUMPABLE, 0);
}

/* Returns the signal that the calling thread gets when its parent ends. Changing ids clears it. */
static int get_death_signal(void)
{
	int signal = 0;

	prctl(PR_GET_PDEATHSIG, &signal);
	return signal;
}

/* Restores what a change of ids has undone: makes the process not dumpable, and sets the signal at
 * its parent's death. */
static void settle(int death_signal)
{
	privilege_conceal();
	prctl(PR_SET_PDEATHSIG, death_signal);
}

int privilege_take_ids(const struct identity *identity)
{
	int death_signal = get_death_signal(), r = 0;

	if (syscall(SYS_setresgid, identity->gid, identity->gid, identity->gid) < 0 ||
	    syscall(SYS_setresuid, identity->uid, identity->uid, identity->uid) < 0)
		r = negative_errno();
	settle(death_signal);
	return r;
}

static int take_effective_ids(const struct identity *identity)
{
	int death_signal = get_death_signal(), r = 0;

	if (syscall(SYS_setresgid, -1, identity->gid, -1) < 0 ||
	    syscall(SYS_setresuid, -1, identity->uid, -1) < 0)
		r = negative_errno();
	settle(death_signal);
	return r;
}

/* Takes one or both of these ids. -1: the id stays as it is. */
static int take_uids(uid_t real, uid_t effective)
{
	int death_signal = get_death_signal();
	int r = syscall(SYS_setresuid, real, effective, -1) < 0 ? negative_errno() : 0;

	settle(death_signal);
	return r;
}

int privilege_take_real_id(uid_t uid)
{
	return take_uids(uid, -1);
}

int privilege_take_effective_uid(uid_t uid)
{
	return take_uids(-1, uid);
}

int privilege_groups(const struct identity *identity)
{
	if (syscall(SYS_setgroups, identity->n_groups, identity->groups) < 0)
		return negative_errno();
	return 0;
}

int privilege_charge(const struct identity *identity)
{
	int r;

	/* changing ids must not change capabilities, now or when the ids inside are taken */
	if (prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP) < 0)
		return negative_errno();
	r = privilege_groups(identity);
	if (r == 0)
		r = take_effective_ids(identity);
	if (r < 0)
		return r;
	return privilege_files_as_root();
}

static int set_dac(bool effective)
{
	struct capabilities now;
	int r = get_capabilities(&now);

	if (r < 0)
		return r;
	if (effective)
		now.effective |= now.permitted & DAC;
	else
		now.effective &= ~DAC;
	return set_capabilities(&now);
}

static int set_file_ids(uid_t uid, gid_t gid)
{
	int death_signal = get_death_signal();

	setfsgid(gid);
	setfsuid(uid);
	settle(death_signal);
	/* these calls only return the former value: ask again */
	if ((gid_t)setfsgid(-1) != gid || (uid_t)setfsuid(-1) != uid)
		return -EPERM;
	return 0;
}

int privilege_files_as_caller(const struct identity *identity)
{
	int r = set_file_ids(identity->uid, identity->gid);

	return r < 0 ? r : set_dac(identity->uid == 0);
}

int privilege_files_as_root(void)
{
	int r = set_dac(true);

	return r < 0 ? r : set_file_ids(0, 0);
}

static int set_effective(uint64_t wanted)
{
	struct capabilities now;
	int r = get_capabilities(&now);

	if (r < 0)
		return r;
	now.effective = now.permitted & wanted;
	return set_capabilities(&now);
}

int privilege_look_as_caller(const struct identity *identity)
{
	int r = set_file_ids(identity->uid, identity->gid);

	if (r == 0)
		r = set_effective(identity->uid == 0 ? UINT64_MAX : 0);
	if (r < 0)
		privilege_look_as_root();
	return r;
}

void privilege_look_as_root(void)
{
	if (set_effective(UINT64_MAX) < 0 || set_file_ids(0, 0) < 0)
		_exit(EXIT_FAILURE);
}

int privilege_act_as(const struct identity *identity, uint64_t capabilities)
{
	int r = privilege_charge(identity);

	if (r == 0)
		r = set_file_ids(identity->uid, identity->gid);
	return r < 0 ? r : set_effective(capabilities);
}

int privilege_act_as_maker(void)
{
	int r = set_effective(UINT64_MAX);

	return r < 0 ? r : privilege_files_as_root();
}

void privilege_bound(uint64_t keep)
{
	for (int i = 0; i <= CAP_LAST_CAP || prctl(PR_CAPBSET_READ, i) >= 0; i++)
		if (i > 63 || !(keep & CAPABILITY(i)))
			prctl(PR_CAPBSET_DROP, i);
}

int privilege_drop(const struct identity *identity, bool with_groups)
{
	int r = 0;

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	/* capabilities go last: as long as the process has some, the user may not trace it,
	 * dumpable or not */
	prctl(PR_SET_KEEPCAPS, 1);
	if (with_groups)
		r = privilege_groups(identity);
	if (r == 0)
		r = privilege_take_ids(identity);
	if (r == 0)
		r = set_capabilities(&(struct capabilities){});
	return r;
}

int privilege_drop_only_ids(const struct identity *identity)
{
	struct capabilities now;
	int r;

	prctl(PR_SET_KEEPCAPS, 1);
	r = privilege_take_ids(identity);
	if (r == 0)
		r = get_capabilities(&now);
	return r < 0 ? r
		     : set_capabilities(&(struct capabilities){now.permitted, now.permitted, 0});
}

int privilege_pass_on(void)
{
	struct capabilities now;
	int r = get_capabilities(&now);

	if (r == 0)
		r = set_capabilities(
			&(struct capabilities){now.permitted, now.permitted, now.permitted});
	for (int i = 0; r == 0 && i < 64; i++)
		if (now.permitted & CAPABILITY(i) &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0) < 0)
			r = negative_errno();
	return r;
}

int privilege_keep(uint64_t capabilities)
{
	struct capabilities now;
	int r = get_capabilities(&now);

	if (r < 0)
		return r;
	privilege_bound(capabilities);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	capabilities &= now.permitted;
	return set_capabilities(&(struct capabilities){capabilities, capabilities, 0});
}

int privilege_no_new(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? negative_errno() : 0;
}
