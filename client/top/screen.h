/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The screen of nsctl-top: a table of sets, one of which is selected. */
#pragma once

#include "client/top/sample.h"
#include "protocol/name.h"

enum sort {
	SORT_CPU,
	SORT_MEMORY,
	SORT_PROCESSES,
	SORT_PACKETS,
	SORT_NAME,
	SORT_END,
};

/* Initially {0}. */
struct screen {
	enum sort sort;
	bool owners;		   /* has a column with the owners of sets */
	const struct usage **rows; /* the sets as they are sorted */
	size_t n, first;	   /* first: the number of the first row that is shown */
	size_t at;		   /* the row that is selected, if there is one */
	char name[NAME_SIZE];	   /* of the selected set, "" before there is one */
	int64_t owner;
	struct text message; /* in the last line, instead of the keys */
};

/* Switches the terminal to the screen. Returns false after reporting that its type is not known. */
bool screen_begin(void);
void screen_end(void);

/* Shows another sample, which must be valid until the next one. The selected set stays selected. */
void screen_update(struct screen *screen, const struct sample *sample);
/* Sorts the rows by screen->sort. */
void screen_sort(struct screen *screen);
/* Selects the set that is so many rows further down. */
void screen_move(struct screen *screen, long rows);
/* Returns the number of rows that fit. */
long screen_height(void);
void screen_draw(const struct screen *screen);
void screen_done(struct screen *screen);

/* Returns the selected set, or NULL if there is none. */
const struct usage *screen_selected(const struct screen *screen);
