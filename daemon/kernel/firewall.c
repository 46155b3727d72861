/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/netfilter.h>
#include "daemon/kernel/barrier.h"
#include "daemon/kernel/child.h"
#include "daemon/kernel/conntrack.h"
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/firewall-table.h"
#include "daemon/kernel/forwarding.h"

/* --- elements --- */

static void change_interface(struct nft *nft, const char *set, bool remove, const char *name)
{
	char key[IFNAMSIZ] = "";

	strncpy(key, name, sizeof(key) - 1);
	nft_element(nft, set, remove, key, sizeof(key), NULL, 0);
}

static void change_source(struct nft *nft, bool remove, const char *interface, const char *address)
{
	const struct subnet source = firewall_subnet(address);
	char key[IFNAMSIZ + 16] = "";

	strncpy(key, interface, IFNAMSIZ - 1);
	memcpy(key + IFNAMSIZ, source.address, source.size);
	nft_element(nft, source.family == NFPROTO_IPV4 ? SOURCES4 : SOURCES6, remove, key,
		    IFNAMSIZ + source.size, NULL, 0);
}

/* Stores a port in network byte order, padded to four bytes. */
static size_t put_port(uint8_t *at, uint32_t port)
{
	memset(at, 0, 4);
	at[0] = port >> 8;
	at[1] = port;
	return 4;
}

static bool is_unspecified(const struct subnet *address)
{
	static const uint8_t zero[sizeof(address->address)];

	return memcmp(address->address, zero, sizeof(zero)) == 0;
}

static bool is_loopback(const struct subnet *address)
{
	static const uint8_t loopback6[sizeof(address->address)] = {[15] = 1};

	return address->family == NFPROTO_IPV4
		       ? address->address[0] == 127
		       : memcmp(address->address, loopback6, sizeof(loopback6)) == 0;
}

static void change_port(struct nft *nft, bool remove, const struct spec_publish *publish,
			const char *address)
{
	const struct subnet target = firewall_subnet(address);
	struct subnet host = {};
	uint8_t key[24] = {}, data[20] = {};
	size_t used = 0;

	if (publish->host_address) {
		host = firewall_subnet(publish->host_address);
		/* a proxy serves loopback addresses */
		if (host.family != target.family || is_loopback(&host))
			return;
		if (is_unspecified(&host))
			host.size = 0;
		memcpy(key, host.address, host.size);
		used = host.size;
	}
	key[used] = publish->protocol == PUBLISH_UDP ? IPPROTO_UDP : IPPROTO_TCP;
	used += 4;
	used += put_port(key + used, publish->host_port);
	memcpy(data, target.address, target.size);
	put_port(data + target.size, publish->port);
	nft_element(nft,
		    target.family == NFPROTO_IPV4 ? host.size ? ADDRESSED4 : PORTS4
		    : host.size			  ? ADDRESSED6
						  : PORTS6,
		    remove, key, used, remove ? NULL : data, target.size + 4);
}

static void change_place(struct nft *nft, const struct task_link *link, bool remove)
{
	change_interface(nft, LINKS, remove, link->b.interface);
	if (link->outward)
		change_interface(nft, OUTWARD, remove, link->b.interface);
	if (link->outward && !link->listed)
		change_interface(nft, OPEN, remove, link->b.interface);
	if (link->listed)
		(remove ? firewall_list_remove : firewall_list_add)(nft, link);
}

static void change_addresses(struct nft *nft, const struct task_link *link, bool remove)
{
	const struct task_end *inside = &link->a;

	for (size_t i = 0; i < inside->n_addresses; i++) {
		change_source(nft, remove, link->b.interface, inside->addresses[i].text);
		for (size_t j = 0; j < link->n_publish; j++)
			change_port(nft, remove, &link->publish[j], inside->addresses[i].text);
	}
}

static void change_link(struct nft *nft, const struct task_link *link, bool remove)
{
	change_place(nft, link, remove);
	change_addresses(nft, link, remove);
}

static void add_links(struct nft *nft, const struct task_link *links, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (links[i].egress)
			change_link(nft, &links[i], false);
}

/* --- the table and its surroundings --- */

static bool any_egress(const struct task_link *links, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (links[i].egress)
			return true;
	return false;
}

static void guard(const char *interface, void *context)
{
	change_interface(context, GUARDED, false, interface);
}

/* Prepares the host's ends of these links: attaches the barrier's program, which marks incoming
 * packets, and lets packets be forwarded. */
