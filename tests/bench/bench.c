/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Times whole commands, ours against peers, and prints a row of a Markdown table for each pair: the
 * medians, with the 90th percentiles (or those of -p) in brackets, and the ratio of the medians.
 *
 *     bench [-p PERCENT] [-n RUNS] [-r ROUNDS] [-u UID] < TABLE
 *
 * A table is lines of a key and the rest (# starts a comment):
 *
 *     job LABEL              what is compared; starts a job
 *     ours NAME              starts a side: ours, run as UID (and that gid)
 *     peer AT-MOST NAME      starts a side: a peer, run as root; 0: there is no target
 *     as UID                 the side's uid and gid, other than that
 *     in FILE                the side's mount namespace, joined before each exec (some 10 us)
 *     missing REASON         the side cannot run here, for this reason
 *     run WORD...            what is timed: no shell, words split at blanks
 *     setup, teardown SHELL  once before and after all runs, as the side's uid, not timed
 *     before, after SHELL    the same, around each run
 *
 * {i} is the number of the run, never used twice. With -p, 99th percentiles follow the medians.
 * Honest to both: each command is started by the same vfork and exec with the same three
 * descriptors, its path looked up beforehand; sides take turns, each time in another random order,
 * because the kernel cleans up after one at the expense of the next; a side that fails has no
 * number.
 */
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "base.h"

#define SIDES_MAX 12
#define WORDS_MAX 64
#define WARM_UP 3

struct side {
	char name[128];
	char path[512]; /* of the program; empty: not installed */
	char *run, *setup, *teardown, *before, *after;
	char missing[256]; /* why it cannot run; empty: it can */
	double at_most;
	unsigned int id;     /* uid and gid */
	double *times;	     /* of all rounds, one after the other */
	double *medians;     /* of each round */
	double median, slow; /* slow: the percentile */
	int mount_fd;	     /* of a mount namespace, or -1 */
	bool failed;
};

struct job {
	char label[128];
	struct side sides[SIDES_MAX];
	size_t n_sides;
};

static int runs = 40, rounds = 3;
static unsigned int our_uid;
static unsigned int percent = 90;
static int null_fd = -1;
static unsigned int serial;

static void die(const char *what)
{
	(void)fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), compare);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/* Returns text with each {i} replaced by the number. The caller frees it. */
static char *numbered(const char *text, unsigned int i)
{
	char *result = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&result, &size);

	if (!stream)
		die("memory");
	for (const char *at; (at = strstr(text, "{i}")); text = at + 3)
		(void)fprintf(stream, "%.*s%u", (int)(at - text), text, i);
	(void)fputs(text, stream);
	if (fclose(stream) != 0)
		die("memory");
	return result;
}

