/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * docs/kernel.md, 14: exec makes a process dumpable again, unless it cannot read the file. So the
 * binaries that run next to users are installed with mode 0711. Only a dumpable process can be
 * traced by another process of its uid, or have its memory and descriptors opened.
 *
 * Changing ids or entering a user namespace sets the memory to fs.suid_dumpable, for all processes
 * that share it. So daemon/kernel/privilege.c makes it not dumpable again each time.
 */
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "base.h"
#include "daemon/kernel/privilege.h"
#include "daemon/kernel/process.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/tap.h"

#define IS_DUMPABLE 1

static void copy_self(const char *path, mode_t mode)
{
	_cleanup_fd_ int from_fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	_cleanup_fd_ int to_fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0700);
	ssize_t n;

	do {
		n = sendfile(to_fd, from_fd, NULL, 1 << 20);
	} while (n > 0);
	if (n < 0 || fchmod(to_fd, mode) < 0)
		fatal(path);
}

struct run {
	const char *path;
	uid_t uid;
};

/* Becomes uid, not dumpable, and executes the copy of this program, which reports its state. */
static int body_run(struct child *parent, void *arg)
{
	const struct run *run = arg;
	char fd[16];

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || (run->uid && user_become(run->uid) < 0))
		return 200;
	if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == IS_DUMPABLE)
		return 201;
	/* the pipes go along: the copy waits for its end */
	(void)fcntl(parent->read_fd, F_SETFD, 0);
	(void)fcntl(parent->write_fd, F_SETFD, 0);
	(void)snprintf(fd, sizeof(fd), "%d,%d", parent->read_fd, parent->write_fd);
	(void)execl(run->path, run->path, fd, (char *)NULL);
	return 202;
}

