/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/mount.h"
#include "daemon/kernel/pin.h"
#include "daemon/kernel/resolver-entry.h"
#include "daemon/kernel/resolver.h"

#define NSSWITCH_MAX 16384
#define SAFE (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

enum entry { ENTRY_SERVERS, ENTRY_NSSWITCH, ENTRY_HOSTS, ENTRY_COUNT };
static const char *const entries[ENTRY_COUNT] = {"resolv.conf", "nsswitch.conf", "hosts"};

/* Directories in which the host's resolvers have their sockets. Not the sockets themselves: they
 * come and go. */
static const char *const resolvers[] = {"/var/run/nscd", "/run/systemd/resolve",
					"/run/avahi-daemon"};

/* The files for the sets of one task. Entries with the same text share a file. */
static struct supplies {
	const struct task_resolver *resolver;
	bool named;
	int tmpfs_fd;
	unsigned int n_files;
	struct resolver_text texts[ENTRY_COUNT];
	unsigned int files[ENTRY_COUNT]; /* number of the text's file, 0: not written yet */
} supplies;

/* The set that the process is in. */
struct place {
	const struct identity *files;
	const struct wire_spec *spec; /* of a new set; NULL: an existing one, with commands in it */
	int mnt_fd;		      /* the set's mount namespace */
	int etc_fd;
};

/* Returns true if a test build is told to behave as before Linux 6.15, which no seccomp filter can
 * simulate. */
static bool is_before_6_15(void)
{
#ifdef NSCTL_FAULTS
	return getenv("NSCTL_BEFORE_6_15") != NULL;
#else
	return false;
#endif
}

/* Resets everything: successive children share a worker's memory. */
static void begin(const struct task_resolver *resolver, bool named)
{
	supplies.resolver = resolver;
	supplies.named = named;
	supplies.tmpfs_fd = -1;
	supplies.n_files = 0;
	for (enum entry entry = 0; entry < ENTRY_COUNT; entry++) {
		supplies.files[entry] = 0;
		supplies.texts[entry].size = 0;
	}
	resolver_text_servers(resolver, &supplies.texts[ENTRY_SERVERS]);
}

/* --- files --- */

static int new_tmpfs(unsigned int attributes)
{
	static const char *const options[] = {"mode", "0755", "size", "8m", NULL};

	return mount_new("tmpfs", SAFE | attributes, options);
}

static int write_file(int tmpfs_fd, const char *name, const struct resolver_text *text)
{
	_cleanup_fd_ int fd = openat(tmpfs_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);

	if (fd < 0)
		return negative_errno();
	for (size_t done = 0; done < text->size;) {
		ssize_t n = write(fd, text->bytes + done, text->size - done);

		if (n <= 0)
			return negative_errno();
		done += n;
	}
	return 0;
}

/* Moves to a private copy of the mount tree, where anything may be mounted for a moment. */
static int leave_set(void)
{
	return unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0
		       ? negative_errno()
		       : 0;
}

static int return_to_set(const struct place *place, int fd)
{
	if (setns(place->mnt_fd, CLONE_NEWNS) == 0)
		return fd;
	close_fd(fd);
	return negative_errno();
}

/* Clones a file of an attached tmpfs: before 6.15 the kernel clones nothing of a file system that
 * is mounted nowhere. */
static int clone_attached(const struct place *place, const struct resolver_text *text)
{
	_cleanup_fd_ int tmpfs_fd = new_tmpfs(0), etc_fd = -1;
	int r = tmpfs_fd < 0 ? tmpfs_fd : write_file(tmpfs_fd, "1", text);

	if (r == 0)
		r = leave_set();
	if (r < 0)
		return r;
	etc_fd = mount_open("/etc", O_PATH | O_DIRECTORY, place->files);
	r = etc_fd < 0 ? etc_fd : mount_put(tmpfs_fd, etc_fd);
	return return_to_set(place, r < 0 ? r : mount_clone(tmpfs_fd, "1"));
}

