/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/network/egress-grants.h"

static struct grant *find(const struct grants *grants, const struct address *address)
{
	for (size_t i = 0; i < grants->n; i++)
		if (address_equals(&grants->items[i].address, address))
			return &grants->items[i];
	return NULL;
}

bool grants_have(const struct grants *grants, const struct address *address, uint32_t services,
		 uint64_t until)
{
	const struct grant *grant = find(grants, address);

	return grant && (services & ~grant->services) == 0 && grant->until >= until;
}

bool grants_have_room(const struct grants *grants, const struct address *address, size_t more)
{
	return grants->n + more < GRANTS_MAX || find(grants, address);
}

int grants_add(struct grants *grants, const struct grant *grant)
{
	struct grant *same = find(grants, &grant->address), *more;

	/* an address has one time for all its services: the new one if the new grant has them all,
	 * otherwise the earlier one. So grants_have() returns true only if the firewall has the
	 * address for all of them. It may return false too early; then the address is only added
	 * again. */
	if (same) {
		bool all = (same->services & ~grant->services) == 0;

		grants->pairs += grant_pairs(grant->services & ~same->services);
		same->services |= grant->services;
		same->until = all ? grant->until : MIN(same->until, grant->until);
		return 0;
	}
	more = reallocarray(grants->items, grants->n + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	grants->items = more;
	more[grants->n++] = *grant;
	grants->pairs += grant_pairs(grant->services);
	return 0;
}

void grants_expire(struct grants *grants, uint64_t now)
{
	size_t used = 0;

	for (size_t i = 0; i < grants->n; i++)
		if (grants->items[i].until > now)
			grants->items[used++] = grants->items[i];
		else
			grants->pairs -= grant_pairs(grants->items[i].services);
	grants->n = used;
}

void grants_clear(struct grants *grants)
{
	free(grants->items);
	*grants = (struct grants){};
}
