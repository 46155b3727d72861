/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The resources that sets use now, and their use since the sample before. */
#pragma once

#include "client/text.h"
#include "lib/connection.h"

/* A number that the daemon did not send. */
#define UNKNOWN (-1)

struct usage {
	json_t *set; /* its summary, as List has it */
	const char *name;
	int64_t owner, processes;
	double memory;			 /* bytes */
	double cpu, received, sent;	 /* since the set's start: seconds, packets */
	double cpu_share;		 /* since the sample before; 1: a whole processor */
	double received_rate, sent_rate; /* since the sample before: packets in a second */
};

/* The sets, ordered by owner and name. Initially {0}. */
struct sample {
	struct usage *sets;
	size_t n;
	double time; /* seconds */
};

/* The owner of the sets to sample. */
struct sample_owner {
	bool all;
	int64_t uid;
};

/* Asks the daemon for a sample. before: the last sample, from which rates are computed. Returns 0,
 * or -errno and the reason in *why; the connection is then unusable. */
int sample_take(struct nsctl *nsctl, const struct sample_owner *owner, const struct sample *before,
		struct sample *ret, struct text *why);
void sample_done(struct sample *sample);

/* Makes a call with one reply. Takes the parameters. Returns and fills in as sample_take(), but a
 * refusal of the daemon is -EREMOTEIO, which leaves the connection as it was. */
int sample_call(struct nsctl *nsctl, const char *method, json_t *parameters, struct text *why);
