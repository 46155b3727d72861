/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See screen.h. The first line is a summary, the second one the headings, the last one keys. */
#include "client/top/screen.h"

#include <locale.h>
#include <ncurses.h>

#include "client/client.h"
#include "client/memory.h"
#include "client/print.h"
#include "client/show.h"

#define TOP_LINES 2
#define OTHER_LINES 3
#define NAME_LEAST 8
#define KEYS "sort: c CPU m memory p procs n net a name   k kill f freeze e enter q quit"

enum colour { COLOUR_GOOD = 1, COLOUR_STOPPED, COLOUR_BAD, COLOUR_PASSING };

/* --- the terminal --- */

static void begin_colours(void)
{
	const char *no = getenv("NO_COLOR");

	if ((no && *no) || start_color() == ERR || use_default_colors() == ERR)
		return;
	init_pair(COLOUR_GOOD, COLOR_GREEN, -1);
	init_pair(COLOUR_STOPPED, COLOR_CYAN, -1);
	init_pair(COLOUR_BAD, COLOR_RED, -1);
	init_pair(COLOUR_PASSING, COLOR_YELLOW, -1);
}

bool screen_begin(void)
{
	const char *type = getenv("TERM");

	setlocale(LC_CTYPE, "");
	if (!newterm(NULL, stdout, stdin)) {
		print_problem("top: terminals of type \"%s\" ($TERM) are not known here",
			      type ? type : "");
		return false;
	}
	begin_colours();
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	(void)set_escdelay(50);
	(void)curs_set(0);
	return true;
}

void screen_end(void)
{
	endwin();
}

long screen_height(void)
{
	return MAX(LINES - OTHER_LINES, 1);
}

/* --- rows --- */

static double packets(const struct usage *usage)
{
	return usage->received_rate + usage->sent_rate;
}

static double sort_key(const struct usage *usage, enum sort sort)
{
	switch (sort) {
	case SORT_CPU:
		return usage->cpu_share;
	case SORT_MEMORY:
		return usage->memory;
	case SORT_PROCESSES:
		return (double)usage->processes;
	case SORT_PACKETS:
		return packets(usage);
	default:
		return 0;
	}
}

/* Compares for qsort_r(): the largest first, then by name. */
static int compare(const void *a, const void *b, void *context)
{
	const struct usage *first = *(const struct usage *const *)a;
	const struct usage *second = *(const struct usage *const *)b;
	enum sort sort = *(const enum sort *)context;
	double difference = sort_key(second, sort) - sort_key(first, sort);
	int names = strcmp(first->name, second->name);

	if (difference < 0 || difference > 0)
		return difference < 0 ? -1 : 1;
	return names != 0 ? names : (first->owner > second->owner) - (first->owner < second->owner);
}

const struct usage *screen_selected(const struct screen *screen)
{
	return screen->at < screen->n ? screen->rows[screen->at] : NULL;
}

/* Remembers which set the selected row has. */
static void note_selected(struct screen *screen)
{
	const struct usage *usage = screen_selected(screen);

	if (!usage)
		return;
	screen->owner = usage->owner;
	snprintf(screen->name, sizeof(screen->name), "%s", usage->name);
}

void screen_move(struct screen *screen, long rows)
{
	long last = MAX((long)screen->n - 1, 0L);
	long at = MIN(MAX((long)screen->at + rows, 0L), last);
	long height = screen_height();

	screen->at = (size_t)at;
	if (at < (long)screen->first)
		screen->first = (size_t)at;
	else if (at >= (long)screen->first + height)
		screen->first = (size_t)(at - height + 1);
	note_selected(screen);
}

void screen_sort(struct screen *screen)
{
	if (screen->n > 0)
		qsort_r(screen->rows, screen->n, sizeof(*screen->rows), compare, &screen->sort);
	for (size_t i = 0; i < screen->n; i++)
		if (screen->rows[i]->owner == screen->owner &&
		    strcmp(screen->rows[i]->name, screen->name) == 0)
			screen->at = i;
	screen_move(screen, 0);
}

void screen_update(struct screen *screen, const struct sample *sample)
{
	screen->rows = must(reallocarray(screen->rows, sample->n + 1, sizeof(*screen->rows)));
	screen->n = sample->n;
	for (size_t i = 0; i < sample->n; i++)
		screen->rows[i] = &sample->sets[i];
	screen_sort(screen);
}

static enum colour colour_of(const char *state)
{
	return strcmp(state, "ready") == 0    ? COLOUR_GOOD
	       : strcmp(state, "frozen") == 0 ? COLOUR_STOPPED
	       : strcmp(state, "broken") == 0 ? COLOUR_BAD
					      : COLOUR_PASSING;
}

/* --- columns --- */

static void add_count(struct text *text, double number)
{
	char size[PRINT_SHORT];

	print_size((int64_t)number, size);
	text_add(text, number < 0 ? "-" : size);
}

static void add_owner(struct text *text, const struct usage *usage)
{
	const char *name = json_text(usage->set, "ownerName", NULL);

	if (name)
		text_add(text, name);
	else
		text_format(text, "%lld", (long long)usage->owner);
}

static void add_state(struct text *text, const struct usage *usage)
{
	text_add(text, show_state(usage->set));
}

