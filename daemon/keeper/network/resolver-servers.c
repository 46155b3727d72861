/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include "daemon/keeper/network/resolver-servers.h"
#include "daemon/keeper/policy/address.h"

/* --- the host's --- */

#define FILE_MAX 16384

/* Files in which stub resolvers on loopback list their upstream servers: those of systemd-resolved
 * and of NetworkManager's dnsmasq. */
static const char *const upstreams[] = {"/run/systemd/resolve/resolv.conf",
					"/run/NetworkManager/no-stub-resolv.conf"};

/* Returns true for a loopback address, and for the unspecified address, which libc takes for the
 * host itself. */
static bool is_own(const struct address *address)
{
	static const uint8_t zeroes[16];

	if (address->family == AF_INET)
		return address->bytes[0] == 127 || memcmp(address->bytes, zeroes, 4) == 0;
	return memcmp(address->bytes, zeroes, 15) == 0 && address->bytes[15] <= 1;
}

/* Adds a server to *ret, unless it is there already. text: the address, which has this length.
 * Ignores text that is not an address, and link-local addresses, which are valid only on one
 * interface of the host. A server on loopback is only noted in ret->loopback and ret->stub. */
static void add_server(const char *text, size_t length, struct resolvconf *ret)
{
	char host[ADDRESS_SIZE];
	struct address address;

	if (length == 0 || length >= sizeof(host))
		return;
	memcpy(host, text, length);
	host[length] = '\0';
	if (strchr(host, '/') || address_read_any(host, &address) ||
	    address_is_link_local(&address))
		return;
	if (is_own(&address)) {
		ret->loopback = true;
		if (!*ret->stub)
			address_write(&address, false, ret->stub);
		return;
	}
	address_write(&address, false, host);
	for (size_t i = 0; i < ret->n; i++)
		if (strcmp(ret->servers[i], host) == 0)
			return;
	if (ret->n < SERVERS_MAX)
		memcpy(ret->servers[ret->n++], host, sizeof(host));
}

void resolvconf_parse(const char *text, struct resolvconf *ret)
{
	static const char word[] = "nameserver";

	while (*text) {
		size_t length = strcspn(text, "\n");

		if (strncmp(text, word, strlen(word)) == 0 &&
		    isblank((unsigned char)text[strlen(word)])) {
			const char *value =
				text + strlen(word) + strspn(text + strlen(word), " \t");

			add_server(value, strcspn(value, " \t\r\n#;"), ret);
		}
		text += length + (text[length] == '\n');
	}
}

static void read_file(const char *path, struct resolvconf *ret)
{
	static char text[FILE_MAX + 1];
	/* O_NONBLOCK: opening must not wait, even if the file is a FIFO */
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	n = read(fd, text, FILE_MAX);
	text[MAX(n, 0)] = '\0';
	resolvconf_parse(text, ret);
}

/* Finds the host's name servers that sets can use: those in /etc/resolv.conf or, if all of these
 * are on loopback, those of the first file in upstreams that has any. */
static void resolvconf_read(struct resolvconf *ret)
{
	*ret = (struct resolvconf){};
	read_file("/etc/resolv.conf", ret);
	for (size_t i = 0; ret->n == 0 && ret->loopback && i < ARRAY_SIZE(upstreams); i++)
		read_file(upstreams[i], ret);
}

/* --- those of sets --- */

void resolver_servers_fill(struct resolver_plan *naming)
{
	static struct resolvconf host;
	struct task_resolver *resolver = &naming->resolver;

	if (!naming->of_host)
		return;
	resolvconf_read(&host);
	resolver->loopback = host.loopback;
	for (resolver->n_servers = 0; resolver->n_servers < host.n; resolver->n_servers++)
		resolver->servers[resolver->n_servers].text = host.servers[resolver->n_servers];
}

size_t resolver_servers_of(const struct set *set, const struct wire_spec *spec,
			   struct wire_address ret[static SERVERS_MAX], bool *ret_of_host)
{
	static struct resolver_plan naming;
	static struct wire_network network;

	resolver_plan_of(set, spec, &naming);
	if (set->network &&
	    wire_unpack(&wire_network_layout, set->network, set->network_size, &network) == 0)
		for (size_t i = 0; i < network.n_dns; i++)
			naming.resolver.servers[naming.resolver.n_servers++] = network.dns[i];
	naming.of_host = naming.resolver.n_servers == 0;
	resolver_servers_fill(&naming);
	*ret_of_host = naming.of_host;
	memcpy(ret, naming.resolver.servers, sizeof(naming.resolver.servers));
	return naming.resolver.n_servers;
}

size_t resolver_servers_of_host(struct wire_address ret[static SERVERS_MAX])
{
	static struct resolver_plan naming = {.of_host = true};

	resolver_servers_fill(&naming);
	memcpy(ret, naming.resolver.servers, sizeof(naming.resolver.servers));
	return naming.resolver.n_servers;
}

size_t resolver_servers_within_host(struct wire_address ret[static SERVERS_MAX])
{
	static struct resolvconf host;

	resolvconf_read(&host);
	for (size_t i = 0; i < host.n; i++)
		ret[i].text = host.servers[i];
	if (host.n > 0 || !host.loopback)
		return host.n;
	ret[0].text = host.stub;
	return 1;
}
