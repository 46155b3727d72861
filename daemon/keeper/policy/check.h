/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks that a decoded request makes sense, above all that its fields fit together. The codec has
 * checked each value against its row in daemon/wire/layout.c; what a row cannot say is checked
 * here. Checks by the front do not count, because an attacker may control it. Pure functions.
 */
#pragma once

#include "daemon/wire/layout.h"

/*
 * Checks a specification. name: the set's name, or NULL. Returns 0, ERROR_INVALID_VALUE with a
 * field such as "spec.mounts[2].target", or ERROR_NOT_SUPPORTED for limits of a set in its caller's
 * cgroup. Errors are, among others: a field that needs a namespace which is not listed, a bind
 * without a source or on "/", and two mounts on one target.
 *
 * If there is no error, fills in defaults and removes values that change nothing, so that equal
 * requests give equal bytes. Defaults:
 *   kinds        KIND_DEFAULT, and user if there is a mapping
 *   mapping      custom if there are maps, else root if user is listed
 *   hostname     with uts: the set's name, if it is valid as a host name
 *   propagation  with mnt: slave, or private if there are views (check_has_views())
 *   mount_proc   with mnt and pid: on
 *   own_shm      with mnt and ipc: on, unless check_has_shm()
 */
int check_spec(struct wire_spec *spec, const char *name, struct failure *failure);

/* Checks the specification of a set without an init (nsctld's own process 1 of a set): it may have
 * no mount of type proc, which only an init can make. Returns 0 or ERROR_INVALID_VALUE. */
int check_no_procs(const struct wire_spec *spec, struct failure *failure);

/* Checks that all wanted kinds of namespaces are among those that a set has (held). Returns 0 or
 * ERROR_INVALID_VALUE. */
int check_kinds(uint32_t wanted, uint32_t held, struct failure *failure);

/* Checks that a command has arguments, that its kinds are among set_kinds, that its descriptors are
 * valid, that it has no fields that need a missing user namespace, and that its working directory
 * is absolute. Returns 0 or ERROR_INVALID_VALUE. */
int check_command(const struct wire_command *command, uint32_t set_kinds, struct failure *failure);

int check_name(const char *name, const char *field, struct failure *failure);
int check_session(const char *session, struct failure *failure);
/* Checks that a set is ready. Returns 0, or ERROR_BUSY with the state and the set's name. */
int check_ready(enum set_state state, const char *name, struct failure *failure);

/* Checks a process whose end is to end a set's life (a lease). Rejects a process 1, which would not
 * end before the caller: that of the host (pid is 1), and that of the caller's pid namespace
 * (callers_first). Returns 0 or ERROR_INVALID_VALUE. */
int check_lease_process(pid_t pid, bool callers_first, struct failure *failure);

/* --- a set's mounts: check-mount.c --- */

/* Checks mount number index of the specification. Returns 0, or ERROR_INVALID_VALUE with the field
 * in *failure. */
int check_mount(const struct wire_spec *spec, size_t index, struct failure *failure);

/* Returns true if two absolute paths are equal but for repeated or trailing slashes. Neither may
 * contain . or .. as a component. */
bool check_same_path(const char *a, const char *b);

/* Returns true if the specification has views: mounts that change what is in the tree already
 * (read-only and hidden places, overlays). Propagation must then be private, because mounts that
 * are made outside later would otherwise be seen in the views. */
bool check_has_views(const struct wire_spec *spec);

/* Returns true if the set gets no /dev/shm from nsctld, because it has a root directory of its own,
 * or a mount at /dev or /dev/shm. */
bool check_has_shm(const struct wire_spec *spec);

/* --- settings of the kernel (sysctls): settings.c --- */

/* Returns NULL if a set with namespaces of these kinds may have this setting, or a static text that
 * says what is wrong. */
const char *settings_check(const struct spec_sysctl *setting, uint32_t kinds);
