/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/kernel/lookup.h"
#include "daemon/kernel/mount.h"
#include "daemon/kernel/mounts-own.h"
#include "daemon/kernel/overlay.h"

#define EMPTY_SIZE 4096

static bool has_root(const struct wire_spec *spec)
{
	return spec->root_fd >= 0 || spec->root_path;
}

static bool has_empty_root(const struct wire_spec *spec)
{
	return spec->n_mounts > 0 && mount_is_empty_root(&spec->mounts[0]);
}

/*
 * Returns the attributes of the root and the bind mounts. Setuid programs have an effect below the
 * root directory of an ordinary user's set with a user namespace, because only the owner's ids are
 * mapped there (docs/adr/0027).
 */
static uint64_t tree_attributes(const struct wire_spec *spec, const struct identity *files)
{
	bool setuid = has_root(spec) && spec->kinds & KIND_BIT(KIND_USER) && files->uid != 0;

	return MOUNT_ATTR_NODEV | (setuid ? 0 : MOUNT_ATTR_NOSUID);
}

/* Makes a detached clone of the file behind the client's descriptor. */
static int clone_disarmed(int fd, uint64_t attributes)
{
	_cleanup_fd_ int tree_fd = mount_clone(fd, "");
	int r;

	if (tree_fd < 0)
		return tree_fd;
	r = mount_set_attributes(tree_fd, attributes);
	return r < 0 ? r : take_fd(&tree_fd);
}

static bool wants_dev(const struct wire_spec *spec)
{
	for (size_t i = 0; i < spec->n_mounts; i++)
		if (spec->mounts[i].type == MOUNT_DEV)
			return true;
	return false;
}

/* Clones /dev/null for every place to hide, as it may be a file. */
static int prepare_hidden(const struct wire_spec *spec, struct mounts *mounts, struct fault *fault)
{
	for (size_t i = 0; i < spec->n_mounts; i++) {
		int r = 0;

		mounts->source_fds[i] = -1;
		if (spec->mounts[i].type != MOUNT_HIDDEN)
			continue;
		mounts->source_fds[i] = r = mount_clone(AT_FDCWD, "/dev/null");
		if (r >= 0)
			r = mount_set_attributes(r, MOUNT_ATTR_RDONLY);
		if (r < 0)
			return fault_set(fault, STEP_DEV, 0, -r);
	}
	return 0;
}

int mounts_prepare_nodes(const struct wire_spec *spec, struct mounts *mounts, struct fault *fault)
{
	int r = prepare_hidden(spec, mounts, fault);

	if (r < 0)
		return r;
	mounts->default_dev = (has_root(spec) || has_empty_root(spec)) && !wants_dev(spec);
	return mounts->default_dev || wants_dev(spec) ? own_clone_nodes(mounts, fault) : 0;
}

/*
 * Opens path in the host's tree, with the rights of files only. It must be the same file as
 * given_fd (-1: any): otherwise the user could make the path lead elsewhere at the next boot.
 */
static int open_again(const char *path, int given_fd, const struct identity *files)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_NO_MAGICLINKS};
	_cleanup_fd_ int fd = -1;
	struct stat given, found;
	int r = privilege_groups(files);

	if (r < 0)
		return r;
	fd = lookup_open(AT_FDCWD, path, &how, files);
	if (fd < 0)
		return fd;
	if (given_fd >= 0 && (fstat(given_fd, &given) < 0 || fstat(fd, &found) < 0))
		return negative_errno();
	if (given_fd >= 0 && (given.st_dev != found.st_dev || given.st_ino != found.st_ino))
		return -ENOENT;
	return take_fd(&fd);
}

/* Makes a detached clone of fd or, if fd is -1, of the file at path. For boot, path must lead to
 * the same file as fd. */
static int prepare_source(const char *path, int fd, bool boot, uint64_t attributes, enum step step,
			  uint32_t detail, const struct identity *files, struct fault *fault)
{
	_cleanup_fd_ int again_fd = -1;
	int r;

	if (boot) {
		again_fd = open_again(path, fd, files);
		if (again_fd < 0)
			return fault_set(fault, STEP_PATH, detail, -again_fd);
	}
	r = clone_disarmed(fd >= 0 ? fd : again_fd, attributes);
	return r < 0 ? fault_set(fault, step, detail, -r) : r;
}

