# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where callers of the harness stand: in a cgroup that is delegated to them, behind a wall; and what they adopt."""
import ctypes
import os
import subprocess

from daemon import children_of, eventually, read, version2_root

LIBC = ctypes.CDLL(None, use_errno=True)


class Service:
    """A cgroup that belongs to the user, like that of a service with Delegate=yes and User=."""

    def __init__(self, uid):
        self.path = os.path.join(version2_root(), f"nsctl-faults-{os.getpid()}")
        os.mkdir(self.path)
        for name in ("", "cgroup.procs"):
            os.chown(os.path.join(self.path, name), uid, uid)

    def enter(self):
        with open(os.path.join(self.path, "cgroup.procs"), "w", encoding="ascii") as processes:
            processes.write("0")

    def end(self):
        """Removes the cgroup. Returns true if nothing was left in it."""
        clean = eventually(self._is_empty, 5)
        for directory, _, _ in os.walk(self.path, topdown=False):
            os.rmdir(directory)
        return clean

    def _is_empty(self):
        return "populated 0" in read(f"{self.path}/cgroup.events") and not next(os.walk(self.path))[1]


class Wall:
    """Namespaces like those of a service with PrivateTmp=, PrivateNetwork= and their like."""

    KINDS = ["mnt", "net", "ipc", "uts", "cgroup"]

    def __init__(self):
        program = ["unshare", "--mount", "--net", "--ipc", "--uts", "--cgroup", "sleep", "infinity"]
        self.holder = subprocess.Popen(program, stdin=subprocess.DEVNULL)
        eventually(lambda: read(f"/proc/{self.holder.pid}/comm").strip() == "sleep")

    def enter(self):
        opened = [os.open(f"/proc/{self.holder.pid}/ns/{kind}", os.O_RDONLY) for kind in self.KINDS]
        for descriptor in opened:
            if LIBC.setns(descriptor, 0):
                raise OSError(ctypes.get_errno(), "setns")
            os.close(descriptor)

    def end(self):
        self.holder.kill()
        self.holder.wait()


class Stranger:
    """A process of the user's in namespaces that it has made without nsctl."""

    KINDS = ["mnt", "pid", "net", "user"]

    def __init__(self, uid, cpu):
        ids = [f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
        program = ["unshare", "-rmnpf", "--kill-child", "--mount-proc", "sleep", "infinity"]
        self.parent = subprocess.Popen(
            ["setpriv", *ids, "taskset", "-c", str(cpu), *program], stdin=subprocess.DEVNULL
        )
        eventually(lambda: read(f"/proc/{self.pid()}/comm").strip() == "sleep")

    def pid(self):
        return next(iter(children_of(self.parent.pid)), 0)

    def inode(self, kind):
        return os.stat(f"/proc/{self.pid()}/ns/{kind}").st_ino

    def end(self):
        self.parent.kill()
        self.parent.wait()
