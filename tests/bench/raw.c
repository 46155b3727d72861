/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Measures the least cost of namespaces: the same system calls in C, with nothing around them.
 *
 *     raw net|six COUNT [PROCESSES]
 *
 * For each set it forks a child, which unshares the namespaces and joins a vault, where it pins
 * them by bind mounts. The tree from which makers are forked stays clean. For six kinds the child
 * first forks an init, which waits. The program prints the median time of a set in microseconds,
 * the number of sets in a second, and the kernel memory of a set in KiB. Only a process holds the
 * vault, so everything is gone when the program ends.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "base.h"
#include "tests/bench/kernel-memory.h"

#define SIX \
	(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP)
#define MNTNS_ID _IOR(0xb7, 0x5, uint64_t) /* NS_GET_MNTNS_ID */

static const char *const six_kinds[] = {"mnt", "net", "uts", "ipc", "cgroup", "pid_for_children"};
static const char *const net_kinds[] = {"net"};

struct shared {
	pid_t inits[65536]; /* to be ended */
	double times[65536];
};

static struct shared *shared;
static int vault_fd = -1;
static bool six;

static void die(const char *what)
{
	(void)fprintf(stderr, "raw: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* Runs the vault's process: makes a mount namespace with only a tmpfs and a /proc, and waits to be
 * killed. */
static void vault_main(int cpu, int ready_fd)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (sched_setaffinity(0, sizeof(one), &one) < 0 || unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("raw", "/mnt", "tmpfs", 0, "nr_inodes=0") < 0 || chdir("/mnt") < 0 ||
	    mkdir("old", 0700) < 0 || mkdir("proc", 0700) < 0 ||
	    mount("proc", "proc", "proc", 0, NULL) < 0 || syscall(SYS_pivot_root, ".", "old") < 0 ||
	    chdir("/") < 0 || umount2("/old", MNT_DETACH) < 0)
		_exit(1);
	if (write(ready_fd, "", 1) != 1)
		_exit(1);
	for (;;)
		(void)pause();
}

static void process_end(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

/* One vault on each CPU; kept is the one with the lowest id above ours: 6.18 wants that order. */
static pid_t vault_new(void)
{
	_cleanup_fd_ int own_fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	uint64_t own = 0, best = 0;
	pid_t kept = -1;
	cpu_set_t all;

	(void)ioctl(own_fd, MNTNS_ID, &own);
	if (sched_getaffinity(0, sizeof(all), &all) < 0)
		die("affinity");
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		uint64_t id = 0;
		char path[64], byte;
		int ready[2], fd;
		pid_t pid = -1;

		if (!CPU_ISSET(cpu, &all))
			continue;
		if (pipe2(ready, O_CLOEXEC) < 0 || (pid = fork()) < 0)
			die("fork");
		if (pid == 0)
			vault_main(cpu, ready[1]);
		(void)close(ready[1]);
		if (read(ready[0], &byte, 1) != 1)
			die("vault");
		(void)close(ready[0]);
		(void)snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		(void)ioctl(fd, MNTNS_ID, &id);
		if (kept < 0 || (id > own && (best <= own || id < best))) {
			if (kept > 0)
				process_end(kept);
			(void)close_fd(vault_fd);
			kept = pid;
			vault_fd = fd;
			best = id;
		} else {
			process_end(pid);
			(void)close(fd);
		}
	}
	return kept;
}

/* Between fork and exit: unshare, join the vault, pin. The status is the step that failed. */
static int maker_main(int number)
{
	const char *const *kinds = six ? six_kinds : net_kinds;
	size_t n = six ? ARRAY_SIZE(six_kinds) : ARRAY_SIZE(net_kinds);
	int fds[ARRAY_SIZE(six_kinds)];
	char path[64], source[64];

	if (unshare(six ? SIX : CLONE_NEWNET) < 0)
		return 1;
	if (six) {
		pid_t init = fork();

		if (init == 0) {
			(void)close(1); /* nobody waits for its end of our pipe */
			for (;;)
				(void)pause();
		}
		shared->inits[number] = init;
	}
	for (size_t k = 0; k < n; k++) {
		(void)snprintf(path, sizeof(path), "/proc/self/ns/%s", kinds[k]);
		fds[k] = open(path, O_RDONLY | O_CLOEXEC);
		if (fds[k] < 0)
			return 2;
	}
	if (setns(vault_fd, CLONE_NEWNS) < 0)
		return 3;
	for (size_t k = 0; k < n; k++) {
		(void)snprintf(path, sizeof(path), "/%d-%s", number, kinds[k]);
		(void)snprintf(source, sizeof(source), "/proc/self/fd/%d", fds[k]);
		(void)close_fd(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
		if (mount(source, path, NULL, MS_BIND, NULL) < 0)
			return 4;
	}
	return 0;
}

static void make(int number)
{
	double began = now_us();
	int status;
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0)
		_exit(maker_main(number));
	if (waitpid(pid, &status, 0) != pid || status != 0) {
		(void)fprintf(stderr, "raw: set %d: step %d\n", number, WEXITSTATUS(status));
		exit(1);
	}
	shared->times[number] = now_us() - began;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double make_all(int count, int processes)
{
	double began = now_us();
	int status;

	for (int p = 0; p < processes; p++) {
		pid_t pid = processes > 1 ? fork() : 0;

		if (pid < 0)
			die("fork");
		if (pid > 0)
			continue;
		for (int i = p; i < count; i += processes)
			make(i);
		if (processes > 1)
			_exit(0);
	}
	while (processes > 1 && processes-- > 0)
		if (wait(&status) < 0 || status != 0)
			die("a process");
	return now_us() - began;
}

int main(int argc, char **argv)
{
	int count = argc > 2 ? atoi(argv[2]) : 0, processes = argc > 3 ? atoi(argv[3]) : 1;
	double took;
	long memory;
	pid_t vault;

	if (count < 1 || count > (int)ARRAY_SIZE(shared->times) || processes < 1) {
		(void)fputs("usage: raw net|six COUNT [PROCESSES]\n", stderr);
		return 2;
	}
	six = strcmp(argv[1], "six") == 0;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED)
		die("memory");
	/* pages of the results are not measured */
	memset(shared, 0, sizeof(*shared));
	vault = vault_new();
	memory = kernel_memory_settled();
	took = make_all(count, processes);
	memory = kernel_memory_settled() - memory;
	qsort(shared->times, (size_t)count, sizeof(double), compare);
	printf("median_us %.1f\nper_second %.0f\nkib_each %.1f\n", shared->times[count / 2],
	       count / (took / 1e6), (double)memory / count);
	for (int i = 0; i < count; i++)
		if (shared->inits[i] > 0)
			(void)kill(shared->inits[i], SIGKILL);
	process_end(vault);
	return 0;
}
