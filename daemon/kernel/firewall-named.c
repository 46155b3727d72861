/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <netinet/in.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/conntrack-flow.h"
#include "daemon/kernel/firewall-table.h"

/* The parts of a set's key after the interface and the address, from the fewest to the most. */
enum form { FORM_ADDRESS, FORM_PROTOCOL, FORM_PORT, FORMS };

#define KEY_SIZE_MAX (IFNAMSIZ + 16 + 4 + 4)
/* Ids of the sets in the transaction that makes the table; those of firewall-sets.c are lower. */
#define FIRST_ID 64

/* Registers of 4 bytes each: the parts of a key follow each other. */
#define REG_INTERFACE NFT_REG_1
#define REG_ADDRESS NFT_REG_2
#define REG_PROTOCOL4 NFT_REG32_05
#define REG_PORT4 NFT_REG32_06
#define REG_PROTOCOL6 NFT_REG32_08
#define REG_PORT6 NFT_REG32_09

static const char *name_of(bool six, enum form form)
{
	static const char *const names[FORMS][2] = {
		{"named4", "named6"},
		{"named-protocols4", "named-protocols6"},
		{"named-ports4", "named-ports6"},
	};

	return names[form][six];
}

/* --- the sets and the chain --- */

static void add_set(struct nft *nft, bool six, enum form form)
{
	uint32_t type = NFT_TYPE_CONCAT(NFT_TYPE_IFNAME, six ? NFT_TYPE_IPV6 : NFT_TYPE_IPV4);

	if (form >= FORM_PROTOCOL)
		type = NFT_TYPE_CONCAT(type, NFT_TYPE_PROTOCOL);
	if (form >= FORM_PORT)
		type = NFT_TYPE_CONCAT(type, NFT_TYPE_SERVICE);
	nft_add_set(nft, name_of(six, form), FIRST_ID + 2 * form + six, type,
		    IFNAMSIZ + (six ? 16 : 4) + 4 * form, NFT_TYPE_TIMED, 0);
}

static void add_rule(struct nft *nft, bool six, enum form form)
{
	static const uint8_t label[NFT_LABEL_SIZE] = CONNTRACK_OF_NAME;
	struct nftnl_rule *rule = nft_rule(nft, NAMED);

	firewall_match_family(rule, six ? NFPROTO_IPV6 : NFPROTO_IPV4);
	nft_meta(rule, NFT_META_IIFNAME, REG_INTERFACE);
	firewall_load_destination(rule, six, REG_ADDRESS);
	if (form >= FORM_PROTOCOL)
		nft_meta(rule, NFT_META_L4PROTO, six ? REG_PROTOCOL6 : REG_PROTOCOL4);
	if (form >= FORM_PORT)
		firewall_load_port(rule, six ? REG_PORT6 : REG_PORT4);
	nft_lookup(rule, REG_INTERFACE, name_of(six, form), false, 0);
	nft_set_label(rule, label, REG_INTERFACE);
	nft_end_rule(nft, rule, NF_ACCEPT, NULL);
}

void firewall_add_named(struct nft *nft)
{
	nft_add_chain(nft, NAMED, NULL, NFT_NO_HOOK, 0);
	for (enum form form = 0; form < FORMS; form++)
		for (int six = 0; six < 2; six++) {
			add_set(nft, six, form);
			add_rule(nft, six, form);
		}
}

/* --- elements --- */

/* Adds the element for this address, protocol (0: any) and port (0: any). */
static void admit_at(struct nft *nft, const char *interface, const struct task_admitted *admitted,
		     uint8_t protocol, uint16_t port)
{
	bool six = strchr(admitted->address, ':');
	enum form form = port ? FORM_PORT : protocol ? FORM_PROTOCOL : FORM_ADDRESS;
	uint8_t key[KEY_SIZE_MAX] = {};
	uint32_t size = IFNAMSIZ + (six ? 16 : 4);

	strncpy((char *)key, interface, IFNAMSIZ - 1);
	inet_pton(six ? AF_INET6 : AF_INET, admitted->address, key + IFNAMSIZ);
	/* each part is padded to four bytes */
	key[size] = protocol;
	key[size + 4] = port >> 8;
	key[size + 5] = port;
	nft_lasting_element(nft, name_of(six, form), key, size + 4 * form,
			    UINT64_C(1000) * admitted->seconds);
}

void firewall_admit(struct nft *nft, const char *interface, const struct task_admitted *admitted,
		    const struct task_service *service)
{
	uint16_t port = (uint16_t)service->port;

	if (service->protocol || !port) {
		admit_at(nft, interface, admitted, (uint8_t)service->protocol, port);
		return;
	}
	admit_at(nft, interface, admitted, IPPROTO_TCP, port);
	admit_at(nft, interface, admitted, IPPROTO_UDP, port);
}

/* --- the task --- */

void child_admit(const struct host *host, const struct task_admit *task,
		 struct task_report *report _unused_, struct fault *fault)
{
	struct nft nft;

	if (firewall_open(host, &task->firewall, &nft, fault) < 0)
		return;
	nft_begin(&nft);
	for (size_t i = 0; i < task->n_addresses; i++)
		for (size_t j = 0; j < task->n_services; j++)
			firewall_admit(&nft, task->interface, &task->addresses[i],
				       &task->services[j]);
	fault_if(fault, STEP_FIREWALL, 0, nft_commit(&nft));
}
