/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A main() for a fuzz target without a fuzzer: runs it over every file that is named, and over
 * every file of a directory that is named; without arguments over its corpus in the source tree, so
 * that `make check` replays it with any compiler. It is one test in TAP, and fails if there is no
 * input.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base.h"
#include "tests/fuzz/fuzz.h"

/* False, and said why, when it cannot be read. */
static bool replay_file(const char *path, size_t size)
{
	_cleanup_file_ FILE *file = fopen(path, "re");
	/* exactly as large as the file, so that a sanitizer sees a read behind its end */
	_cleanup_free_ uint8_t *data = malloc(size ? size : 1);

	if (!file || !data || fread(data, 1, size, file) != size) {
		fprintf(stderr, "cannot read %s\n", path);
		return false;
	}
	(void)LLVMFuzzerTestOneInput(data, size);
	return true;
}

static bool replay(const char *path, bool is_named, size_t *count)
{
	struct dirent *entry;
	struct stat st;
	bool good = true;
	DIR *dir;

	if (stat(path, &st) < 0) {
		perror(path);
		return false;
	}
	if (S_ISREG(st.st_mode)) {
		++*count;
		return replay_file(path, (size_t)st.st_size);
	}
	if (!S_ISDIR(st.st_mode) || !is_named)
		return true;
	dir = opendir(path);
	if (!dir) {
		perror(path);
		return false;
	}
	while ((entry = readdir(dir))) {
		char below[PATH_MAX];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
		good = replay(below, false, count) && good;
	}
	closedir(dir);
	return good;
}

int main(int argc, char **argv)
{
	const char *top = getenv("TOP_SRCDIR");
	char corpus[PATH_MAX];
	bool good = true;
	size_t count = 0;

	snprintf(corpus, sizeof(corpus), "%s/tests/fuzz/corpus/%s", top ? top : ".",
		 program_invocation_short_name);
	if (argc == 1)
		good = replay(corpus, true, &count);
	for (int i = 1; i < argc; i++)
		good = replay(argv[i], true, &count) && good;
	printf("1..1\n%sok 1 - %zu inputs replayed\n", good && count > 0 ? "" : "not ", count);
	return good && count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