static int copy_main(const char *fds)
{
	struct child parent;

	if (sscanf(fds, "%d,%d", &parent.read_fd, &parent.write_fd) != 2)
		return 203;
	child_say(&parent, prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
	return child_hear(&parent) == -EPIPE ? 0 : 204;
}

/* Runs as another process of that uid. Returns 0 if it can list the target's descriptors. */
static int body_peek(struct child *parent _unused_, void *arg)
{
	const pid_t *pid = arg;
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/environ", *pid);
	if (user_become(KERNEL_UID) < 0)
		return 200;
	return open(path, O_RDONLY | O_CLOEXEC) < 0 ? errno : 0;
}

static void check(const char *path, uid_t uid, bool dumpable, const char *what)
{
	struct run run = {path, uid};
	struct child copy;
	int got;

	child_start(&copy, body_run, &run);
	got = child_hear(&copy);
	tap_ok((got == IS_DUMPABLE) == dumpable && got >= 0, "%s", what);
	if (uid == KERNEL_UID)
		tap_ok(child_run(body_peek, &copy.pid) == (dumpable ? 0 : EACCES),
		       "... and another process of its uid %s look into it",
		       dumpable ? "may" : "may not");
	tap_ok(child_end(&copy) == 0, "... and the process ended without an error");
}

/* --- changes of ids --- */

#define SUID_DUMPABLE "/proc/sys/fs/suid_dumpable"

static const struct identity user = {.uid = KERNEL_UID, .gid = KERNEL_UID};

static int dumpable(void)
{
	return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
}

static void restore_setting(void)
{
	(void)text_write(SUID_DUMPABLE, "0");
}

/* The value 2 shows the effect of a change of ids, which 0 hides, and it is as safe: only root
 * reads the dumps. If another test restores 0 meanwhile, this test sees less, but does not fail. */
static int show_changes(void)
{
	char text[16];
	ssize_t n = text_read(SUID_DUMPABLE, text, sizeof(text));

	if (n < 0)
		return (int)n;
	if (text[0] != '0')
		return 0;
	if (atexit(restore_setting) != 0)
		fatal("atexit");
	return text_write(SUID_DUMPABLE, "2");
}

#ifndef __SANITIZE_ADDRESS__
static int setting(void)
{
	char text[16] = "";

	(void)text_read(SUID_DUMPABLE, text, sizeof(text));
	return atoi(text);
}

/* Changes the ids of a vfork(2) child, which may call only _exit() afterwards. */
static void change_ids(void *context _unused_)
{
	_exit(user_become(KERNEL_UID) < 0);
}

static int body_fact(struct child *parent _unused_, void *arg _unused_)
{
	int status, before = setting(), after;
	pid_t pid;

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return 200;
	pid = process_call(CLONE_VM, -1, change_ids, NULL);
	if (pid < 0 || process_wait(pid, &status) < 0 || status != 0)
		return 201;
	after = setting();
	return dumpable() == before || dumpable() == after ? 0 : 1;
}
#endif

enum change { CHANGE_CHARGE, CHANGE_FILES, CHANGE_FILES_BACK, CHANGE_IDS, CHANGE_DROP };

static void change(void *context)
{
	const enum change *what = context;
	int r = privilege_charge(&user);

	if (r == 0 && *what == CHANGE_FILES)
		r = privilege_files_as_caller(&user);
	if (r == 0 && *what == CHANGE_FILES_BACK)
		r = privilege_files_as_caller(&user) || privilege_files_as_root();
	if (r == 0 && *what == CHANGE_IDS)
		r = privilege_take_ids(&(struct identity){.uid = 0, .gid = 0});
	if (r == 0 && *what == CHANGE_DROP)
		r = privilege_drop(&user, true);
	_exit(r < 0 ? 202 : dumpable());
}

/* Reports what the child has changed in the shared memory, and what the child saw itself. */
static int body_change(struct child *parent _unused_, void *arg)
{
	int status = 0;
	pid_t pid;

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return 200;
	pid = process_call(CLONE_VM, -1, change, arg);
	if (pid < 0 || process_wait(pid, &status) < 0)
		return 201;
	return status ? 210 : dumpable();
}

static void check_changes(void)
{
	static const char *const names[] = {
		[CHANGE_CHARGE] = "privilege_charge",
		[CHANGE_FILES] = "privilege_files_as_caller",
		[CHANGE_FILES_BACK] = "privilege_files_as_root",
		[CHANGE_IDS] = "privilege_take_ids",
		[CHANGE_DROP] = "privilege_drop",
	};

	if (show_changes() < 0) {
		tap_skip("changes of ids",
			 "a change of ids leaves the process not dumpable" SUID_DUMPABLE);
		return;
	}
#ifndef __SANITIZE_ADDRESS__ /* with it process_call() shares no memory */
	tap_is(child_run(body_fact, NULL), 0,
	       "a change of ids sets memory that others share to fs.suid_dumpable");
#endif
	for (enum change what = 0; what < ARRAY_SIZE(names); what++) {
		int got = child_run(body_change, &what);

		tap_ok(got == 0, "%s leaves the process not dumpable", names[what]);
		if (got != 0)
			printf("# got %d\n", got);
	}
}

int main(int argc, char **argv)
{
	char readable[96], unreadable[96];
	const char *scratch;

	if (argc > 1)
		return copy_main(argv[1]);
	if (geteuid() != 0)
		return tap_skip_all("root is needed");
	mounts_own();
	scratch = mounts_scratch();
	(void)snprintf(readable, sizeof(readable), "%s/readable", scratch);
	(void)snprintf(unreadable, sizeof(unreadable), "%s/unreadable", scratch);
	copy_self(readable, 0755);
	copy_self(unreadable, 0711);
	check(readable, KERNEL_UID, true,
	      "a process is dumpable again after it has executed a readable file");
	check(unreadable, KERNEL_UID, false,
	      "a process is not dumpable after it has executed a file of mode 0711");
	check(unreadable, 0, true,
	      "a root process is dumpable after that: so a helper needs a uid of its own");
	check_changes();
	return tap_done();
}
