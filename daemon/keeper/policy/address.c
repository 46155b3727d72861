/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <arpa/inet.h>
#include <ctype.h>
#include "daemon/keeper/policy/address.h"

#define PREFIX_MIN 8
#define BITS_BEHIND "has bits set behind its prefix: write the subnet's first address"

static unsigned int bits_of(const struct address *address)
{
	return address->family == AF_INET ? 32 : 128;
}

/* Sets the bits from number `from` on (0: the highest bit) to value. */
static void fill_bits(struct address *address, unsigned int from, bool value)
{
	for (unsigned int bit = from; bit < bits_of(address); bit++) {
		uint8_t mask = 0x80 >> (bit % 8);

		if (value)
			address->bytes[bit / 8] |= mask;
		else
			address->bytes[bit / 8] &= ~mask;
	}
}

static bool same_bits(const struct address *a, const struct address *b, unsigned int n)
{
	unsigned int whole = n / 8, rest = n % 8;

	if (memcmp(a->bytes, b->bytes, whole) != 0)
		return false;
	return rest == 0 || ((a->bytes[whole] ^ b->bytes[whole]) >> (8 - rest)) == 0;
}

static bool read_prefix(const char *text, unsigned int *ret)
{
	char *end;
	unsigned long number;

	if (!isdigit((unsigned char)*text) || strlen(text) > 3)
		return false;
	number = strtoul(text, &end, 10);
	*ret = number;
	return *end == '\0';
}

static const char *read_cidr(const char *text, unsigned int least, struct address *ret)
{
	const char *slash = strchr(text, '/');
	struct address address = {};
	char host[ADDRESS_SIZE];

	if (!slash)
		return "needs a prefix length, as 10.0.0.1/24";
	if ((size_t)(slash - text) >= sizeof(host))
		return "is no IP address";
	memcpy(host, text, slash - text);
	host[slash - text] = '\0';
	address.family = strchr(host, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(address.family, host, address.bytes) != 1)
		return "is no IP address";
	if (!read_prefix(slash + 1, &address.prefix) || address.prefix > bits_of(&address) ||
	    address.prefix < least)
		return least == 0		   ? "the prefix length is too long"
		       : address.family == AF_INET ? "the prefix length is not within 8 and 32"
						   : "the prefix length is not within 8 and 128";
	*ret = address;
	return NULL;
}

/* Returns NULL for an address that a host can have, or a text that says what is wrong. */
static const char *check_unicast(const struct address *address)
{
	static const struct address zero, loopback6 = {.bytes = {[15] = 1}};

	if (memcmp(address->bytes, zero.bytes, sizeof(zero.bytes)) == 0)
		return "is the unspecified address";
	if (address->family == AF_INET) {
		if (address->bytes[0] == 127)
			return "is a loopback address";
		if (address->bytes[0] >= 224 || address->bytes[0] == 0)
			return "is no unicast address";
		return NULL;
	}
	if (memcmp(address->bytes, loopback6.bytes, sizeof(loopback6.bytes)) == 0)
		return "is a loopback address";
	return address->bytes[0] == 0xff ? "is no unicast address" : NULL;
}

const char *address_read_interface(const char *text, struct address *ret)
{
	struct address edge;
	const char *wrong = read_cidr(text, PREFIX_MIN, ret);

	if (!wrong)
		wrong = check_unicast(ret);
	/* a /31 and a /32 (RFC 3021), a /127 and a /128 have neither a subnet's own nor a broadcast
	 * address */
	if (wrong || ret->prefix + 1 >= bits_of(ret))
		return wrong;
	edge = *ret;
	fill_bits(&edge, edge.prefix, false);
	if (address_equals(&edge, ret))
		return "is its subnet's own address, no host's";
	fill_bits(&edge, edge.prefix, true);
	if (ret->family == AF_INET && address_equals(&edge, ret))
		return "is its subnet's broadcast address";
	return NULL;
}

const char *address_read_subnet(const char *text, struct address *ret)
{
	struct address first;
	const char *wrong;

	if (!strchr(text, '/'))
		return "needs a prefix length, as 10.0.0.0/24";
	wrong = read_cidr(text, PREFIX_MIN, ret);
	if (!wrong)
		wrong = check_unicast(ret);
	if (wrong)
		return wrong;
	if (ret->prefix + 2 > bits_of(ret))
		return "has no room for two hosts";
	first = *ret;
	fill_bits(&first, first.prefix, false);
	return address_equals(&first, ret) ? NULL : BITS_BEHIND;
}

/* Parses a single address, or a subnet with a prefix of at least `least` bits. */
static const char *read_subnet(const char *text, unsigned int least, struct address *ret)
{
	struct address first;
	const char *wrong;

	if (!strchr(text, '/')) {
		struct address address = {.family = strchr(text, ':') ? AF_INET6 : AF_INET};

		if (inet_pton(address.family, text, address.bytes) != 1)
			return "is no IP address";
		address.prefix = bits_of(&address);
		*ret = address;
		return NULL;
	}
	wrong = read_cidr(text, least, ret);
	if (wrong)
		return wrong;
	first = *ret;
	fill_bits(&first, first.prefix, false);
	return address_equals(&first, ret) ? NULL : BITS_BEHIND;
}

const char *address_read_any(const char *text, struct address *ret)
{
	return read_subnet(text, PREFIX_MIN, ret);
}

const char *address_read_route(const char *text, struct address *ret)
{
	return read_subnet(text, 0, ret);
}

const char *address_read_host(const char *text, struct address *ret)
{
	struct address address = {.family = strchr(text, ':') ? AF_INET6 : AF_INET};

	ret->family = 0;
	if (inet_pton(address.family, text, address.bytes) != 1)
		return "is no IP address";
	address.prefix = bits_of(&address);
	*ret = address;
	return check_unicast(&address);
}

