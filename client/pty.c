/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Copies bytes between the caller's terminal and a pty, see pty.h. Owns the pty, its own copies of
 * stdin and stdout, and the terminal's mode, which is restored whatever ends this process, except
 * SIGKILL. Never waits outside of poll(), never makes the caller's stdin or stdout non-blocking
 * (other processes share them), and never reads more than it has room for: a stopped terminal stops
 * the command.
 */
#include "client/pty.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "client/foreground.h"
#include "client/memory.h"

/* Data with which a signal handler restores the terminal. */
static struct termios terminal_before;
static volatile sig_atomic_t terminal_is_raw;

/* Maximum output that is passed on after the command's end. The kernel buffers less, so more would
 * come from another process that still has the terminal open. */
#define DRAIN_MAX (1024 * 1024)

/* If poll() reports that a pipe is writable, it has room for this much (PIPE_BUF). */
#define PIPE_ATOMIC 4096

void pty_restore(void)
{
	int saved = errno;

	if (terminal_is_raw) {
		terminal_is_raw = 0;
		/* if nsctl is in the background, the shell uses the terminal and has set its
		 * mode */
		if (foreground_is_ours())
			(void)tcsetattr(STDIN_FILENO, TCSANOW, &terminal_before);
	}
	errno = saved;
}

static void on_fatal(int signal)
{
	pty_restore();
	/* SA_RESETHAND has removed this handler, so the default action follows */
	(void)raise(signal);
}

static void restore_at_the_end(void)
{
	static const int fatal[] = {SIGSEGV, SIGBUS,  SIGILL,  SIGFPE, SIGABRT,
				    SIGSYS,  SIGXCPU, SIGALRM, SIGPWR};
	struct sigaction action = {.sa_handler = on_fatal, .sa_flags = (int)SA_RESETHAND};
	static bool done;

	if (done)
		return;
	done = true;
	for (size_t i = 0; i < ARRAY_SIZE(fatal); i++)
		(void)sigaction(fatal[i], &action, NULL);
	(void)atexit(pty_restore);
}

/* Sets the caller's terminal to raw mode, except for its output. If it is raw already, another
 * process has done that, perhaps another nsctl, and will restore it. */
static void set_raw(void)
{
	struct termios mode;

	if (!terminal_is_raw && (tcgetattr(STDIN_FILENO, &terminal_before) < 0 ||
				 !(terminal_before.c_lflag & (ICANON | ECHO | ISIG))))
		return;
	restore_at_the_end();
	mode = terminal_before;
	cfmakeraw(&mode);
	/* other programs may write to it: see follow_newlines() */
	mode.c_oflag = terminal_before.c_oflag;
	terminal_is_raw = 1;
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &mode);
}

void pty_take(struct pty *pty)
{
	pty->reads = !pty->input_is_terminal || foreground_is_ours();
	if (pty->reads && pty->input_is_terminal)
		set_raw();
}

bool pty_waits(const struct pty *pty)
{
	return pty->input_fd >= 0 && pty->input_is_terminal && !foreground_is_ours();
}

/* Returns true if stdin and stdout are the same terminal. */
static bool is_one_terminal(void)
{
	struct stat in, out;

	return isatty(STDIN_FILENO) && fstat(STDIN_FILENO, &in) == 0 &&
	       fstat(STDOUT_FILENO, &out) == 0 && S_ISCHR(out.st_mode) && in.st_rdev == out.st_rdev;
}

/* Opens fd's file again, so that its flags are independent; if that is impossible, duplicates
 * it. */
