/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/state/home.h"

const struct set *home_of_set(const struct registry *registry, const struct set *set)
{
	while (set && !(set->kinds & KIND_BIT(KIND_USER)))
		set = registry_find_at(registry, set->above);
	return set;
}

bool home_find_maps(const struct registry *registry, const struct authz_subject *subject,
		    struct idmap *ret)
{
	static struct wire_spec spec;
	const struct set *home = NULL;

	if (*subject->home)
		home = home_of_set(registry, registry_find_at(registry, subject->within));
	if (!home)
		return false;
	if (wire_unpack(&wire_spec_layout, home->spec, home->spec_size, &spec) < 0)
		wire_clear(&wire_spec_layout, &spec);
	idmap_of(home->mapping, home->owner, home->gid, &spec, ret);
	return true;
}
