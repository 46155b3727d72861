/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/cgroup/read.h"

int cgroup_open(int parent_fd, const char *path)
{
	int fd = openat(parent_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	return fd < 0 ? negative_errno() : fd;
}

int cgroup_each_child(int cgroup_fd,
		      int (*callback)(int cgroup_fd, const char *name, void *context),
		      void *context)
{
	DIR *directory = directory_open(cgroup_fd, ".");
	struct dirent *entry;
	int r = 0;

	if (!directory)
		return negative_errno();
	while (r == 0 && (errno = 0, entry = readdir(directory)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			r = callback(cgroup_fd, entry->d_name, context);
	if (r == 0 && errno)
		r = negative_errno();
	closedir(directory);
	return r;
}

struct each_process {
	int (*callback)(pid_t pid, const char *name, void *context);
	void *context;
};

static int read_processes(int cgroup_fd, const char *name, const struct each_process *each)
{
	_cleanup_file_ FILE *file = NULL;
	int fd = openat(cgroup_fd, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	int pid, r = 0;

	if (fd < 0)
		return errno == ENOENT || errno == ENODEV ? 0 : negative_errno();
	file = fdopen(fd, "re");
	if (!file) {
		close_fd(fd);
		return -ENOMEM;
	}
	while (r == 0 && fscanf(file, "%d", &pid) == 1)
		if (pid > 0)
			r = each->callback(pid, name, each->context);
	return r;
}

static int read_child(int cgroup_fd, const char *name, void *context)
{
	_cleanup_fd_ int fd = cgroup_open(cgroup_fd, name);

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	return read_processes(fd, name, context);
}

int cgroup_each_process(int cgroup_fd, bool deep,
			int (*callback)(pid_t pid, const char *name, void *context), void *context)
{
	struct each_process each = {callback, context};
	int r = read_processes(cgroup_fd, "", &each);

	return r || !deep ? r : cgroup_each_child(cgroup_fd, read_child, &each);
}

static bool read_text(int cgroup_fd, const char *name, char *ret, size_t size)
{
	_cleanup_fd_ int fd = openat(cgroup_fd, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, ret, size - 1);

	if (n < 0)
		return false;
	ret[n] = '\0';
	return true;
}

void cgroup_usage(int cgroup_fd, struct cgroup_usage *ret)
{
	static const char usage[] = "usage_usec ";
	char text[1024];
	const char *at;

	if (read_text(cgroup_fd, "memory.current", text, sizeof(text))) {
		ret->has_memory = true;
		ret->memory = strtoull(text, NULL, 10);
	}
	/* usage_usec, the first line of cpu.stat, which exists without the controller, too */
	if (read_text(cgroup_fd, "cpu.stat", text, sizeof(text)) && (at = strstr(text, usage))) {
		ret->has_cpu = true;
		ret->cpu = strtoull(at + strlen(usage), NULL, 10);
	}
}
