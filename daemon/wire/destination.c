/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <arpa/inet.h>
#include <netinet/in.h>
#include "daemon/wire/destination.h"

#define FORM                                                                                     \
	"is not ADDRESS[/PREFIX][:PORT[-PORT]][/tcp|/udp], with ports of an IPv6 address as in " \
	"[ADDRESS]:PORT, nor NAME[:PORT][/tcp|/udp]"
#define LABEL_MAX 63

bool destination_list_is_valid(const char *name)
{
	size_t size = strlen(name);

	return size > 0 && size < DESTINATION_LIST_SIZE &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
		       size;
}

/* Parses a number without a sign, from *at on, and moves *at behind it. */
static bool read_number(const char **at, unsigned long max, unsigned long *ret)
{
	char *end;

	if (**at < '0' || **at > '9')
		return false;
	*ret = strtoul(*at, &end, 10);
	if (end - *at > 5 || *ret > max)
		return false;
	*at = end;
	return true;
}

/* Parses [/PREFIX] from *at on, and fills in the first and last address. */
static const char *read_prefix(const char **at, struct destination *ret)
{
	size_t bits = 8 * destination_size(ret->family);
	unsigned long prefix = bits;

	if (**at == '/' && (*at)[1] >= '0' && (*at)[1] <= '9') {
		(*at)++;
		if (!read_number(at, bits, &prefix))
			return ret->family == AF_INET ? "has a prefix of more than 32 bits"
						      : "has a prefix of more than 128 bits";
	}
	memcpy(ret->last, ret->first, sizeof(ret->last));
	for (size_t bit = prefix; bit < bits; bit++) {
		uint8_t mask = 0x80 >> bit % 8;

		if (ret->first[bit / 8] & mask)
			return "has bits that are set after its prefix: write the subnet's first "
			       "address";
		ret->last[bit / 8] |= mask;
	}
	return NULL;
}

/* Parses the address and its prefix, with brackets or without, and moves *at behind them. */
static const char *read_subnet(const char **at, struct destination *ret)
{
	bool brackets = **at == '[';
	const char *start = *at + brackets;
	/* without brackets, a second colon tells that all of them are of an IPv6 address */
	const char *colon = strchr(start, ':');
	bool six = brackets || (colon && strchr(colon + 1, ':'));
	size_t size = strcspn(start, six ? "/]" : "/:");
	char address[INET6_ADDRSTRLEN];
	const char *wrong;

	if (size >= sizeof(address))
		return FORM;
	memcpy(address, start, size);
	address[size] = '\0';
	ret->family = six ? AF_INET6 : AF_INET;
	if (inet_pton(ret->family, address, ret->first) != 1)
		return FORM;
	if (six && IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)ret->first))
		return "is an IPv4 address in the form of IPv6: write it as IPv4";
	*at = start + size;
	wrong = read_prefix(at, ret);
	if (!wrong && brackets && *(*at)++ != ']')
		wrong = FORM;
	return wrong;
}

bool destination_is_name(const char *text)
{
	size_t size = strcspn(text, ":/");
	const char *colon = strchr(text, ':');

	if (*text == '@' || *text == '[' || (colon && strchr(colon + 1, ':')))
		return false;
	for (size_t i = 0; i < size; i++)
		if (text[i] == '*' || text[i] & 0x80 ||
		    ((text[i] | 0x20) >= 'a' && (text[i] | 0x20) <= 'z'))
			return true;
	return false;
}

/* Checks the labels of a name in lower case. */
static const char *check_labels(const char *name)
{
	const char *at = name, *label = name;

	for (; *at || label == name; label = at + 1) {
		at = label + strspn(label, "abcdefghijklmnopqrstuvwxyz0123456789_-");
		if (at == label || at - label > LABEL_MAX || *label == '-' || at[-1] == '-')
			return "has a label that is not 1 to 63 letters, digits, '-' and '_'; a "
			       "'*' stands for all first labels, as in *.example.org";
		if (*at && *at != '.')
			return "is not the name of a host; a '*' stands for all first labels, as "
			       "in *.example.org";
	}
	return NULL;
}