static int open_ends(const struct host *host, const struct task_firewall *firewall,
		     const struct task_link *links, size_t n, struct fault *fault)
{
	_cleanup_fd_ int program_fd = barrier_load(barrier_mark(firewall->table));

	if (program_fd < 0)
		return fault_set(fault, STEP_BARRIER, 0, -program_fd);
	for (size_t i = 0; i < n; i++) {
		const char *interface = links[i].b.interface;
		int r = links[i].egress ? barrier_attach(program_fd, interface) : 0;

		if (r < 0)
			return fault_set(fault, STEP_BARRIER, 2 * i, -r);
		fault_point("barrier-attached");
		r = links[i].egress ? forwarding_allow(host, interface) : 0;
		if (r < 0)
			return fault_set(fault, STEP_FORWARDING, 2 * i, -r);
	}
	return 0;
}

/* Adds the links' elements in one transaction; before them the table, if table is not NULL. */
static int commit_elements(struct nft *nft, const struct task_link *links, size_t n,
			   const struct task_firewall *table)
{
	nft_begin(nft);
	if (table)
		firewall_add_table(nft, table, true);
	add_links(nft, links, n);
	forwarding_each_guarded(nft->table, guard, nft);
	return nft_commit(nft);
}

/* Adds elements, and the table before them if it is missing; another maker may add it at the same
 * time. */
static int add_elements(struct nft *nft, const struct task_firewall *firewall,
			const struct task_link *links, size_t n)
{
	int r = commit_elements(nft, links, n, NULL);

	for (int tries = 0; tries < 3 && r == -ENOENT; tries++) {
		r = barrier_raise(barrier_mark(firewall->table));
		fault_point("barrier-raised");
		if (r == 0)
			r = commit_elements(nft, links, n, firewall);
		if (r == -EEXIST)
			r = commit_elements(nft, links, n, NULL);
	}
	return r;
}

int firewall_add(const struct host *host, const struct task_firewall *firewall,
		 const struct task_link *links, size_t n, struct fault *fault)
{
	struct nft nft = {.fd = -1};
	int r;

	if (!any_egress(links, n))
		return 0;
	r = firewall_open(host, firewall, &nft, fault);
	if (r == 0)
		r = open_ends(host, firewall, links, n, fault);
	if (r == 0)
		r = fault_if(fault, STEP_FORWARDING, 0, forwarding_record(firewall->table));
	if (r == 0)
		r = fault_if(fault, STEP_FIREWALL, 0, add_elements(&nft, firewall, links, n));
	if (r == 0)
		firewall_refused_tell(&nft, firewall, links, n);
	if (r == 0)
		r = fault_if(fault, STEP_FORWARDING, 0, forwarding_enable(firewall->table));
	if (r == 0)
		conntrack_forget_untranslated(links, n);
	nft_close(&nft);
	fault_point("firewall-added");
	return r;
}

/* Removes the elements of the addresses and ports, each by itself: the addresses may be others than
 * those that were added, if the creation has failed after the way out was moved to free ones. A
 * port is found in any case, as the address is no part of its key. */
static void remove_one_by_one(struct nft *nft, const struct task_link *link)
{
	const struct task_end *inside = &link->a;

	for (size_t i = 0; i < inside->n_addresses; i++) {
		nft_begin(nft);
		change_source(nft, true, link->b.interface, inside->addresses[i].text);
		(void)nft_commit(nft);
		for (size_t j = 0; j < link->n_publish; j++) {
			nft_begin(nft);
			change_port(nft, true, &link->publish[j], inside->addresses[i].text);
			(void)nft_commit(nft);
		}
	}
}

/*
 * Removes the link's elements at once. If one of them does not exist, removes first those of its
 * place and then the others one by one, ignoring failures: a maker that failed or was killed may
 * have taken other addresses than the record has.
 */
static int remove_elements(struct nft *nft, const struct task_link *link)
{
	int r;

	nft_begin(nft);
	change_link(nft, link, true);
	r = nft_commit(nft);
	if (r != -ENOENT)
		return r;
	nft_begin(nft);
	change_place(nft, link, true);
	r = nft_commit(nft);
	/* all elements of a link are added together, so these are this link's */
	if (r == 0)
		remove_one_by_one(nft, link);
	return r == -ENOENT ? 0 : r;
}

