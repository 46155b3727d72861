# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs in a set: attacks every process that appears, until FILE.stop exists, and writes to FILE which attacks worked.

The attacker may do anything to a process that has executed its command. An attack has worked if the
process still ran a program of nsctl's.
"""
import ctypes
import os
import sys

PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT = 17, 0x4206, 0x4207
WALL = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
OURS = ("nsctld", "nsctl-init", "nsctld-spawner", "nsctld-front", "nsctld-resolver", "nsctl-runner")


def is_ours(pid):
    """Returns true if the process runs a program of nsctl's, as far as the attacker may look at it."""
    try:
        return os.path.basename(os.readlink(f"/proc/{pid}/exe")).split(" ")[0] in OURS
    except OSError:
        return False


def write_program(pid):
    """CVE-2019-5736: opens the host's program by a process that has just entered the set."""
    os.close(os.open(f"/proc/{pid}/exe", os.O_WRONLY))
    return True


def trace(pid):
    """CVE-2016-9962: traces a process before it has closed descriptors of the host."""
    if libc.ptrace(PTRACE_SEIZE, pid, None, None) < 0:
        return False
    worked = is_ours(pid)
    # a tracer that never detaches would keep the parent from waiting for the traced process
    libc.ptrace(PTRACE_INTERRUPT, pid, None, None)
    libc.waitpid(pid, None, WALL)
    libc.ptrace(PTRACE_DETACH, pid, None, None)
    return worked


def steal(pid, what):
    """Opens the process's descriptors, memory and environment."""
    path = f"/proc/{pid}/{what}"
    if what == "fd":
        os.listdir(path)
    else:
        with open(path, "rb") as file:
            if what == "environ" and not file.read():
                return False
    return is_ours(pid)


ATTACKS = {
    "write": write_program, "trace": trace,
    "fd": lambda pid: steal(pid, "fd"), "mem": lambda pid: steal(pid, "mem"),
    "environ": lambda pid: steal(pid, "environ"),
}


def main(path):
    own, seen, tried = os.getpid(), {}, 0
    with open(path, "a", encoding="ascii") as out:
        print("begins", file=out, flush=True)
        while not os.path.exists(path + ".stop"):
            for name in os.listdir("/proc"):
                # attacks each process many times, because only some moments may be dangerous
                if not name.isdigit() or int(name) == own or seen.get(name, 0) > 200:
                    continue
                seen[name] = seen.get(name, 0) + 1
                tried += 1
                for what, attack in ATTACKS.items():
                    try:
                        if attack(int(name)):
                            print(what, name, file=out, flush=True)
                    except OSError:
                        pass
        print(f"ends {tried}", file=out, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
