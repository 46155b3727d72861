/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See print.h. The only state is the buffer of stdout. */
#include "client/print.h"

#include <stdarg.h>
#include <string.h>

#include "client/memory.h"
#include "client/text.h"

bool print_is_terminal(void)
{
	static int known = -1;

	if (known < 0)
		known = isatty(STDOUT_FILENO);
	return known > 0;
}

bool print_has_colour(void)
{
	const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return print_is_terminal() && !(no && *no) && terminal && strcmp(terminal, "dumb") != 0;
}

void print_age(double seconds, char ret[static PRINT_SHORT])
{
	/* the conversion of a value that does not fit would be undefined */
	long long whole = seconds > 0 && seconds < 1e12 ? (long long)seconds : 0;

	if (whole < 120)
		snprintf(ret, PRINT_SHORT, "%llds", whole);
	else if (whole < 120 * 60)
		snprintf(ret, PRINT_SHORT, "%lldm", whole / 60);
	else if (whole < 48 * 3600)
		snprintf(ret, PRINT_SHORT, "%lldh", whole / 3600);
	else
		snprintf(ret, PRINT_SHORT, "%lldd", whole / 86400);
}

void print_size(int64_t bytes, char ret[static PRINT_SHORT])
{
	static const char units[] = "KMGTPE";
	double size = (double)bytes;
	size_t unit = 0;

	if (bytes < 1024) {
		snprintf(ret, PRINT_SHORT, "%lld", (long long)bytes);
		return;
	}
	for (size /= 1024; size >= 1024; size /= 1024)
		unit++;
	snprintf(ret, PRINT_SHORT, "%.*f%c", size == (double)(int64_t)size ? 0 : 1, size,
		 units[unit]);
}

void print_text(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
}

void print_escaped(const char *string)
{
	_cleanup_text_ struct text text = {0};

	text_escape(&text, string);
	fputs(text.data, stdout);
}

void print_json_to(FILE *file, const json_t *json)
{
	/* as ASCII, so that no C1 or bidirectional control in a string reaches a terminal */
	_cleanup_free_ char *text =
		must(json_dumps(json, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_ENCODE_ANY));

	fputs(text, file);
	fputc('\n', file);
}

#define HELP_COLUMNS 80

void print_help(const char *left, int column, const char *text)
{
	int used = (int)strlen(left);

	print_text("%s", left);
	if (used > column - 2 && column > 0)
		used = HELP_COLUMNS;
	while (*text) {
		int n = (int)strcspn(text, " \n");

		if (used + 1 + n > HELP_COLUMNS) {
			print_text("\n");
			used = 0;
		}
		if (used < column)
			print_text("%*s", column - used, "");
		else if (used > column)
			print_text(" ");
		print_text("%.*s", n, text);
		used = MAX(used + (used > column), column) + n;
		text += n + (text[n] != '\0');
	}
	print_text("\n");
}

void print_json(const json_t *json)
{
	print_json_to(stdout, json);
}

static void complain(const char *prefix, const char *format, va_list arguments) _printf_(2, 0);

/* Prints the line by one write, so that lines of several processes do not mix. */
static void complain(const char *prefix, const char *format, va_list arguments)
{
	_cleanup_text_ struct text made = {0}, line = {0};

	text_vformat(&made, format, arguments);
	text_add(&line, prefix);
	text_escape(&line, made.data);
	text_add(&line, "\n");
	fwrite(line.data, 1, line.used, stderr);
}

void print_problem(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	complain("nsctl: ", format, arguments);
	va_end(arguments);
}

void print_hint(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	complain("hint: ", format, arguments);
	va_end(arguments);
}

bool print_finish(void)
{
	bool failed = ferror(stdout);

	errno = 0;
	if (fflush(stdout) == 0 && !failed)
		return true;
	print_problem("write to stdout: %s", strerror(errno > 0 ? errno : EIO));
	return false;
}
