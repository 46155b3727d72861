/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/front/process.h"

#define TEXT_SIZE 4096

/* Reads the beginning of a file of /proc/PID, and adds a NUL. Returns the length, or -errno. */
static ssize_t read_file(uint32_t pid, const char *name, char ret[static TEXT_SIZE])
{
	char path[64];
	_cleanup_fd_ int fd = -1;
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, ret, TEXT_SIZE - 1);
	if (n < 0)
		return negative_errno();
	ret[n] = '\0';
	return n;
}

/* Returns the machine's start time, in seconds since the Unix epoch. */
static double boot_time(void)
{
	static double known;
	char line[256];
	_cleanup_file_ FILE *file = known ? NULL : fopen("/proc/stat", "re");
	unsigned long long seconds;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "btime %llu", &seconds) == 1)
			known = seconds;
	return known;
}

/* Reads from /proc/PID/status the effective uid, and the pid in the innermost namespace. Leaves
 * *ret_... alone for a field that is missing. */
static void read_status(uint32_t pid, uint32_t *ret_uid, uint32_t *ret_inside)
{
	char text[TEXT_SIZE], *at, *rest;

	if (read_file(pid, "status", text) < 0)
		return;
	at = strstr(text, "\nUid:");
	if (at)
		(void)sscanf(at, "\nUid: %*u %u", ret_uid);
	at = strstr(text, "\nNSpid:");
	if (!at)
		return;
	rest = at + strlen("\nNSpid:");
	rest[strcspn(rest, "\n")] = '\0';
	at = strrchr(rest, '\t');
	if (at && at != rest)
		*ret_inside = strtoul(at + 1, NULL, 10);
}

/* Returns the number of bytes of the first character in text; 0: it is not UTF-8, or incomplete. */
static size_t character_size(const char *text, size_t n)
{
	const unsigned char first = (unsigned char)text[0];
	size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	json_t *string;

	if (first < 0x80)
		return 1;
	string = size <= n ? json_stringn(text, size) : NULL;
	json_decref(string);
	return string ? size : 0;
}

/* Returns a JSON string of n arbitrary bytes, with '?' for invalid UTF-8, cut so that its JSON has
 * at most longest bytes. Overwrites text. */
static json_t *text_json(char *text, size_t n, size_t longest)
{
	size_t used = 0, at = 0, cost = 0;

	while (at < n) {
		unsigned char byte = (unsigned char)text[at];
		size_t size = character_size(text + at, n - at);

		/* \u001b takes six bytes, \" two */
		cost += byte < 0x20 ? 6 : byte == '"' || byte == '\\' ? 2 : MAX(size, (size_t)1);
		if (cost > longest)
			break;
		if (size == 0)
			text[used++] = '?';
		for (size_t i = 0; i < size; i++)
			text[used++] = text[at + i];
		at += MAX(size, (size_t)1);
	}
	return json_stringn(text, used);
}

/* Returns the command line as ps(1) shows it: the words separated by spaces or, if there are none,
 * the name in brackets. */
static json_t *command_json(uint32_t pid, const char *name, size_t longest)
{
	char text[TEXT_SIZE];
	ssize_t n = read_file(pid, "cmdline", text);

	while (n > 0 && text[n - 1] == '\0')
		n--;
	for (ssize_t i = 0; i < n; i++)
		if (text[i] == '\0')
			text[i] = ' ';
	if (n <= 0)
		n = snprintf(text, sizeof(text), "[%s]", name);
	return text_json(text, MIN((size_t)n, sizeof(text) - 1), longest);
}

/* Returns the word of ProcessState for a letter of proc_pid_stat(5). */
static const char *state_word(char letter)
{
	static const struct {
		const char *letters, *word;
	} states[] = {{"R", "running"}, {"D", "waiting"}, {"Tt", "stopped"}, {"ZX", "zombie"}};

	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		if (strchr(states[i].letters, letter))
			return states[i].word;
	return "idle";
}

/* The fields of /proc/PID/stat after the name. Times are in ticks. */
struct stat_line {
	char state;
	uint32_t parent;
	unsigned long long user, kernel, started;
	long long pages; /* resident */
};

static void add_stat(json_t *object, const char *text, unsigned int flags)
{
	const double ticks = sysconf(_SC_CLK_TCK);
	struct stat_line line = {.state = 'S'};

	(void)sscanf(text,
		     "%c %u %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %*d %*d %*d %*d %*d %*d "
		     "%llu %*u %lld",
		     &line.state, &line.parent, &line.user, &line.kernel, &line.started,
		     &line.pages);
	json_object_set_new(object, "started",
			    json_real(boot_time() + (double)line.started / ticks));
	if (flags & PROCESS_BRIEF)
		return;
	if (line.parent)
		json_object_set_new(object, "parent", json_integer(line.parent));
	json_object_set_new(
		object, "state",
		json_string(flags & PROCESS_FROZEN ? "frozen" : state_word(line.state)));
	json_object_set_new(object, "memory", json_integer(line.pages * sysconf(_SC_PAGESIZE)));
	json_object_set_new(object, "cpuSeconds",
			    json_real((double)(line.user + line.kernel) / ticks));
}

json_t *process_json(uint32_t pid, unsigned int flags, size_t longest)
{
	char text[TEXT_SIZE], *open, *close;
	uint32_t uid = 0, inside = 0;
	json_t *object;

	if (read_file(pid, "stat", text) <= 0)
		return NULL;
	open = strchr(text, '(');
	close = strrchr(text, ')');
	if (!open || !close)
		return NULL;
	*close = '\0';
	read_status(pid, &uid, &inside);
	object = json_object();
	json_object_set_new(object, "pid", json_integer(pid));
	if (inside)
		json_object_set_new(object, "pidInside", json_integer(inside));
	json_object_set_new(object, "uid", json_integer(uid));
	json_object_set_new(object, "command", command_json(pid, open + 1, longest));
	add_stat(object, close + 2, flags);
	return object;
}
