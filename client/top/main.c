/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nsctl-top SOCKET OWNER SECONDS: shows what sets use, live. `nsctl top` starts it, with the uid of
 * their owner or "all". It has a connection of its own to nsctld, and makes a new one if that is
 * lost. Commands in sets are run by nsctl.
 */
#include <ncurses.h>
#include <poll.h>
#include <signal.h>
#include <time.h>

#include "client/client.h"
#include "client/memory.h"
#include "client/program.h"
#include "client/show.h"
#include "client/top/screen.h"

#define KEY_ENTERED '\r'

struct top {
	const char *socket;
	struct sample_owner owner;
	double seconds; /* from one sample to the next */
	double next;	/* when the next sample is due */
	struct nsctl *nsctl;
	struct sample sample;
	struct screen screen;
	bool lost; /* the message says that the daemon does not answer */
	bool ended;
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void disconnect(struct top *top)
{
	top->nsctl = nsctl_close(top->nsctl);
}

/* Connects, unless there is a connection. Returns 0 or -errno, with words in *why. */
static int connect_again(struct top *top, struct text *why)
{
	int r = top->nsctl ? 0 : nsctl_connect(top->socket, &top->nsctl);

	if (r < 0)
		text_format(why, "nsctld does not answer at %s: %s", top->socket, strerror(-r));
	return r;
}

/* Shows words in the last line. */
static void tell(struct top *top, const struct text *words)
{
	top->screen.message.used = 0;
	text_add(&top->screen.message, words->data);
}

/* Drops the connection. The text says why it has failed. */
static void disconnect_because(struct top *top, const struct text *why)
{
	disconnect(top);
	tell(top, why);
	top->lost = true;
}

/* Shows a new sample. If the daemon does not answer, the last line says why, and the rest stays. */
static void look(struct top *top)
{
	struct sample sample = {0}, before = top->sample;
	_cleanup_text_ struct text why = {0};
	int r = connect_again(top, &why);

	top->next = now() + top->seconds;
	if (r == 0)
		r = sample_take(top->nsctl, &top->owner, &before, &sample, &why);
	if (r < 0) {
		disconnect_because(top, &why);
		sample_done(&sample);
		return;
	}
	if (top->lost)
		top->screen.message.used = 0;
	top->lost = false;
	top->sample = sample;
	screen_update(&top->screen, &top->sample);
	sample_done(&before);
}

/* Waits for a key, until the next sample is due. Returns ERR if there is none. */
static int wait_for_key(struct top *top)
{
	struct pollfd terminal = {.fd = STDIN_FILENO, .events = POLLIN};
	int left = (int)(1000 * MAX(top->next - now(), 0.0)) + 1;
	int r = poll(&terminal, 1, left);

	if (r > 0 && terminal.revents & (POLLHUP | POLLERR))
		top->ended = true;
	timeout(0);
	return top->ended ? ERR : getch();
}

/* --- what is done with the selected set --- */

/* Makes a call about the set. Takes further, an object with the other parameters. */
static void call(struct top *top, const struct usage *usage, const char *method, json_t *further)
{
	_cleanup_json_ json_t *parameters =
		must(json_pack("{ss sI}", "name", usage->name, "owner", (json_int_t)usage->owner));
	_cleanup_text_ struct text why = {0};
	int r;

	json_object_update(parameters, further);
	json_decref(further);
	r = connect_again(top, &why);
	if (r == 0)
		r = sample_call(top->nsctl, method, take_ptr(parameters), &why);
	if (r == 0)
		look(top);
	else if (r == -EREMOTEIO)
		tell(top, &why);
	else
		disconnect_because(top, &why);
}

/* Asks for the signal. */
static void kill_set(struct top *top, const struct usage *usage)
{
	int signal = 0, key;

	text_format(&top->screen.message,
		    "t: SIGTERM, k: SIGKILL, any other key: nothing; to all processes of %s?",
		    usage->name);
	screen_draw(&top->screen);
	top->screen.message.used = 0;
	timeout(-1);
	key = getch();
	if (key == 't')
		signal = SIGTERM;
	else if (key == 'k')
		signal = SIGKILL;
	if (signal)
		call(top, usage, "Kill", must(json_pack("{si}", "signal", signal)));
}

static void freeze_or_thaw(struct top *top, const struct usage *usage)
{
	bool frozen = strcmp(show_state(usage->set), "frozen") == 0;

	call(top, usage, frozen ? "Thaw" : "Freeze", must(json_object()));
}

static void await_reader(void)
{
	int c;

	(void)fputs("Enter goes back to nsctl top", stdout);
	(void)fflush(stdout);
	while ((c = getchar()) != '\n' && c != EOF)
		;
}

/* Leaves the terminal to `nsctl enter` until that has ended. */
static void enter(struct top *top, const struct usage *usage)
{
	_cleanup_free_ char *program = program_of_ours("nsctl", BINDIR);
	_cleanup_text_ struct text socket = {0}, owner = {0};
	int status;

	text_format(&socket, "--socket=%s", top->socket);
	text_format(&owner, "--owner=%lld", (long long)usage->owner);
	def_prog_mode();
	screen_end();
	status = program_run((char *[]){program, socket.data, owner.data, (char *)"enter",
					(char *)usage->name, NULL});
	/* nsctl itself has failed, and says why */
	if (status == -1 || WEXITSTATUS(status) == STATUS_OURS)
		await_reader();
	reset_prog_mode();
	look(top);
}

/* --- keys --- */

static void on_sort_key(struct top *top, int key)
{
	static const char keys[] = {[SORT_CPU] = 'c',
				    [SORT_MEMORY] = 'm',
				    [SORT_PROCESSES] = 'p',
				    [SORT_PACKETS] = 'n',
				    [SORT_NAME] = 'a'};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i] == key) {
			top->screen.sort = (enum sort)i;
			screen_sort(&top->screen);
		}
}