int firewall_remove(const struct host *host, const struct task_firewall *firewall,
		    const struct task_link *links, size_t n, struct fault *fault)
{
	struct nft nft = {.fd = -1};
	int r;

	if (!any_egress(links, n))
		return 0;
	r = firewall_open(host, firewall, &nft, fault);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n && r == 0; i++) {
		if (!links[i].egress)
			continue;
		r = remove_elements(&nft, &links[i]);
		conntrack_forget_translated(&links[i]);
	}
	nft_close(&nft);
	fault_point("firewall-removed");
	return fault_if(fault, STEP_FIREWALL, 0, r);
}

void firewall_report_refused(const struct host *host, const struct task_firewall *firewall,
			     const char *way, struct task_report *report)
{
	struct nft nft = {.fd = -1};
	struct fault fault;

	if (!way)
		return;
	if (firewall_open(host, firewall, &nft, &fault) == 0)
		firewall_refused_report(host, &nft, way, report);
	nft_close(&nft);
}

/* Deletes the table and makes it again in one transaction, so that no packet passes in between.
 * With task->more, only adds further links. */
static int remake_table(struct nft *nft, const struct task_restore *task)
{
	nft_begin(nft);
	if (!task->more) {
		/* made first, so that the deletion does not fail */
		nft_add_table(nft, false);
		nft_delete_table(nft);
		firewall_add_table(nft, &task->firewall, false);
	}
	add_links(nft, task->links, task->n_links);
	forwarding_each_guarded(nft->table, guard, nft);
	return nft_commit(nft);
}

/* Removes everything of this daemon from the host's net namespace. */
static int clear(struct nft *nft, const struct host *host, const struct task_firewall *firewall)
{
	int r;

	nft_begin(nft);
	nft_add_table(nft, false);
	nft_delete_table(nft);
	r = nft_commit(nft);
	fault_point("table-cleared");
	if (r == 0)
		r = barrier_lower(barrier_mark(firewall->table));
	fault_point("barrier-lowered");
	return r == 0 ? forwarding_restore(host, firewall->table) : r;
}

/* Adapts the guarded interfaces, and their forwarding, to the host's present routes. */
static int follow(struct nft *nft, const char *user)
{
	int r = forwarding_record(user);

	if (r < 0)
		return r;
	nft_begin(nft);
	nft_flush_set(nft, GUARDED);
	forwarding_each_guarded(user, guard, nft);
	r = nft_commit(nft);
	/* the table would guard the interfaces, and it is missing; restoring it enables them,
	 * too */
	if (r == -ENOENT)
		return 0;
	return r == 0 ? forwarding_enable(user) : r;
}

/* ret_ending: 0, or -errno if connections that the lists no longer have may go on */
static int restore_as(struct nft *nft, const struct host *host, const struct task_restore *task,
		      int *ret_ending)
{
	const char *user = task->firewall.table;
	struct fault ignored;
	int r;

	*ret_ending = 0;
	if (task->follow)
		return follow(nft, user);
	if (task->n_links == 0 && !task->more)
		return clear(nft, host, &task->firewall);
	/* one by one: an end that is missing must not prevent the preparation of the others */
	for (size_t i = 0; i < task->n_links; i++)
		(void)open_ends(host, &task->firewall, &task->links[i], 1, &ignored);
	r = barrier_raise(barrier_mark(user));
	if (r == 0)
		r = forwarding_record(user);
	if (r == 0)
		r = remake_table(nft, task);
	if (r == 0) {
		firewall_refused_tell(nft, &task->firewall, task->links, task->n_links);
		conntrack_forget_untranslated(task->links, task->n_links);
		/* lists may have changed since the table was made */
		*ret_ending = conntrack_end_unlisted(task->links, task->n_links);
		fault_point("lists-enforced");
	}
	return r == 0 ? forwarding_enable(user) : r;
}

/* Makes the table and the barrier as the task says, whatever state they are in. */
void child_restore(const struct host *host, const struct task_restore *task,
		   struct task_report *report _unused_, struct fault *fault)
{
	struct nft nft;
	int ending = 0, r;

	if (firewall_open(host, &task->firewall, &nft, fault) < 0)
		return;
	r = restore_as(&nft, host, task, &ending);
	if (r < 0)
		fault_set(fault, STEP_FIREWALL, 0, -r);
	else if (ending < 0)
		fault_set(fault, STEP_CONNECTIONS, 0, -ending);
}

int firewall_make_inner(const char *interface, struct fault *fault)
{
	struct nft nft;
	int r = nft_open(&nft, "nsctl");

	if (r == 0) {
		firewall_add_inner(&nft, interface);
		r = nft_commit(&nft);
		nft_close(&nft);
	}
	return fault_if(fault, STEP_FIREWALL, 0, r);
}
