/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/keyctl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include "daemon/kernel/account.h"
#include "daemon/kernel/arguments.h"
#include "daemon/kernel/execute.h"
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/inherited.h"
#include "daemon/kernel/join.h"
#include "daemon/kernel/limits.h"
#include "daemon/kernel/mounts.h"
#include "daemon/kernel/process.h"
#include "daemon/kernel/terminal.h"

static int fail(struct join *join, enum step step, uint32_t detail)
{
	return fault_set(&join->shared->fault, step, detail, errno);
}

static int fail_with(struct join *join, enum step step, int negative)
{
	return fault_if(&join->shared->fault, step, 0, negative);
}

/* --- the command: the remaining steps --- */

static int enter_kind(struct join *join, enum kind kind)
{
	if (join->fds[kind] < 0)
		return 0;
	if (setns(join->fds[kind], kind_clone_flag(kind)) < 0)
		return fail(join, STEP_JOIN, kind);
	if (kind == KIND_USER)
		privilege_conceal();
	return 0;
}

/* Returns the command's ids as they are in the set's user namespace or, if the command does not
 * enter one, on the host. */
static struct identity identity_inside(const struct join *join)
{
	struct identity inside = join->identity;

	if (join->in_user_namespace) {
		inside.uid = join->inside_uid;
		inside.gid = join->inside_gid;
	}
	return inside;
}

/* Mounts /proc for a command that is process 1 itself. The target is looked up with the command's
 * rights. The process keeps these rights, because it takes the command's ids next. */
static int mount_own_proc(struct join *join)
{
	const struct wire_spec spec = {.mount_proc = SWITCH_ON};
	const struct identity inside = identity_inside(join);
	int procs[MOUNTS_PROCS], r;

	if (!join->task->no_init || !join->task->mount_proc)
		return 0;
	if (!join->in_mount_namespace)
		return fail_with(join, STEP_PROC, -EPERM);
	r = mounts_make_procs(&spec, procs, &join->shared->fault);
	if (r == 0)
		r = fail_with(join, STEP_PROC, privilege_files_as_caller(&inside));
	return r < 0 ? r : mounts_put_procs(&spec, procs, NULL, &join->shared->fault);
}

/*
 * Finds the user whose name the caller gave, in the set's own files, which are read with the rights
 * of the set's owner. The ids become the command's, and the variables complete its environment. The
 * ids need no further permission: all that are mapped are the owner's.
 */
static int take_account(struct join *join)
{
	static struct account account;
	const struct wire_command *command = &join->task->command;
	const struct identity owner = identity_inside(join);
	int r;

	if (!command->user_name)
		return 0;
	/* outside of a user namespace, the set's files would choose ids of the host; this check
	 * holds even if the keeper is wrong */
	if (!join->in_user_namespace)
		return fail_with(join, STEP_ACCOUNT, -EPERM);
	/* all ids become the user's, because FUSE admits no process that has another one */
	r = privilege_drop_only_ids(&owner);
	if (r == 0)
		r = account_find(command->user_name, &account);
	if (r < 0)
		return fail_with(join, STEP_ACCOUNT, r);
	join->inside_uid = account.uid;
	if (!command->has_group)
		join->inside_gid = account.gid;
	for (size_t i = 0; i < ACCOUNT_VARIABLES; i++)
		arguments_default(join->environment, account.variables[i]);
	return fail_with(join, STEP_ACCOUNT,
			 account_take_groups(command->user_name, join->inside_gid));
}