static void on_action_key(struct top *top, int key)
{
	const struct usage *usage = screen_selected(&top->screen);

	if (!usage)
		return;
	if (key == 'k')
		kill_set(top, usage);
	else if (key == 'f')
		freeze_or_thaw(top, usage);
	else if (key == 'e' || key == KEY_ENTERED || key == KEY_ENTER)
		enter(top, usage);
}

static void on_key(struct top *top, int key)
{
	long page = screen_height();

	top->screen.message.used = 0;
	switch (key) {
	case 'q':
		top->ended = true;
		break;
	case ' ':
		look(top);
		break;
	case KEY_UP:
		screen_move(&top->screen, -1);
		break;
	case KEY_DOWN:
		screen_move(&top->screen, 1);
		break;
	case KEY_PPAGE:
		screen_move(&top->screen, -page);
		break;
	case KEY_NPAGE:
		screen_move(&top->screen, page);
		break;
	case KEY_HOME:
		screen_move(&top->screen, -(long)top->screen.n);
		break;
	case KEY_END:
		screen_move(&top->screen, (long)top->screen.n);
		break;
	case KEY_RESIZE:
		screen_move(&top->screen, 0);
		break;
	default:
		on_sort_key(top, key);
		on_action_key(top, key);
	}
}

int main(int argc, char **argv)
{
	struct top top = {0};

	if (argc != 4) {
		(void)fprintf(stderr,
			      "usage: nsctl-top SOCKET OWNER SECONDS; see `nsctl help top`\n");
		return STATUS_USAGE;
	}
	top.socket = argv[1];
	top.owner =
		(struct sample_owner){.all = strcmp(argv[2], "all") == 0, .uid = atoll(argv[2])};
	top.seconds = atof(argv[3]);
	top.screen.owners = top.owner.all;
	if (!screen_begin())
		return STATUS_FAILED;
	while (!top.ended) {
		int key;

		if (now() >= top.next)
			look(&top);
		screen_draw(&top.screen);
		key = wait_for_key(&top);
		if (key != ERR)
			on_key(&top, key);
	}
	screen_end();
	disconnect(&top);
	sample_done(&top.sample);
	screen_done(&top.screen);
	return 0;
}
