/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/start/runtime.h"
#include "daemon/keeper/state/store.h"
#include "daemon/keeper/workers/boot-records.h"
#include "daemon/keeper/workers/spawner.h"
#include "daemon/kernel/cgroup.h"
#include "daemon/kernel/vault.h"

/* The things that this start of nsctld has found or made. If the start fails, only those that it
 * has made are removed. */
static struct {
	bool made, mounted; /* it has made the runtime directory, or has made it a mount */
	bool ours;	    /* this daemon holds the lock of the directory */
	/* A vault, which holds the sets' namespaces (kernel/vault.h), or records existed before
	 * this start. So there may be sets. */
	bool had_vault, had_records;
} start;

/* Logs a failure. negative: its -errno, which is returned. what: the action that failed, or
 * NULL. */
static int complain(const char *path, const char *what, int negative)
{
	log_error("--runtime-directory=%s: %s%s%s", path, what ? what : "", what ? ": " : "",
		  strerror(-negative));
	return negative;
}

/* --- a start --- */

/* Checks that only root can write to the directory: another user could plant records and pins for
 * the daemon to adopt. Returns 0 or -errno. */
static int check_directory(const char *path)
{
	_cleanup_fd_ int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return complain(path, NULL, negative_errno());
	if (st.st_uid == 0 && !(st.st_mode & 022))
		return 0;
	log_error("--runtime-directory=%s: must belong to root and be writable by root only", path);
	return -EPERM;
}

static int make_directory(struct keeper *keeper, const char *path)
{
	int r;

	start.made = mkdir(path, 0755) == 0;
	if (!start.made && errno != EEXIST)
		return complain(path, NULL, negative_errno());
	r = check_directory(path);
	if (r < 0)
		return r;
	/* an absolute path without symbolic links, as the mount table has it */
	keeper->runtime = realpath(path, NULL);
	return keeper->runtime ? 0 : complain(path, NULL, negative_errno());
}

static int make_mount(struct keeper *keeper)
{
	int r = vault_prepare(keeper->runtime);

	if (r < 0)
		return complain(keeper->runtime, "cannot be made a mount of its own", r);
	start.mounted = r > 0;
	keeper->runtime_fd = open(keeper->runtime, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return keeper->runtime_fd < 0 ? complain(keeper->runtime, NULL, negative_errno()) : 0;
}

/* Locks the directory. The daemon keeps the lock until it ends. Returns 0 or -errno. */
static int take_lock(struct keeper *keeper)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = openat(keeper->runtime_fd, "keeper.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return complain(keeper->runtime, NULL, negative_errno());
	if (fcntl(fd, F_SETLK, &lock) == 0)
		return 0;
	close_fd(fd);
	if (errno != EAGAIN && errno != EACCES)
		return complain(keeper->runtime, "cannot be locked", negative_errno());
	/* everything here belongs to the other daemon, and must not be removed */
	start.made = start.mounted = false;
	log_error("--runtime-directory=%s: another nsctld runs here", keeper->runtime);
	return -EADDRINUSE;
}

static int look_around(struct keeper *keeper)
{
	int r = vault_is_pinned(keeper->runtime);

	if (r < 0)
		return complain(keeper->runtime, NULL, r);
	start.had_vault = r > 0;
	start.had_records = faccessat(keeper->runtime_fd, "state", F_OK, 0) == 0;
	start.ours = true;
	return 0;
}

int runtime_open(struct keeper *keeper, const char *path)
{
	int r = make_directory(keeper, path);

	if (r == 0)
		r = make_mount(keeper);
	if (r == 0)
		r = take_lock(keeper);
	return r < 0 ? r : look_around(keeper);
}

void runtime_close(struct keeper *keeper)
{
	keeper->runtime_fd = close_fd(keeper->runtime_fd);
	free(keeper->runtime);
	keeper->runtime = NULL;
}

/* --- removing the directory --- */

/* Kills processes that the spawner may have left when it ended, and waits until they have ended. */
static int end_workers(int cgroup_fd)
{
	_cleanup_fd_ int fd = cgroup_open(cgroup_fd, "workers");
	int r = MIN(fd, 0);

	if (r == 0)
		r = cgroup_kill(fd);
	if (r == 0)
		r = cgroup_wait_killed(fd);
	return r == -ENOENT ? 0 : r;
}

/* Removes the daemon's cgroup. If the cgroup was delegated to nsctld, by systemd for instance,
 * removes only what the daemon has made in it. Returns 0 or -errno. */
static int remove_cgroup(const struct keeper *keeper)
{
	_cleanup_fd_ int root_fd = cgroup_open_root(), fd = -1;
	int r;

	if (root_fd < 0)
		return root_fd;
	fd = cgroup_open(root_fd, keeper->cgroup);
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	r = end_workers(fd);
	if (r == 0 && !keeper->delegated)
		return cgroup_remove(root_fd, keeper->cgroup);
	if (r == 0)
		r = cgroup_remove(fd, "workers");
	if (r == 0)
		r = cgroup_remove(fd, "runners");
	return r < 0 ? r : cgroup_remove(fd, "watchers");
}

/* Removes the vault, the mounts that nsctld has made, and those files in the directory that are no
 * records. Returns 0 or -errno. */
static int remove_rest(const struct keeper *keeper)
{
	unlinkat(keeper->runtime_fd, "keeper.lock", 0);
	/* a file of version 0.1.0 */
	unlinkat(keeper->runtime_fd, "spawner.lock", 0);
	unlinkat(keeper->runtime_fd, "socket", 0);
	return vault_remove(keeper->runtime);
}

/* Removes what this start has made. If there was a vault, or if there were records, sets may exist.
 * Then the records and the cgroup stay. The vault and the directory's mount stay unless this start
 * has made the mount. Returns 0 or -errno. */
static int remove_started(struct keeper *keeper)
{
	bool fresh = start.ours && !start.had_vault && !start.had_records;
	int cgroup = 0, records = 0, rest = 0;

	/* without a name, the cgroup was never made */
	if (fresh && keeper->cgroup)
		cgroup = remove_cgroup(keeper);
	if (fresh && keeper->store)
		records = store_purge(keeper->store);
	if (fresh || start.mounted)
		rest = remove_rest(keeper);
	return cgroup < 0 ? cgroup : records < 0 ? records : rest;
}

void runtime_abandon(struct keeper *keeper)
{
	int r;

	spawner_kill();
	r = keeper->runtime ? remove_started(keeper) : 0;
	if (r < 0)
		log_error("%s: what this start has made stays (%s): nsctld --purge removes it",
			  keeper->runtime, strerror(-r));
	else if (keeper->runtime && start.made)
		rmdir(keeper->runtime);
}

int runtime_purge(struct keeper *keeper)
{
	int r;

	spawner_kill();
	r = remove_cgroup(keeper);
	if (r == 0)
		r = store_purge(keeper->store);
	if (r == 0)
		r = boot_purge(keeper);
	if (r == 0)
		r = remove_rest(keeper);
	if (r < 0)
		log_error("%s cannot be cleared: %s", keeper->runtime, strerror(-r));
	return r;
}