/* Parses a name from *at on, and moves *at behind it. */
static const char *read_name(const char **at, struct destination *ret)
{
	size_t size = strcspn(*at, ":/"), used = size;

	ret->kind = DESTINATION_NAME;
	for (size_t i = 0; i < size; i++)
		if ((*at)[i] & 0x80)
			return "is an international name: write its ASCII form, which begins with "
			       "xn--";
	if (used > 0 && (*at)[used - 1] == '.')
		used--;
	if (used >= sizeof(ret->name))
		return "is a name of more than 253 bytes";
	for (size_t i = 0; i < used; i++)
		ret->name[i] = (*at)[i] >= 'A' && (*at)[i] <= 'Z' ? (*at)[i] | 0x20 : (*at)[i];
	*at += size;
	if (!*ret->name || strcmp(ret->name, "*") == 0)
		return "is not the name of a host: to let all through, list 0.0.0.0/0 and ::/0";
	return check_labels(ret->name + (strncmp(ret->name, "*.", 2) == 0 ? 2 : 0));
}

/* Parses [:PORT[-PORT]][/tcp|/udp], up to the end of the text. */
static const char *read_service(const char *at, struct destination_service *ret)
{
	unsigned long first, last;

	if (strncmp(at, "://", 3) == 0)
		return "is a URL: write the host and the port, as in example.org:443/tcp";
	if (*at == ':') {
		at++;
		if (!read_number(&at, UINT16_MAX, &first) || first == 0)
			return "has a port that is no number from 1 to 65535";
		last = first;
		if (*at == '-' && (at++, !read_number(&at, UINT16_MAX, &last) || last < first))
			return "has a range of ports that does not go up";
		ret->has_ports = true;
		ret->first = first;
		ret->last = last;
	}
	if (strcmp(at, "/tcp") == 0)
		ret->protocol = IPPROTO_TCP;
	else if (strcmp(at, "/udp") == 0)
		ret->protocol = IPPROTO_UDP;
	else if (*at)
		return FORM;
	return NULL;
}

const char *destination_read(const char *text, struct destination *ret)
{
	const char *at = text, *wrong;

	*ret = (struct destination){};
	if (*text == '@') {
		if (!destination_list_is_valid(text + 1))
			return "is no name of a list: letters, digits, '-' and '_', at most 31";
		ret->kind = strcmp(text, "@dns") == 0 ? DESTINATION_DNS : DESTINATION_LIST;
		strcpy(ret->list, text + 1);
		return NULL;
	}
	wrong = destination_is_name(text) ? read_name(&at, ret) : read_subnet(&at, ret);
	if (!wrong)
		wrong = read_service(at, &ret->service);
	if (!wrong && ret->kind == DESTINATION_NAME && ret->service.first != ret->service.last)
		wrong = "has a range of ports, which names cannot have: list each port";
	return wrong;
}

bool destination_same_service(const struct destination_service *a,
			      const struct destination_service *b)
{
	return a->protocol == b->protocol && a->has_ports == b->has_ports && a->first == b->first &&
	       a->last == b->last;
}

bool destination_shares_rule(const struct destination *a, const struct destination *b)
{
	return a->family == b->family && destination_same_service(&a->service, &b->service);
}

bool destination_is_same(const struct destination *a, const struct destination *b)
{
	return a->kind == DESTINATION_SUBNET && b->kind == DESTINATION_SUBNET &&
	       a->family == b->family && destination_same_service(&a->service, &b->service) &&
	       memcmp(a->first, b->first, sizeof(a->first)) == 0 &&
	       memcmp(a->last, b->last, sizeof(a->last)) == 0;
}

static bool has_service(const struct destination_service *service, uint8_t protocol, uint16_t port)
{
	if (service->protocol && service->protocol != protocol)
		return false;
	if (!service->has_ports)
		return true;
	return (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP) && port >= service->first &&
	       port <= service->last;
}

bool destination_matches(const struct destination *entry, int family, const uint8_t *address,
			 uint8_t protocol, uint16_t port)
{
	size_t size = destination_size(family);

	return entry->kind == DESTINATION_SUBNET && entry->family == family &&
	       memcmp(address, entry->first, size) >= 0 &&
	       memcmp(address, entry->last, size) <= 0 &&
	       has_service(&entry->service, protocol, port);
}

size_t destination_read_lines(const char *lines, struct destination *ret, size_t max)
{
	size_t n = 0;

	while (lines && *lines && n < max) {
		size_t size = strcspn(lines, "\n");
		char text[DESTINATION_SIZE];

		snprintf(text, sizeof(text), "%.*s", (int)size, lines);
		lines += size + (lines[size] == '\n');
		if (size < sizeof(text) && !destination_read(text, &ret[n]) &&
		    ret[n].kind == DESTINATION_SUBNET)
			n++;
	}
	return n;
}
