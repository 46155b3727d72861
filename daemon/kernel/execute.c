/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/kernel/arguments.h"
#include "daemon/kernel/execute.h"

/* Executes a file. If the kernel does not know its format, gives it to the shell, as execvp(3)
 * does. Returns -errno. */
static int execute_path(char *path, char *const *arguments, char *const *environment)
{
	char shell[] = "/bin/sh", *with_shell[4096];
	size_t n = 0;

	execve(path, arguments, environment);
	if (errno != ENOEXEC)
		return negative_errno();
	while (arguments[n])
		n++;
	if (n + 2 > ARRAY_SIZE(with_shell))
		return -E2BIG;
	with_shell[0] = shell;
	with_shell[1] = path;
	memcpy(with_shell + 2, arguments + 1, n * sizeof(*arguments));
	execve(shell, with_shell, environment);
	return negative_errno();
}

int execute_command(char *const *arguments, char *const *environment)
{
	char *name = arguments[0];
	const char *path = arguments_value(environment, "PATH");
	char file[PATH_MAX];
	int result = -ENOENT;

	if (strchr(name, '/'))
		return execute_path(name, arguments, environment);
	for (const char *at = path && *path ? path : "/usr/local/bin:/usr/bin:/bin"; at;) {
		const char *end = strchrnul(at, ':');
		int r;

		if ((size_t)snprintf(file, sizeof(file), "%.*s%s%s", (int)(end - at), at,
				     end > at ? "/" : "./", name) < sizeof(file)) {
			r = execute_path(file, arguments, environment);
			if (r != -ENOENT && r != -ENOTDIR && r != -EACCES)
				return r;
			/* EACCES of a directory that may not be searched does not mean that the
			 * file exists */
			if (r == -EACCES && faccessat(AT_FDCWD, file, F_OK, AT_EACCESS) == 0)
				result = r;
		}
		at = *end ? end + 1 : NULL;
	}
	return result;
}
