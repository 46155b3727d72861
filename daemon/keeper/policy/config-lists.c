/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/policy/config-value.h"

static struct config_list *find(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->n_lists; i++)
		if (strcmp(config->lists[i].name, name) == 0)
			return &config->lists[i];
	return NULL;
}

const struct config_list *config_find_list(const struct config *config, const char *name)
{
	const struct config_list *list = find(config, name);

	return list && list->n_entries > 0 ? list : NULL;
}

/* Returns the list of this name, and makes it if there is none. line: where the file has the name.
 * Returns NULL, with the reason in *ret_wrong, on failure. */
static struct config_list *make(struct config *config, const char *name, unsigned int line,
				const char **ret_wrong)
{
	struct config_list *list = find(config, name), *more;

	*ret_wrong = NULL;
	if (list)
		return list;
	if (!destination_list_is_valid(name) || strcmp(name, "dns") == 0) {
		*ret_wrong = "is no name of a list: letters, digits, '-' and '_', at most 31, and "
			     "not dns";
		return NULL;
	}
	more = realloc(config->lists, (config->n_lists + 1) * sizeof(*more));
	if (!more) {
		*ret_wrong = strerror(ENOMEM);
		return NULL;
	}
	config->lists = more;
	list = &config->lists[config->n_lists++];
	*list = (struct config_list){.line = line};
	strcpy(list->name, name);
	return list;
}

static const char *add_entry(struct config_list *list, const char *word)
{
	struct destination entry;
	const char *wrong = destination_read(word, &entry);
	char **more;

	if (wrong)
		return wrong;
	if (entry.kind == DESTINATION_LIST)
		return "is another list, which a list cannot contain";
	if (list->n_entries == CONFIG_ENTRIES_MAX)
		return "is one entry too many: a list has at most 10000";
	more = realloc(list->entries, (list->n_entries + 1) * sizeof(*more));
	if (!more)
		return strerror(ENOMEM);
	list->entries = more;
	more[list->n_entries] = strdup(word);
	return more[list->n_entries] ? (list->n_entries++, NULL) : strerror(ENOMEM);
}

const char *config_add_to_list(struct config *config, const char *name, const char *value,
			       unsigned int line, char ret_word[static CONFIG_WORD_SIZE])
{
	_cleanup_free_ char *copy = strdup(value);
	char *rest = copy, *word;
	const char *wrong = NULL;
	struct config_list *list = copy ? make(config, name, line, &wrong) : NULL;

	snprintf(ret_word, CONFIG_WORD_SIZE, "%s", name);
	if (!copy)
		return strerror(ENOMEM);
	while (list && !wrong && (word = strsep(&rest, ", \t\r\n"))) {
		if (!*word)
			continue;
		snprintf(ret_word, CONFIG_WORD_SIZE, "%s", word);
		wrong = strlen(word) < DESTINATION_SIZE ? add_entry(list, word) : "is too long";
	}
	return wrong;
}

const char *config_add_grant(struct config *config, const char *word, unsigned int line)
{
	const char *colon = strchr(word, ':'), *wrong = NULL;
	struct config_list *list = make(config, colon + 1, line, &wrong);
	char who[CONFIG_WORD_SIZE];
	int r;

	if (!list)
		return wrong;
	snprintf(who, sizeof(who), "%.*s", (int)(colon - word), word);
	r = config_add_who(who, &list->who);
	if (r == -ENOENT)
		return *who == '@' ? "there is no such group" : "there is no such user";
	return r < 0 ? strerror(-r) : NULL;
}

void config_free_lists(struct config *config)
{
	for (size_t i = 0; i < config->n_lists; i++) {
		for (size_t j = 0; j < config->lists[i].n_entries; j++)
			free(config->lists[i].entries[j]);
		free(config->lists[i].entries);
		config_who_done(&config->lists[i].who);
	}
	free(config->lists);
}
