/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An allocator that fails at the count that the harness asks for: preloaded into the daemon and its
 * spawner, makers, runners and fronts. Everything else is the C library's own.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "tests/faults/control.h"

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *old, size_t size);
void *malloc(size_t size);
void *calloc(size_t n, size_t size);
void *realloc(void *old, size_t size);

static struct control *control;
static enum control_role program;
static pid_t program_pid;
/* glibc crashes where it has no memory to look accounts up for the first time: none of ours. */
static bool is_looking_up;

static enum control_role role_of_program(void)
{
	if (strcmp(program_invocation_short_name, "nsctld") == 0)
		return ROLE_KEEPER;
	if (strcmp(program_invocation_short_name, "nsctld-spawner") == 0)
		return ROLE_SPAWNER;
	return strcmp(program_invocation_short_name, "nsctld-front") == 0 ? ROLE_FRONT : ROLE_NONE;
}

static void __attribute__((constructor)) map_control(void)
{
	const char *path = getenv("NSCTL_FAULT_CONTROL");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *map =
		fd < 0 ? MAP_FAILED
		       : mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (fd >= 0)
		(void)close(fd);
	program = role_of_program();
	program_pid = getpid();
	if (map != MAP_FAILED)
		control = map;
}

static bool fails(size_t size)
{
	enum control_role role = program;

	if (!control || is_looking_up || control->what != WHAT_ALLOCATIONS)
		return false;
	if (role == ROLE_SPAWNER && getpid() != program_pid)
		role = ROLE_CHILD;
	if (role != control->role)
		return false;
	if (__atomic_add_fetch(&control->count, 1, __ATOMIC_SEQ_CST) != control->fail_at)
		return false;
	control->pid = getpid();
	control->error = ENOMEM;
	(void)snprintf(control->text, sizeof(control->text), "allocation of %zu bytes", size);
	__atomic_store_n(&control->failed, 1, __ATOMIC_SEQ_CST);
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails(size) ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fails(n * size) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
	return fails(size) ? NULL : __libc_realloc(old, size);
}

struct passwd *getpwnam(const char *name)
{
	static struct passwd *(*next)(const char *);
	struct passwd *account;

	is_looking_up = true;
	if (!next)
		next = (struct passwd * (*)(const char *)) dlsym(RTLD_NEXT, "getpwnam");
	account = next ? next(name) : NULL;
	is_looking_up = false;
	return account;
}

struct group *getgrnam(const char *name)
{
	static struct group *(*next)(const char *);
	struct group *group;

	is_looking_up = true;
	if (!next)
		next = (struct group * (*)(const char *)) dlsym(RTLD_NEXT, "getgrnam");
	group = next ? next(name) : NULL;
	is_looking_up = false;
	return group;
}
