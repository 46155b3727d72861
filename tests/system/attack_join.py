# SPDX-License-Identifier: LGPL-2.1-or-later
"""In a set: attacks every process that appears, until FILE.stop is there; what worked goes into FILE.

A process is the attacker's lawful prey once it has executed its command: what counts is whatever was
got of one that still ran a program of nsctl's.
"""
import ctypes
import os
import sys

PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT = 17, 0x4206, 0x4207
WALL = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
OURS = ("nsctld", "nsctl-init", "nsctld-spawner", "nsctld-front", "nsctl-runner")


def is_ours(pid):
    """Whether it runs one of nsctl's own programs: only who may look at it can say."""
    try:
        return os.path.basename(os.readlink(f"/proc/{pid}/exe")).split(" ")[0] in OURS
    except OSError:
        return False


def write_program(pid):
    """CVE-2019-5736: the host's binary, by the process that has just come in."""
    os.close(os.open(f"/proc/{pid}/exe", os.O_WRONLY))
    return True


def trace(pid):
    """CVE-2016-9962: traced before it has closed what is the host's."""
    if libc.ptrace(PTRACE_SEIZE, pid, None, None) < 0:
        return False
    worked = is_ours(pid)
    # a tracer that never detaches would keep the parent from waiting for the traced process
    libc.ptrace(PTRACE_INTERRUPT, pid, None, None)
    libc.waitpid(pid, None, WALL)
    libc.ptrace(PTRACE_DETACH, pid, None, None)
    return worked


def steal(pid, what):
    """Its descriptors, memory, environment."""
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