bool address_is_unspecified(const struct address *address)
{
	static const struct address zero;

	return memcmp(address->bytes, zero.bytes, sizeof(zero.bytes)) == 0;
}

bool address_is_loopback(const struct address *address)
{
	static const struct address loopback6 = {.bytes = {[15] = 1}};

	return address->family == AF_INET
		       ? address->bytes[0] == 127
		       : memcmp(address->bytes, loopback6.bytes, sizeof(loopback6.bytes)) == 0;
}

bool address_is_link_local(const struct address *address)
{
	return address->family == AF_INET6 && address->bytes[0] == 0xfe &&
	       (address->bytes[1] & 0xc0) == 0x80;
}

const char *address_read_listener(const char *text, struct address *ret)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	const char *wrong = address_read_host(text, ret);

	if (wrong && ret->family && (address_is_unspecified(ret) || address_is_loopback(ret)))
		return NULL;
	if (wrong || ret->family == AF_INET)
		return wrong;
	if (memcmp(ret->bytes, mapped, sizeof(mapped)) == 0)
		return "is an IPv4 address: write it as one";
	if (ret->bytes[0] == 0xfe && (ret->bytes[1] & 0xc0) == 0x80)
		return "is a link-local address, which means nothing without an interface: give "
		       "another address of the host";
	return NULL;
}

static void write_mac(const unsigned int bytes[6], char ret[static MAC_SIZE])
{
	snprintf(ret, MAC_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", bytes[0] & 0xff, bytes[1] & 0xff,
		 bytes[2] & 0xff, bytes[3] & 0xff, bytes[4] & 0xff, bytes[5] & 0xff);
}

const char *address_read_mac(const char *text, char ret[static MAC_SIZE])
{
	unsigned int bytes[6], sum = 0;
	int end = 0;

	if (strlen(text) != MAC_SIZE - 1 ||
	    sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &bytes[0], &bytes[1], &bytes[2], &bytes[3],
		   &bytes[4], &bytes[5], &end) != 6 ||
	    end != MAC_SIZE - 1)
		return "is no MAC, as 02:00:00:00:00:01";
	for (size_t i = 0; i < ARRAY_SIZE(bytes); i++)
		sum |= bytes[i];
	if (sum == 0 || bytes[0] & 1)
		return "is no interface's MAC: zero, or multicast";
	write_mac(bytes, ret);
	return NULL;
}

const char *address_check_interface(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n >= INTERFACE_SIZE)
		return "an interface's name has 1 to 15 bytes";
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, "lo") == 0)
		return "is no name for a new interface";
	/* the kernel has directories of these names in /proc/sys/net/ipv4/conf */
	if (strcmp(name, "all") == 0 || strcmp(name, "default") == 0)
		return "all and default are no names for an interface: the kernel has settings of "
		       "these names";
	for (size_t i = 0; i < n; i++)
		/* the kernel would replace %d in a name by a number */
		if (name[i] == '/' || name[i] == ':' || name[i] == '%' || name[i] <= ' ' ||
		    name[i] > '~')
			return "an interface's name is printable ASCII without / : % and spaces";
	return NULL;
}

void address_write(const struct address *address, bool with_prefix, char ret[static ADDRESS_SIZE])
{
	char host[INET6_ADDRSTRLEN] = "";

	inet_ntop(address->family, address->bytes, host, sizeof(host));
	if (with_prefix)
		snprintf(ret, ADDRESS_SIZE, "%s/%u", host, address->prefix);
	else
		snprintf(ret, ADDRESS_SIZE, "%s", host);
}

bool address_equals(const struct address *a, const struct address *b)
{
	return a->family == b->family && same_bits(a, b, bits_of(a));
}

bool address_is_alone(const struct address *address)
{
	return address->prefix == bits_of(address);
}

bool address_overlaps(const struct address *a, const struct address *b)
{
	return a->family == b->family && same_bits(a, b, MIN(a->prefix, b->prefix));
}

bool address_of_subnet(const struct address *subnet, uint32_t n, struct address *ret)
{
	unsigned int free_bits = bits_of(subnet) - subnet->prefix, size = bits_of(subnet) / 8;
	struct address broadcast = *subnet;

	if (free_bits < 32 && n >= UINT32_C(1) << free_bits)
		return false;
	*ret = *subnet;
	for (unsigned int i = 0; i < 4; i++)
		ret->bytes[size - 1 - i] |= n >> (8 * i);
	fill_bits(&broadcast, broadcast.prefix, true);
	return ret->family != AF_INET || !address_equals(ret, &broadcast);
}

bool address_number(const struct address *subnet, const struct address *address, uint32_t *ret)
{
	unsigned int size = bits_of(subnet) / 8;
	struct address again;
	uint32_t n = 0;

	if (address->family != subnet->family || !same_bits(address, subnet, subnet->prefix))
		return false;
	for (unsigned int i = 0; i < 4; i++)
		n |= (uint32_t)(address->bytes[size - 1 - i] ^ subnet->bytes[size - 1 - i])
		     << (8 * i);
	/* if n gives another address, the number of this one does not fit in four bytes */
	if (!address_of_subnet(subnet, n, &again) || !address_equals(&again, address))
		return false;
	*ret = n;
	return true;
}

void address_make_mac(const char *id, int end, char ret[static MAC_SIZE])
{
	unsigned int bytes[6] = {};

	for (size_t i = 0; i < ARRAY_SIZE(bytes); i++)
		sscanf(id + 2 * i, "%2x", &bytes[i]);
	/* locally administered, unicast */
	bytes[0] = (bytes[0] & 0xfc) | 2;
	bytes[5] ^= end;
	write_mac(bytes, ret);
}
