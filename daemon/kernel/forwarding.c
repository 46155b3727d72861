/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/file.h>
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/forwarding.h"
#include "daemon/kernel/outward.h"

/* A directory in the runtime directory. It exists while anything of this daemon may be in the
 * host's net namespace. */
#define DIRECTORY "forwarding"
/* The records of all daemons of this machine, in one directory for each net namespace. */
#define RECORDS "/run/nsctl-forwarding"

/* --- sysctls --- */

static void path_of(int family, const char *interface, char *ret, size_t size)
{
	if (family == 4)
		snprintf(ret, size, "/proc/sys/net/ipv4/conf/%s/forwarding", interface);
	else
		snprintf(ret, size, "/proc/sys/net/ipv6/conf/%s/force_forwarding", interface);
}

/* Returns 1 if the setting is on, 0 if not, or -errno. */
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

/* Enables a setting of an interface. protocol: "ipv4" or "ipv6". */
static int write_setting(const char *protocol, const char *interface, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/sys/net/%s/conf/%s/%s", protocol, interface, name);
	return write_switch(path, true);
}

/* --- records --- */

/* Finds the number of the net namespace, which is unique until the machine is shut down. */
static int net_cookie(uint64_t *ret)
{
	_cleanup_fd_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(*ret);

	return fd < 0 || getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, ret, &size) < 0
		       ? negative_errno()
		       : 0;
}

static int records_path(char *ret, size_t size)
{
	uint64_t cookie;
	int r = net_cookie(&cookie);

	if (r == 0)
		snprintf(ret, size, RECORDS "/%" PRIu64, cookie);
	return r;
}

/* Returns true if the directory has been removed since it was opened. */
static bool is_removed(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && status.st_nlink == 0;
}

/* Opens the directory of records and locks it until it is closed. make: creates it if it is
 * missing. */
static int lock_records(bool make)
{
	char path[64];
	int r = records_path(path, sizeof(path));

	while (r == 0) {
		_cleanup_fd_ int fd = -1;

		if (make && ((mkdir(RECORDS, 0700) < 0 && errno != EEXIST) ||
			     (mkdir(path, 0700) < 0 && errno != EEXIST)))
			return negative_errno();
		fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if ((fd < 0 && (!make || errno != ENOENT)) || (fd >= 0 && flock(fd, LOCK_EX) < 0))
			return negative_errno();
		if (fd >= 0 && !is_removed(fd))
			return take_fd(&fd);
	}
	return r;
}

/* --- interfaces that are not ours --- */