static int become(struct join *join)
{
	struct identity inside = identity_inside(join);
	enum step step = join->task->command.user_name ? STEP_ACCOUNT : STEP_IDENTITY;
	int r;

	/* an ordinary uid gets no capability; root, of the host or of the set's user namespace,
	 * gets those of its bounding set */
	prctl(PR_SET_SECUREBITS, 0);
	/* a user namespace has a bounding set of its own, with nothing of the host's in it */
	if (!join->in_user_namespace)
		privilege_bound(join->task->caller_bounding);
	if (inside.uid != 0 && join->in_user_namespace && join->task->command.keep_capabilities) {
		r = privilege_drop_only_ids(&inside);
		return fail_with(join, step, r < 0 ? r : privilege_pass_on());
	}
	if (inside.uid != 0)
		return fail_with(join, step, privilege_drop(&inside, false));
	r = privilege_take_ids(&inside);
	if (r == 0 && !join->in_user_namespace)
		r = privilege_keep(join->task->caller_bounding);
	return fail_with(join, step, r);
}

/* Makes the command's user the owner of the terminal, so that it can open /dev/stdout. The process
 * has the rights of root in the set's user namespace, so this works only with a terminal whose
 * owner is mapped there; the caller could do the same inside. */
static void give_terminal(struct join *join)
{
	int fd = join->task->command.terminal_fd;

	if (fd >= 0 && join->in_user_namespace)
		(void)!fchown(fd, join->inside_uid, -1);
}

/* Replaces the client's terminal by one that has a name in the set, if there is such a place. It is
 * made with the command's rights, and so belongs to the command's user. */
static void name_terminal(struct join *join)
{
	int given_fd = join->terminal_fd, fd = -1;

	if (given_fd >= 0 && join->task->command.terminal_socket_fd >= 0)
		fd = terminal_make_inside(given_fd, join->task->command.terminal_socket_fd);
	if (fd < 0)
		return;
	for (int i = 0; i < 3; i++)
		if (join->standard_fds[i] == given_fd)
			join->standard_fds[i] = fd;
	join->terminal_fd = fd;
}

/* Takes the terminal with the command's rights. The kernel lets root, but no other user, take a
 * terminal that is open for writing only; the command could then read what others type there. */
static int take_terminal(struct join *join)
{
	if (setsid() < 0)
		return fail(join, STEP_TERMINAL, 0);
	if (join->terminal_fd >= 0 && ioctl(join->terminal_fd, TIOCSCTTY, 0) < 0)
		return fail(join, STEP_TERMINAL, 0);
	return 0;
}

/* Returns a number above those of all of the command's descriptors. */
static int end_of_numbers(const struct wire_command *command)
{
	int end = 3;

	for (size_t i = 0; i < command->n_passed; i++)
		end = MAX(end, (int)command->passed[i].number + 1);
	return end;
}

static bool is_passed(const struct wire_command *command, int number)
{
	for (size_t i = 0; i < command->n_passed; i++)
		if ((int)command->passed[i].number == number)
			return true;
	return false;
}

/* Moves the descriptors to the command's numbers, through numbers above them. Returns 0 or -errno
 * and the fault. */
static int move_descriptors(struct join *join, int end)
{
	const struct wire_command *command = &join->task->command;
	int high[3], passed[COMMAND_PASSED_MAX];

	for (int i = 0; i < 3; i++) {
		high[i] = fcntl(join->standard_fds[i], F_DUPFD_CLOEXEC, end);
		if (high[i] < 0)
			return fail(join, STEP_TERMINAL, i);
	}
	for (size_t i = 0; i < command->n_passed; i++) {
		passed[i] = fcntl(command->passed[i].passed_fd, F_DUPFD_CLOEXEC, end);
		if (passed[i] < 0)
			return fail(join, STEP_DESCRIPTOR, DESCRIPTOR_PASSED);
	}
	join->directory_fd = command->working_directory_fd;
	if (join->directory_fd >= 0)
		join->directory_fd = fcntl(join->directory_fd, F_DUPFD_CLOEXEC, end);
	for (int i = 0; i < 3; i++)
		if (dup2(high[i], i) < 0)
			return fail(join, STEP_TERMINAL, i);
	for (size_t i = 0; i < command->n_passed; i++)
		if (dup2(passed[i], (int)command->passed[i].number) < 0)
			return fail(join, STEP_DESCRIPTOR, DESCRIPTOR_PASSED);
	return 0;
}

