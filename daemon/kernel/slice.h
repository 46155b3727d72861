/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The slice of a process: how long it runs before the scheduler chooses again. A process with a
 * short slice gets no more of a processor, but gets it soon after it was woken, also where others
 * compute (docs/kernel.md, 33). Our processes wake each other in turn, and do little each time.
 */
#pragma once

/* Gives this process the shortest slice. Its children and what it executes inherit that. Does
 * nothing on kernels without slices (before 6.12). */
void slice_shorten(void);
/* Gives this process the system's slice again. */
void slice_reset(void);
