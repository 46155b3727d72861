/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include "daemon/kernel/mount.h"
#include "daemon/kernel/resolver-entry.h"

#ifndef MOVE_MOUNT_BENEATH
#define MOVE_MOUNT_BENEATH 0x00000200
#endif

/* The smallest page size. */
#define PAGE 4096

static enum found compare_bytes(const char *bytes, size_t n, const struct resolver_text *text,
				struct resolver_edit *ret)
{
	if (n == text->size && memcmp(bytes, text->bytes, n) == 0)
		return FOUND_SAME;
	if (n > RESOLVER_TEXT_MAX || !resolver_text_edit(bytes, n, text, ret))
		return FOUND_OURS;
	return ret->kept == text->size && ret->n_strikes == 0 ? FOUND_SAME : FOUND_EDITABLE;
}

/* Classifies the file that is mounted on an entry. It is ours if it is on a tmpfs, belongs to root
 * and begins with our line, because no user can make such a file. */
static enum found compare(int fd, const struct resolver_text *text, struct resolver_mounted *ret)
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
	/* a process was killed while the file was writable, so it must be replaced */
	if (!(fs.f_flags & ST_RDONLY))
		return FOUND_OURS;
	ret->size = n;
	return compare_bytes(bytes, n, text, &ret->edit);
}

enum found resolver_entry_look(int etc_fd, const char *name, const struct identity *files,
			       const struct resolver_text *text, int *ret_fd,
			       struct resolver_mounted *ret)
{
	_cleanup_fd_ int fd = -1;
	enum found found;
	struct statx x;

	if (statx(etc_fd, name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &x) < 0)
		return FOUND_NOTHING;
	if (!(x.stx_attributes & STATX_ATTR_MOUNT_ROOT))
		return FOUND_BARE;
	if (S_ISREG(x.stx_mode))
		fd = mount_open_at(etc_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
				   files);
	found = compare(fd, text, ret);
	if (found == FOUND_EDITABLE)
		*ret_fd = take_fd(&fd);
	return found;
}

/* Opens the file behind fd for writing, through the same mount, wherever its name leads to by
 * now. */
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

/* Returns true if the part is within one page. Readers then see all of it or nothing, because the
 * file's size changes last. */
static bool is_within_page(size_t from, size_t end)
{
	return from == end || from / PAGE == (end - 1) / PAGE;
}

static int write_at(int fd, const char *bytes, size_t size, size_t at)
{
	ssize_t n = pwrite(fd, bytes, size, at);

	return n == (ssize_t)size ? 0 : n < 0 ? negative_errno() : -EIO;
}

/* Turns a line into a comment by its first byte, then blanks out the rest. */
static int strike_out(int fd, size_t at, size_t size)
{
	char blank[RESOLVER_LINE_MAX];
	int r = write_at(fd, "#", 1, at);

	memset(blank, ' ', sizeof(blank));
	return r < 0 ? r : write_at(fd, blank, size - 2, at + 1);
}

/* Adds new lines before it strikes old ones out, so that a line that moves is never missing. */
static int write_edit(int fd, const struct resolver_mounted *mounted,
		      const struct resolver_text *text)
{
	const struct resolver_edit *edit = &mounted->edit;
	int r = write_at(fd, text->bytes + edit->kept, text->size - edit->kept, mounted->size);

	for (size_t i = 0; r == 0 && i < edit->n_strikes; i++)
		r = strike_out(fd, edit->strikes[i].at, edit->strikes[i].size);
	return r;
}

int resolver_entry_edit(int mounted_fd, const struct resolver_mounted *mounted,
			const struct resolver_text *text)
{
	_cleanup_fd_ int fd = -1;
	int r, end;

	if (!is_within_page(mounted->size, mounted->size + text->size - mounted->edit.kept))
		return -EFBIG;
	r = mount_set_read_only(mounted_fd, false);
	if (r < 0)
		return r;
	r = fd = open_to_write(mounted_fd);
	if (fd >= 0)
		r = write_edit(fd, mounted, text);
	fd = close_fd(fd);
	end = mount_set_read_only(mounted_fd, true);
	return r < 0 ? r : end;
}

static int attach(int etc_fd, const char *name, int mount_fd, unsigned int flags)
{
	_cleanup_fd_ int fd = openat(etc_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return negative_errno();
	return syscall(SYS_move_mount, mount_fd, "", fd, "",
		       MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH | flags) < 0
		       ? negative_errno()
		       : 0;
}

int resolver_entry_attach(int etc_fd, const char *name, int mount_fd)
{
	return attach(etc_fd, name, mount_fd, 0);
}

int resolver_entry_detach(int etc_fd, const char *name)
{
	return fchdir(etc_fd) < 0 || umount2(name, MNT_DETACH | UMOUNT_NOFOLLOW) < 0
		       ? negative_errno()
		       : 0;
}

int resolver_entry_replace(int etc_fd, const char *name, int mount_fd)
{
	int r = attach(etc_fd, name, mount_fd, MOVE_MOUNT_BENEATH);

	if (r == 0)
		return resolver_entry_detach(etc_fd, name);
	r = resolver_entry_detach(etc_fd, name);
	return r < 0 ? r : attach(etc_fd, name, mount_fd, 0);
}
