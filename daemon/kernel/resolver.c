/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sched.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/mount.h"
#include "daemon/kernel/pin.h"
#include "daemon/kernel/resolver-entry.h"
#include "daemon/kernel/resolver-place.h"
#include "daemon/kernel/resolver.h"

#define NSSWITCH_MAX 16384
#define HOSTS_MAX 65536
#define READING (O_RDONLY | O_NONBLOCK | O_NOCTTY)

enum entry { ENTRY_SERVERS, ENTRY_NSSWITCH, ENTRY_HOSTS, ENTRY_COUNT };
static const char *const entries[ENTRY_COUNT] = {"resolv.conf", "nsswitch.conf", "hosts"};

/* Directories in which the host's resolvers have their sockets, and /etc. Not the sockets
 * themselves: they come and go. */
static const char *const directories[] = {"/var/run/nscd", "/run/systemd/resolve",
					  "/run/avahi-daemon", "/etc"};
#define RESOLVERS (ARRAY_SIZE(directories) - 1)

/* The task in progress, and the files for its sets. */
static struct supplies {
	const struct task_resolver *resolver;
	bool named;
	char name[HOST_NAME_MAX + 1]; /* the set's host name; "localhost": it cannot be written */
	struct resolver_file files[ENTRY_COUNT];
} supplies;

/* Resets everything: successive children share a worker's memory. */
static void begin(const struct task_resolver *resolver, bool named)
{
	supplies.resolver = resolver;
	supplies.named = named;
	resolver_files_begin();
	for (enum entry entry = 0; entry < ENTRY_COUNT; entry++) {
		supplies.files[entry].number = 0;
		supplies.files[entry].text.size = supplies.files[entry].text.head = 0;
	}
	resolver_text_servers(resolver, &supplies.files[ENTRY_SERVERS].text);
}

/* Finds the set's host name: the process is in its uts namespace. */
static void find_name(void)
{
	if (gethostname(supplies.name, sizeof(supplies.name)) < 0 ||
	    !resolver_text_is_name(supplies.name))
		strcpy(supplies.name, "localhost");
}

/* --- entries --- */

static enum found look(const struct resolver_place *place, enum entry entry)
{
	_cleanup_fd_ int fd = -1;
	struct resolver_mounted mounted;

	return resolver_entry_look(place->etc_fd, entries[entry], place->files,
				   &supplies.files[entry].text, &fd, &mounted);
}

/* Returns true if the set's specification mounts something at this entry. */
static bool is_taken(const struct resolver_place *place, enum entry entry)
{
	for (size_t i = 0; place->spec && i < place->spec->n_mounts; i++) {
		const char *target = place->spec->mounts[i].target;

		if (strncmp(target, "/etc/", 5) == 0 && strcmp(target + 5, entries[entry]) == 0)
			return true;
	}
	return false;
}

static int put_entry(const struct resolver_place *place, enum entry entry)
{
	const struct resolver_text *text = &supplies.files[entry].text;
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
	mount_fd = resolver_file_mount(place, &supplies.files[entry]);
	if (mount_fd < 0)
		return mount_fd;
	return found == FOUND_OURS || found == FOUND_EDITABLE
		       ? resolver_entry_replace(place->etc_fd, entries[entry], mount_fd)
		       : resolver_entry_attach(place->etc_fd, entries[entry], mount_fd);
}

/* Uncovers the file of the set's root again, after the set has left its networks. */
static int drop_entry(const struct resolver_place *place, enum entry entry)
{
	enum found found = look(place, entry);

	return found == FOUND_OURS || found == FOUND_EDITABLE || found == FOUND_SAME
		       ? resolver_entry_detach(place->etc_fd, entries[entry])
		       : 0;
}

/* --- one set --- */

/* Reads at most size - 1 bytes of a regular file, as text. Returns 0 or -errno. */
static int read_text(int fd, char *ret, size_t size)
{
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return -EINVAL;
	/* a file of /proc has no size, and may show root what it hides from the owner */
	n = read(fd, ret, MIN(size - 1, (size_t)st.st_size));
	if (n < 0)
		return negative_errno();
	ret[n] = '\0';
	return 0;
}

/* Reads nsswitch.conf with the owner's rights: a link may lead to a file that only root may
 * read. */
