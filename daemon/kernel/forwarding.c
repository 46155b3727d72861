/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <sys/stat.h>
#include "daemon/kernel/fault.h"
#include "daemon/kernel/forwarding.h"

#define DIRECTORY "forwarding"

/* --- sysctls --- */

static void path_of(int family, const char *interface, char *ret, size_t size)
{
	if (family == 4)
		snprintf(ret, size, "/proc/sys/net/ipv4/conf/%s/forwarding", interface);
	else
		snprintf(ret, size, "/proc/sys/net/ipv6/conf/%s/force_forwarding", interface);
}

/* 0 or 1, or -errno. */
static int read_switch(const char *path)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	char digit;

	if (fd < 0 || read(fd, &digit, 1) != 1)
		return negative_errno();
	return digit != '0';
}

static int write_switch(const char *path, bool on)
{
	_cleanup_fd_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 || write(fd, on ? "1" : "0", 1) != 1 ? negative_errno() : 0;
}

/* A setting of an interface for IPv4. */
static int write_setting(const char *interface, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/%s", interface, name);
	return write_switch(path, true);
}

/* --- interfaces that are not ours --- */

/* Recorded before it is changed: whatever happens in between, it is put back. */
static int open_up(const struct host *host, int family, const char *interface)
{
	char path[128], record[64];
	int r, fd;

	path_of(family, interface, path, sizeof(path));
	r = read_switch(path);
	if (r != 0)
		return r == -ENOENT ? 0 : MIN(r, 0);
	snprintf(record, sizeof(record), DIRECTORY "/%d-%s", family, interface);
	fd = openat(host->runtime_fd, record, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return negative_errno();
	close_fd(fd);
	fault_point("forwarding-recorded");
	r = write_switch(path, true);
	fault_point("forwarding-changed");
	return r;
}

/* Those that default routes lead over: what answers come in by. */
static int open_up_routes4(const struct host *host)
{
	_cleanup_file_ FILE *file = fopen("/proc/net/route", "re");
	char line[256], interface[IFNAMSIZ], destination[16];
	int r = 0;

	while (file && r == 0 && fgets(line, sizeof(line), file))
		if (sscanf(line, "%15s %15s", interface, destination) == 2 &&
		    strcmp(destination, "00000000") == 0)
			r = open_up(host, 4, interface);
	return r;
}

static int open_up_routes6(const struct host *host)
{
	_cleanup_file_ FILE *file = fopen("/proc/net/ipv6_route", "re");
	char line[256], interface[IFNAMSIZ], destination[40], prefix[4];
	int r = 0;

	while (file && r == 0 && fgets(line, sizeof(line), file))
		if (sscanf(line, "%39s %3s %*s %*s %*s %*s %*s %*s %*s %15s", destination, prefix,
			   interface) == 3 &&
		    strcmp(prefix, "00") == 0 && strcmp(interface, "lo") != 0)
			r = open_up(host, 6, interface);
	return r;
}

bool forwarding_has_ipv6(void)
{
	return read_switch("/proc/sys/net/ipv6/conf/all/forwarding") == 1 ||
	       read_switch("/proc/sys/net/ipv6/conf/lo/force_forwarding") >= 0;
}

/* Ours: what comes in there must be what would go out there, the barrier's mark considered, which
 * has no way. */
static int open_own(const char *interface)
{
	int r = write_setting(interface, "rp_filter");

	if (r == 0)
		r = write_setting(interface, "src_valid_mark");
	return r == 0 ? write_setting(interface, "forwarding") : r;
}

int forwarding_allow(const struct host *host, const char *interface)
{
	char path[128];
	int r;

	if (mkdirat(host->runtime_fd, DIRECTORY, 0700) < 0 && errno != EEXIST)
		return negative_errno();
	r = open_own(interface);
	if (r == 0)
		r = open_up_routes4(host);
	path_of(6, interface, path, sizeof(path));
	if (r < 0 || write_switch(path, true) < 0)
		return r;
	return open_up_routes6(host);
}

/* --- what was changed --- */

static void each_record(const struct host *host,
			void (*callback)(const struct host *host, const char *name, void *context),
			void *context)
{
	int fd = openat(host->runtime_fd, DIRECTORY, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!directory) {
		close_fd(fd);
		return;
	}
	while ((entry = readdir(directory)))
		if (entry->d_name[0] != '.' && entry->d_name[1] == '-')
			callback(host, entry->d_name, context);
	closedir(directory);
}

struct guarding {
	void (*callback)(const char *interface, void *context);
	void *context;
};

static void guard_one(const struct host *host _unused_, const char *name, void *context)
{
	const struct guarding *guarding = context;

	guarding->callback(name + 2, guarding->context);
}

void forwarding_each_guarded(const struct host *host,
			     void (*callback)(const char *interface, void *context), void *context)
{
	struct guarding guarding = {callback, context};

	each_record(host, guard_one, &guarding);
}

/* What the administrator has allowed for all interfaces since then stays allowed. */
static bool allowed_for_all(int family)
{
	return read_switch(family == 4 ? "/proc/sys/net/ipv4/ip_forward"
				       : "/proc/sys/net/ipv6/conf/all/force_forwarding") == 1;
}

static void restore_one(const struct host *host, const char *name, void *context)
{
	char path[128], record[NAME_MAX + 16];
	int r = 0, *failed = context;

	path_of(name[0] - '0', name + 2, path, sizeof(path));
	if (!allowed_for_all(name[0] - '0'))
		r = write_switch(path, false);
	if (r < 0 && r != -ENOENT) {
		*failed = r;
		return;
	}
	snprintf(record, sizeof(record), DIRECTORY "/%s", name);
	unlinkat(host->runtime_fd, record, 0);
}

int forwarding_restore(const struct host *host)
{
	int failed = 0;

	each_record(host, restore_one, &failed);
	if (failed == 0 && unlinkat(host->runtime_fd, DIRECTORY, AT_REMOVEDIR) < 0 &&
	    errno != ENOENT)
		failed = negative_errno();
	return failed;
}