/* Returns 0 if the clone is of a character device that is allowed, or -errno. Root may use all. */
static int check_device(const struct mounts *mounts, int fd, const struct identity *files)
{
	struct statx x;

	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &x) < 0)
		return negative_errno();
	if (!S_ISCHR(x.stx_mode))
		return -ENODEV;
	for (size_t i = 0; i < mounts->n_devices; i++)
		if (mounts->devices[i].major == x.stx_rdev_major &&
		    mounts->devices[i].minor == x.stx_rdev_minor)
			return 0;
	return files->uid == 0 ? 0 : -EPERM;
}

/* Clones the source of one mount. A device is not nodev, as the other sources are. */
static int prepare_mount(const struct wire_spec *spec, size_t i, const struct identity *files,
			 struct mounts *mounts, struct fault *fault)
{
	const struct spec_mount *mount = &spec->mounts[i];
	bool is_device = mount->type == MOUNT_DEVICE;
	uint64_t attributes =
		is_device ? MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC : tree_attributes(spec, files);
	int r = prepare_source(mount->source, mount->source_fd, spec->boot,
			       attributes | (mount->read_only ? MOUNT_ATTR_RDONLY : 0), STEP_MOUNT,
			       i, files, fault);

	mounts->source_fds[i] = r;
	if (r < 0 || !is_device)
		return r;
	return fault_if(fault, STEP_DEVICE, i, check_device(mounts, r, files));
}

int mounts_prepare(const struct wire_spec *spec, const struct identity *files, struct mounts *ret,
		   struct fault *fault)
{
	int r = 0;

	ret->root_fd = -1;
	if (has_root(spec)) {
		ret->root_fd = prepare_source(spec->root_path, spec->root_fd, spec->boot,
					      tree_attributes(spec, files), STEP_ROOT,
					      SPEC_MOUNTS_MAX, files, fault);
		if (ret->root_fd < 0)
			return ret->root_fd;
	}
	if (has_empty_root(spec)) {
		ret->root_fd = own_new_root(&spec->mounts[0], files);
		if (ret->root_fd < 0)
			return fault_set(fault, STEP_MOUNT, 0, -ret->root_fd);
	}
	for (size_t i = 0; r >= 0 && i < spec->n_mounts; i++)
		if (mount_has_source(spec->mounts[i].type) || mount_is_kept(&spec->mounts[i]))
			r = prepare_mount(spec, i, files, ret, fault);
	return MIN(r, 0);
}

int mounts_take_root(struct fault *fault)
{
	_cleanup_fd_ int fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	_cleanup_fd_ int tree_fd = fd < 0 ? negative_errno() : mount_clone(fd, "");

	return fault_if(fault, STEP_ROOT, 0, tree_fd < 0 ? tree_fd : mount_enter_root(tree_fd));
}

static int apply_root(int root_fd, struct fault *fault)
{
	return fault_if(fault, STEP_ROOT, 0, mount_enter_root(root_fd));
}

/* Makes what is at the target read-only, with all mounts below it. */
static int apply_read_only(int target_fd)
{
	_cleanup_fd_ int tree_fd = -1;
	int r = mount_is_root(target_fd);

	if (r != 0)
		return r < 0 ? r : mount_set_attributes(target_fd, MOUNT_ATTR_RDONLY);
	tree_fd = mount_clone(target_fd, "");
	r = tree_fd < 0 ? tree_fd : mount_set_attributes(tree_fd, MOUNT_ATTR_RDONLY);
	return r < 0 ? r : mount_put(tree_fd, target_fd);
}

/* Covers the target by an empty directory or, where the kernel mounts no directory, by null_fd. */
static int apply_hidden(int target_fd, int null_fd)
{
	_cleanup_fd_ int empty_fd =
		own_new_tmpfs(0555, EMPTY_SIZE, NULL, MOUNT_SAFE | MOUNT_ATTR_RDONLY);
	int r = empty_fd < 0 ? empty_fd : mount_put(empty_fd, target_fd);

	return r == -EINVAL || r == -ENOTDIR ? mount_put(null_fd, target_fd) : r;
}