static int reopen(int fd, int flags, bool *ret_own)
{
	char path[32];
	int own;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	own = open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	*ret_own = own >= 0;
	return own >= 0 ? own : fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

/* Opens both sides of the pty. */
static int open_pair(struct pty *pty)
{
	int zero = 0;

	pty->master_fd = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (pty->master_fd < 0)
		return negative_errno();
	if (ioctl(pty->master_fd, TIOCSPTLCK, &zero) < 0)
		return negative_errno();
	/* by descriptor, because a name would be looked up in whatever is mounted at /dev/pts */
	pty->slave_fd = ioctl(pty->master_fd, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return pty->slave_fd < 0 ? negative_errno() : 0;
}

int pty_new(struct pty **ret)
{
	struct pty *pty = must(calloc(1, sizeof(*pty)));
	struct termios mode;
	int r;

	pty->master_fd = pty->slave_fd = pty->input_fd = pty->output_fd = -1;
	r = open_pair(pty);
	if (r < 0) {
		pty_free(pty);
		return r;
	}
	pty->input_is_terminal = tcgetattr(STDIN_FILENO, &mode) == 0;
	/* the command must not get the mode of a shell that edits its command line, or of another
	 * nsctl */
	if (pty->input_is_terminal && mode.c_lflag & ICANON && foreground_is_ours())
		(void)tcsetattr(pty->slave_fd, TCSANOW, &mode);
	pty->one_terminal = is_one_terminal();
	pty->input_fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	pty->output_fd = reopen(STDOUT_FILENO, O_WRONLY, &pty->output_waits);
	pty_resize(pty, false);
	*ret = pty;
	return 0;
}

void pty_replace(struct pty *pty, int master_fd, int slave_fd)
{
	close_fd(pty->master_fd);
	close_fd(pty->slave_fd);
	pty->master_fd = master_fd;
	pty->slave_fd = slave_fd;
	pty_resize(pty, false);
}

struct pty *pty_free(struct pty *pty)
{
	if (!pty)
		return NULL;
	pty_restore();
	close_fd(pty->master_fd);
	close_fd(pty->slave_fd);
	close_fd(pty->input_fd);
	close_fd(pty->output_fd);
	free(pty);
	return NULL;
}

void pty_resize(struct pty *pty, bool kick)
{
	struct winsize now, before;

	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &now) < 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &now) < 0)
		return;
	if (kick && ioctl(pty->master_fd, TIOCGWINSZ, &before) == 0 &&
	    memcmp(&now, &before, sizeof(now)) == 0) {
		/* the kernel reports only changes, so make one */
		before.ws_row++;
		(void)ioctl(pty->master_fd, TIOCSWINSZ, &before);
	}
	(void)ioctl(pty->master_fd, TIOCSWINSZ, &now);
}

static bool is_empty(const struct pty_buffer *buffer)
{
	return buffer->at == buffer->used;
}

void pty_poll(const struct pty *pty, struct pollfd ret_fds[static PTY_POLL])
{
	bool reads = pty->reads && !pty_waits(pty);
	bool write_master = !is_empty(&pty->in) || pty->closing > 0;
	bool write_output = !is_empty(&pty->out);
	short master = (short)((write_master ? POLLOUT : 0) | (write_output ? 0 : POLLIN));

	/* idle descriptors are left out, because POLLHUP would be reported again and again */
	ret_fds[0] = (struct pollfd){.fd = write_master || !reads ? -1 : pty->input_fd,
				     .events = POLLIN};
	ret_fds[1] = (struct pollfd){.fd = master ? pty->master_fd : -1, .events = master};
	ret_fds[2] = (struct pollfd){.fd = write_output ? pty->output_fd : -1, .events = POLLOUT};
}

/* Disconnects the command's terminal: the command gets SIGHUP. */
static void hang_up(struct pty *pty)
{
	pty->hung_up = true;
	pty->master_fd = close_fd(pty->master_fd);
	pty->in.at = pty->in.used = pty->out.at = pty->out.used = 0;
	pty->closing = 0;
	pty->input_fd = close_fd(pty->input_fd);
}

static bool is_passing(int error)
{
	return error == EAGAIN || error == EINTR || error == EWOULDBLOCK;
}

/* Counts interrupt characters that the command's terminal will turn into a signal. */
static void count_interrupts(struct pty *pty)
{
	const char *at = pty->in.data, *end = at + pty->in.used;
	struct termios mode;

	if (tcgetattr(pty->slave_fd, &mode) < 0 || !(mode.c_lflag & ISIG) ||
	    mode.c_cc[VINTR] == _POSIX_VDISABLE)
		return;
	while ((at = memchr(at, mode.c_cc[VINTR], (size_t)(end - at)))) {
		pty->interrupts++;
		at++;
	}
}

static void read_input(struct pty *pty)
{
	ssize_t n = read(pty->input_fd, pty->in.data, sizeof(pty->in.data));

	if (n < 0 && is_passing(errno))
		return;
	if (n > 0) {
		pty->in.at = 0;
		pty->in.used = (size_t)n;
		pty->mid_line = pty->in.data[n - 1] != '\n';
		count_interrupts(pty);
		return;
	}
	pty->input_fd = close_fd(pty->input_fd);
	/* If the input was a terminal, it was disconnected. If it was a file or a pipe, that is at
	 * its end: the command's terminal gets a ^D, and a second one if a line was begun. */
	if (pty->input_is_terminal)
		hang_up(pty);
	else
		pty->closing = pty->mid_line ? 2 : 1;
}

