/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The devices that a set may have by a mount of type device. */
#pragma once

#include "daemon/keeper/policy/config.h"

/* The default of [allow] devices. These devices are safe for every user to whom the device's mode
 * gives access. devices.c has their numbers. */
#define DEVICES_DEFAULT "null zero full random urandom tty fuse kvm net/tun"

#define DEVICES_WORD_SIZE 64
/* Replaces the configuration's devices by those in value: words that are names of DEVICES_DEFAULT
 * or MAJOR:MINOR, with commas or blanks between them. Returns 0, -E2BIG if there are more than
 * DEVICES_MAX, or -ENOENT if a word is neither; *unknown is then this word, cut to 63 bytes. */
int devices_parse(const char *value, struct config *config, char unknown[static DEVICES_WORD_SIZE]);
