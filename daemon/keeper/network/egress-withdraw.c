/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/network/egress-change.h"
#include "daemon/keeper/network/egress-names-state.h"

struct withdrawal {
	struct withdrawal *next;
	struct keeper *keeper;
	uid_t uid;
	char interface[INTERFACE_SIZE];
	struct destination_service table[REACH_SERVICES_MAX];
	size_t n_services;
	struct grants grants; /* the addresses that are left; a worker is removing the last
			       * next_size() of them */
};

/* List of the removals in progress. */
static struct withdrawal *first;

static size_t next_size(const struct withdrawal *withdrawal)
{
	size_t most = CHANGE_PAIRS_MAX / MAX(withdrawal->n_services, 1U);

	return MIN(withdrawal->grants.n, MIN(most, (size_t)CHANGE_MAX));
}

static void withdrawal_free(struct withdrawal *withdrawal)
{
	LIST_DROP(first, withdrawal, next);
	grants_clear(&withdrawal->grants);
	free(withdrawal);
}

static void go_on(struct withdrawal *withdrawal);

/* Goes on with the next addresses, even if the worker has failed: the firewall itself removes each
 * address at the end of its time. */
static void on_removed(struct operation *operation, const struct task_report *report _unused_)
{
	struct withdrawal *withdrawal = operation->context;

	withdrawal->grants.n -= next_size(withdrawal);
	go_on(withdrawal);
}

static void go_on(struct withdrawal *withdrawal)
{
	const size_t n = next_size(withdrawal);
	const struct egress_change change = {
		.uid = withdrawal->uid,
		.interface = withdrawal->interface,
		.table = withdrawal->table,
		.n_services = withdrawal->n_services,
		.services = UINT32_MAX,
		.remove = true,
		.grants = withdrawal->grants.items + withdrawal->grants.n - n,
		.n = n,
	};

	if (n == 0 || egress_change_send(withdrawal->keeper, &change, on_removed, withdrawal) < 0)
		withdrawal_free(withdrawal);
}

void egress_withdraw_late(struct keeper *keeper, uid_t uid, const char *interface,
			  const struct reach_names *list, struct grants *grants)
{
	struct withdrawal *withdrawal = grants->n > 0 ? calloc(1, sizeof(*withdrawal)) : NULL;

	if (!withdrawal) {
		grants_clear(grants);
		return;
	}
	withdrawal->keeper = keeper;
	withdrawal->uid = uid;
	snprintf(withdrawal->interface, sizeof(withdrawal->interface), "%s", interface);
	memcpy(withdrawal->table, list->table, sizeof(list->table));
	withdrawal->n_services = list->n_services;
	withdrawal->grants = *grants;
	*grants = (struct grants){};
	LIST_PUSH(first, withdrawal, next);
	go_on(withdrawal);
}

void egress_withdraw(struct egress_names *names)
{
	egress_withdraw_late(names->keeper, names->set->owner, names->interface, names->list,
			     &names->grants);
}

size_t egress_withdraw_pairs(uid_t uid)
{
	size_t pairs = 0;

	for (const struct withdrawal *at = first; at; at = at->next)
		if (at->uid == uid)
			pairs += at->grants.pairs;
	return pairs;
}

bool egress_withdraw_busy(const char *interface)
{
	return LIST_FIND(first, at, next, strcmp(at->interface, interface) == 0);
}

void egress_withdraw_stop(void)
{
	while (first)
		withdrawal_free(first);
}
