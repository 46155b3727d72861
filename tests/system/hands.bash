# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A person at a terminal, for tests of interactive use. $place is a directory of the test's own.

# terminal COMMAND...: runs the program on stdin, which has a person's hands and eyes: type(text),
# until(text), resize(rows, columns), screen; the command is on a terminal of 24 by 80. Both are the
# user's, or terminal_as's.
terminal() {
	{
		cat <<'PYTHON'
import fcntl, glob, os, pty, re, select, signal, struct, sys, termios, time
pid, master = pty.fork()
if pid == 0: os.execvp(sys.argv[1], sys.argv[1:])
seen = b""
def resize(rows, columns): fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
def type(text): os.write(master, text.encode())
def look(seconds=0.2):
    global seen
    if select.select([master], [], [], seconds)[0]:
        try: seen += os.read(master, 65536)
        except OSError: raise EOFError(seen)
def until(text):
    """Waits until it is to be seen, and forgets what was before."""
    global before, seen
    end = time.time() + 30
    while not re.search(text.encode(), seen):
        assert time.time() < end, (text, seen)
        look()
    end = re.search(text.encode(), seen).end()
    before, seen = seen[:end], seen[end:]
def foreground(command):
    """Waits until the command has its terminal: a shell tells of a job before it hands it over."""
    end = time.time() + 30
    while time.time() < end:
        for line in glob.glob("/proc/[0-9]*/cmdline"):
            try:
                if open(line).read() != command.replace(" ", "\0") + "\0": continue
                stat = open(line.replace("cmdline", "stat")).read()
            except OSError: continue
            state, parent, group, session, device, owner = stat[stat.rindex(")") + 2:].split()[:6]
            if state != "T" and group == owner: return
        time.sleep(0.02)
    raise AssertionError(command)
def ends():
    try:
        while True: look(30)
    except EOFError: pass
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
resize(24, 80)
PYTHON
		cat
	} >"$place/hands.py"
	as "${terminal_as:-$user_id}" TERM=xterm PS1='ready> ' timeout 120 python3 "$place/hands.py" "$@"
}
