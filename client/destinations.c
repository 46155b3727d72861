/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/destinations.h"

#include "client/take.h"
#include "protocol/utf8.h"

/* More than the daemon takes. */
#define FILE_ENTRIES_MAX 4096
#define FILE_SIZE_MAX (1024 * 1024)
#define BLANKS " \t\r\n"

/* Cuts comments and blanks off a line. Returns the rest, which may be empty. */
static char *trim(char *line)
{
	size_t size;

	line[strcspn(line, "#")] = '\0';
	line += strspn(line, BLANKS);
	size = strlen(line);
	while (size > 0 && strchr(BLANKS, line[size - 1]))
		line[--size] = '\0';
	return line;
}

/* Adds the entry in a line. Messages about it name the file and the line. */
static int take_line(struct options *options, const char *path, size_t number, const char *entry)
{
	const char *argument = options->argument;
	char place[256];

	if (!utf8_is_valid(entry))
		return options_wrong(options->client,
				     "--%s=@%s, line %zu: \"%s\" is not valid UTF-8",
				     options->row->name, path, number, entry);
	snprintf(place, sizeof(place), "@%s, line %zu: %s", path, number, entry);
	options->argument = place;
	take_put(options, json_string(entry));
	options->argument = argument;
	return 0;
}

static int take_lines(struct options *options, const char *path, char *text)
{
	size_t n = 0, number = 0;
	char *line;
	int r = 0;

	while (r == 0 && (line = strsep(&text, "\n"))) {
		const char *entry = trim(line);

		number++;
		if (!*entry)
			continue;
		if (++n > FILE_ENTRIES_MAX)
			return options_wrong(options->client, "--%s=@%s: has more than %d entries",
					     options->row->name, path, FILE_ENTRIES_MAX);
		r = take_line(options, path, number, entry);
	}
	if (r == 0 && n == 0)
		return options_wrong(options->client, "--%s=@%s: the file has no entries",
				     options->row->name, path);
	return r;
}

static int take_file(struct options *options, const char *path, FILE *file)
{
	static char text[FILE_SIZE_MAX + 1];
	size_t size = fread(text, 1, sizeof(text), file);

	if (ferror(file))
		return options_wrong(options->client, "--%s=@%s: cannot be read: %s",
				     options->row->name, path, strerror(errno));
	/* a device or a pipe may be endless */
	if (size > FILE_SIZE_MAX)
		return options_wrong(options->client, "--%s=@%s: has more than %d KiB",
				     options->row->name, path, FILE_SIZE_MAX / 1024);
	if (memchr(text, '\0', size))
		return options_wrong(options->client, "--%s=@%s: has a byte 0, so it is no text",
				     options->row->name, path);
	text[size] = '\0';
	return take_lines(options, path, text);
}

int destinations_take(struct options *options)
{
	const char *path = options->argument[0] == '@' && strchr(options->argument, '/')
				   ? options->argument + 1
				   : NULL;
	_cleanup_file_ FILE *file = NULL;

	if (!path)
		return take_text(options);
	file = fopen(path, "re");
	if (!file)
		return options_wrong(options->client, "--%s=@%s: %s", options->row->name, path,
				     strerror(errno));
	return take_file(options, path, file);
}
