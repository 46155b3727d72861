/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See print.h. Owns stdout's buffer and nothing else. Never uses the locale: it would have to be
 * loaded, and this module decides which characters are printable.
 */
#include "client/print.h"

#include <stdarg.h>
#include <string.h>

int print_memory_status = 1;

void out_of_memory(void)
{
	static const char words[] = "nsctl: out of memory\n";
	ssize_t n _unused_ = write(STDERR_FILENO, words, sizeof(words) - 1);

	exit(print_memory_status);
}

void *must(void *pointer)
{
	if (!pointer)
		out_of_memory();
	return pointer;
}

size_t utf8_decode(const char *text, uint32_t *ret_character)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *bytes = (const unsigned char *)text;
	uint32_t character;
	size_t n;

	if (bytes[0] < 0x80) {
		*ret_character = bytes[0];
		return 1;
	}
	n = bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : 2;
	if (bytes[0] < 0xc2 || bytes[0] > 0xf4)
		return 0;
	character = bytes[0] & (0x7fU >> n);
	for (size_t i = 1; i < n; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		character = character << 6 | (bytes[i] & 0x3fU);
	}
	if (character < least[n] || character > 0x10ffff || (character & ~0x7ffU) == 0xd800)
		return 0;
	*ret_character = character;
	return n;
}

bool utf8_is_valid(const char *text)
{
	while (*text) {
		uint32_t character;
		size_t n = utf8_decode(text, &character);

		if (n == 0)
			return false;
		text += n;
	}
	return true;
}

void text_done(struct text *text)
{
	free(text->data);
	*text = (struct text){0};
}

void text_bytes(struct text *text, const char *bytes, size_t n)
{
	if (text->used + n + 1 > text->size) {
		text->size = MAX(2 * text->size, text->used + n + 64);
		text->data = must(realloc(text->data, text->size));
	}
	memcpy(text->data + text->used, bytes, n);
	text->used += n;
	text->data[text->used] = '\0';
}

void text_add(struct text *text, const char *string)
{
	text_bytes(text, string, strlen(string));
}

void text_vformat(struct text *text, const char *format, va_list arguments)
{
	_cleanup_free_ char *made = NULL;
	int n = vasprintf(&made, format, arguments);

	if (n < 0) {
		made = NULL;
		out_of_memory();
	}
	text_bytes(text, made, (size_t)n);
}

void text_format(struct text *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	text_vformat(text, format, arguments);
	va_end(arguments);
}

/* Returns true for characters that move the cursor, change the reading order, or end a line. */
static bool acts_on_terminal(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{0x00, 0x1f},	  {0x7f, 0x9f},	      {0x61c, 0x61c},	{0x200b, 0x200b},
		{0x200e, 0x200f}, {0x2028, 0x202e},   {0x2060, 0x206f}, {0xfeff, 0xfeff},
		{0xfff9, 0xfffb}, {0xe0000, 0xe007f},
	};

	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

size_t text_escape(struct text *text, const char *string)
{
	size_t columns = 0;

	for (;;) {
		uint32_t character;
		size_t n = 0;
		char escape[16];

		while (string[n] >= ' ' && string[n] < 0x7f)
			n++;
		text_bytes(text, string, n);
		columns += n;
		string += n;
		if (!*string)
			return columns;
		character = (unsigned char)*string;
		n = utf8_decode(string, &character);
		if (n > 0 && !acts_on_terminal(character)) {
			text_bytes(text, string, n);
			columns++;
		} else {
			if (n < 2)
				snprintf(escape, sizeof(escape), "\\x%02x", character);
			else if (character <= 0xffff)
				snprintf(escape, sizeof(escape), "\\u%04x", character);
			else
				snprintf(escape, sizeof(escape), "\\U%08x", character);
			text_add(text, escape);
			columns += strlen(escape);
		}
		string += MAX(n, 1U);
	}
}

void text_quote(struct text *text, const char *string)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789%+,-./:=@_";

	if (*string && string[strspn(string, plain)] == '\0') {
		text_add(text, string);
		return;
	}
	text_add(text, "'");
	for (const char *at = string;; at++) {
		size_t n = strcspn(at, "'");

		text_bytes(text, at, n);
		at += n;
		if (!*at)
			break;
		text_add(text, "'\\''");
	}
	text_add(text, "'");
}

void text_join(struct text *text, const json_t *strings)
{
	size_t i;
	json_t *string;

	json_array_foreach(strings, i, string)
	{
		if (i > 0)
			text_add(text, ",");
		text_add(text, json_is_string(string) ? json_string_value(string) : "?");
	}
}

void table_init(struct table *table, const char *const *headings, size_t columns)
{
	*table = (struct table){.headings = headings, .columns = columns};
}

void table_done(struct table *table)
{
	text_done(&table->cells);
	free(table->index);
	*table = (struct table){0};
}

void table_cell(struct table *table, const char *string)
{
	struct cell cell = {.at = table->cells.used};

	if (!string || !*string)
		string = "-";
	cell.width = text_escape(&table->cells, string);
	text_bytes(&table->cells, "", 1);
	if (table->used == table->size) {
		table->size = MAX(2 * table->size, (size_t)64);
		table->index = must(realloc(table->index, table->size * sizeof(cell)));
	}
	table->index[table->used++] = cell;
}

void table_format(struct table *table, const char *format, ...)
{
	_cleanup_text_ struct text made = {0};
	va_list arguments;

	va_start(arguments, format);
	text_vformat(&made, format, arguments);
	va_end(arguments);
	table_cell(table, made.data);
}

static void pad(struct text *out, size_t n)
{
	while (n-- > 0)
		text_bytes(out, " ", 1);
}

void table_print(const struct table *table)
{
	_cleanup_text_ struct text out = {0};
	bool headings = print_is_terminal(), bold = print_has_colour();
	size_t widths[16] = {0};

	for (size_t i = 0; i < table->columns && headings; i++)
		widths[i] = strlen(table->headings[i]);
	for (size_t i = 0; i < table->used; i++)
		widths[i % table->columns] = MAX(widths[i % table->columns], table->index[i].width);
	if (headings && bold)
		text_add(&out, "\033[1m");
	for (size_t i = 0; i < table->columns && headings; i++) {
		text_add(&out, table->headings[i]);
		if (i + 1 < table->columns)
			pad(&out, widths[i] - strlen(table->headings[i]) + 2);
	}
	if (headings)
		text_add(&out, bold ? "\033[0m\n" : "\n");
	for (size_t i = 0; i < table->used; i++) {
		size_t column = i % table->columns;

		text_add(&out, table->cells.data + table->index[i].at);
		if (column + 1 < table->columns)
			pad(&out, widths[column] - table->index[i].width + 2);
		else
			text_add(&out, "\n");
	}
	if (out.used > 0)
		fwrite(out.data, 1, out.used, stdout);
}

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
	/* an unreasonable value must not become a number */
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

/* Prints by one write, so that lines of several processes do not mix. */
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
