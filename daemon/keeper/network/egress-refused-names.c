/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/network/egress-refused-names.h"

/* Returns the index of a name in names->entries, or names->n if it is not there. */
static size_t find(const struct refused_names *names, const char *name)
{
	size_t i = 0;

	while (i < names->n && strcmp(names->entries[i].name, name) != 0)
		i++;
	return i;
}

void refused_names_add(struct refused_names *names, const char *name, uint64_t questions)
{
	size_t i = find(names, name);
	char *known = i < names->n ? names->entries[i].name : NULL;

	if (known) {
		questions += names->entries[i].questions;
	} else {
		/* NULL: the name is too long, or there is no memory */
		known = strlen(name) < DESTINATION_NAME_SIZE ? strdup(name) : NULL;
		if (!known)
			return;
		if (names->n < REFUSED_NAMES_MAX)
			names->n++;
		else
			free(names->entries[--i].name);
	}
	memmove(&names->entries[1], &names->entries[0], i * sizeof(names->entries[0]));
	names->entries[0].name = known;
	names->entries[0].questions = questions;
}

size_t refused_names_view(const struct refused_names *names,
			  struct wire_refused_name ret[static REFUSED_NAMES_MAX])
{
	for (size_t i = 0; i < names->n; i++)
		ret[i] = (struct wire_refused_name){names->entries[i].name,
						    names->entries[i].questions};
	return names->n;
}

void refused_names_clear(struct refused_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->entries[i].name);
	names->n = 0;
}
