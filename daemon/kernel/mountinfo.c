/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/kernel/mountinfo.h"

/* Decodes the octal escapes of a path in place. */
static void decode(char *path)
{
	char *to = path;

	for (const char *from = path; *from; to++) {
		if (*from == '\\' && from[1] && from[2] && from[3]) {
			*to = (from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0');
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

/* Parses a line: the first field is the mount's id, the second the parent's, the fifth the mount
 * point. Returns false if the line is none. */
static bool parse(char *line, struct mountinfo *ret)
{
	char *at = line, *path, *end;

	ret->id = strtoull(line, NULL, 10);
	ret->is_namespace = strstr(line, " - nsfs ");
	for (int i = 0; i < 4 && at; i++) {
		at = strchr(at, ' ') ? strchr(at, ' ') + 1 : NULL;
		if (i == 0 && at)
			ret->parent = strtoull(at, NULL, 10);
	}
	path = at;
	end = at ? strchr(at, ' ') : NULL;
	if (!end)
		return false;
	*end = '\0';
	decode(path);
	ret->path = path;
	return true;
}

int mountinfo_each(int proc_fd, int (*use)(const struct mountinfo *mount, void *context),
		   void *context)
{
	static char buffer[65536];
	size_t used = 0;
	_cleanup_fd_ int fd = openat(proc_fd, "self/mountinfo", O_RDONLY | O_CLOEXEC);

	for (;;) {
		ssize_t n = fd < 0 ? -1 : read(fd, buffer + used, sizeof(buffer) - 1 - used);
		char *line = buffer, *end;

		if (n <= 0)
			return n < 0 ? negative_errno() : 0;
		used += n;
		buffer[used] = '\0';
		while ((end = strchr(line, '\n'))) {
			struct mountinfo mount;
			int r;

			*end = '\0';
			r = parse(line, &mount) ? use(&mount, context) : 0;
			if (r != 0)
				return r;
			line = end + 1;
		}
		used -= line - buffer;
		memmove(buffer, line, used);
		if (used == sizeof(buffer) - 1)
			return -E2BIG; /* longer than a line with three paths can be */
	}
}