/* The status of the program, started as the side's uid, with nothing of ours but stderr. */
static int start(const char *path, char *const argv[], const struct side *side)
{
	unsigned int id = side->id;
	int status;
	pid_t pid = vfork();

	if (pid < 0)
		die("vfork");
	if (pid == 0) {
		/* raw: the parent's memory is shared until exec */
		if ((side->mount_fd >= 0 && setns(side->mount_fd, CLONE_NEWNS) < 0) ||
		    dup2(null_fd, 0) < 0 || dup2(null_fd, 1) < 0 ||
		    syscall(SYS_setgroups, 0, NULL) < 0 || syscall(SYS_setresgid, id, id, id) < 0 ||
		    syscall(SYS_setresuid, id, id, id) < 0)
			_exit(125);
		(void)execv(path, argv);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	return status;
}

static void shell(struct side *side, const char *line, unsigned int i)
{
	_cleanup_free_ char *text = line ? numbered(line, i) : NULL;
	char *argv[] = {(char *)"sh", (char *)"-c", text, NULL};

	if (!text || side->failed || !side->path[0] || start("/bin/sh", argv, side) == 0)
		return;
	(void)fprintf(stderr, "bench: %s: failed: %s\n", side->name, text);
	side->failed = true;
}

/* Returns why the side has no number, or NULL. */
static const char *problem(const struct side *side)
{
	if (side->missing[0])
		return side->missing;
	return !side->path[0] ? "not installed" : side->failed ? "failed" : NULL;
}

static double timed(struct side *side, unsigned int i)
{
	_cleanup_free_ char *text = numbered(side->run, i);
	char *argv[WORDS_MAX + 1] = {NULL}, *rest = NULL;
	size_t n = 0;
	double began;

	for (char *word = strtok_r(text, " \t", &rest); word && n < WORDS_MAX;
	     word = strtok_r(NULL, " \t", &rest))
		argv[n++] = word;
	began = now_ms();
	if (start(side->path, argv, side) != 0) {
		(void)fprintf(stderr, "bench: %s: failed: %s (run %u)\n", side->name, side->run, i);
		side->failed = true;
	}
	return now_ms() - began;
}

static double one(struct side *side)
{
	unsigned int i = serial++;
	double took = 0;

	if (problem(side))
		return 0;
	shell(side, side->before, i);
	if (!side->failed)
		took = timed(side, i);
	shell(side, side->after, i);
	return took;
}

static void print_times(const struct side *side)
{
	if (problem(side))
		printf("%s", side->missing[0] ? "cannot run here" : problem(side));
	else
		printf("%.2f (%.2f)", side->median, side->slow);
}

static void print_row(const struct job *job, const struct side *ours, const struct side *peer)
{
	double ratio = ours->median / peer->median;
	const char *missing = problem(ours) ?: problem(peer);

	printf("| %s | ", job->label);
	print_times(ours);
	printf(" | %s: ", peer->name);
	print_times(peer);
	if (missing)
		printf(" | – |");
	else
		printf(" | %.2f |", ratio);
	if (peer->at_most > 0)
		printf(" ≤ %g | %s |\n", peer->at_most,
		       missing			? missing
		       : ratio <= peer->at_most ? "meets"
						: "misses");
	else
		printf(" – | %s |\n", missing ?: "–");
	(void)fflush(stdout);
}

/* Puts the numbers from 0 to n - 1 into a random order, which is the same in each benchmark. */
static void shuffle(size_t *numbers, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t at = (size_t)rand() % (i + 1);

		numbers[i] = numbers[at];
		numbers[at] = i;
	}
}

static void measure(struct job *job)
{
	size_t order[SIDES_MAX];

	for (int i = 0; i < rounds * runs; i++) {
		shuffle(order, job->n_sides);
		for (size_t k = 0; k < job->n_sides; k++) {
			struct side *side = &job->sides[order[k]];

			side->times[i] = one(side);
		}
	}
}

/* Finds the median of the rounds' medians, and the percentile of all runs. */
static void summarize(struct side *side)
{
	size_t n = (size_t)runs * (size_t)rounds;

	for (int round = 0; round < rounds; round++)
		side->medians[round] = median(side->times + round * runs, (size_t)runs);
	side->median = median(side->medians, (size_t)rounds);
	qsort(side->times, n, sizeof(*side->times), compare);
	side->slow = side->times[(n * percent - 1) / 100];
}

/* Runs the job, prints a row for each peer, and forgets it. */
static void job_run(struct job *job)
{
	for (size_t k = 0; k < job->n_sides; k++) {
		struct side *side = &job->sides[k];

		side->times = calloc((size_t)runs * (size_t)rounds, sizeof(*side->times));
		side->medians = calloc((size_t)rounds, sizeof(*side->medians));
		if (!side->times || !side->medians || !side->run)
			die("a side without run, or memory");
		if (side->path[0])
			shell(side, side->setup, 0);
		for (int i = 0; i < WARM_UP; i++)
			(void)one(side);
	}
	if (job->n_sides > 0)
		measure(job);
	for (size_t k = 0; k < job->n_sides; k++) {
		struct side *side = &job->sides[k];
		bool failed = side->failed;

		side->failed = false; /* what was set up is taken down all the same */
		if (side->path[0])
			shell(side, side->teardown, 0);
		side->failed = failed;
		summarize(side);
		if (k > 0)
			print_row(job, &job->sides[0], side);
	}
	for (size_t k = 0; k < job->n_sides; k++) {
		struct side *side = &job->sides[k];

		(void)close_fd(side->mount_fd);
		free(side->run);
		free(side->setup);
		free(side->teardown);
		free(side->before);
		free(side->after);
		free(side->times);
		free(side->medians);
	}
	memset(job, 0, sizeof(*job));
}