static void add_cpu(struct text *text, const struct usage *usage)
{
	if (usage->cpu_share < 0)
		text_add(text, "-");
	else
		text_format(text, "%.1f", 100 * usage->cpu_share);
}

static void add_memory(struct text *text, const struct usage *usage)
{
	add_count(text, usage->memory);
}

static void add_processes(struct text *text, const struct usage *usage)
{
	text_format(text, "%lld", (long long)usage->processes);
}

static void add_received(struct text *text, const struct usage *usage)
{
	add_count(text, usage->received_rate);
}

static void add_sent(struct text *text, const struct usage *usage)
{
	add_count(text, usage->sent_rate);
}

/* The columns to the right of the names. The names get the width that is left. */
static const struct column {
	const char *heading;
	int width;
	bool of_owners; /* shown only with the sets of several users */
	bool right;
	enum sort sort; /* SORT_END: none */
	void (*add)(struct text *text, const struct usage *usage);
} columns[] = {
	{"OWNER", 10, true, false, SORT_END, add_owner},
	{"STATE", 8, false, false, SORT_END, add_state},
	{"CPU%", 7, false, true, SORT_CPU, add_cpu},
	{"MEMORY", 8, false, true, SORT_MEMORY, add_memory},
	{"PROCS", 6, false, true, SORT_PROCESSES, add_processes},
	{"PKT IN/s", 9, false, true, SORT_PACKETS, add_received},
	{"OUT/s", 7, false, true, SORT_PACKETS, add_sent},
};

static bool is_shown(const struct screen *screen, const struct column *column)
{
	return screen->owners || !column->of_owners;
}

static int name_width(const struct screen *screen)
{
	int left = COLS;

	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		if (is_shown(screen, &columns[i]))
			left -= columns[i].width + 1;
	return MAX(left, NAME_LEAST);
}

/* --- drawing --- */

/* Writes text, escaped, in a field of so many columns. */
static void put(int y, int x, int width, bool right, const char *string)
{
	_cleanup_text_ struct text escaped = {0}, cut = {0};
	int used = (int)text_escape(&escaped, string), room = MIN(width, COLS - x);

	if (room <= 0)
		return;
	text_cut(&cut, escaped.data, (size_t)room, "+");
	mvaddstr(y, x + (right ? MAX(room - used, 0) : 0), cut.data);
}

/* Adds to a sum the part that is known. */
static void add_known(double *sum, double number)
{
	if (number >= 0)
		*sum = MAX(*sum, 0.0) + number;
}

static void draw_summary(const struct screen *screen)
{
	_cleanup_text_ struct text text = {0};
	struct usage sum = {.memory = UNKNOWN, .cpu_share = UNKNOWN};

	for (size_t i = 0; i < screen->n; i++) {
		add_known(&sum.cpu_share, screen->rows[i]->cpu_share);
		add_known(&sum.memory, screen->rows[i]->memory);
		sum.processes += screen->rows[i]->processes;
	}
	text_format(&text, "nsctl top: %zu set%s, processes: %lld, CPU%%: ", screen->n,
		    screen->n == 1 ? "" : "s", (long long)sum.processes);
	add_cpu(&text, &sum);
	text_add(&text, ", memory: ");
	add_memory(&text, &sum);
	put(0, 0, COLS, false, text.data);
}

static void draw_headings(const struct screen *screen)
{
	int x = name_width(screen) + 1;

	attron(A_REVERSE);
	mvhline(1, 0, ' ', COLS);
	put(1, 0, x - 1, false, screen->sort == SORT_NAME ? "NAME*" : "NAME");
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		const struct column *column = &columns[i];
		_cleanup_text_ struct text text = {0};

		if (!is_shown(screen, column))
			continue;
		/* the star says by what the rows are sorted */
		text_format(&text, "%s%s", column->sort == screen->sort ? "*" : "",
			    column->heading);
		put(1, x, column->width, column->right, text.data);
		x += column->width + 1;
	}
	attroff(A_REVERSE);
}

static void draw_row(const struct screen *screen, const struct usage *usage, int y)
{
	int x = name_width(screen) + 1;

	put(y, 0, x - 1, false, usage->name);
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		const struct column *column = &columns[i];
		chtype colour = column->add == add_state
					? (chtype)COLOR_PAIR(colour_of(show_state(usage->set)))
					: A_NORMAL;
		_cleanup_text_ struct text text = {0};

		if (!is_shown(screen, column))
			continue;
		column->add(&text, usage);
		attron(colour);
		put(y, x, column->width, column->right, text.data);
		attroff(colour);
		x += column->width + 1;
	}
}

void screen_draw(const struct screen *screen)
{
	long height = screen_height();

	erase();
	draw_summary(screen);
	draw_headings(screen);
	for (long i = 0; i < height && screen->first + (size_t)i < screen->n; i++) {
		size_t row = screen->first + (size_t)i;

		draw_row(screen, screen->rows[row], TOP_LINES + (int)i);
		if (row == screen->at)
			mvchgat(TOP_LINES + (int)i, 0, COLS, A_REVERSE, 0, NULL);
	}
	put(LINES - 1, 0, COLS - 1, false, screen->message.used > 0 ? screen->message.data : KEYS);
	refresh();
}

void screen_done(struct screen *screen)
{
	free(screen->rows);
	text_done(&screen->message);
}
