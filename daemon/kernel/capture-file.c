/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include "daemon/kernel/capture-file.h"

#define MAGIC_NANOSECONDS 0xa1b23c4d
#define LINK_ETHERNET 1

struct capture_file capture_file_begin(void)
{
	return (struct capture_file){
		.magic = MAGIC_NANOSECONDS,
		.major = 2,
		.minor = 4,
		.snap = CAPTURE_SNAP + CAPTURE_TAG,
		.link = LINK_ETHERNET,
	};
}

/* Puts the VLAN tag back, behind the addresses. */
static void put_tag(char *frame, const struct capture_packet *packet)
{
	const uint16_t tag[2] = {htons(packet->protocol), htons(packet->tag)};
	char *at = frame + 2 * (size_t)ETH_ALEN;

	memmove(at + CAPTURE_TAG, at, packet->captured - 2 * (size_t)ETH_ALEN);
	memcpy(at, tag, sizeof(tag));
}

size_t capture_file_complete(char *record, const struct capture_packet *packet)
{
	struct capture_record header = {
		.seconds = (uint32_t)packet->time.tv_sec,
		.nanoseconds = (uint32_t)packet->time.tv_nsec,
		.captured = packet->captured,
		.length = packet->length,
	};

	/* a filter may keep less than the addresses */
	if (packet->tagged && packet->captured >= 2 * ETH_ALEN) {
		put_tag(record + sizeof(header), packet);
		header.captured += CAPTURE_TAG;
		header.length += CAPTURE_TAG;
	}
	memcpy(record, &header, sizeof(header));
	return sizeof(header) + header.captured;
}