static void write_master(struct pty *pty)
{
	struct pty_buffer *in = &pty->in;
	struct termios mode;
	char end = 4;
	ssize_t n;

	if (is_empty(in)) {
		if (tcgetattr(pty->slave_fd, &mode) == 0 && mode.c_cc[VEOF] != _POSIX_VDISABLE)
			end = (char)mode.c_cc[VEOF];
		n = write(pty->master_fd, &end, 1);
		if (n > 0 || !is_passing(errno))
			pty->closing--;
		return;
	}
	n = write(pty->master_fd, in->data + in->at, in->used - in->at);
	if (n >= 0)
		in->at += (size_t)n;
	else if (!is_passing(errno))
		hang_up(pty);
}

/* Copies the command's setting for line ends (ONLCR) to the caller's terminal, because other
 * programs may write there, too. Returns true if that terminal now adds carriage returns. */
static bool follow_newlines(const struct pty *pty)
{
	const tcflag_t adds = OPOST | ONLCR;
	struct termios mode, wanted;

	if (!pty->one_terminal || tcgetattr(STDIN_FILENO, &mode) < 0)
		return false;
	if (terminal_is_raw && tcgetattr(pty->slave_fd, &wanted) == 0 && foreground_is_ours()) {
		wanted.c_oflag = (wanted.c_oflag & adds) == adds ? adds : 0;
		if (mode.c_oflag != wanted.c_oflag) {
			mode.c_oflag = wanted.c_oflag;
			(void)tcsetattr(STDIN_FILENO, TCSANOW, &mode);
		}
	}
	return (mode.c_oflag & adds) == adds;
}

/* Removes the carriage returns that the caller's terminal adds again. */
static size_t without_returns(char *data, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (!(data[i] == '\r' && i + 1 < n && data[i + 1] == '\n'))
			data[kept++] = data[i];
	return kept;
}

/* Reads output of the command into the buffer. Returns false if there is nothing to read now. */
static bool read_master(struct pty *pty)
{
	ssize_t n = read(pty->master_fd, pty->out.data, sizeof(pty->out.data));

	if (n <= 0)
		return n < 0 && errno == EINTR;
	pty->out.at = 0;
	pty->out.used = (size_t)n;
	if (follow_newlines(pty))
		pty->out.used = without_returns(pty->out.data, pty->out.used);
	return true;
}

static void write_output(struct pty *pty)
{
	struct pty_buffer *out = &pty->out;
	size_t most = out->used - out->at;
	ssize_t n;

	/* poll() has promised room for this much, and a write of more could block */
	if (!pty->output_waits)
		most = MIN(most, (size_t)PIPE_ATOMIC);
	n = write(pty->output_fd, out->data + out->at, most);
	if (n >= 0) {
		out->at += (size_t)n;
	} else if (!is_passing(errno)) {
		pty->output_fd = close_fd(pty->output_fd);
		hang_up(pty);
	}
}

void pty_pump(struct pty *pty, const struct pollfd fds[static PTY_POLL])
{
	const short ready = POLLIN | POLLHUP | POLLERR;

	if (fds[0].fd >= 0 && fds[0].revents && pty->input_fd >= 0)
		read_input(pty);
	/* input is passed on at once if there is room, because an echo is expected */
	if (pty->master_fd >= 0 &&
	    (!is_empty(&pty->in) || (fds[1].fd >= 0 && fds[1].revents & POLLOUT && pty->closing)))
		write_master(pty);
	if (pty->master_fd >= 0 && fds[1].fd >= 0 && fds[1].revents & ready &&
	    is_empty(&pty->out) && read_master(pty) && pty->output_waits)
		write_output(pty);
	else if (fds[2].fd >= 0 && fds[2].revents && !is_empty(&pty->out))
		write_output(pty);
}

void pty_drain(struct pty *pty, int stop_fd)
{
	size_t passed = 0;

	/* once our slave is closed, read() reports the end after the last byte */
	pty->slave_fd = close_fd(pty->slave_fd);
	while (pty->master_fd >= 0 && pty->output_fd >= 0) {
		struct pollfd fds[] = {{.fd = pty->output_fd, .events = POLLOUT},
				       {.fd = stop_fd, .events = POLLIN}};

		if (is_empty(&pty->out)) {
			if (passed > DRAIN_MAX || !read_master(pty) || is_empty(&pty->out))
				return;
			passed += pty->out.used;
		}
		if (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno != EINTR)
			return;
		if (fds[1].revents)
			return;
		write_output(pty);
	}
}
