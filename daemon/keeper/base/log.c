/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <poll.h>
#include <stdarg.h>
#include <sys/un.h>
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/base/log-limit.h"
#include "daemon/keeper/base/log.h"

#define LINE_SIZE 1024
#define MESSAGE_SIZE 864
/* Bytes of a message for the journal: the text, the number of lost lines, and the fields. */
#define ENTRY_SIZE 2048

/* Limits of the lines of one kind that a user may cause in a minute. */
#define LINES_PER_MINUTE 20	   /* by log_by_user() */
#define DONE_PER_MINUTE 200	   /* by log_by_user() at LOG_INFO */
#define OPERATIONS_PER_MINUTE 1000 /* by log_operation() */

static int limit = LOG_INFO;
static struct log_limit by_user;
static void (*on_count)(void *context);
static void *on_count_context;
static int journal_fd = -1;
static bool to_journal;
static unsigned int dropped; /* lines lost since the last line that was written */

/* Returns true if stderr is the journal. JOURNAL_STREAM has the device and inode of the socket that
 * systemd made for stderr. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

void log_open(int level)
{
	limit = level;
	to_journal = stderr_is_journal();
	if (to_journal && journal_fd < 0)
		journal_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

int log_level_from_name(const char *name)
{
	static const struct {
		const char *name;
		int level;
	} levels[] = {
		{"error", LOG_ERR}, {"warning", LOG_WARNING}, {"notice", LOG_NOTICE},
		{"info", LOG_INFO}, {"debug", LOG_DEBUG},
	};

	for (size_t i = 0; i < ARRAY_SIZE(levels); i++)
		if (strcmp(name, levels[i].name) == 0)
			return levels[i].level;
	return -EINVAL;
}

/* Replaces control characters (C0, DEL, and C1 in UTF-8) by '?', so that a line stays one line and
 * cannot control an administrator's terminal. */
static void escape(char *text)
{
	for (; *text; text++) {
		const unsigned char *bytes = (const unsigned char *)text;

		if (*bytes < 0x20 || *bytes == 0x7f)
			*text = '?';
		else if (*bytes == 0xc2 && bytes[1] >= 0x80 && bytes[1] <= 0x9f)
			text[0] = text[1] = '?';
	}
}

static size_t _printf_(4, 5) add(char *text, size_t size, size_t used, const char *format, ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(text + used, size - used, format, arguments);
	va_end(arguments);
	return MIN(used + MAX(n, 0), size - 1);
}

static size_t add_lost(char *text, size_t size, size_t used)
{
	return dropped ? add(text, size, used, " (%u lines before this one were lost)", dropped)
		       : used;
}

/* Writes a line to stderr, if that takes it at once. Returns true if it was written. */
static bool write_stderr(int level, const char *message, const struct log_fields *fields)
{
	char line[LINE_SIZE];
	size_t size = sizeof(line), used = to_journal ? add(line, size, 0, "<%d>%s", level, message)
						      : add(line, size, 0, "nsctld: %s", message);

	if (fields && fields->has_uid)
		used = add(line, size, used, " uid=%u", fields->uid);
	if (fields && fields->has_owner)
		used = add(line, size, used, " owner=%u", fields->owner);
	if (fields && fields->method)
		used = add(line, size, used, " method=%s", fields->method);
	if (fields && fields->set)
		used = add(line, size, used, " set=%s", fields->set);
	if (fields && fields->session)
		used = add(line, size, used, " session=%s", fields->session);
	if (fields && fields->error)
		used = add(line, size, used, " errno=%s", strerrorname_np(fields->error));
	used = add_lost(line, size, used);
	escape(line);
	line[used < LINE_SIZE - 1 ? used : LINE_SIZE - 2] = '\n';
	/* a pipe that polls as writable takes PIPE_BUF bytes at once, and a line is shorter */
	return poll(&(struct pollfd){.fd = STDERR_FILENO, .events = POLLOUT}, 1, 0) == 1 &&
	       write(STDERR_FILENO, line, MIN(used + 1, (size_t)LINE_SIZE - 1)) > 0;
}

/* Adds a field to a message for the journal, unless text is NULL. Escapes text, because a line
 * break would begin another field. */
