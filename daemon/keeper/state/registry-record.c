/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Functions of registry.h for single records, in a registry or not. */
#include <stdarg.h>
#include <string.h>
#include "daemon/keeper/state/registry.h"

void registry_free_set(struct set *set)
{
	free(set->spec);
	free(set->network);
	free(set->wall);
	free(set->above);
	free(set->boot_links);
	free(set->broken);
	free(set);
}

void registry_break_set(struct set *set, const char *format, ...)
{
	char reason[SET_REASON_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	set->state = SET_BROKEN;
	free(set->broken);
	set->broken = strdup(reason);
}

void registry_free_link(struct link *link)
{
	free(link->wire);
	free(link);
}