/* Returns a detached mount of the entry's file, which is written if necessary. */
static int clone_file(enum entry entry)
{
	unsigned int *number = &supplies.files[entry];
	char name[16];
	int r = 0;

	if (supplies.tmpfs_fd < 0)
		supplies.tmpfs_fd = new_tmpfs(0);
	if (supplies.tmpfs_fd < 0)
		return supplies.tmpfs_fd;
	snprintf(name, sizeof(name), "%u", *number ? *number : supplies.n_files + 1);
	if (!*number)
		r = write_file(supplies.tmpfs_fd, name, &supplies.texts[entry]);
	if (r < 0)
		return r;
	if (!*number)
		*number = ++supplies.n_files;
	return mount_clone(supplies.tmpfs_fd, name);
}

static int file_mount(const struct place *place, enum entry entry)
{
	_cleanup_fd_ int fd = is_before_6_15() ? -EINVAL : clone_file(entry);
	int r;

	if (fd == -EINVAL)
		fd = clone_attached(place, &supplies.texts[entry]);
	if (fd < 0)
		return fd;
	r = mount_set_attributes(fd, SAFE | MOUNT_ATTR_RDONLY);
	return r < 0 ? r : take_fd(&fd);
}

/* --- entries --- */

static enum found look(const struct place *place, enum entry entry)
{
	_cleanup_fd_ int fd = -1;
	struct resolver_mounted mounted;

	return resolver_entry_look(place->etc_fd, entries[entry], place->files,
				   &supplies.texts[entry], &fd, &mounted);
}

/* Returns true if the set's specification mounts something at this entry. */
static bool is_taken(const struct place *place, enum entry entry)
{
	for (size_t i = 0; place->spec && i < place->spec->n_mounts; i++) {
		const char *target = place->spec->mounts[i].target;

		if (strncmp(target, "/etc/", 5) == 0 && strcmp(target + 5, entries[entry]) == 0)
			return true;
	}
	return false;
}

static int put_entry(const struct place *place, enum entry entry)
{
	const struct resolver_text *text = &supplies.texts[entry];
	_cleanup_fd_ int mount_fd = -1, fd = -1;
	struct resolver_mounted mounted;
	enum found found = resolver_entry_look(place->etc_fd, entries[entry], place->files, text,
					       &fd, &mounted);

	/* in a new set, anything that is there already is the host's */
	if (place->spec && found >= FOUND_OURS)
		found = is_taken(place, entry) ? FOUND_OTHERS : FOUND_BARE;
	if (found == FOUND_NOTHING)
		return -ENOENT;
	if (found == FOUND_SAME || found == FOUND_OTHERS)
		return 0;
	if (found == FOUND_EDITABLE && resolver_entry_edit(fd, &mounted, text) == 0)
		return 0;
	mount_fd = file_mount(place, entry);
	if (mount_fd < 0)
		return mount_fd;
	return found == FOUND_OURS || found == FOUND_EDITABLE
		       ? resolver_entry_replace(place->etc_fd, entries[entry], mount_fd)
		       : resolver_entry_attach(place->etc_fd, entries[entry], mount_fd);
}

/* Uncovers the host's file, when a set has left its networks. */
static int drop_entry(const struct place *place, enum entry entry)
{
	enum found found = look(place, entry);

	return found == FOUND_OURS || found == FOUND_EDITABLE || found == FOUND_SAME
		       ? resolver_entry_detach(place->etc_fd, entries[entry])
		       : 0;
}

/* --- missing entries --- */

/* Directories in a tmpfs of ours, for overlay(5): missing files, and the set's /etc. */
#define LAYER_FILES "files"
#define LAYER_ETC "etc"

/* Attaches the tmpfs, and a copy of the set's /etc in it: before 6.15 the kernel attaches nothing
 * to a detached mount. */
