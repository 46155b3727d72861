/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * old-kernel COMMAND...: runs the command and all its children as on Linux 5.15, the oldest
 * supported kernel. Every newer feature is refused with the error that 5.15 would give. So the
 * fallback of every newer call is tested on any kernel. Needs root: without it, the seccomp filter
 * would need no_new_privs, which the tests cannot have.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "base.h"

#define LAST_CALL \
	448 /* process_mrelease, of 5.15; the numbers are all architectures' since 424 \
	     */

/* A call whose argument, masked, lies between low and high is refused. */
static const struct rule {
	unsigned int call, argument, mask, low, high, error;
} rules[] = {
	/* of a namespace: NS_GET_MNTNS_ID (6.11), NS_GET_ID (6.18) and their neighbours */
	{SYS_ioctl, 1, 0xffff, 0xb705, 0xb7ff, ENOTTY},
	/* of a pidfd: PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE (6.11) and so on */
	{SYS_ioctl, 1, 0xffff, 0xff00, 0xffff, ENOTTY},
	/* SO_PEERPIDFD (6.5); nothing here uses equally high numbers of other levels */
	{SYS_getsockopt, 2, 0xffff, 73, 0xffff, ENOPROTOOPT},
	{SYS_setsockopt, 2, 0xffff, 73, 0xffff, ENOPROTOOPT},
	/* PIDFD_SIGNAL_PROCESS_GROUP (6.9) */
	{SYS_pidfd_send_signal, 3, ~0U, 1, ~0U, EINVAL},
	/* PIDFD_THREAD (6.9), which is O_EXCL */
	{SYS_pidfd_open, 1, 0x80, 0x80, 0x80, EINVAL},
	/* MOVE_MOUNT_BENEATH (6.5) */
	{SYS_move_mount, 4, 0x200, 0x200, 0x200, EINVAL},
	/* MFD_NOEXEC_SEAL, MFD_EXEC (6.3) */
	{SYS_memfd_create, 1, 0x18, 1, ~0U, EINVAL},
	/* PR_SET_MDWE (6.3) and so on; those of 5.15 end with PR_SCHED_CORE */
	{SYS_prctl, 0, ~0U, 63, 0xff, EINVAL},
};

#define N_RULES (sizeof(rules) / sizeof(rules[0]))
#define RULE_LENGTH 7
#define LENGTH (3 + N_RULES * RULE_LENGTH + 1)

#define LOAD(offset) ((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset)))
#define JUMP(condition, value, yes, no) \
	((struct sock_filter)BPF_JUMP(BPF_JMP | (condition) | BPF_K, (value), (yes), (no)))
#define RETURN(value) ((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, (value)))
#define REFUSE(error) RETURN(SECCOMP_RET_ERRNO | (error))

/* An argument's lower half: all that is compared are numbers of 32 bits. */
static unsigned int argument_offset(unsigned int argument)
{
	unsigned int high_first = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;

	return offsetof(struct seccomp_data, args) + argument * sizeof(__u64) + 4 * high_first;
}

static void put_rule(struct sock_filter *at, const struct rule *rule)
{
	at[0] = LOAD(offsetof(struct seccomp_data, nr));
	at[1] = JUMP(BPF_JEQ, rule->call, 0, 5);
	at[2] = LOAD(argument_offset(rule->argument));
	at[3] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, rule->mask);
	at[4] = JUMP(BPF_JGE, rule->low, 0, 2);
	at[5] = JUMP(BPF_JGT, rule->high, 1, 0);
	at[6] = REFUSE(rule->error);
}

static int install(void)
{
	struct sock_filter filter[LENGTH] = {
		LOAD(offsetof(struct seccomp_data, nr)),
		JUMP(BPF_JGT, LAST_CALL, 0, 1),
		REFUSE(ENOSYS),
	};
	const struct sock_fprog program = {.len = LENGTH, .filter = filter};

	for (size_t i = 0; i < N_RULES; i++)
		put_rule(filter + 3 + i * RULE_LENGTH, &rules[i]);
	filter[LENGTH - 1] = RETURN(SECCOMP_RET_ALLOW);
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0 ? -errno : 0;
}

int main(int argc, char **argv)
{
	int r;

	if (argc < 2) {
		fputs("usage: old-kernel COMMAND...\n", stderr);
		return 2;
	}
	r = install();
	if (r == 0) {
		execvp(argv[1], argv + 1);
		r = -errno;
	}
	fprintf(stderr, "old-kernel: %s: %s\n", argv[1], strerror(-r));
	return 125;
}
