/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/policy/reach-entries.h"

const char *reach_each(const struct config *config, const struct wire_destination *entries,
		       size_t n, void (*f)(const char *text, bool of_list, void *context),
		       void *context)
{
	const char *missing = NULL;

	for (size_t i = 0; i < n; i++) {
		const char *text = entries[i].text;
		bool word = *text == '@' && strcmp(text, DNS_WORD) != 0;
		const struct config_list *list = word ? config_find_list(config, text + 1) : NULL;

		if (word && !list)
			missing = text;
		if (!word)
			f(text, false, context);
		for (size_t j = 0; list && j < list->n_entries; j++)
			f(list->entries[j], true, context);
	}
	return missing;
}
