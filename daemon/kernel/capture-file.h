/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The pcap file format, with times in nanoseconds, for Ethernet frames. Numbers are in the
 * machine's byte order, which a reader recognises by the magic number. Pure functions.
 */
#pragma once

#include "base.h"

/* Maximum number of bytes that are captured of a frame; the largest frame (GSO) has fewer. */
#define CAPTURE_SNAP 262144
/* Number of bytes that its VLAN tag adds to a frame. */
#define CAPTURE_TAG 4

/* Begins a file. */
struct capture_file {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t zone, accuracy, snap, link;
};

/* Begins a record; the captured bytes of the frame follow. */
struct capture_record {
	uint32_t seconds, nanoseconds, captured, length;
};

struct capture_packet {
	struct timespec time;
	uint32_t captured; /* bytes of the frame that were captured */
	uint32_t length;   /* bytes of the whole frame */
	bool tagged;	   /* the kernel has taken a VLAN tag out of the frame */
	uint16_t protocol, tag;
};

struct capture_file capture_file_begin(void);

/*
 * Completes a record. The frame's captured bytes are behind the space of struct capture_record,
 * with room for CAPTURE_TAG more. Returns the size of the record with its frame.
 */
size_t capture_file_complete(char *record, const struct capture_packet *packet);
