/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/policy/check.h"
#include "daemon/keeper/set/create.h"

int within_find_around(struct keeper *keeper, const struct request *request,
		       const struct wire_spec *spec, const struct set **ret,
		       struct failure *failure)
{
	const struct authz_subject *subject = &request->subject;

	*ret = NULL;
	if (subject->scope != SCOPE_SET)
		return 0;
	*ret = registry_find_at(keeper->registry, subject->within);
	if (!*ret || check_ready((*ret)->state, set_shown_name(*ret), failure))
		return failure_set(failure, ERROR_BUSY, 0, "removing", "%s", subject->scope_text);
	if (strlen(subject->within) >= ABOVE_SIZE)
		return failure_set(failure, ERROR_LIMIT_EXCEEDED, SET_DEPTH_MAX,
				   "sets within each other", NULL);
	/* The new set's cgroup is below that of the surrounding set, which has a process: the set's
	 * init. Below a cgroup with processes, the kernel enables no controller. */
	if (spec->memory || spec->tasks || spec->cpu_thousandths)
		return failure_set(failure, ERROR_NOT_SUPPORTED, 0, "limits",
				   "a set within another has no limits of its own; those of set "
				   "%s hold for it",
				   subject->scope_text);
	return 0;
}