/* Attaches a mount. Refuses a directory on a file, and a file on a directory, because the kernel's
 * own error does not say that. FUSE may not tell us what a file is. */
static int put(int mount_fd, int target_fd)
{
	int mounted = mount_is_directory(mount_fd), target = mount_is_directory(target_fd);

	if (mounted >= 0 && target >= 0 && mounted != target)
		return -ENOTDIR;
	return mount_put(mount_fd, target_fd);
}

/* Opens the target. A new mount may make its mount point, but an entry that changes existing mounts
 * may not. */
static int open_target(const struct spec_mount *mount, int source_fd, const struct own_mounts *own,
		       const struct identity *files)
{
	return mount_changes(mount->type) ? mount_open(mount->target, O_PATH, files)
					  : mount_target_open(mount->target, source_fd, own, files);
}

static int apply_overlay(const struct mounts *mounts, const struct spec_mount *mount, int kept_fd,
			 int target_fd, const struct identity *files)
{
	const struct overlay overlay = {
		.proc_fd = mounts->proc_fd,
		.fixed = mounts->walled,
		.size = mount->size,
		.kept_fd = kept_fd,
		.user_fd = mounts->user_fd,
		.owner = files,
	};

	return overlay_put(&overlay, target_fd);
}

static int apply_mount(const struct mounts *mounts, const struct wire_spec *spec, size_t i,
		       struct own_mounts *own, const struct identity *files)
{
	const struct spec_mount *mount = &spec->mounts[i];
	unsigned int attributes = MOUNT_SAFE | (mount->read_only ? MOUNT_ATTR_RDONLY : 0);
	_cleanup_fd_ int target_fd = open_target(mount, mounts->source_fds[i], own, files);
	_cleanup_fd_ int fd = -1;

	if (target_fd < 0)
		return target_fd;
	if ((mount->type == MOUNT_DEV || mount->type == MOUNT_OVERLAY) &&
	    mount_is_directory(target_fd) == 0)
		return -ENOTDIR;
	switch (mount->type) {
	case MOUNT_BIND:
	case MOUNT_DEVICE:
		return put(mounts->source_fds[i], target_fd);
	case MOUNT_READ_ONLY:
		return apply_read_only(target_fd);
	case MOUNT_HIDDEN:
		return apply_hidden(target_fd, mounts->source_fds[i]);
	case MOUNT_OVERLAY:
		fd = apply_overlay(mounts, mount, mounts->source_fds[i], target_fd, files);
		if (fd >= 0)
			mount_target_allow(own, fd, mount_is_kept(mount));
		return MIN(fd, 0);
	case MOUNT_DEV:
		return own_put_dev(mounts, target_fd, own, files);
	case MOUNT_TMPFS:
		if (mount_is_empty_root(mount))
			return 0; /* apply_root() */
		fd = own_new_tmpfs(own_mode(mount), mount->size, files,
				   MOUNT_ATTR_NODEV | (mount->read_only ? MOUNT_ATTR_RDONLY : 0));
		if (fd >= 0)
			mount_target_allow(own, fd, false);
		break;
	case MOUNT_SYSFS:
		fd = mount_new("sysfs", attributes, NULL);
		break;
	case MOUNT_MQUEUE:
		fd = mount_new("mqueue", attributes, NULL);
		break;
	case MOUNT_CGROUP2:
		fd = mount_new("cgroup2", attributes, NULL);
		break;
	default: /* MOUNT_PROC: mounted by the init, which is in the pid namespace */
		return 0;
	}
	return fd < 0 ? fd : put(fd, target_fd);
}

/* Makes /dev/shm (-1: there is none) writable again if a read-only place, such as /dev, contains
 * it. If /dev/shm itself was made read-only, it stays so. */
static int free_shm(const struct spec_mount *mount, int *shm_fd)
{
	if (mount->type != MOUNT_READ_ONLY || *shm_fd < 0)
		return 0;
	if (strcmp(mount->target, "/dev/shm") == 0)
		*shm_fd = close_fd(*shm_fd);
	return *shm_fd < 0 ? 0 : mount_set_read_only(*shm_fd, false);
}

