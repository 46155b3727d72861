/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/passed.h"

#include "client/parse.h"

#define NUMBER_MAX 1023

/* option: for messages. */
static int add(struct passed *passed, const struct client *client, const char *option, int fd,
	       int number)
{
	struct stat st;

	if (fcntl(fd, F_GETFD) < 0)
		return client_problem(client, NULL, "%s: descriptor %d is not open", option, fd);
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		return client_problem(client, NULL,
				      "%s: descriptor %d is a directory, which is never passed on",
				      option, fd);
	if (passed->n == PASSED_MAX)
		return client_problem(client, NULL, "%s: more than %d descriptors above 2", option,
				      PASSED_MAX);
	for (size_t i = 0; i < passed->n; i++)
		if (passed->rows[i].number == number)
			return client_problem(client, NULL,
					      "%s: two descriptors of the command have the number "
					      "%d",
					      option, number);
	passed->rows[passed->n].fd = fd;
	passed->rows[passed->n++].number = number;
	return 0;
}

int passed_take(struct passed *passed, const struct options *options)
{
	const char *rest;
	struct piece first = parse_cut(options->argument, ':', &rest);
	char word[16];
	int64_t fd, number;

	(void)snprintf(word, sizeof(word), "%.*s", (int)MIN(first.size, sizeof(word) - 1),
		       first.start);
	if (!parse_number(word, 0, NUMBER_MAX, &fd))
		return options_reject(options, "N or N:M (M: 3 to 1023)");
	number = fd;
	if (rest && !parse_number(rest, 0, NUMBER_MAX, &number))
		number = 0;
	if (number < 3)
		return options_reject(options, "N or N:M (M: 3 to 1023)");
	return add(passed, options->client, "--fd", (int)fd, (int)number);
}

/* An inherited descriptor is one that the next program would inherit, too. nsctl's own are
 * close-on-exec. */
static bool is_inherited(int fd)
{
	int flags = fcntl(fd, F_GETFD);

	return fd > 2 && flags >= 0 && !(flags & FD_CLOEXEC);
}

int passed_take_all(struct passed *passed, const struct client *client)
{
	DIR *directory = opendir("/proc/self/fd");
	struct dirent *entry;
	int r = 0;

	if (!directory)
		return client_problem(client, NULL, "/proc/self/fd: %s", strerror(errno));
	while (r == 0 && (entry = readdir(directory))) {
		int fd = atoi(entry->d_name);

		if (is_inherited(fd))
			r = add(passed, client, "--preserve-fds", fd, fd);
	}
	closedir(directory);
	return r;
}

/* --- descriptors that the command names --- */

#define DEV_FD "/dev/fd/"
#define MAKEFLAGS "MAKEFLAGS="

/* Takes an inherited pipe, unless the command has that number already. */
static void take_pipe(struct passed *passed, int fd)
{
	struct stat st;

	if (!is_inherited(fd) || fstat(fd, &st) < 0 || !S_ISFIFO(st.st_mode))
		return;
	for (size_t i = 0; i < passed->n; i++)
		if (passed->rows[i].number == fd)
			return;
	if (passed->n == PASSED_MAX || fd > NUMBER_MAX)
		return;
	passed->rows[passed->n].fd = fd;
	passed->rows[passed->n++].number = fd;
}

/* Takes the descriptor that a word ends with, such as "/dev/fd/63" or "--file=/dev/fd/63". The text
 * of a script does not count as such a word: its numbers are those of the script's own files. */
static void take_word(struct passed *passed, const char *word)
{
	const char *at = strpbrk(word, " \t\n<>|&;") ? NULL : strstr(word, DEV_FD);
	int64_t fd;

	if (at && parse_number(at + strlen(DEV_FD), 3, NUMBER_MAX, &fd))
		take_pipe(passed, (int)fd);
}

/* Takes the two ends of the jobserver's pipe. make 4.4 and newer use a FIFO instead. */
static void take_jobserver(struct passed *passed, const char *flags)
{
	const char *at = strstr(flags, "--jobserver-");
	int ends[2];

	if (!at || (sscanf(at, "--jobserver-auth=%d,%d", &ends[0], &ends[1]) != 2 &&
		    sscanf(at, "--jobserver-fds=%d,%d", &ends[0], &ends[1]) != 2))
		return;
	take_pipe(passed, ends[0]);
	take_pipe(passed, ends[1]);
}

void passed_take_named(struct passed *passed, char *const *words, const json_t *environment)
{
	const json_t *item;
	size_t i;

	for (; *words; words++)
		take_word(passed, *words);
	json_array_foreach(environment, i, item) {
		const char *variable = json_string_value(item);

		if (strncmp(variable, MAKEFLAGS, strlen(MAKEFLAGS)) == 0)
			take_jobserver(passed, variable);
	}
}

int passed_add(const struct passed *passed, const struct client *client, json_t *parameters,
	       struct call_fds *fds)
{
	json_t *list = json_member(parameters, "descriptors", json_array);

	for (size_t i = 0; i < passed->n; i++) {
		int copy = fcntl(passed->rows[i].fd, F_DUPFD_CLOEXEC, 3);
		json_t *index = copy < 0 ? NULL : call_fds_add(fds, copy);

		if (!index)
			return client_problem(client, NULL, "too many descriptors for one call");
		json_push(list, json_pack("{s:i, s:o}", "number", passed->rows[i].number,
					  "passedFileDescriptor", index));
	}
	return 0;
}