/* Gives the command its descriptors. Closes all others before a path of the caller's is looked up,
 * except the directory with which that path is compared. */
static int place_descriptors(struct join *join)
{
	const struct wire_command *command = &join->task->command;
	int end = end_of_numbers(command), r = move_descriptors(join, end);

	for (int fd = 3; r == 0 && fd < end; fd++)
		if (!is_passed(command, fd))
			close_fd(fd);
	if (r == 0)
		process_close_from(end, join->directory_fd);
	return r;
}

/* Opens a directory by a path that a user has chosen. Does not follow /proc/PID/{fd,cwd,root},
 * which may lead out of the set's root (CVE-2024-21626). */
static int open_directory(const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_NO_MAGICLINKS,
	};
	int fd = syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));

	return fd < 0 ? negative_errno() : fd;
}

static int change_to(const char *path)
{
	_cleanup_fd_ int fd = open_directory(path);

	if (fd < 0)
		return fd;
	return fchdir(fd) < 0 ? negative_errno() : 0;
}

/* Changes to the caller's directory if the same path is the same directory here, else to $HOME,
 * else to "/". */
static int change_to_same(const struct join *join)
{
	const char *home = arguments_value(join->environment, "HOME");
	struct stat wanted, found;
	_cleanup_fd_ int fd = open_directory(join->directory);

	if (fd >= 0 && fstat(fd, &found) == 0 && fstat(join->directory_fd, &wanted) == 0 &&
	    wanted.st_dev == found.st_dev && wanted.st_ino == found.st_ino && fchdir(fd) == 0)
		return 0;
	join->shared->started_in = DIRECTORY_HOME;
	if (home && *home == '/' && change_to(home) == 0)
		return 0;
	join->shared->started_in = DIRECTORY_ROOT;
	return change_to("/");
}

/* Changes to the command's working directory, with the command's rights and in its root. */
static int change_directory(struct join *join)
{
	int r = join->directory_fd >= 0 ? change_to_same(join)
					: change_to(join->directory ? join->directory : "/");

	return fail_with(join, STEP_DIRECTORY, r);
}

/* Enters the caller's root directory, by descriptor: the root of the caller's mount namespace may
 * show more. */
static int enter_root(struct join *join)
{
	if (join->root_fd < 0)
		return 0;
	return fchdir(join->root_fd) < 0 || chroot(".") < 0 ? fail(join, STEP_CALLER, 0) : 0;
}

/* Enters namespaces that need the host's rights. Groups are set first, because setgroups(2) may be
 * denied in the user namespace. */
static int enter_first(struct join *join)
{
	static const enum kind kinds[] = {KIND_NET, KIND_UTS, KIND_IPC, KIND_MNT};
	int r = 0;

	if (syscall(SYS_setgroups, join->identity.n_groups, join->identity.groups) < 0)
		return fail(join, STEP_IDENTITY, 0);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(kinds); i++)
		r = enter_kind(join, kinds[i]);
	if (r == 0)
		r = enter_root(join);
	return r == 0 ? fail_with(join, STEP_LIMITS,
				  limits_apply_resources(&join->task->caller_limits))
		      : r;
}

/*
 * Returns true if setuid programs may have an effect, as the keeper decides. Even if the keeper is
 * wrong, a user's command must be in the set's user and mount namespaces for it: otherwise it has
 * the host's ids or the host's files.
 */
static bool may_gain(const struct join *join)
{
	bool is_inside = join->in_user_namespace && join->in_mount_namespace;

	return join->task->may_gain && (is_inside || join->task->set.owner == 0);
}

