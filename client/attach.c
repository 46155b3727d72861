/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See attach.h. nsctl stays with an attached command by a status pipe, a pidfd, perhaps a pty, and
 * a signalfd: signals are passed on to the command instead of ending this process.
 *
 * A line in the status pipe says how the command ended, whatever happens to the daemon. Without
 * that line, the daemon's last reply says so. A process is signalled only by its pidfd or by the
 * daemon, never by its number.
 */
#include "client/attach.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>

#include "client/client-error.h"
#include "client/command-set.h"
#include "client/foreground.h"
#include "client/memory.h"
#include "client/print.h"
#include "client/process.h"
#include "client/streams.h"
#include "client/time-limit.h"
#include "protocol/name.h"

/* PIDFD_SIGNAL_PROCESS_GROUP of linux/pidfd.h, since Linux 6.9 */
#define SIGNAL_PROCESS_GROUP (1U << 2)

/* Time that the daemon has after the end of the status pipe to report how the command ended, if the
 * pipe did not, and to remove the set of a Run. */
#define LAST_WORD_MS 5000
/* A second interrupt within this time kills the command, if attach.impatient is set. */
#define IMPATIENCE_MS 2000

struct session {
	struct client *client;
	const struct attach *how;
	struct streams streams;
	int status_fd, signal_fd, pid_fd, terminal_fd; /* terminal_fd: see set_terminal_open() */
	sigset_t mask_before;
	char id[ID_SIZE], set[NAME_SIZE];
	int64_t pid;
	bool running;	      /* the first reply has come */
	bool connected;	      /* the last reply has not come yet */
	bool dropped;	      /* the connection was lost while the command ran */
	bool ends_all;	      /* nsctl was told to end: kill what the command has left */
	int lost;	      /* if the connection was lost before the first reply: a -errno */
	json_t *parameters;   /* of the call */
	struct call_fds *fds; /* the call's descriptors, as long as it may be repeated */
	unsigned int tries;
	int outcome;		       /* the command's exit status; -1: unknown */
	int failure;		       /* 0, or the status with which nsctl ends at once */
	unsigned waiting;	       /* bit N: signal N is sent once the command runs */
	int64_t deadline, interrupted; /* in ms; -1: none */
	struct time_limit limit;
	size_t line_used;
	char line[32];
};

static void session_done(struct session *session)
{
	session->streams.pty = pty_free(session->streams.pty);
	session->status_fd = close_fd(session->status_fd);
	session->pid_fd = close_fd(session->pid_fd);
	session->terminal_fd = close_fd(session->terminal_fd);
	if (session->signal_fd >= 0) {
		session->signal_fd = close_fd(session->signal_fd);
		(void)sigprocmask(SIG_SETMASK, &session->mask_before, NULL);
	}
}

/* Makes a signalfd for the signals that nsctl passes on, and blocks them. Leaves out signals that
 * are ignored. Returns 0 or -errno. */