/* Where the program is, as a shell would find it. */
static void find_program(struct side *side)
{
	_cleanup_free_ char *directories =
		strdup(getenv("PATH") ?: "/usr/sbin:/usr/bin:/sbin:/bin");
	size_t length = strcspn(side->run, " \t");
	char *rest = NULL;

	if (!directories)
		die("memory");
	if (memchr(side->run, '/', length)) {
		(void)snprintf(side->path, sizeof(side->path), "%.*s", (int)length, side->run);
		if (access(side->path, X_OK) < 0)
			side->path[0] = '\0';
		return;
	}
	for (char *at = strtok_r(directories, ":", &rest); at; at = strtok_r(NULL, ":", &rest)) {
		(void)snprintf(side->path, sizeof(side->path), "%s/%.*s", at, (int)length,
			       side->run);
		if (access(side->path, X_OK) == 0)
			return;
	}
	side->path[0] = '\0';
}

static struct side *side_new(struct job *job, unsigned int id)
{
	struct side *side;

	if (job->n_sides == SIDES_MAX)
		die("too many sides");
	side = &job->sides[job->n_sides++];
	side->id = id;
	side->mount_fd = -1;
	return side;
}

static void set(char **slot, const char *text)
{
	free(*slot);
	*slot = strdup(text);
	if (!*slot)
		die("memory");
}

static void line_read(struct job *job, const char *key, const char *rest)
{
	struct side *side = job->n_sides ? &job->sides[job->n_sides - 1] : NULL;
	char *name;

	if (strcmp(key, "job") == 0) {
		job_run(job);
		(void)snprintf(job->label, sizeof(job->label), "%s", rest);
	} else if (strcmp(key, "ours") == 0 && !side) {
		side = side_new(job, our_uid);
		(void)snprintf(side->name, sizeof(side->name), "%s", rest);
	} else if (strcmp(key, "peer") == 0 && side) {
		side = side_new(job, 0);
		side->at_most = strtod(rest, &name);
		(void)snprintf(side->name, sizeof(side->name), "%s", name + strspn(name, " \t"));
	} else if (strcmp(key, "as") == 0 && side) {
		side->id = (unsigned int)strtoul(rest, NULL, 10);
	} else if (strcmp(key, "in") == 0 && side) {
		side->mount_fd = open(rest, O_RDONLY | O_CLOEXEC);
		if (side->mount_fd < 0)
			die(rest);
	} else if (strcmp(key, "missing") == 0 && side) {
		(void)snprintf(side->missing, sizeof(side->missing), "%s", rest);
	} else if (strcmp(key, "run") == 0 && side) {
		set(&side->run, rest);
		find_program(side);
	} else if (strcmp(key, "setup") == 0 && side) {
		set(&side->setup, rest);
	} else if (strcmp(key, "teardown") == 0 && side) {
		set(&side->teardown, rest);
	} else if (strcmp(key, "before") == 0 && side) {
		set(&side->before, rest);
	} else if (strcmp(key, "after") == 0 && side) {
		set(&side->after, rest);
	} else {
		errno = EINVAL;
		die(key);
	}
}

int main(int argc, char **argv)
{
	_cleanup_free_ char *line = NULL;
	static struct job job;
	size_t size = 0;
	ssize_t n;
	int option;

	while ((option = getopt(argc, argv, "p:n:r:u:")) != -1) {
		if (option == 'n')
			runs = atoi(optarg);
		else if (option == 'r')
			rounds = atoi(optarg);
		else if (option == 'p')
			percent = (unsigned int)strtoul(optarg, NULL, 10);
		else if (option == 'u')
			our_uid = (unsigned int)strtoul(optarg, NULL, 10);
		else
			return 2;
	}
	null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (runs < 1 || rounds < 1 || percent < 1 || percent > 100 || null_fd < 0)
		die("usage: bench [-p PERCENT] [-n RUNS] [-r ROUNDS] [-u UID] < TABLE");
	printf("| job | ours (ms) | peer (ms) | ratio | target | verdict |\n"
	       "| --- | --- | --- | --- | --- | --- |\n");
	while ((n = getline(&line, &size, stdin)) > 0) {
		char *key = line + strspn(line, " \t"), *rest;

		line[strcspn(line, "\n")] = '\0';
		if (!*key || *key == '#')
			continue;
		rest = key + strcspn(key, " \t");
		if (*rest)
			*rest++ = '\0';
		line_read(&job, key, rest + strspn(rest, " \t"));
	}
	job_run(&job);
	return 0;
}
