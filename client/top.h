/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb top, which starts nsctl-top. */
#pragma once

/* How a user gets `nsctl top` if its program is missing. */
#define TOP_REMEDY \
	"install libncurses-dev (Debian) or ncurses-devel (Fedora), and build nsctl again"
