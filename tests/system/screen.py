#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""screen.py COLUMNS COMMAND...: runs a command on a terminal of so many columns, and prints what it writes there.

Ends with the command's status. A line that is wider than the terminal makes it fail with 99: on a screen, the line
would take two.
"""
import fcntl
import os
import pty
import re
import struct
import sys
import termios

columns = int(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
output = b""
while True:
    try:
        piece = os.read(terminal, 65536)
    except OSError:  # the command has closed the terminal
        break
    if not piece:
        break
    output += piece
text = output.decode().replace("\r\n", "\n")
sys.stdout.write(text)
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
wide = [line for line in re.sub(r"\033\[[0-9;]*m", "", text).split("\n") if len(line) > columns]
if wide:
    print("wider than the terminal:", *wide, sep="\n")
    status = 99
sys.exit(status)
