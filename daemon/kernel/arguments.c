/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/mman.h>
#include "daemon/kernel/arguments.h"

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
/* More than execve(2) accepts, whatever the limits are: at most three quarters of 8 MiB. */
#define SIZE_MAXIMUM (8 * 1024 * 1024)

/* Returns true if fd is a sealed memfd. Files of any other kind cannot be sealed; the kernel
 * answers EINVAL without asking their file system. */
static bool is_sealed(int fd)
{
	int seals = fcntl(fd, F_GET_SEALS);

	return seals >= 0 && (seals & SEALS) == SEALS;
}

/* Stores pointers to the strings of text in ret: the arguments, NULL, the environment, NULL.
 * Returns -EBADMSG unless text has exactly n strings, the last one at its end. */
static int split(char *text, size_t size, size_t n_arguments, size_t n, char **ret)
{
	char *end = text + size;
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		size_t length = strnlen(text, end - text);

		if (text + length == end)
			return -EBADMSG;
		if (i == n_arguments)
			ret[at++] = NULL;
		ret[at++] = text;
		text += length + 1;
	}
	if (n == n_arguments)
		ret[at++] = NULL;
	ret[at] = NULL;
	return text == end ? 0 : -EBADMSG;
}

int arguments_read(int fd, struct arguments *ret)
{
	struct stat st;
	uint32_t *counts;
	size_t n;

	*ret = (struct arguments){};
	if (!is_sealed(fd) || fstat(fd, &st) < 0 || st.st_size < (off_t)(2 * sizeof(*counts)) ||
	    st.st_size > SIZE_MAXIMUM)
		return -EBADMSG;
	counts = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (counts == MAP_FAILED)
		return negative_errno();
	ret->map = counts;
	ret->size = st.st_size;
	n = (size_t)counts[0] + counts[1];
	if (counts[0] == 0 || n > ret->size)
		return -EBADMSG;
	ret->words = calloc(n + 2 + ARGUMENTS_ADDED, sizeof(*ret->words));
	if (!ret->words)
		return -ENOMEM;
	ret->environment = ret->words + counts[0] + 1;
	return split((char *)(counts + 2), ret->size - 2 * sizeof(*counts), counts[0], n,
		     ret->words);
}

/* Returns the place of the variable or, if there is none of that name, the end. */
static char **find(char **environment, const char *variable)
{
	size_t name = strcspn(variable, "=") + 1;

	while (*environment && strncmp(*environment, variable, name) != 0)
		environment++;
	return environment;
}

void arguments_set(char **environment, char *variable)
{
	char **at = find(environment, variable);

	if (!*at)
		at[1] = NULL;
	*at = variable;
}

void arguments_default(char **environment, char *variable)
{
	if (!*find(environment, variable))
		arguments_set(environment, variable);
}

const char *arguments_value(char *const *environment, const char *name)
{
	size_t n = strlen(name);

	for (; *environment; environment++)
		if (strncmp(*environment, name, n) == 0 && (*environment)[n] == '=')
			return *environment + n + 1;
	return NULL;
}

void arguments_done(struct arguments *arguments)
{
	if (arguments->map)
		munmap(arguments->map, arguments->size);
	free(arguments->words);
	*arguments = (struct arguments){};
}