/* Makes the mounts of the list, and before them /dev/shm. */
static int apply_list(const struct mounts *mounts, const struct wire_spec *spec,
		      struct own_mounts *own, const struct identity *files, struct fault *fault)
{
	_cleanup_fd_ int shm_fd = spec->own_shm == SWITCH_ON ? own_put_shm(own, files) : -ENOENT;

	if (shm_fd < 0 && shm_fd != -ENOENT)
		return fault_set(fault, STEP_DEV, 0, -shm_fd);
	for (size_t i = 0; i < spec->n_mounts; i++) {
		const struct spec_mount *mount = &spec->mounts[i];
		enum step step = mount->type == MOUNT_OVERLAY ? STEP_OVERLAY
				 : mount_changes(mount->type) ? STEP_VIEW
							      : STEP_MOUNT;
		int r = apply_mount(mounts, spec, i, own, files);

		if (r == 0)
			r = free_shm(mount, &shm_fd);
		if (r < 0)
			return fault_set(fault, step, i, -r);
	}
	return 0;
}

static int apply_default_dev(const struct mounts *mounts, struct own_mounts *own,
			     const struct identity *files, struct fault *fault)
{
	_cleanup_fd_ int target_fd = mount_open("/dev", O_PATH, files);
	int r = target_fd < 0 ? target_fd : own_put_dev(mounts, target_fd, own, files);

	return fault_if(fault, STEP_DEV, 0, r);
}

int mounts_apply(const struct mounts *mounts, const struct wire_spec *spec,
		 const struct identity *files, struct fault *fault)
{
	struct own_mounts own = {};
	int r = 0;

	if (mounts->root_fd >= 0)
		r = apply_root(mounts->root_fd, fault);
	if (has_empty_root(spec))
		mount_target_allow(&own, mounts->root_fd, false);
	if (r == 0 && spec->kinds & KIND_BIT(KIND_NET))
		r = own_put_sysfs(mounts->sysfs_fd, files, fault);
	if (r == 0 && mounts->default_dev)
		r = apply_default_dev(mounts, &own, files, fault);
	if (r == 0)
		r = apply_list(mounts, spec, &own, files, fault);
	if (r < 0 || !(spec->kinds & (KIND_BIT(KIND_NET) | KIND_BIT(KIND_UTS))))
		return r;
	return fault_if(fault, STEP_RESOLVER, 0, mounts_put_names(mounts, spec, &own, files));
}

/* fds[0] is for /proc, fds[i] for spec->mounts[i - 1] if that is of type proc; otherwise they are
 * -1. */
int mounts_make_procs(const struct wire_spec *spec, int fds[static MOUNTS_PROCS],
		      struct fault *fault)
{
	for (size_t i = 0; i < MOUNTS_PROCS; i++) {
		bool wanted =
			i == 0 ? spec->mount_proc == SWITCH_ON
			       : i <= spec->n_mounts && spec->mounts[i - 1].type == MOUNT_PROC;

		fds[i] = wanted ? mount_new("proc", MOUNT_SAFE, NULL) : -1;
		if (wanted && fds[i] < 0)
			return fault_set(fault, STEP_PROC, 0, -fds[i]);
	}
	return 0;
}

static int put_at(const char *target, int mount_fd, const struct identity *files)
{
	_cleanup_fd_ int target_fd = mount_open(target, O_PATH, files);

	return target_fd < 0 ? target_fd : mount_put(mount_fd, target_fd);
}

int mounts_put_procs(const struct wire_spec *spec, const int fds[static MOUNTS_PROCS],
		     const struct identity *files, struct fault *fault)
{
	for (size_t i = 0; i < MOUNTS_PROCS; i++) {
		int r = 0;

		if (fds[i] < 0)
			continue;
		r = put_at(i == 0 ? "/proc" : spec->mounts[i - 1].target, fds[i], files);
		if (r < 0)
			return fault_set(fault, i == 0 ? STEP_PROC : STEP_MOUNT, i ? i - 1 : 0, -r);
	}
	return 0;
}
