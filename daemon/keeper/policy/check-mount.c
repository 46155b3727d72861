/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/policy/check.h"

static int mount_field(struct failure *failure, size_t index, const char *member,
		       const char *reason)
{
	char field[64];

	snprintf(field, sizeof(field), "spec.mounts[%zu].%s", index, member);
	return failure_set(failure, ERROR_INVALID_VALUE, 0, field, "%s", reason);
}

static int check_mount_type(const struct wire_spec *spec, size_t index, struct failure *failure)
{
	static const struct {
		enum spec_mount_type type;
		enum kind kind;
		const char *reason;
	} rows[] = {
		{MOUNT_PROC, KIND_PID, "proc needs pid among the set's namespaces"},
		{MOUNT_SYSFS, KIND_NET, "sysfs needs net among the set's namespaces"},
		{MOUNT_MQUEUE, KIND_IPC, "mqueue needs ipc among the set's namespaces"},
		{MOUNT_CGROUP2, KIND_CGROUP, "cgroup2 needs cgroup among the set's namespaces"},
	};
	uint32_t type = spec->mounts[index].type;

	if (type < MOUNT_BIND || type > MOUNT_OVERLAY)
		return mount_field(failure, index, "type", "is not known");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (type == rows[i].type && !(spec->kinds & KIND_BIT(rows[i].kind)))
			return mount_field(failure, index, "type", rows[i].reason);
	return 0;
}

bool check_same_path(const char *a, const char *b)
{
	for (;;) {
		size_t n;

		a += strspn(a, "/");
		b += strspn(b, "/");
		n = strcspn(a, "/");
		if (n != strcspn(b, "/") || memcmp(a, b, n) != 0)
			return false;
		if (n == 0)
			return true;
		a += n;
		b += n;
	}
}

/* Checks the source of a mount: the tree or device that the mount shows or, for an overlay, the
 * directory in which written files are kept. */
static int check_source(const struct wire_spec *spec, size_t index, struct failure *failure)
{
	const struct spec_mount *mount = &spec->mounts[index];
	bool is_kept = mount_is_kept(mount), has_source = mount_has_source(mount->type) || is_kept;

	if (has_source && mount->source_fd < 0 && !(spec->boot && mount->source))
		return mount_field(failure, index, "sourceFileDescriptor",
				   "is needed for a bind, a device, or an overlay with a source");
	if (!has_source && (mount->source_fd >= 0 || mount->source))
		return mount_field(failure, index, "source",
				   "is for binds, devices and overlays only");
	if (mount->source && !path_is_valid(mount->source))
		return mount_field(failure, index, "source", PATH_REASON);
	if (is_kept && !(spec->kinds & KIND_BIT(KIND_USER)))
		return mount_field(failure, index, "source",
				   "keeps what is written only in a set with a user namespace "
				   "(-r or -c)");
	if (is_kept && mount->size)
		return mount_field(failure, index, "size",
				   "is of an overlay in memory: it has no source");
	return 0;
}

/* Returns true if mount number index of the specification may have the target "/". */
static bool may_be_at_root(const struct wire_spec *spec, size_t index)
{
	const struct spec_mount *mount = &spec->mounts[index];

	if (mount_is_empty_root(mount))
		return index == 0 && spec->root_fd < 0 && !spec->root_path;
	return mount_changes(mount->type) && mount->type != MOUNT_HIDDEN;
}

/* Returns true for a mount that cannot have the option readOnly. (For all of these but proc, a
 * later mount of type readOnly has the same effect.) */
static bool stays_writable(const struct spec_mount *mount)
{
	return mount->type == MOUNT_PROC || mount->type == MOUNT_DEV ||
	       mount->type == MOUNT_OVERLAY || mount_is_empty_root(mount);
}

int check_mount(const struct wire_spec *spec, size_t index, struct failure *failure)
{
	const struct spec_mount *mount = &spec->mounts[index];
	int r = check_mount_type(spec, index, failure);

	if (r)
		return r;
	if (!mount->target || !path_is_valid(mount->target))
		return mount_field(failure, index, "target", PATH_REASON);
	if (check_same_path(mount->target, "/") && !may_be_at_root(spec, index))
		return mount_field(
			failure, index, "target",
			"is /: another root is not mounted, but named (--root); an empty "
			"one is a tmpfs that comes first (--tmpfs=/)");
	r = check_source(spec, index, failure);
	if (r)
		return r;
	if (mount->type != MOUNT_TMPFS && mount->type != MOUNT_OVERLAY && mount->size)
		return mount_field(failure, index, "size", "is for tmpfs and overlay only");
	if (mount->type != MOUNT_TMPFS && mount->mode)
		return mount_field(failure, index, "mode", "is for tmpfs only");
	if (mount->read_only && stays_writable(mount))
		return mount_field(failure, index, "readOnly",
				   "is not for proc, dev, overlay and a tmpfs at /: a later entry "
				   "of type readOnly makes all but proc read-only");
	for (size_t i = 0; i < index && !mount_changes(mount->type); i++)
		if (!mount_changes(spec->mounts[i].type) &&
		    check_same_path(spec->mounts[i].target, mount->target))
			return mount_field(failure, index, "target",
					   "is another mount's target already");
	return 0;
}

bool check_has_views(const struct wire_spec *spec)
{
	for (size_t i = 0; i < spec->n_mounts; i++)
		if (mount_changes(spec->mounts[i].type))
			return true;
	return false;
}

bool check_has_shm(const struct wire_spec *spec)
{
	bool has = spec->root_fd >= 0 || spec->root_path ||
		   (spec->n_mounts > 0 && mount_is_empty_root(&spec->mounts[0]));

	for (size_t i = 0; i < spec->n_mounts; i++)
		has |= !mount_changes(spec->mounts[i].type) &&
		       (check_same_path(spec->mounts[i].target, "/dev/shm") ||
			check_same_path(spec->mounts[i].target, "/dev"));
	return has;
}

int check_no_procs(const struct wire_spec *spec, struct failure *failure)
{
	for (size_t i = 0; i < spec->n_mounts; i++)
		if (spec->mounts[i].type == MOUNT_PROC)
			return mount_field(failure, i, "type",
					   "proc is mounted by the set's init: a command that is "
					   "process 1 itself has only /proc");
	return 0;
}
