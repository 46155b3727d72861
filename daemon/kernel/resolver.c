/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/mounts-part.h"
#include "daemon/kernel/pin.h"
#include "daemon/kernel/resolver-text.h"
#include "daemon/kernel/resolver.h"

#ifndef MOVE_MOUNT_BENEATH
#define MOVE_MOUNT_BENEATH 0x00000200
#endif

#define NSSWITCH_MAX 16384
/* The smallest that there is. */
#define PAGE 4096
#define SAFE (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

enum entry { ENTRY_SERVERS, ENTRY_NSSWITCH, ENTRY_HOSTS, ENTRY_COUNT };
static const char *const entries[ENTRY_COUNT] = {"resolv.conf", "nsswitch.conf", "hosts"};

/* Where the host's resolvers listen. The directories, not the sockets: those come and go. */
static const char *const resolvers[] = {"/var/run/nscd", "/run/systemd/resolve",
					"/run/avahi-daemon"};

/* What is put into sets: the same text is the same file, whichever set it is in. */
static struct supplies {
	const struct task_resolver *resolver;
	bool named;
	int tmpfs_fd;
	unsigned int n_files;
	struct resolver_text texts[ENTRY_COUNT];
	unsigned int files[ENTRY_COUNT]; /* the number of the text's file, 0: none yet */
} supplies;

/* The set that the process is in. */
struct place {
	const struct identity *files;
	const struct wire_spec *spec; /* of a new set; NULL: commands may run in it */
	int mnt_fd;		      /* its mount namespace */
	int etc_fd;
};

/* Test builds can be told to do without what kernels before 6.15 do not do: no filter can tell. */
static bool is_before_6_15(void)
{
#ifdef NSCTL_FAULTS
	return getenv("NSCTL_BEFORE_6_15") != NULL;
#else
	return false;
#endif
}

/* A worker's memory is shared by one child after the other: nothing of an earlier one counts. */
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

	return mounts_new("tmpfs", SAFE | attributes, options);
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

/* A copy of the mount tree that nobody else sees, where anything may be mounted for a moment. */
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

/* Before 6.15 the kernel copies nothing out of a file system that is mounted nowhere. */
static int clone_attached(const struct place *place, const struct resolver_text *text)
{
	_cleanup_fd_ int tmpfs_fd = new_tmpfs(0), etc_fd = -1;
	int r = tmpfs_fd < 0 ? tmpfs_fd : write_file(tmpfs_fd, "1", text);

	if (r == 0)
		r = leave_set();
	if (r < 0)
		return r;
	etc_fd = open("/etc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	r = etc_fd < 0 ? negative_errno() : mounts_put(tmpfs_fd, etc_fd);
	return return_to_set(place, r < 0 ? r : mounts_clone(tmpfs_fd, "1"));
}

/* A detached mount of the entry's file, which is made at need. */
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
	return mounts_clone(supplies.tmpfs_fd, name);
}

static int file_mount(const struct place *place, enum entry entry)
{
	_cleanup_fd_ int fd = is_before_6_15() ? -EINVAL : clone_file(entry);
	int r;

	if (fd == -EINVAL)
		fd = clone_attached(place, &supplies.texts[entry]);
	if (fd < 0)
		return fd;
	r = mounts_set_attributes(fd, SAFE | MOUNT_ATTR_RDONLY);
	return r < 0 ? r : take_fd(&fd);
}

/* --- entries --- */

/* FOUND_EDITABLE: ours, and becomes what it is to be without another mount. */
enum found { FOUND_NOTHING, FOUND_BARE, FOUND_OURS, FOUND_EDITABLE, FOUND_SAME, FOUND_OTHERS };

/* What is mounted, and what is to be done to it. */
struct mounted {
	size_t size;
	struct resolver_edit edit;
};

static enum found compare_bytes(const char *bytes, size_t n, const struct resolver_text *text,
				struct resolver_edit *ret)
{
	if (n == text->size && memcmp(bytes, text->bytes, n) == 0)
		return FOUND_SAME;
	if (n > RESOLVER_TEXT_MAX || !resolver_text_edit(bytes, n, text, ret))
		return FOUND_OURS;
	return ret->kept == text->size && ret->n_strikes == 0 ? FOUND_SAME : FOUND_EDITABLE;
}

/* What is mounted is ours if it is a file of root's on a tmpfs that begins with our line: nobody
 * else can make one. */
