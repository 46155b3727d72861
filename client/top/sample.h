/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sets use at one moment, and have used since the moment before. */
#ifndef NSCTL_CLIENT_TOP_SAMPLE_H
#define NSCTL_CLIENT_TOP_SAMPLE_H

#include "client/text.h"
#include "lib/connection.h"

/* A number that the daemon has not told. */
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

/* Whose sets are wanted. */
struct sample_owner {
	bool all;
	int64_t uid;
};

/* Asks the daemon. before: the sample before, for the differences. Returns 0, or -errno with words
 * about it in *why. After -errno, the connection is of no more use. */
int sample_take(struct nsctl *nsctl, const struct sample_owner *owner, const struct sample *before,
		struct sample *ret, struct text *why);
void sample_done(struct sample *sample);

/* Returns the set's place in the sample, or NULL. */
struct usage *sample_find(const struct sample *sample, int64_t owner, const char *name);

/* Makes a call with one reply. Takes the parameters. Returns and fills in as sample_take(), but a
 * refusal of the daemon is -EREMOTEIO, which leaves the connection as it was. */
int sample_call(struct nsctl *nsctl, const char *method, json_t *parameters, struct text *why);

#endif
