/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/command-files.h"

#include "client/inherited.h"
#include "client/text.h"

bool command_files_is_file(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* Adds a copy of fd for the command. If fd is closed, or null is true, adds /dev/null instead. */
static void add_stdio(const struct client *client, json_t *parameters, struct call_fds *fds,
		      const char *key, int fd, bool null)
{
	int copy = -1;

	if (!null && !(client->closed & 1U << fd))
		copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (copy < 0)
		copy = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (copy >= 0)
		json_put(parameters, key, call_fds_add(fds, copy));
}

static void add_directory(json_t *parameters, struct call_fds *fds)
{
	char path[PATH_MAX];
	int fd;

	/*
	 * The kernel returns "(unreachable)/..." for a directory outside our root. If the path
	 * cannot be passed on, "/" is sent: the daemon finds that this is another directory, and
	 * uses $HOME.
	 */
	if (!getcwd(path, sizeof(path)) || path[0] != '/')
		strcpy(path, "/");
	fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	/* JSON cannot contain a path that is not UTF-8; the descriptor is enough */
	if (utf8_is_valid(path))
		json_put(parameters, "workingDirectory", json_string(path));
	json_put(parameters, "workingDirectoryFileDescriptor", call_fds_add(fds, fd));
}

/* Adds the command's stdin: the caller's or, if nsctl is in the background, a feed. */
static void add_stdin(const struct client *client, json_t *parameters, struct call_fds *fds,
		      struct feed **ret_feed)
{
	static struct feed feed;
	int fd = ret_feed && feed_is_needed() ? feed_open(&feed) : -1;

	if (fd < 0) {
		add_stdio(client, parameters, fds, "stdinFileDescriptor", STDIN_FILENO, !ret_feed);
		return;
	}
	json_put(parameters, "stdinFileDescriptor", call_fds_add(fds, fd));
	*ret_feed = &feed;
}

void command_files_add_streams(const struct client *client, json_t *parameters,
			       struct call_fds *fds, struct feed **ret_feed)
{
	bool detach = !ret_feed;

	add_stdin(client, parameters, fds, ret_feed);
	add_stdio(client, parameters, fds, "stdoutFileDescriptor", STDOUT_FILENO,
		  detach && !command_files_is_file(STDOUT_FILENO));
	add_stdio(client, parameters, fds, "stderrFileDescriptor", STDERR_FILENO,
		  detach && !command_files_is_file(STDERR_FILENO));
}

void command_files_add_output(const struct client *client, json_t *parameters, struct call_fds *fds,
			      enum command_output output)
{
	bool null = output == OUTPUT_NONE ||
		    (output == OUTPUT_FILE && !command_files_is_file(STDERR_FILENO));

	add_stdio(client, parameters, fds, "stdinFileDescriptor", STDIN_FILENO, true);
	add_stdio(client, parameters, fds, "stdoutFileDescriptor", STDERR_FILENO, null);
	add_stdio(client, parameters, fds, "stderrFileDescriptor", STDERR_FILENO, null);
}

void command_files_add_caller(json_t *parameters, struct call_fds *fds)
{
	mode_t mask = umask(0);

	(void)umask(mask);
	json_put(parameters, "umask", json_integer((json_int_t)mask));
	inherited_add(parameters);
	if (!json_object_get(parameters, "workingDirectory"))
		add_directory(parameters, fds);
}