static enum found compare(int fd, const struct resolver_text *text, struct mounted *ret)
{
	static char bytes[RESOLVER_TEXT_MAX + 1];
	struct statfs fs;
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstatfs(fd, &fs) < 0 || fs.f_type != TMPFS_MAGIC || fstat(fd, &st) < 0 ||
	    st.st_uid != 0)
		return FOUND_OTHERS;
	n = read(fd, bytes, sizeof(bytes));
	if (n < (ssize_t)strlen(RESOLVER_HEAD) ||
	    memcmp(bytes, RESOLVER_HEAD, strlen(RESOLVER_HEAD)) != 0)
		return FOUND_OTHERS;
	/* somebody has died while it was writable: it is replaced */
	if (!(fs.f_flags & ST_RDONLY))
		return FOUND_OURS;
	ret->size = n;
	return compare_bytes(bytes, n, text, &ret->edit);
}

/* FOUND_EDITABLE: what it is open on, too. */
static enum found look_at(const struct place *place, enum entry entry, int *ret_fd,
			  struct mounted *ret)
{
	_cleanup_fd_ int fd = -1;
	enum found found;
	struct statx x;

	if (statx(place->etc_fd, entries[entry], AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &x) < 0)
		return FOUND_NOTHING;
	if (!(x.stx_attributes & STATX_ATTR_MOUNT_ROOT))
		return FOUND_BARE;
	if (S_ISREG(x.stx_mode))
		fd = openat(place->etc_fd, entries[entry],
			    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	found = compare(fd, &supplies.texts[entry], ret);
	if (found == FOUND_EDITABLE)
		*ret_fd = take_fd(&fd);
	return found;
}

static enum found look(const struct place *place, enum entry entry)
{
	_cleanup_fd_ int fd = -1;
	struct mounted mounted;

