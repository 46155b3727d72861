/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The checks of `nsctl doctor`, by tables. `nsctl status` makes some of them, too. */
#pragma once

#include "client/connection.h"
#include "client/text.h"

enum verdict {
	VERDICT_OK,
	VERDICT_NOTE,	 /* works, but the user should know */
	VERDICT_PROBLEM, /* something does not work */
	VERDICT_UNKNOWN, /* it cannot be told, for instance because only root sees it */
};

/* The result of a check. */
struct finding {
	enum verdict verdict;
	struct text found;
	const char *remedy; /* NULL: that of the check's row */
};

/* The installation that is checked. */
struct patient {
	struct client *client;
	bool reached;	  /* nsctld has answered */
	json_t *status;	  /* GetStatus; NULL: no answer */
	json_t *identity; /* Identify of this process; NULL: no answer */
	struct text set;  /* the name of the set that a check has made, or empty */
	bool linked;	  /* it has a link */
};

struct check {
	const char *name;
	void (*look)(struct patient *patient, struct finding *ret);
	const char *remedy;
	const char *again; /* a command that shows the same thing */
};

/* The checks, by file; each table ends with {0}. */
extern const struct check doctor_daemon[], doctor_kernel[], doctor_host[], doctor_network[];

/* Fills in a finding. */
void doctor_find(struct finding *finding, enum verdict verdict, const char *format, ...)
	_printf_(3, 4);
/* Returns true if nsctld says that it has the feature. */
bool doctor_has(const struct patient *patient, const char *feature);
/* Appends "the lists a, b": those that the user's sets may reach. Returns false if there are
 * none. */
bool doctor_add_lists(struct text *text, const struct patient *patient);
/* Appends the path of nsctld's configuration, and says if there is no such file. */
void doctor_add_configuration(struct text *text, const struct patient *patient);
/* Appends why the user may not have egress. */
void doctor_add_egress_refusal(struct text *text, const struct patient *patient);
/* Reads the beginning of a file. Returns its text, which the caller frees, or NULL. */
char *doctor_read(const char *path);
/* Returns true if the file has this text. */
bool doctor_mentions(const char *path, const char *text);

/* Explains why sets can have no limits. */
void doctor_limits(struct patient *patient, struct finding *ret);
/* Explains why links can have no impairments. */
void doctor_impairments(struct patient *patient, struct finding *ret);
/* Explains why the user can have no user namespaces. */
void doctor_user_namespaces(struct patient *patient, struct finding *ret);

/* Makes a call, and reports no failure. Takes the parameters. Returns true if it succeeded; else
 * appends the reason to why. */
bool doctor_call(struct patient *patient, const char *method, json_t *parameters, struct text *why);