static int put_layers(int tmpfs_fd, int on_fd, int copy_fd)
{
	_cleanup_fd_ int etc_fd = -1;
	int r = mount_put(tmpfs_fd, on_fd);

	if (r < 0)
		return r;
	etc_fd = openat(tmpfs_fd, LAYER_ETC, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return etc_fd < 0 ? negative_errno() : mount_put(copy_fd, etc_fd);
}

/*
 * Makes a read-only overlay of /etc and the tmpfs's files. overlay takes paths, and the set's owner
 * could lead any path to its /etc elsewhere, so both layers are named relative to the tmpfs.
 */
static int new_overlay(const struct place *place, int tmpfs_fd)
{
	static const char *const options[] = {"lowerdir", LAYER_FILES ":" LAYER_ETC, NULL};
	_cleanup_fd_ int copy_fd = mount_clone(place->etc_fd, ""), on_fd = -1;
	int r = copy_fd < 0 ? copy_fd : leave_set();

	if (r < 0)
		return r;
	on_fd = mount_open("/etc", O_PATH | O_DIRECTORY, place->files);
	r = on_fd < 0 ? on_fd : put_layers(tmpfs_fd, on_fd, copy_fd);
	if (r == 0 && fchdir(tmpfs_fd) < 0)
		r = negative_errno();
	if (r == 0)
		r = mount_new("overlay", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
			      options);
	return return_to_set(place, r);
}

static int open_etc(struct place *place)
{
	close_fd(place->etc_fd);
	place->etc_fd = mount_open("/etc", O_PATH | O_DIRECTORY, place->files);
	return MIN(place->etc_fd, 0);
}

static int new_layers(int *ret_files_fd)
{
	_cleanup_fd_ int tmpfs_fd = new_tmpfs(0);

	if (tmpfs_fd < 0)
		return tmpfs_fd;
	if (mkdirat(tmpfs_fd, LAYER_FILES, 0755) < 0 || mkdirat(tmpfs_fd, LAYER_ETC, 0755) < 0)
		return negative_errno();
	*ret_files_fd = openat(tmpfs_fd, LAYER_FILES, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return *ret_files_fd < 0 ? negative_errno() : take_fd(&tmpfs_fd);
}

/* Supplies missing entries by an overlay; the set's own /etc is not changed. */
static int supply_missing(struct place *place)
{
	static const struct resolver_text empty;
	_cleanup_fd_ int tmpfs_fd = -1, files_fd = -1, overlay_fd = -1;
	int r = 0;

	for (enum entry entry = 0; r == 0 && entry < ENTRY_COUNT; entry++) {
		if (entry == ENTRY_NSSWITCH || look(place, entry) != FOUND_NOTHING)
			continue;
		if (tmpfs_fd < 0)
			tmpfs_fd = new_layers(&files_fd);
		r = tmpfs_fd < 0 ? tmpfs_fd : write_file(files_fd, entries[entry], &empty);
	}
	if (tmpfs_fd < 0 || r < 0)
		return r;
	overlay_fd = new_overlay(place, tmpfs_fd);
	r = overlay_fd < 0 ? overlay_fd : mount_put(overlay_fd, place->etc_fd);
	return r < 0 ? r : open_etc(place);
}

/* --- one set --- */

/* Reads nsswitch.conf with the owner's rights: a link may lead to a file that only root may
 * read. */
static int read_nsswitch(const struct place *place)
{
	static char old[NSSWITCH_MAX + 1];
	static struct resolver_text text;
	struct resolver_text *kept = &supplies.texts[ENTRY_NSSWITCH];
	_cleanup_fd_ int fd =
		mount_open("/etc/nsswitch.conf", O_RDONLY | O_NONBLOCK | O_NOCTTY, place->files);
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return -EINVAL;
	n = read(fd, old, NSSWITCH_MAX);
	if (n < 0)
		return negative_errno();
	old[n] = '\0';
	resolver_text_nsswitch(old, &text);
	if (text.size == kept->size && memcmp(text.bytes, kept->bytes, text.size) == 0)
		return 0;
	resolver_text_nsswitch(old, kept);
	supplies.files[ENTRY_NSSWITCH] = 0;
	return 0;
}

static int hide_resolvers(const struct place *place)
{
	for (size_t i = 0; i < ARRAY_SIZE(resolvers); i++) {
		_cleanup_fd_ int fd = mount_open(resolvers[i], O_PATH | O_DIRECTORY, place->files);
		_cleanup_fd_ int empty_fd = -1;
		struct statx x;
		int r;

		if (fd < 0 || statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &x) < 0 ||
		    (!place->spec && x.stx_attributes & STATX_ATTR_MOUNT_ROOT))
			continue;
		empty_fd = new_tmpfs(MOUNT_ATTR_RDONLY);
		r = empty_fd < 0 ? empty_fd : mount_put(empty_fd, fd);
		if (r < 0)
			return r;
	}
	return 0;
}

static int put_files(struct place *place)
{
	int r = place->spec && supplies.resolver->supply ? supply_missing(place) : 0;

	if (r == 0)
		r = put_entry(place, ENTRY_SERVERS);
	if (r == -ENOENT && !supplies.resolver->wanted)
		r = 0;
	if (r == 0 && read_nsswitch(place) == 0)
		r = put_entry(place, ENTRY_NSSWITCH);
	if (r == 0 && supplies.named)
		r = put_entry(place, ENTRY_HOSTS);
	return r;
}

static int mount_etc(struct place *place)
{
	bool wanted[ENTRY_COUNT] = {supplies.resolver->own, supplies.resolver->own, supplies.named};
	int r = open_etc(place);

	if (r == 0 && supplies.resolver->own)
		r = put_files(place);
	for (enum entry entry = 0; r == 0 && !place->spec && entry < ENTRY_COUNT; entry++)
		if (!wanted[entry])
			r = drop_entry(place, entry);
	place->etc_fd = close_fd(place->etc_fd);
	/* missing entries are an error only if the files were asked for */
	return r == -ENOENT && !supplies.resolver->wanted ? 0 : r;
}

static int mount_files(struct place *place, uint32_t detail, struct fault *fault)
{
	int r = hide_resolvers(place);

	place->etc_fd = -1;
	if (r == 0 && (supplies.resolver->own || !place->spec))
		r = mount_etc(place);
	if (chdir("/") < 0 && r == 0)
		r = negative_errno();
	return r < 0 ? fault_set(fault, STEP_RESOLVER, detail, -r) : 0;
}

bool resolver_is_needed(const struct task_resolver *resolver, bool has_root)
{
	bool needed = resolver->given && (resolver->own || has_root);

	for (size_t i = 0; resolver->given && !needed && i < ARRAY_SIZE(resolvers); i++)
		needed = access(resolvers[i], F_OK) == 0;
	return needed;
}

int resolver_mount(const struct task_resolver *resolver, const struct wire_spec *spec,
		   const struct identity *files, int mnt_fd, struct fault *fault)
{
	struct place place = {.files = files, .spec = spec, .mnt_fd = mnt_fd};

	begin(resolver, false);
	return mount_files(&place, 0, fault);
}

/* --- existing sets --- */

static void mount_again(const struct host *host, const struct task_names *task, uint32_t i,
			struct fault *fault)
{
	const struct identity owner = {.uid = task->owner, .gid = task->sets[i].gid};
	_cleanup_fd_ int mnt_fd = pin_open_path(host->vault_root_fd, task->sets[i].pin, KIND_MNT);
	struct place place = {.files = &owner, .mnt_fd = mnt_fd};

	if (mnt_fd < 0 || setns(mnt_fd, CLONE_NEWNS) < 0)
		fault_set(fault, STEP_RESOLVER, i, mnt_fd < 0 ? -mnt_fd : errno);
	else
		mount_files(&place, i, fault);
}

void child_names(const struct host *host, const struct task_names *task)
{
	const struct identity nobody = {};
	struct task_report report = {};
	struct fault fault = {};
	int r;

	child_begin();
	fault_point("names-started");
	/* a look-up must not use root's groups */
	r = privilege_groups(&nobody);
	if (r < 0)
		fault_set(&fault, STEP_IDENTITY, 0, -r);
	begin(&task->resolver, task->named);
	resolver_text_hosts(task->networks, task->hosts, task->n_hosts,
			    &supplies.texts[ENTRY_HOSTS]);
	for (uint32_t i = 0; r == 0 && i < task->n_sets; i++)
		mount_again(host, task, i, &fault);
	fault_point("names-put");
	child_finish(host, &report, &fault);
}
