/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See program.h. Waits for each process that it starts. */
#include "client/program.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "client/memory.h"
#include "client/text.h"

extern char **environ;

/* Starts the program with its output in write_fd. Returns 0 or an errno. */
static int start(char *const *argv, bool errors, int write_fd, pid_t *ret)
{
	posix_spawn_file_actions_t actions;
	int r;

	if (posix_spawn_file_actions_init(&actions) != 0)
		out_of_memory();
	r = posix_spawn_file_actions_adddup2(&actions, write_fd, STDOUT_FILENO);
	if (r == 0 && errors)
		r = posix_spawn_file_actions_adddup2(&actions, write_fd, STDERR_FILENO);
	if (r == 0)
		r = posix_spawnp(ret, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return r;
}

/* Starts the program. Returns its output, and its pid in *ret_pid, or NULL. */
static FILE *open_output(char *const *argv, bool errors, pid_t *ret_pid)
{
	_cleanup_fd_ int write_fd = -1;
	int ends[2], r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return NULL;
	write_fd = ends[1];
	r = start(argv, errors, write_fd, ret_pid);
	if (r == 0)
		return must(fdopen(ends[0], "r"));
	close_fd(ends[0]);
	return NULL;
}

static int wait_for_end(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

char *program_output(char *const *argv, bool errors, int *ret_status)
{
	_cleanup_text_ struct text output = {0};
	_cleanup_file_ FILE *file = NULL;
	int status = -1;
	char chunk[4096];
	size_t n;
	pid_t pid;

	file = open_output(argv, errors, &pid);
	while (file && (n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		text_bytes(&output, chunk, n);
	if (file)
		status = wait_for_end(pid);
	if (ret_status)
		*ret_status = status;
	return take_ptr(output.data);
}

int program_lines(char *const *argv, bool (*each)(void *context, const char *line), void *context)
{
	pid_t pid;
	FILE *file = open_output(argv, false, &pid);
	_cleanup_free_ char *line = NULL;
	size_t size = 0;

	if (!file)
		return -1;
	while (getline(&line, &size, file) > 0 && each(context, line))
		;
	/* if it still writes, this ends it */
	(void)fclose(file);
	return wait_for_end(pid);
}

int program_run(char *const *argv)
{
	static const int signals[] = {SIGINT, SIGQUIT};
	struct sigaction before[ARRAY_SIZE(signals)], ignore = {.sa_handler = SIG_IGN};
	posix_spawnattr_t attributes;
	sigset_t defaults;
	int r, status = -1;
	pid_t pid;

	sigemptyset(&defaults);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		sigaction(signals[i], &ignore, &before[i]);
		sigaddset(&defaults, signals[i]);
	}
	if (posix_spawnattr_init(&attributes) != 0)
		out_of_memory();
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	r = posix_spawnp(&pid, argv[0], NULL, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	if (r == 0)
		status = wait_for_end(pid);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &before[i], NULL);
	return status;
}

char *program_of_ours(const char *name, const char *installed)
{
	_cleanup_text_ struct text text = {0};
	char own[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", own, sizeof(own) - 1);

	own[MAX(n, (ssize_t)0)] = '\0';
	if (strrchr(own, '/'))
		text_format(&text, "%.*s/%s", (int)(strrchr(own, '/') - own), own, name);
	if (text.used == 0 || access(text.data, F_OK) < 0) {
		text.used = 0;
		text_format(&text, "%s/%s", installed, name);
	}
	return take_ptr(text.data);
}