/* Records that this daemon needs the interface's forwarding, too. */
static int add_user(int records_fd, const char *record, const char *user)
{
	char path[128];
	int fd;

	if (mkdirat(records_fd, record, 0700) < 0 && errno != EEXIST)
		return negative_errno();
	snprintf(path, sizeof(path), "%s/%s", record, user);
	fd = openat(records_fd, path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return negative_errno();
	close_fd(fd);
	return 0;
}

/* Finds the interface of a record, whose name is FAMILY-INDEX: an interface that gets another name
 * keeps its index. (0.1.0 wrote FAMILY-NAME.) Returns false if it is gone. */
static bool interface_of(const char *record, char ret[static IFNAMSIZ])
{
	char *end;
	unsigned long index = strtoul(record + 2, &end, 10);

	if (*end == '\0')
		return if_indextoname(index, ret);
	snprintf(ret, IFNAMSIZ, "%s", record + 2);
	return if_nametoindex(ret) > 0;
}

/* Records that the user needs forwarding on an interface, unless the administrator has enabled
 * it. */
static int record(int records_fd, const char *user, int family, uint32_t index,
		  const char *interface)
{
	char path[128], name[64];
	int was;

	path_of(family, interface, path, sizeof(path));
	snprintf(name, sizeof(name), "%d-%u", family, index);
	was = read_switch(path);
	/* the interface is gone, or the kernel has no such switch */
	if (was < 0)
		return was == -ENOENT ? 0 : was;
	/* enabled without a record: the administrator's own setting */
	if (was == 1 && faccessat(records_fd, name, F_OK, 0) < 0)
		return 0;
	return add_user(records_fd, name, user);
}

bool forwarding_has_ipv6(void)
{
	return read_switch("/proc/sys/net/ipv6/conf/all/forwarding") == 1 ||
	       read_switch("/proc/sys/net/ipv6/conf/lo/force_forwarding") >= 0;
}

int forwarding_allow(const struct host *host, const char *interface)
{
	char path[128];
	int r;

	if (mkdirat(host->runtime_fd, DIRECTORY, 0700) < 0 && errno != EEXIST)
		return negative_errno();
	/* with these two settings, the kernel looks up the way back with the barrier's mark, and so
	 * drops marked packets to the host */
	r = write_setting("ipv4", interface, "rp_filter");
	if (r == 0)
		r = write_setting("ipv4", interface, "src_valid_mark");
	if (r == 0)
		r = write_setting("ipv4", interface, "forwarding");
	/* this forwards nothing, but allows the barrier's program to use the routing tables */
	(void)write_setting("ipv6", interface, "forwarding");
	path_of(6, interface, path, sizeof(path));
	(void)write_switch(path, true);
	return r;
}

/* --- records, one by one --- */

static void each_record(int records_fd, void (*callback)(const char *name, void *context),
			void *context)
{
	DIR *directory = directory_open(records_fd, ".");
	struct dirent *entry;

	if (!directory)
		return;
	while ((entry = readdir(directory)))
		if (entry->d_name[0] != '.' && entry->d_name[1] == '-')
			callback(entry->d_name, context);
	closedir(directory);
}

struct guarding {
	int records_fd;
	const char *user;
	void (*callback)(const char *interface, void *context);
	void *context;
};

static void guard_one(const char *name, void *context)
{
	const struct guarding *guarding = context;
	char path[NAME_MAX + 128], interface[IFNAMSIZ];

	snprintf(path, sizeof(path), "%s/%s", name, guarding->user);
	if (faccessat(guarding->records_fd, path, F_OK, 0) == 0 && interface_of(name, interface))
		guarding->callback(interface, guarding->context);
}

void forwarding_each_guarded(const char *user,
			     void (*callback)(const char *interface, void *context), void *context)
{
	_cleanup_fd_ int records_fd = lock_records(false);
	struct guarding guarding = {records_fd, user, callback, context};

	if (records_fd >= 0)
		each_record(records_fd, guard_one, &guarding);
}

/* Returns true if the administrator has enabled forwarding for all interfaces meanwhile; then it
 * stays. */
static bool allowed_for_all(int family)
{
	return read_switch(family == 4 ? "/proc/sys/net/ipv4/ip_forward"
				       : "/proc/sys/net/ipv6/conf/all/force_forwarding") == 1;
}

/* Returns true if some daemon needs the change that the record is about. */
static bool has_users(int records_fd, const char *name)
{
	DIR *directory = directory_open(records_fd, name);
	const struct dirent *entry;
	bool found = false;

	if (!directory)
		return false;
	while ((entry = readdir(directory)))
		found |= entry->d_name[0] != '.';
	closedir(directory);
	return found;
}

/* --- undoing changes --- */

struct restoring {
	int records_fd;
	const char *user;
	const struct outward *outward; /* interfaces whose changes stay; NULL: none */
	int failed;
};

static void restore_one(const char *name, void *context)
{
	struct restoring *restoring = context;
	char path[NAME_MAX + 128], interface[IFNAMSIZ];
	bool there = interface_of(name, interface);
	int r = 0;

	if (there && restoring->outward &&
	    outward_has(restoring->outward, name[0] - '0', interface))
		return;
	snprintf(path, sizeof(path), "%s/%s", name, restoring->user);
	unlinkat(restoring->records_fd, path, 0);
	if (has_users(restoring->records_fd, name))
		return;
	if (there && !allowed_for_all(name[0] - '0')) {
		path_of(name[0] - '0', interface, path, sizeof(path));
		r = write_switch(path, false);
	}
	if (r < 0 && r != -ENOENT)
		restoring->failed = r;
	else
		unlinkat(restoring->records_fd, name, AT_REMOVEDIR);
}

static int restore_all(const char *user)
{
	_cleanup_fd_ int records_fd = lock_records(false);
	struct restoring restoring = {.records_fd = records_fd, .user = user};
	char path[64];

	if (records_fd < 0)
		return records_fd == -ENOENT ? 0 : records_fd;
	each_record(records_fd, restore_one, &restoring);
	/* fails if other daemons have records there */
	if (records_path(path, sizeof(path)) == 0 && rmdir(path) == 0)
		(void)rmdir(RECORDS);
	return restoring.failed;
}

/* --- following the host's routes --- */

int forwarding_record(const char *user)
{
	static struct outward outward;
	_cleanup_fd_ int records_fd = -1;
	struct restoring restoring = {.user = user, .outward = &outward};
	int r = outward_read(&outward);

	if (r == 0)
		r = records_fd = restoring.records_fd = lock_records(true);
	if (r < 0)
		return r;
	each_record(records_fd, restore_one, &restoring);
	r = restoring.failed;
	for (size_t i = 0; r == 0 && i < outward.n; i++)
		r = record(records_fd, user, outward.interfaces[i].family,
			   outward.interfaces[i].index, outward.interfaces[i].name);
	fault_point("forwarding-recorded");
	return r;
}

struct enabling {
	int records_fd;
	const char *user;
	int failed;
};

static void enable_one(const char *name, void *context)
{
	struct enabling *enabling = context;
	char path[NAME_MAX + 128], interface[IFNAMSIZ];
	int r;

	snprintf(path, sizeof(path), "%s/%s", name, enabling->user);
	if (faccessat(enabling->records_fd, path, F_OK, 0) < 0 || !interface_of(name, interface))
		return;
	path_of(name[0] - '0', interface, path, sizeof(path));
	r = read_switch(path);
	if (r == 0)
		r = write_switch(path, true);
	if (r < 0 && r != -ENOENT)
		enabling->failed = r;
}

int forwarding_enable(const char *user)
{
	_cleanup_fd_ int records_fd = lock_records(false);
	struct enabling enabling = {.records_fd = records_fd, .user = user};

	if (records_fd < 0)
		return records_fd == -ENOENT ? 0 : records_fd;
	each_record(records_fd, enable_one, &enabling);
	fault_point("forwarding-changed");
	return enabling.failed;
}

/* --- the end --- */

int forwarding_restore(const struct host *host, const char *user)
{
	int r = restore_all(user);

	if (r == 0 && unlinkat(host->runtime_fd, DIRECTORY, AT_REMOVEDIR) < 0 && errno != ENOENT)
		r = negative_errno();
	return r;
}
