/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Functions of registry.h for single records, whether or not they are in a registry. */
#include <stdarg.h>
#include "daemon/keeper/state/registry.h"

void registry_free_set(struct set *set)
{
	if (!set)
		return;
	free(set->spec);
	free(set->network);
	free(set->wall);
	free(set->above);
	free(set->callers_cgroup);
	free(set->boot.links);
	free(set->broken);
	/* NULL, unless the keeper is ending: otherwise the modules that own them have freed them */
	free(set->published);
	free(set->files);
	free(set);
}

int registry_repack(const struct wire_layout *layout, const void *value, void **packed,
		    size_t *size)
{
	void *new_packed;
	size_t new_size;
	int r = wire_pack(layout, value, &new_packed, &new_size);

	if (r < 0)
		return r;
	free(*packed);
	*packed = new_packed;
	*size = new_size;
	return 0;
}

int registry_put_spec(struct set *set, const struct wire_spec *spec)
{
	set->mapping = spec->mapping;
	set->traces = spec->traces;
	set->boot.wanted = spec->boot;
	return wire_pack(&wire_spec_layout, spec, &set->spec, &set->spec_size);
}

void registry_put_lease(struct set *set, const struct wire_lease *lease)
{
	set->lease = (struct set_lease){
		.span = lease->span,
		.idle = lease->idle,
		.expires = set->lease.expires,
		.pid = lease->pid,
		.start = lease->start,
		.watcher_pid = lease->watcher_pid,
		.watcher_start = lease->watcher_start,
	};
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