static int catch_signals(struct session *session)
{
	static const int passed_on[] = {SIGINT,	 SIGTERM, SIGHUP,  SIGQUIT, SIGUSR1,
					SIGUSR2, SIGTSTP, SIGCONT, SIGWINCH};
	sigset_t caught;

	sigemptyset(&caught);
	for (size_t i = 0; i < ARRAY_SIZE(passed_on); i++) {
		struct sigaction action;

		/* a blocked signal would be queued even if it is ignored */
		if (sigaction(passed_on[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(&caught, passed_on[i]);
	}
	session->signal_fd = signalfd(-1, &caught, SFD_CLOEXEC | SFD_NONBLOCK);
	if (session->signal_fd < 0)
		return negative_errno();
	/* if stdout has no reader any more, SIGPIPE must not end this process before the command
	 * gets SIGHUP */
	if (session->streams.pty)
		(void)signal(SIGPIPE, SIG_IGN);
	(void)sigprocmask(SIG_BLOCK, &caught, &session->mask_before);
	return 0;
}

/* Ends this process as if it had not caught the signal. The daemon notices that the connection is
 * closed, and ends what it has begun for it. */
static void die_of(struct session *session, int signal)
{
	sigset_t only;

	session_done(session);
	sigemptyset(&only);
	sigaddset(&only, signal);
	(void)fflush(stdout);
	(void)sigprocmask(SIG_UNBLOCK, &only, NULL);
	(void)raise(signal);
	session->failure = COMMAND_SIGNALLED + signal;
}

/* Makes the daemon signal the command: it may signal processes with another uid in a user
 * namespace, which this process may not. */
static void kill_by_daemon(struct session *session, int signal)
{
	json_t *parameters;
	struct client client;

	if (!session->id[0])
		return;
	client_init(&client);
	client.socket_path = session->client->socket_path;
	client.verb = session->client->verb;
	client.has_owner = session->client->has_owner;
	client.owner = session->client->owner;
	parameters = client_named(&client, session->set);
	json_put(parameters, "session", json_string(session->id));
	json_put(parameters, "signal", json_integer(signal));
	(void)client_call(&client, session->how->subject, "org.nsctl.Kill", parameters, NULL, NULL);
	client_done(&client);
}

static void send_signal(struct session *session, int signal, bool group)
{
	unsigned flags = group ? SIGNAL_PROCESS_GROUP : 0;
	long r = -1;

	errno = EPERM;
	if (session->pid_fd >= 0)
		r = syscall(SYS_pidfd_send_signal, session->pid_fd, signal, NULL, flags);
	if (r < 0 && errno == EINVAL && group)
		r = syscall(SYS_pidfd_send_signal, session->pid_fd, signal, NULL, 0);
	if (r < 0 && errno == EPERM)
		kill_by_daemon(session, signal);
}

static void stop(struct session *session, bool group)
{
	if (session->streams.pty)
		pty_restore();
	else if (session->running)
		/* the command leads a session, so SIGTSTP stops nothing by default: the kernel
		 * ignores it if no shell could continue the process */
		send_signal(session, process_handles(session->pid, SIGTSTP) ? SIGTSTP : SIGSTOP,
			    group);
	(void)raise(SIGSTOP);
}

/* Notes an interrupt. Returns true if it is the second one within IMPATIENCE_MS; if
 * attach.impatient is set, it then kills the command. */
static bool interrupt_twice(struct session *session)
{
	int64_t now = time_now();

	bool twice = session->interrupted >= 0 && now - session->interrupted <= IMPATIENCE_MS;

	if (twice && session->how->impatient)
		send_signal(session, SIGKILL, false);
	session->interrupted = now;
	return twice;
}

static void on_signal(struct session *session, int signal, bool from_terminal)
{
	bool ends = signal == SIGINT || signal == SIGTERM || signal == SIGHUP || signal == SIGQUIT;

	if (signal == SIGTSTP) {
		stop(session, from_terminal);
		return;
	}
	if (session->streams.pty && (signal == SIGCONT || signal == SIGWINCH)) {
		if (signal == SIGCONT && session->running)
			pty_take(session->streams.pty);
		pty_resize(session->streams.pty, signal == SIGCONT);
		return;
	}
	if (signal == SIGCONT && !session->client->quiet && streams_are_shared(&session->streams))
		print_hint("%s still has this terminal as its stdin, and may take what you type; "
			   "run it with -t or </dev/null",
			   session->how->program);
	session->ends_all |= signal == SIGTERM || signal == SIGHUP;
	if (!session->running) {
		/* The command may have started already, and gets the signal once that is known. But
		 * a user who asks for an end twice must not wait for a start. */
		if (ends && session->waiting & 1U << signal)
			die_of(session, signal);
		else if (ends || signal == SIGUSR1 || signal == SIGUSR2)
			session->waiting |= 1U << signal;
		return;
	}
	send_signal(session, signal, from_terminal || signal == SIGCONT);
	if (signal == SIGINT)
		session->ends_all |= interrupt_twice(session);
}

static void on_signals(struct session *session)
{
	struct signalfd_siginfo info;

	while (session->failure == 0 &&
	       read(session->signal_fd, &info, sizeof(info)) == sizeof(info))
		on_signal(session, (int)info.ssi_signo, info.ssi_code == SI_KERNEL);
}

static void on_status(struct session *session)
{
	const size_t most = sizeof(session->line) - 1;
	size_t used = session->line_used < most ? session->line_used : most;
	ssize_t n = read(session->status_fd, session->line + used, most - used);
	char *end;

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n > 0) {
		session->line_used = used + (size_t)n;
		session->line[session->line_used] = '\0';
		end = strchr(session->line, '\n');
		if (!end)
			return;
		*end = '\0';
		session->outcome = attach_outcome_of_line(session->line);
	}
	session->status_fd = close_fd(session->status_fd);
	session->deadline = time_now() + LAST_WORD_MS;
}

/* Takes the terminal that the command's process has made in the set, if it has made one. */
static void take_terminal(struct session *session)
{
	if (session->streams.pty)
		set_terminal_take(session->terminal_fd, session->streams.pty);
}

static void started(struct session *session, const json_t *reply)
{
	const json_t *index = json_object_get(reply, "processFileDescriptor");

	session->running = true;
	attach_tell_start(session->client, session->how, reply);
	take_terminal(session);
	if (session->streams.pty)
		pty_take(session->streams.pty);
	call_fds_done(session->fds);
	session->pid = json_integer_value(json_object_get(reply, "pid"));
	snprintf(session->id, sizeof(session->id), "%s", json_text(reply, "session", ""));
	snprintf(session->set, sizeof(session->set), "%s",
		 json_text(reply, "name", session->how->subject ? session->how->subject : ""));
	if (json_is_integer(index))
		session->pid_fd =
			connection_take_fd(session->client->nsctl, json_integer_value(index));
	for (int signal = 1; signal < 32; signal++)
		if (session->waiting >> signal & 1)
			send_signal(session, signal, false);
}

static int ask(struct session *session)
{
	return client_send(session->client, session->how->subject, session->how->method,
			   session->parameters, session->fds, true);
}

/* Handles a connection that was lost before the first reply: repeats the call, or gives up. */
static void on_lost(struct session *session, int outcome)
{
	session->tries++;
	if (client_try_again(session->client, session->how->method, session->parameters, outcome,
			     session->tries)) {
		session->failure = ask(session);
		return;
	}
	/* close our copies, which would keep the status pipe open */
	call_fds_done(session->fds);
	session->lost = outcome;
	session->connected = false;
	take_terminal(session);
}

static void on_reply(struct session *session)
{
	_cleanup_reply_ struct message_reply reply = {0};
	/* an incomplete reply must not delay signals and the terminal */
	int r = connection_next(session->client->nsctl, 0, &reply);

	if (r == -EAGAIN)
		return;
	if (r == -ENOMEM)
		out_of_memory();
	if (r == -EBADMSG && !session->running) {
		session->failure = client_lost(session->client, session->how->subject, r);
		return;
	}
	if (r != 0 && !session->running) {
		on_lost(session, r);
		return;
	}
	session->connected = r == 0 && reply.continues && !reply.error;
	session->dropped = r != 0;
	session->client->answered = r == 0 && !reply.continues && !reply.error;
	if (r == 0 && reply.error && !session->running)
		session->failure = attach_failed(session->client, session->how, &reply);
	else if (r == 0 && reply.error)
		(void)client_error(session->client, session->how->subject, &reply);
	else if (r == 0 && !session->running)
		started(session, reply.parameters);
	if (r == 0 && !reply.error && session->outcome < 0)
		session->outcome = attach_outcome(reply.parameters);
}

/* Returns true if the first reply has come, which says what a person must know before the command's
 * output. */
static bool has_begun(const struct session *session)
{
	return session->running || !session->connected;
}

/* Returns true if there is nothing left to wait for. */
static bool is_over(const struct session *session)
{
	if (session->failure != 0)
		return true;
	if (session->outcome >= 0 && session->how->tty && !has_begun(session))
		return false;
	if (session->outcome >= 0)
		return !session->how->removes || !session->connected;
	return session->status_fd < 0 && !session->connected;
}

/* Kills the processes that the command has left, if nsctl was told to end or its terminal is gone.
 * The set of a Run is removed anyway. */
static void end_what_is_left(struct session *session)
{
	bool hung_up = session->streams.pty && session->streams.pty->hung_up;

	if ((session->ends_all || hung_up) && !session->how->removes)
		kill_by_daemon(session, SIGKILL);
}

/* Waits for an event. Returns false at the deadline. */
static bool wait_for_event(struct session *session, struct pollfd *fds, size_t n)
{
	bool waits = session->running && streams_wait(&session->streams);
	int64_t now = time_now();
	const int64_t moments[] = {session->deadline, session->limit.next,
				   waits ? now + FOREGROUND_LOOK_MS : -1};

	if (poll(fds, n, time_until(moments, ARRAY_SIZE(moments), now)) == 0 &&
	    session->deadline >= 0 && time_now() >= session->deadline)
		return false;
	if (waits)
		streams_look(&session->streams);
	return true;
}

/* Signals the command at its time limit. From then on, all that it has started ends with it. */
static void on_time_limit(struct session *session)
{
	int signal = time_limit_due(&session->limit, time_now());

	session->ends_all |= signal != 0;
	if (signal != 0 && !session->running)
		session->waiting |= 1U << signal;
	else if (signal == SIGKILL)
		kill_by_daemon(session, signal);
	else if (signal != 0)
		send_signal(session, signal, true);
}

static int stay(struct session *session)
{
	struct pollfd fds[3 + STREAMS_POLL];

	while (!is_over(session)) {
		bool begun = has_begun(session);
		size_t n = begun ? streams_poll(&session->streams, fds + 3) : 0;

		fds[0] = (struct pollfd){.fd = session->signal_fd, .events = POLLIN};
		fds[1] = (struct pollfd){.fd = session->status_fd, .events = POLLIN};
		fds[2] = (struct pollfd){.fd = -1};
		if (session->connected)
			fds[2] = (struct pollfd){.fd = nsctl_fd(session->client->nsctl),
						 .events = nsctl_events(session->client->nsctl)};
		if (!wait_for_event(session, fds, 3 + n))
			break;
		on_time_limit(session);
		if (fds[0].revents)
			on_signals(session);
		if (session->failure == 0 && fds[2].revents)
			on_reply(session);
		if (session->failure == 0 && fds[1].revents)
			on_status(session);
		if (session->failure == 0 && begun)
			streams_pump(&session->streams, fds + 3);
		for (; session->streams.pty && session->streams.pty->interrupts > 0;
		     session->streams.pty->interrupts--)
			(void)interrupt_twice(session);
	}
	if (session->failure != 0)
		return session->failure;
	if (session->outcome >= 0) {
		take_terminal(session);
		if (session->streams.pty)
			pty_drain(session->streams.pty, session->signal_fd);
		end_what_is_left(session);
		if (session->how->removes && session->dropped)
			command_set_await_removal(session->client, session->set, session->id);
		return 0;
	}
	pty_restore();
	if (!session->running)
		return client_lost(session->client, session->how->subject, session->lost);
	return attach_unknown(session->client, session->how);
}

/* Makes a terminal and, if it must have a name in the set, a socket by which the command's process
 * sends one. Returns 0 or -errno. */
static int prepare_terminal(struct session *session, json_t *parameters, struct call_fds *fds)
{
	int r = pty_new(&session->streams.pty), socket_fd;

	if (r < 0)
		return r;
	json_put(parameters, "terminalFileDescriptor",
		 call_fds_add(fds, fcntl(session->streams.pty->slave_fd, F_DUPFD_CLOEXEC, 3)));
	socket_fd = set_terminal_open(&session->terminal_fd);
	if (socket_fd < 0)
		return socket_fd;
	json_put(parameters, "terminalSocketFileDescriptor", call_fds_add(fds, socket_fd));
	return 0;
}

/* Prepares the status pipe, the terminal and the signals. Returns 0, or a status after reporting
 * the failure. */
static int prepare(struct session *session, json_t *parameters, struct call_fds *fds)
{
	int ends[2], r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return client_problem(session->client, session->how->subject, "pipe: %s",
				      strerror(errno));
	session->status_fd = ends[0];
	json_put(parameters, "statusFileDescriptor", call_fds_add(fds, ends[1]));
	r = session->how->tty ? prepare_terminal(session, parameters, fds) : 0;
	if (r < 0)
		return client_problem(session->client, session->how->subject,
				      "cannot make a terminal: %s", strerror(-r));
	r = catch_signals(session);
	if (r < 0)
		return client_problem(session->client, session->how->subject, "signalfd: %s",
				      strerror(-r));
	return 0;
}

int attach_run(struct client *client, const struct attach *how, json_t *parameters,
	       struct call_fds *fds, int *ret_status)
{
	_cleanup_(session_done) struct session session = {
		.client = client,
		.how = how,
		.streams.feed = how->feed,
		.status_fd = -1,
		.signal_fd = -1,
		.pid_fd = -1,
		.terminal_fd = -1,
		.outcome = -1,
		.deadline = -1,
		.interrupted = -1,
		.connected = true,
		.parameters = parameters,
		.fds = fds,
	};
	int r = client_connect(client, false);

	if (r == 0)
		r = prepare(&session, parameters, fds);
	if (r == 0)
		r = ask(&session);
	if (r != 0)
		return r;
	time_limit_start(&session.limit, how->seconds, time_now());
	r = stay(&session);
	if (r == 0)
		*ret_status = session.limit.expired ? COMMAND_TIMED_OUT : session.outcome;
	return r;
}
