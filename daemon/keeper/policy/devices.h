/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The devices that a set may have by a mount of type device. */
#pragma once

#include "daemon/keeper/policy/config.h"

/* Devices that are safe for every user whom their mode admits. Numbers are in devices.c. */
#define DEVICES_DEFAULT "null zero full random urandom tty fuse kvm net/tun"

#define DEVICES_WORD_SIZE 64
/*
 * Replaces the configuration's devices by those of value: names of DEVICES_DEFAULT or
 * MAJOR:MINOR, which commas or blanks separate. Returns 0, -ENOENT with *unknown, the word that is
 * neither, or -E2BIG.
 */
int devices_parse(const char *value, struct config *config, char unknown[static DEVICES_WORD_SIZE]);
