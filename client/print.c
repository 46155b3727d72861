/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See print.h. The only state is the buffer of stdout. */
#include "client/print.h"

#include <stdarg.h>
#include <sys/ioctl.h>
#include <time.h>

#include "client/memory.h"
#include "client/text.h"

#define HELP_COLUMNS 80

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

size_t print_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return columns && atoi(columns) > 0 ? (size_t)atoi(columns) : HELP_COLUMNS;
}

bool print_has_unicode(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return strcasestr(value, "UTF-8") || strcasestr(value, "UTF8");
	}
	return false;
}

const char *print_state_colour(const char *state)
{
	/* the worst comes first, because the state of a link is that of both ends */
	static const struct {
		const char *word, *colour;
	} colours[] = {
		{"broken", PRINT_RED},	    {"incomplete", PRINT_RED},	{"deleted", PRINT_RED},
		{"moved", PRINT_RED},	    {"failed", PRINT_RED},	{"frozen", PRINT_CYAN},
		{"creating", PRINT_YELLOW}, {"removing", PRINT_YELLOW}, {"down", PRINT_YELLOW},
		{"ready", PRINT_GREEN},	    {"up", PRINT_GREEN},	{"runs", PRINT_GREEN},
	};

	if (!print_has_colour())
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(colours); i++)
		if (strstr(state, colours[i].word))
			return colours[i].colour;
	return NULL;
}

const char *print_colour(const char *colour)
{
	return print_has_colour() ? colour : "";
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

void print_time(double seconds)
{
	time_t whole = (time_t)seconds;
	char text[32];
	struct tm local;

	if (!localtime_r(&whole, &local) ||
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &local) == 0)
		snprintf(text, sizeof(text), "%.0f", seconds);
	print_text("%s ", text);
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

	/* the one control character that jansson leaves; it can only be within a string */
	for (const char *at = text;; at++) {
		size_t n = strcspn(at, "\x7f");

		fwrite(at, 1, n, file);
		at += n;
		if (!*at)
			break;
		fputs("\\u007f", file);
	}
	fputc('\n', file);
}

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

/* Returns how many bytes of an escaped text go into a line with room for so many columns: up to a
 * blank, or to a comma with the comma. If there is none, the line is longer. */
static size_t first_part(const char *text, size_t room)
{
	size_t best = 0, columns = 0, n = 0;

	for (; text[n]; n++) {
		if (n > 0 && text[n - 1] != ' ' && (text[n] == ' ' || text[n - 1] == ',')) {
			if (best > 0 && columns > room)
				return best;
			best = n;
		}
		columns += ((unsigned char)text[n] & 0xc0) != 0x80;
	}
	return best > 0 && columns > room ? best : n;
}

void print_item(const char *text, int column)
{
	size_t width = print_is_terminal() ? print_width() : SIZE_MAX, n;
	_cleanup_text_ struct text escaped = {0};
	const char *rest;

	text_escape(&escaped, text);
	for (rest = escaped.data ? escaped.data : "";; rest += n + strspn(rest + n, " ")) {
		n = first_part(rest, width - MIN(width, (size_t)column));
		print_text("%.*s\n", (int)n, rest);
		if (!rest[n])
			break;
		if (rest == escaped.data)
			column += 2;
		print_text("%*s", column, "");
	}
}

void print_json(const json_t *json)
{
	print_json_to(stdout, json);
}

/* Problems as JSON: the last one, until it is complete. */
static bool problems_as_json;
static json_t *pending;

void print_pending(void)
{
	if (pending)
		print_json_to(stderr, pending);
	json_decref(pending);
	pending = NULL;
}

void print_problems_as_json(bool json)
{
	static bool registered;

	if (json && !registered)
		registered = atexit(print_pending) == 0;
	print_pending();
	problems_as_json = json;
}

void print_problem_error(const char *error, const json_t *parameters)
{
	if (!pending)
		return;
	(void)json_object_set_new(pending, "error", json_string(error));
	(void)json_object_set(pending, "parameters", (json_t *)parameters);
}

/* Prints the line by one write, so that lines of several processes do not mix. */
static void complain(const char *prefix, const struct text *text)
{
	_cleanup_text_ struct text line = {0};

	text_add(&line, prefix);
	text_escape(&line, text->data);
	text_add(&line, "\n");
	fwrite(line.data, 1, line.used, stderr);
}

/* Adds a member to the pending problem. Escapes the text, if it is not valid UTF-8. */
static void add_member(const char *key, const struct text *text)
{
	_cleanup_text_ struct text escaped = {0};

	if (!utf8_is_valid(text->data))
		text_escape(&escaped, text->data);
	if (!pending)
		pending = must(json_object());
	(void)json_object_set_new(pending, key,
				  json_string(escaped.data ? escaped.data : text->data));
}

/* Prints a text behind the prefix or, as JSON, as this member. */
static void _printf_(3, 0)
	tell(const char *prefix, const char *member, const char *format, va_list arguments)
{
	_cleanup_text_ struct text made = {0};

	text_vformat(&made, format, arguments);
	if (problems_as_json)
		add_member(member, &made);
	else
		complain(prefix, &made);
}

void print_problem(const char *format, ...)
{
	va_list arguments;

	print_pending();
	va_start(arguments, format);
	tell("nsctl: ", "message", format, arguments);
	va_end(arguments);
}

void print_hint(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	tell("hint: ", "hint", format, arguments);
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