	return look_at(place, entry, &fd, &mounted);
}

static int set_read_only(int fd, bool read_only)
{
	struct mount_attr attr = {.attr_set = read_only ? MOUNT_ATTR_RDONLY : 0,
				  .attr_clr = read_only ? 0 : MOUNT_ATTR_RDONLY};

	return syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0
		       ? negative_errno()
		       : 0;
}

/* The file that fd is open on, through the same mount: whatever its name leads to by now. */
static int open_to_write(int fd)
{
	union {
		struct file_handle handle;
		char bytes[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} file = {.handle.handle_bytes = MAX_HANDLE_SZ};
	int mount_id, r;

	if (name_to_handle_at(fd, "", &file.handle, &mount_id, AT_EMPTY_PATH) < 0)
		return negative_errno();
	r = open_by_handle_at(fd, &file.handle, O_WRONLY | O_CLOEXEC);
	return r < 0 ? negative_errno() : r;
}

/* Those who read it see all of what is appended or nothing: within a page the size is what changes
 * last. */
static bool is_within_page(size_t from, size_t end)
{
	return from == end || from / PAGE == (end - 1) / PAGE;
}

static int write_at(int fd, const char *bytes, size_t size, size_t at)
{
	ssize_t n = pwrite(fd, bytes, size, at);

	return n == (ssize_t)size ? 0 : n < 0 ? negative_errno() : -EIO;
}

/* With the first byte it is a comment to all who read it, and what it was goes after that. */
static int strike_out(int fd, size_t at, size_t size)
{
	char blank[RESOLVER_LINE_MAX];
	int r = write_at(fd, "#", 1, at);

	memset(blank, ' ', sizeof(blank));
	return r < 0 ? r : write_at(fd, blank, size - 2, at + 1);
}

/* In this order nobody misses a line that changes its place. */
static int write_edit(int fd, const struct mounted *mounted, const struct resolver_text *text)
{
	const struct resolver_edit *edit = &mounted->edit;
	int r = write_at(fd, text->bytes + edit->kept, text->size - edit->kept, mounted->size);

	for (size_t i = 0; r == 0 && i < edit->n_strikes; i++)
		r = strike_out(fd, edit->strikes[i].at, edit->strikes[i].size);
	return r;
}

/*
 * The file of hosts that is mounted: without an unmounting, which waits for all processors. Others
 * may have the same file: by its line of networks, they are due for the same. The mount is writable
 * meanwhile, but the file is root's: for nobody who could not make it so.
 */
static int edit(int mounted_fd, const struct mounted *mounted, const struct resolver_text *text)
{
	_cleanup_fd_ int fd = -1;
	int r, end;

	if (!is_within_page(mounted->size, mounted->size + text->size - mounted->edit.kept))
		return -EFBIG;
	r = set_read_only(mounted_fd, false);
	if (r < 0)
		return r;
	r = fd = open_to_write(mounted_fd);
	if (fd >= 0)
		r = write_edit(fd, mounted, text);
	fd = close_fd(fd);
	end = set_read_only(mounted_fd, true);
	return r < 0 ? r : end;
}

static int attach(const struct place *place, enum entry entry, int mount_fd, unsigned int flags)
{
	_cleanup_fd_ int fd =
		openat(place->etc_fd, entries[entry], O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return negative_errno();
	return syscall(SYS_move_mount, mount_fd, "", fd, "",
		       MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH | flags) < 0
		       ? negative_errno()
		       : 0;
}

static int detach(const struct place *place, enum entry entry)
{
	return fchdir(place->etc_fd) < 0 ||
			       umount2(entries[entry], MNT_DETACH | UMOUNT_NOFOLLOW) < 0
		       ? negative_errno()
		       : 0;
}

/* In the old one's place, without a moment in between where the kernel can do so (6.5). */
static int replace(const struct place *place, enum entry entry, int mount_fd)
{
	int r = attach(place, entry, mount_fd, MOVE_MOUNT_BENEATH);

	if (r == 0)
		return detach(place, entry);
	r = detach(place, entry);
	return r < 0 ? r : attach(place, entry, mount_fd, 0);
}

/* Whether the set's specification says what is to be at this entry. */
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
	struct mounted mounted;
	enum found found = look_at(place, entry, &fd, &mounted);

	/* what was there before the set was, a mount or not, is the host's */
	if (place->spec && found >= FOUND_OURS)
		found = is_taken(place, entry) ? FOUND_OTHERS : FOUND_BARE;
	if (found == FOUND_NOTHING)
		return -ENOENT;
	if (found == FOUND_SAME || found == FOUND_OTHERS)
		return 0;
	if (found == FOUND_EDITABLE && edit(fd, &mounted, text) == 0)
		return 0;
	mount_fd = file_mount(place, entry);
	if (mount_fd < 0)
		return mount_fd;
	return found == FOUND_OURS || found == FOUND_EDITABLE ? replace(place, entry, mount_fd)
							      : attach(place, entry, mount_fd, 0);
}

/* A set that has left its networks has the host's again. */
static int drop_entry(const struct place *place, enum entry entry)
{
	enum found found = look(place, entry);

	return found == FOUND_OURS || found == FOUND_EDITABLE || found == FOUND_SAME
		       ? detach(place, entry)
		       : 0;
}

/* --- what is missing --- */

/* /etc with what is in the tmpfs too, read-only. The tmpfs lies on /etc while it is made, in a copy
 * of the tree; "." is what it lies on. */
static int new_overlay(const struct place *place, int tmpfs_fd)
{
	static const char *const options[] = {"lowerdir", "/etc:.", NULL};
	_cleanup_fd_ int etc_fd = -1;
	int r = leave_set();

	if (r < 0)
		return r;
	etc_fd = open("/etc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (etc_fd < 0 || fchdir(etc_fd) < 0)
		r = negative_errno();
	if (r == 0)
		r = mounts_put(tmpfs_fd, etc_fd);
	if (r == 0)
		r = mounts_new("overlay", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
			       options);
	return return_to_set(place, r);
}

static int open_etc(struct place *place)
{
	close_fd(place->etc_fd);
	place->etc_fd = mounts_open("/etc", O_PATH | O_DIRECTORY, place->files);
	return MIN(place->etc_fd, 0);
}

/* Entries to mount on, where the host has none: of its own /etc nothing is changed. */
static int supply_missing(struct place *place)
{
	static const struct resolver_text empty;
	_cleanup_fd_ int tmpfs_fd = -1, overlay_fd = -1;
	int r = 0;

	for (enum entry entry = 0; r == 0 && entry < ENTRY_COUNT; entry++) {
		if (entry == ENTRY_NSSWITCH || look(place, entry) != FOUND_NOTHING)
			continue;
		if (tmpfs_fd < 0)
			tmpfs_fd = new_tmpfs(0);
		r = tmpfs_fd < 0 ? tmpfs_fd : write_file(tmpfs_fd, entries[entry], &empty);
	}
	if (tmpfs_fd < 0 || r < 0)
		return r;
	overlay_fd = new_overlay(place, tmpfs_fd);
	r = overlay_fd < 0 ? overlay_fd : mounts_put(overlay_fd, place->etc_fd);
	return r < 0 ? r : open_etc(place);
}

/* --- a set --- */

/* As the owner: a link may lead to what only root may read. */
static int read_nsswitch(const struct place *place)
{
	static char old[NSSWITCH_MAX + 1];
	static struct resolver_text text;
	struct resolver_text *kept = &supplies.texts[ENTRY_NSSWITCH];
	_cleanup_fd_ int fd =
		mounts_open("/etc/nsswitch.conf", O_RDONLY | O_NONBLOCK | O_NOCTTY, place->files);
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
		_cleanup_fd_ int fd = mounts_open(resolvers[i], O_PATH | O_DIRECTORY, place->files);
		_cleanup_fd_ int empty_fd = -1;
		struct statx x;
		int r;

		if (fd < 0 || statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &x) < 0 ||
		    (!place->spec && x.stx_attributes & STATX_ATTR_MOUNT_ROOT))
			continue;
		empty_fd = new_tmpfs(MOUNT_ATTR_RDONLY);
		r = empty_fd < 0 ? empty_fd : mounts_put(empty_fd, fd);
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

static int furnish_etc(struct place *place)
{
	bool wanted[ENTRY_COUNT] = {supplies.resolver->own, supplies.resolver->own, supplies.named};
	int r = open_etc(place);

	if (r == 0 && supplies.resolver->own)
		r = put_files(place);
	for (enum entry entry = 0; r == 0 && !place->spec && entry < ENTRY_COUNT; entry++)
		if (!wanted[entry])
			r = drop_entry(place, entry);
	place->etc_fd = close_fd(place->etc_fd);
	/* a set without such entries goes without, unless they were asked for */
	return r == -ENOENT && !supplies.resolver->wanted ? 0 : r;
}

static int furnish(struct place *place, uint32_t detail, struct fault *fault)
{
	int r = hide_resolvers(place);

	place->etc_fd = -1;
	if (r == 0 && (supplies.resolver->own || !place->spec))
		r = furnish_etc(place);
	if (chdir("/") < 0 && r == 0)
		r = negative_errno();
	return r < 0 ? fault_set(fault, STEP_RESOLVER, detail, -r) : 0;
}

bool resolver_is_needed(const struct task_resolver *resolver)
{
	bool needed = resolver->given && resolver->own;

	for (size_t i = 0; resolver->given && !needed && i < ARRAY_SIZE(resolvers); i++)
		needed = access(resolvers[i], F_OK) == 0;
	return needed;
}

int resolver_furnish(const struct task_resolver *resolver, const struct wire_spec *spec,
		     const struct identity *files, int mnt_fd, struct fault *fault)
{
	struct place place = {.files = files, .spec = spec, .mnt_fd = mnt_fd};

	begin(resolver, false);
	return furnish(&place, 0, fault);
}

/* --- sets that are there --- */

static void furnish_again(const struct host *host, const struct task_names *task, uint32_t i,
			  struct fault *fault)
{
	const struct identity owner = {.uid = task->owner, .gid = task->sets[i].gid};
	_cleanup_fd_ int mnt_fd = pin_open_path(host->vault_root_fd, task->sets[i].pin, KIND_MNT);
	struct place place = {.files = &owner, .mnt_fd = mnt_fd};

	if (mnt_fd < 0 || setns(mnt_fd, CLONE_NEWNS) < 0)
		fault_set(fault, STEP_RESOLVER, i, mnt_fd < 0 ? -mnt_fd : errno);
	else
		furnish(&place, i, fault);
}

void child_names(const struct host *host, const struct task_names *task)
{
	const struct identity nobody = {};
	struct task_report report = {};
	struct fault fault = {};
	int r;

	child_begin();
	fault_point("names-started");
	/* root's groups are not the owners' */
	r = privilege_groups(&nobody);
	if (r < 0)
		fault_set(&fault, STEP_IDENTITY, 0, -r);
	begin(&task->resolver, task->named);
	resolver_text_hosts(task->networks, task->hosts, task->n_hosts,
			    &supplies.texts[ENTRY_HOSTS]);
	for (uint32_t i = 0; r == 0 && i < task->n_sets; i++)
		furnish_again(host, task, i, &fault);
	fault_point("names-put");
	child_finish(host->report_fd, &report, &fault);
}
