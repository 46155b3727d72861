/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/policy/reach-lists.h"
#include "daemon/keeper/policy/reach.h"

static int check_list(const struct config *config, const struct config_list *list,
		      struct failure *ret)
{
	static struct wire_reach reach = {.listed = true, .n_allow = 1};
	const bool granted = list->who.everyone || list->who.n_uids > 0 || list->who.n_gids > 0;
	char key[DESTINATION_LIST_SIZE + 8], word[DESTINATION_LIST_SIZE + 1];
	bool egress = false;

	snprintf(key, sizeof(key), "lists.%s", list->name);
	if (list->n_entries == 0 && granted)
		return failure_set(ret, ERROR_INVALID_VALUE, 0, "allow.egress",
				   "there is no list %s in [lists], or it is empty", list->name);
	if (list->n_entries == 0)
		return failure_set(ret, ERROR_INVALID_VALUE, 0, key, "the list is empty");
	snprintf(word, sizeof(word), "@%s", list->name);
	reach.allow[0].text = word;
	if (reach_check(config, &reach, &egress, "", ret) == 0)
		return 0;
	snprintf(ret->subject, sizeof(ret->subject), "%s", key);
	return ret->error;
}

const struct config_list *reach_find_wrong_list(const struct config *config,
						struct failure *ret_wrong)
{
	for (size_t i = 0; i < config->n_lists; i++)
		if (check_list(config, &config->lists[i], ret_wrong))
			return &config->lists[i];
	return NULL;
}
