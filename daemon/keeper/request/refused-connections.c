/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/request/closer.h"
#include "daemon/keeper/request/refused-connections.h"

/* --- the message --- */

static void _printf_(3, 4) add(char *text, size_t *used, const char *format, ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(text + *used, REFUSAL_SIZE - *used, format, arguments);
	va_end(arguments);
	*used = MIN(*used + MAX(n, 0), (size_t)REFUSAL_SIZE - 1);
}

/* Appends a JSON string. The texts of errors are printable ASCII; any other byte, a quote and a
 * backslash become question marks, so that nothing must be escaped. */
static void add_string(char *text, size_t *used, const char *string)
{
	add(text, used, "\"");
	for (; *string; string++)
		add(text, used, "%c",
		    *string < ' ' || *string > '~' || *string == '"' || *string == '\\' ? '?'
											: *string);
	add(text, used, "\"");
}

static void add_parameter(char *text, size_t *used, const char *name, const char *string)
{
	if (!name || !string)
		return;
	add(text, used, "%s\"%s\":", text[*used - 1] == '{' ? "" : ",", name);
	add_string(text, used, string);
}

size_t refusal_write(const struct failure *failure, char ret[static REFUSAL_SIZE])
{
	const struct error_fields *fields = error_fields(failure->error);
	size_t used = 0;

	add(ret, &used, "{\"error\":\"%s\",\"parameters\":{", error_id(failure->error));
	add_parameter(ret, &used, fields->subject, failure->subject);
	add_parameter(ret, &used, fields->text, failure->text);
	add_parameter(ret, &used, fields->errno_name, strerrorname_np(failure->number));
	if (fields->number)
		add(ret, &used, ",\"%s\":%lld", fields->number, (long long)failure->number);
	add(ret, &used, "}}");
	return used + 1;
}

/* --- connections --- */

#define KEPT_MAX 1024
#define KEPT_MAX_OF_UID 64
#define KEPT_MICROSECONDS UINT64_C(5000000)

struct refused {
	struct refused *next;
	uid_t uid;
	int fd;
	uint64_t until; /* CLOCK_BOOTTIME */
};

/* Refused connections, the oldest first. */
struct refusals {
	struct refused *first, **end;
	size_t n;
	struct event *timer;
};

/* Removes the connection at *at from the list, and closes it. */
static void drop(struct keeper *keeper, struct refused **at)
{
	struct refusals *refusals = keeper->refusals;
	struct refused *refused = *at;

	*at = refused->next;
	if (!refused->next)
		refusals->end = at;
	refusals->n--;
	closer_close(keeper, refused->fd);
	free(refused);
}

/* If this uid has the maximum number of connections, closes the oldest of these. Otherwise, if
 * there is the maximum in all, closes the oldest of all. */
static void make_room(struct keeper *keeper, uid_t uid)
{
	struct refusals *refusals = keeper->refusals;
	struct refused **oldest = NULL;
	size_t n = 0;

	for (struct refused **at = &refusals->first; *at; at = &(*at)->next) {
		if ((*at)->uid != uid)
			continue;
		if (!oldest)
			oldest = at;
		n++;
	}
	if (n >= KEPT_MAX_OF_UID)
		drop(keeper, oldest);
	else if (refusals->n >= KEPT_MAX)
		drop(keeper, &refusals->first);
}

/* Closes connections that were open for KEPT_MICROSECONDS, and sets the timer for the next one to
 * close. */
static void on_time(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct keeper *keeper = context;
	struct refusals *refusals = keeper->refusals;
	uint64_t now = clock_boottime();
	struct timeval time;

	while (refusals->first && refusals->first->until <= now)
		drop(keeper, &refusals->first);
	if (!refusals->first)
		return;
	time = clock_span(refusals->first->until - now);
	evtimer_add(refusals->timer, &time);
}

static struct refusals *get_refusals(struct keeper *keeper)
{
	struct refusals *refusals = keeper->refusals;

	if (refusals)
		return refusals;
	refusals = calloc(1, sizeof(*refusals));
	if (!refusals)
		return NULL;
	refusals->end = &refusals->first;
	refusals->timer = evtimer_new(keeper->loop, on_time, keeper);
	if (!refusals->timer) {
		free(refusals);
		return NULL;
	}
	return keeper->refusals = refusals;
}

/* Keeps the connection open for KEPT_MICROSECONDS. Returns false if there is no memory. */
static bool keep(struct keeper *keeper, int fd, uid_t uid)
{
	struct refusals *refusals = get_refusals(keeper);
	struct refused *refused = refusals ? malloc(sizeof(*refused)) : NULL;

	if (!refused)
		return false;
	make_room(keeper, uid);
	*refused = (struct refused){NULL, uid, fd, clock_boottime() + KEPT_MICROSECONDS};
	*refusals->end = refused;
	refusals->end = &refused->next;
	if (refusals->n++ == 0)
		on_time(-1, 0, keeper);
	return true;
}

void refused_add(struct keeper *keeper, int fd, uid_t uid, const struct failure *failure)
{
	char text[REFUSAL_SIZE];
	/* fails only if the client has gone: a new socket has room for the message */
	bool told = send(fd, text, refusal_write(failure, text), MSG_DONTWAIT | MSG_NOSIGNAL) > 0;

	if (!told || !keep(keeper, fd, uid))
		closer_close(keeper, fd);
}

void refused_stop(struct keeper *keeper)
{
	struct refusals *refusals = keeper->refusals;

	if (!refusals)
		return;
	while (refusals->first)
		drop(keeper, &refusals->first);
	event_free(refusals->timer);
	free(refusals);
	keeper->refusals = NULL;
}