static int read_nsswitch(const struct resolver_place *place)
{
	static char old[NSSWITCH_MAX + 1];
	static struct resolver_text text;
	struct resolver_file *kept = &supplies.files[ENTRY_NSSWITCH];
	_cleanup_fd_ int fd = mount_open("/etc/nsswitch.conf", READING, place->files);
	int r = read_text(fd, old, sizeof(old));

	if (r < 0)
		return r;
	resolver_text_nsswitch(old, &text);
	if (text.size == kept->text.size && memcmp(text.bytes, kept->text.bytes, text.size) == 0)
		return 0;
	resolver_text_nsswitch(old, &kept->text);
	kept->number = 0;
	return 0;
}

/* Opens the hosts file of the set's root. If a file of ours covers it, opens it in a copy of /etc
 * that has no mounts on it. */
static int open_hosts(const struct resolver_place *place, bool covered)
{
	_cleanup_fd_ int copy_fd = covered ? mount_clone(place->etc_fd, "") : -1;

	if (!covered)
		return mount_open("/etc/hosts", READING, place->files);
	return copy_fd < 0 ? copy_fd : mount_open_at(copy_fd, "hosts", READING, place->files);
}

/* Adds the set's own host name to the hosts file of its root, if that file lacks the name. Leaves a
 * file alone that cannot be read, or that the owner has put there. */
static int put_own_hosts(const struct resolver_place *place)
{
	static char old[HOSTS_MAX];
	struct resolver_file *file = &supplies.files[ENTRY_HOSTS];
	enum found found = place->spec ? FOUND_BARE : look(place, ENTRY_HOSTS);
	bool wanted = supplies.resolver->n_extra > 0;
	_cleanup_fd_ int fd = -1;
	int r;

	if (found == FOUND_NOTHING || found == FOUND_OTHERS || is_taken(place, ENTRY_HOSTS))
		return found == FOUND_NOTHING && wanted ? -ENODATA : 0;
	fd = open_hosts(place, found != FOUND_BARE);
	r = read_text(fd, old, sizeof(old));
	if (r == 0 && strlen(old) == sizeof(old) - 1)
		r = -EFBIG;
	/* not what a missing resolv.conf is */
	if (r == -ENOENT)
		r = -ENODATA;
	if (r < 0)
		return wanted || is_shortage(r) ? r : 0;
	file->number = 0;
	if (resolver_text_own_hosts(supplies.resolver, old, supplies.name, &file->text))
		return put_entry(place, ENTRY_HOSTS);
	return place->spec ? 0 : drop_entry(place, ENTRY_HOSTS);
}

/* Covers the directory by an empty one, unless that was done before. Returns 0 or -errno. */
static int hide_resolver(const struct resolver_place *place, int fd)
{
	_cleanup_fd_ int empty_fd = -1;
	struct statx x;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &x) < 0 ||
	    (!place->spec && x.stx_attributes & STATX_ATTR_MOUNT_ROOT))
		return 0;
	empty_fd = resolver_new_tmpfs(MOUNT_ATTR_RDONLY);
	return empty_fd < 0 ? empty_fd : mount_put(empty_fd, fd);
}

/* Covers the open directories (-errno: a failure) and closes them. Returns 0 or -errno. */
static int hide_resolvers(const struct resolver_place *place, int fds[static RESOLVERS])
{
	int r = 0;

	for (size_t i = 0; i < RESOLVERS; i++) {
		if (r == 0 && supplies.resolver->given && (fds[i] >= 0 || is_shortage(fds[i])))
			r = fds[i] < 0 ? fds[i] : hide_resolver(place, fds[i]);
		close_fd(fds[i]);
	}
	return r;
}

static int put_files(struct resolver_place *place)
{
	int r = put_entry(place, ENTRY_SERVERS);

	if (r == -ENOENT && !supplies.resolver->wanted)
		r = 0;
	if (r == 0 && read_nsswitch(place) == 0)
		r = put_entry(place, ENTRY_NSSWITCH);
	if (r == 0 && supplies.named)
		r = put_entry(place, ENTRY_HOSTS);
	return r;
}

static int mount_etc(struct resolver_place *place)
{
	bool own = supplies.resolver->own;
	int r = MIN(place->etc_fd, 0);

	if (r == 0 && own)
		r = put_files(place);
	if (r == 0 && !own && !place->spec)
		r = drop_entry(place, ENTRY_SERVERS);
	if (r == 0 && !own && !place->spec)
		r = drop_entry(place, ENTRY_NSSWITCH);
	if (r == 0 && supplies.resolver->hosts && !supplies.named)
		r = put_own_hosts(place);
	/* a missing entry is an error only if a file was to be mounted on it */
	return r == -ENOENT && !supplies.resolver->wanted && supplies.resolver->n_extra == 0 ? 0
											     : r;
}