static size_t add_text(char *entry, size_t used, const char *name, const char *text)
{
	size_t begin = used;

	if (!text)
		return used;
	used = add(entry, ENTRY_SIZE, used, "%s=%s", name, text);
	escape(entry + begin);
	return add(entry, ENTRY_SIZE, used, "\n");
}

/*
 * Sends the line to the journal with its fields, so that `journalctl NSCTL_UID=1000` selects the
 * lines with this uid. Returns true if the journal's socket has taken the line. Does not use
 * sd_journal_send(), which waits while the queue of the journal's socket is full: any user of the
 * host can keep it full.
 */
static bool send_journal(int level, const char *message, const struct log_fields *fields)
{
	const struct sockaddr_un address = {.sun_family = AF_UNIX,
					    .sun_path = "/run/systemd/journal/socket"};
	char entry[ENTRY_SIZE];
	size_t size = sizeof(entry),
	       used = add(entry, size, 0, "PRIORITY=%d\nMESSAGE=%s", level, message);

	used = add_lost(entry, size, used);
	used = add(entry, size, used, "\nSYSLOG_IDENTIFIER=nsctld\n");
	if (fields->has_uid)
		used = add(entry, size, used, "NSCTL_UID=%u\n", fields->uid);
	if (fields->has_owner)
		used = add(entry, size, used, "NSCTL_OWNER=%u\n", fields->owner);
	used = add_text(entry, used, "NSCTL_METHOD", fields->method);
	used = add_text(entry, used, "NSCTL_SET", fields->set);
	used = add_text(entry, used, "NSCTL_SESSION", fields->session);
	if (fields->error)
		used = add(entry, size, used, "ERRNO=%d\n", fields->error);
	return sendto(journal_fd, entry, used, MSG_DONTWAIT | MSG_NOSIGNAL,
		      (const struct sockaddr *)&address, sizeof(address)) >= 0;
}

static void _printf_(3, 0) log_arguments(int level, const struct log_fields *fields,
					 const char *format, va_list arguments)
{
	char message[MESSAGE_SIZE];
	bool written;

	(void)vsnprintf(message, sizeof(message), format, arguments);
	escape(message);
	/* A line without fields goes to stderr, because the journal finds the unit of stderr even
	 * after the process has ended, as after a failed start. */
	if (to_journal && fields)
		written = send_journal(level, message, fields);
	else
		written = write_stderr(level, message, fields);
	dropped = written ? 0 : dropped + 1;
}

void log_line(int level, const struct log_fields *fields, const char *format, ...)
{
	va_list arguments;

	if (level > limit)
		return;
	va_start(arguments, format);
	log_arguments(level, fields, format, arguments);
	va_end(arguments);
}

/* --- lines that users can cause --- */

void log_on_count(void (*hook)(void *context), void *context)
{
	on_count = hook;
	on_count_context = context;
}

/* Returns true if the line may be written now. Otherwise counts it, unless its level is not logged
 * at all. */
static bool admit(const char *kind, int level, uid_t uid, unsigned int per_minute)
{
	if (level > limit)
		return false;
	if (log_limit_admits(&by_user, clock_boottime(), uid, kind, per_minute))
		return true;
	if (on_count)
		on_count(on_count_context);
	return false;
}

void log_by_user(const char *kind, int level, const struct log_fields *fields, const char *format,
		 ...)
{
	va_list arguments;

	if (!admit(kind, level, fields->uid,
		   level == LOG_INFO ? DONE_PER_MINUTE : LINES_PER_MINUTE))
		return;
	va_start(arguments, format);
	log_arguments(level, fields, format, arguments);
	va_end(arguments);
}

void log_operation(const char *kind, int level, const struct log_fields *fields, const char *format,
		   ...)
{
	va_list arguments;

	if (!admit(kind, level, fields->uid, OPERATIONS_PER_MINUTE))
		return;
	va_start(arguments, format);
	log_arguments(level, fields, format, arguments);
	va_end(arguments);
}

bool log_tell_counts(void)
{
	struct log_count count;

	while (log_limit_take(&by_user, clock_boottime(), &count))
		log_line(LOG_NOTICE,
			 &(struct log_fields){.has_uid = count.kind != NULL, .uid = count.uid},
			 "%u more of these in the last minute: %s", count.more,
			 count.kind ? count.kind : "lines of other users");
	return log_limit_has_counts(&by_user);
}
