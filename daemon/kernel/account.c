/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/openat2.h>
#include <sys/syscall.h>
#include "daemon/kernel/account.h"
#include "daemon/kernel/privilege.h"

#define FILE_MAX (1024 * 1024)
#define GROUPS_MAX 256

/* Static, because the process shares the worker's memory, and may be killed at any time. */
static char text[FILE_MAX + 1];

/* Opens a file without following /proc/PID/{fd,cwd,root}. Does not wait for a FIFO or a device. */
static int open_regular(const char *path)
{
	struct open_how how = {
		.flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		.resolve = RESOLVE_NO_MAGICLINKS,
	};
	_cleanup_fd_ int fd = syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return negative_errno();
	return S_ISREG(st.st_mode) ? take_fd(&fd) : -ENXIO;
}

/* Reads a file into text. Returns 0 or -errno. */
static int read_text(const char *path)
{
	_cleanup_fd_ int fd = open_regular(path);
	size_t used = 0;
	ssize_t n;

	if (fd < 0)
		return fd;
	while ((n = read(fd, text + used, sizeof(text) - used)) > 0) {
		used += n;
		if (used == sizeof(text))
			return -EFBIG;
	}
	text[used] = '\0';
	return n < 0 ? negative_errno() : 0;
}

/* Splits a line at its colons. Returns false if it has fewer than n fields. */
static bool split(char *line, char **fields, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		fields[i] = strsep(&line, ":");
		if (!fields[i])
			return false;
	}
	return true;
}

static bool parse_id(const char *field, uint32_t *ret)
{
	uint64_t number = 0;
	size_t n = strspn(field, "0123456789");

	if (n == 0 || n > 10 || field[n])
		return false;
	for (; *field; field++)
		number = 10 * number + *field - '0';
	*ret = number;
	return number < UINT32_MAX;
}

static int set_variable(char variable[static PATH_MAX], const char *name, const char *value)
{
	return snprintf(variable, PATH_MAX, "%s=%s", name, value) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static int set_variables(const char *name, const char *home, const char *shell, struct account *ret)
{
	int r = set_variable(ret->variables[0], "HOME", *home ? home : "/");

	if (r == 0)
		r = set_variable(ret->variables[1], "SHELL", *shell ? shell : "/bin/sh");
	if (r == 0)
		r = set_variable(ret->variables[2], "USER", name);
	return r == 0 ? set_variable(ret->variables[3], "LOGNAME", name) : r;
}

int account_parse(char *rest, const char *name, struct account *ret)
{
	enum { NAME, PASSWORD, UID, GID, COMMENT, HOME, SHELL, FIELDS };
	char *fields[FIELDS], *line;

	while ((line = strsep(&rest, "\n")))
		if (split(line, fields, FIELDS) && strcmp(fields[NAME], name) == 0 &&
		    parse_id(fields[UID], &ret->uid) && parse_id(fields[GID], &ret->gid))
			return set_variables(name, fields[HOME], fields[SHELL], ret);
	return -ENOENT;
}

int account_find(const char *name, struct account *ret)
{
	int r = read_text("/etc/passwd");

	return r < 0 ? r : account_parse(text, name, ret);
}

static bool is_member(char *members, const char *name)
{
	const char *member;

	while ((member = strsep(&members, ",")))
		if (strcmp(member, name) == 0)
			return true;
	return false;
}

bool account_parse_group(char **rest, const char *name, gid_t *ret)
{
	enum { NAME, PASSWORD, GID, MEMBERS, FIELDS };
	char *fields[FIELDS], *line;

	while ((line = strsep(rest, "\n")))
		if (split(line, fields, FIELDS) && parse_id(fields[GID], ret) &&
		    is_member(fields[MEMBERS], name))
			return true;
	return false;
}

/* Adds a group to the process's groups. Returns 0, -EINVAL if it is not mapped, or another
 * -errno. */
static int add_group(gid_t groups[static GROUPS_MAX], size_t *n, gid_t gid)
{
	const struct identity wanted = {.groups = groups, .n_groups = *n + 1};
	int r;

	groups[*n] = gid;
	r = privilege_groups(&wanted);
	*n += r == 0;
	return r;
}

int account_take_groups(const char *name, gid_t gid)
{
	gid_t groups[GROUPS_MAX], other;
	char *rest = text;
	size_t n = 0;
	int r = add_group(groups, &n, gid);

	if (r < 0)
		return r == -EPERM ? 0 : r;
	r = read_text("/etc/group");
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	while (n < GROUPS_MAX && account_parse_group(&rest, name, &other)) {
		r = other == gid ? 0 : add_group(groups, &n, other);
		if (r < 0 && r != -EINVAL)
			return r;
	}
	return 0;
}