static void child_command(void *context)
{
	struct join *join = context;
	const struct wire_command *command = &join->task->command;
	int r = 0;

	signal(SIGPIPE, SIG_DFL); /* the runner ignores it */
	if (!join->task->no_init)
		r = enter_first(join);
	if (r == 0)
		r = enter_kind(join, KIND_CGROUP);
	if (r == 0)
		r = enter_kind(join, KIND_TIME);
	if (r == 0)
		r = mount_own_proc(join);
	if (r == 0)
		r = enter_kind(join, KIND_USER);
	if (r == 0)
		r = take_account(join);
	if (r == 0)
		give_terminal(join);
	if (r == 0)
		r = become(join);
	fault_point("exec-joined");
	if (r == 0)
		name_terminal(join);
	if (r == 0)
		r = take_terminal(join);
	/* a session keyring of its own, instead of the daemon's */
	if (r == 0)
		syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
	if (r == 0 && !may_gain(join))
		r = fail_with(join, STEP_IDENTITY, privilege_no_new());
	umask(command->has_umask ? command->umask : 022);
	if (r == 0)
		inherited_apply(command);
	if (r == 0)
		r = place_descriptors(join);
	if (r == 0)
		r = change_directory(join);
	if (r == 0) {
		close_fd(join->directory_fd);
		fail_with(join, STEP_EXECUTE, execute_command(join->arguments, join->environment));
	}
	_exit(127);
}

/* --- before a command that is process 1 itself --- */

/* Makes the command's own pid namespace, charged to the caller and owned by the set's user
 * namespace. */
static int make_pid_namespace(struct join *join)
{
	int r = privilege_charge(&join->identity);

	if (r < 0)
		return fail_with(join, STEP_IDENTITY, r);
	r = enter_kind(join, KIND_USER);
	if (r == 0 && unshare(CLONE_NEWPID) < 0)
		return fail(join, STEP_UNSHARE, KIND_PID);
	join->fds[KIND_USER] = -1; /* the command does not have to enter it again */
	return r;
}

static void child_joiner(void *context)
{
	struct join *join = context;
	bool walled = join->fds[KIND_PID] >= 0;
	int r = enter_first(join);
	pid_t pid;

	if (r == 0)
		r = make_pid_namespace(join);
	if (r < 0)
		_exit(0);
	/* the runner becomes the command's parent, too, and reaps it */
	pid = process_fork(CLONE_PARENT | CLONE_VFORK, join->cgroup_fd,
			   walled ? &join->shared->pid_fd : NULL);
	if (pid == 0)
		child_command(join);
	if (pid < 0)
		fault_set(&join->shared->fault, STEP_FORK, 0, -pid);
	else
		join->shared->pid = pid;
	_exit(0);
}

/* Starts the joiner. If the caller has another pid namespace, the joiner enters that, and only the
 * command's pidfd tells the command's pid here. */
static void start_by_joiner(struct join *join)
{
	bool walled = join->fds[KIND_PID] >= 0;
	pid_t pid;
	int status;

	if (enter_kind(join, KIND_PID) < 0)
		return;
	pid = process_call(walled ? CLONE_FILES : 0, join->cgroup_fd, child_joiner, join);
	if (pid < 0)
		fault_set(&join->shared->fault, STEP_FORK, 0, -pid);
	else
		process_wait(pid, &status);
	if (walled && join->shared->pid > 0)
		fail_with(join, STEP_FORK,
			  process_pid_of(join->shared->pid_fd, &join->shared->pid));
}

/* --- the runner --- */

/* Enters the set's pid namespace, which applies only to children, and starts the command as such a
 * child. */
static void start_inside(struct join *join)
{
	uint64_t memory = join->fds[KIND_TIME] >= 0 ? 0 : CLONE_VM;
	pid_t pid;

	if (enter_kind(join, KIND_PID) < 0)
		return;
	pid = process_call(memory, join->cgroup_fd, child_command, join);
	if (pid < 0)
		fault_set(&join->shared->fault, STEP_FORK, 0, -pid);
	else
		join->shared->pid = pid;
}

int join_start(struct join *join)
{
	if (join->task->no_init)
		start_by_joiner(join);
	else
		start_inside(join);
	return -join->shared->fault.error;
}