static int mount_files(struct resolver_place *place, uint32_t detail, struct fault *fault)
{
	const struct task_resolver *resolver = supplies.resolver;
	int fds[ARRAY_SIZE(directories)], r;

	mount_open_all(directories, ARRAY_SIZE(directories), O_PATH | O_DIRECTORY, place->files,
		       fds);
	place->etc_fd = fds[RESOLVERS];
	r = hide_resolvers(place, fds);
	if (r == 0 && (resolver->own || resolver->hosts))
		r = mount_etc(place);
	place->etc_fd = close_fd(place->etc_fd);
	if (chdir("/") < 0 && r == 0)
		r = negative_errno();
	return fault_if(fault, STEP_RESOLVER, detail, r);
}

bool resolver_is_needed(const struct task_resolver *resolver, bool has_root)
{
	bool needed = resolver->hosts || (resolver->given && (resolver->own || has_root));

	for (size_t i = 0; resolver->given && !needed && i < RESOLVERS; i++)
		needed = access(directories[i], F_OK) == 0;
	return needed;
}

int resolver_mount(const struct task_resolver *resolver, const struct wire_spec *spec,
		   const struct identity *files, int mnt_fd, struct fault *fault)
{
	struct resolver_place place = {.files = files, .spec = spec, .mnt_fd = mnt_fd};

	begin(resolver, false);
	find_name();
	return mount_files(&place, 0, fault);
}

/* --- existing sets --- */

/* Enters the set's uts namespace or, if it has none, the host's. */
static int enter_uts(const struct host *host, const char *pin, int host_uts_fd)
{
	_cleanup_fd_ int fd = pin_open_path(host->vault_root_fd, pin, KIND_UTS);

	if (fd < 0 && fd != -ENOENT)
		return fd;
	return setns(fd < 0 ? host_uts_fd : fd, CLONE_NEWUTS) < 0 ? negative_errno() : 0;
}

/* Composes the hosts file for the set whose uts namespace the process is in. */
static void compose_hosts(const struct task_names *task)
{
	struct resolver_file *file = &supplies.files[ENTRY_HOSTS];

	find_name();
	file->number = 0;
	resolver_text_hosts(supplies.resolver, task->networks, supplies.name, task->hosts,
			    task->n_hosts, &file->text);
}

static void mount_again(const struct host *host, const struct task_names *task, uint32_t i,
			int host_uts_fd, struct fault *fault)
{
	const struct identity owner = {.uid = task->owner, .gid = task->sets[i].gid};
	_cleanup_fd_ int mnt_fd = pin_open_path(host->vault_root_fd, task->sets[i].pin, KIND_MNT);
	struct resolver_place place = {.files = &owner, .mnt_fd = mnt_fd};

	int r = mnt_fd < 0 ? mnt_fd : enter_uts(host, task->sets[i].pin, host_uts_fd);

	if (r == 0 && setns(mnt_fd, CLONE_NEWNS) < 0)
		r = negative_errno();
	if (r < 0) {
		fault_set(fault, STEP_RESOLVER, i, -r);
		return;
	}
	compose_hosts(task);
	mount_files(&place, i, fault);
}

/*
 * Gives existing sets their files, as resolver_mount() does for a new set, and updates their hosts.
 * Reports the last failure (detail: the set's index). Commands inside see the old file or the new
 * one (before Linux 6.5, the host's for a moment).
 */
void child_names(const struct host *host, const struct task_names *task,
		 struct task_report *report _unused_, struct fault *fault)
{
	const struct identity nobody = {};
	int host_uts_fd; /* closed when the process ends */
	int r;

	fault_point("names-started");
	/* a look-up must not use root's groups */
	r = privilege_groups(&nobody);
	fault_if(fault, STEP_IDENTITY, 0, r);
	begin(&task->resolver, task->named);
	host_uts_fd = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
	for (uint32_t i = 0; r == 0 && i < task->n_sets; i++)
		mount_again(host, task, i, host_uts_fd, fault);
	fault_point("names-put");
}
