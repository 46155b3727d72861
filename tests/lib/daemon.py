# SPDX-License-Identifier: LGPL-2.1-or-later
"""A daemon of the test's own in a net namespace of its own, and counts of its objects in the kernel."""
import os
import re
import signal
import subprocess
import tempfile
import time

from varlink import Client, ConnectionLost, VarlinkError, patience


def eventually(condition, seconds=30.0):
    """Polls until the condition is true; returns false after a generous bound."""
    start = time.monotonic()
    pause = 0.001
    while not condition():
        if time.monotonic() - start > patience(seconds):
            return False
        time.sleep(pause)
        pause = min(pause * 2, 0.05)
    return True


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def children_of(pid):
    return [int(child) for child in read(f"/proc/{pid}/task/{pid}/children").split()]


def has_ended(pid):
    return re.search(r"^State:\s+[ZX]", read(f"/proc/{pid}/status"), re.M) is not None or (
        not os.path.exists(f"/proc/{pid}")
    )


def count_below(directory, of_directories):
    total = 0
    for _, directories, files in os.walk(directory):
        total += len(directories) if of_directories else len(files)
    return total


def version2_root():
    for line in read("/proc/self/mountinfo").splitlines():
        if " - cgroup2 " in line:
            return line.split()[4]
    raise RuntimeError("cgroup2 is not mounted")


class Daemon:
    """Starts, stops, kills and restarts a daemon; purges it at the end."""

    def __init__(self, build, options=(), prefix=(), environment=None):
        self.build = build
        self.options = list(options)
        self.prefix = list(prefix)  # a command that starts it
        self.environment = environment or {}
        self.runtime = tempfile.mkdtemp(prefix="nsctl-test.", dir="/run")
        os.chmod(self.runtime, 0o755)
        self.log_path = self.runtime + ".log"
        self.process = None
        self.net = subprocess.Popen(
            ["unshare", "--net", "sleep", "infinity"], stdin=subprocess.DEVNULL
        )
        eventually(lambda: read(f"/proc/{self.net.pid}/comm").strip() == "sleep")

    @property
    def socket(self):
        return os.path.join(self.runtime, "socket")

    @property
    def log(self):
        return read(self.log_path)

    def client(self, uid, seconds=20, enter=None):
        return Client(self.socket, uid, seconds, enter)

    def _command(self, extra):
        inside = ["nsenter", f"--net=/proc/{self.net.pid}/ns/net", "--"]
        daemon = [os.path.join(self.build, "nsctld"), f"--runtime-directory={self.runtime}"]
        return inside + self.prefix + daemon + self.options + list(extra)

    def spawn(self, *extra):
        """Starts the daemon, and does not wait until it serves."""
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self._command(extra),
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def answers(self):
        try:
            with self.client(0, seconds=10) as client:
                client.call("GetStatus")
            return True
        except (OSError, ConnectionLost, VarlinkError):
            return False

    def start(self):
        self.spawn()
        if not eventually(lambda: self.answers() or self.process.poll() is not None):
            raise RuntimeError("the daemon does not serve:\n" + self.log[-2000:])
        return self.process.poll() is None

    def stop(self, number=signal.SIGTERM):
        """Signals the daemon, waits for its end, and returns its exit status."""
        if self.process.poll() is None:
            os.kill(self.process.pid, number)
        status = self.process.wait(timeout=patience(60))
        return status

    def keeper(self):
        """Returns the keeper's pid: the process that was started, or one below it."""
        if read(f"/proc/{self.process.pid}/comm").strip() == "nsctld":
            return self.process.pid
        for child in children_of(self.process.pid):
            if read(f"/proc/{child}/comm").strip() == "nsctld":
                return child
        return 0

    def spawner(self):
        for child in children_of(self.keeper()):
            if read(f"/proc/{child}/comm").strip() == "nsctld-spawner":
                return child
        return 0

    def fronts(self):
        return [
            child
            for child in children_of(self.spawner())
            if read(f"/proc/{child}/comm").strip() == "nsctld-front"
        ]

    def purge(self):
        if self.process:
            self.stop()
        status = subprocess.run(
            [os.path.join(self.build, "nsctld"), f"--runtime-directory={self.runtime}", "--purge"],
            capture_output=True,
            text=True,
            check=False,
        )
        self.net.kill()
        self.net.wait()
        if status.returncode:
            raise RuntimeError("the daemon cannot be purged:\n" + status.stderr)
        os.rmdir(self.runtime)
        os.unlink(self.log_path)

    # --- the daemon's objects in the kernel ---

    def cgroup(self):
        value = 2166136261
        for byte in self.runtime.encode():
            value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
        return os.path.join(version2_root(), f"nsctl-{value:08x}")

    def vault(self):
        """Returns the vault's root directory, by the keeper's descriptor."""
        keeper = self.keeper()
        for number in os.listdir(f"/proc/{keeper}/fd"):
            path = f"/proc/{keeper}/fd/{number}"
            try:
                if os.path.isdir(path) and {"ns", "proc"} <= set(os.listdir(path)):
                    return path
            except OSError:
                pass
        return "/nonexistent"

    def sets_cgroups(self):
        """Returns the cgroups of sets and their owners, without those of the daemon's own processes."""
        base = self.cgroup()
        owners = [name for name in os.listdir(base) if name.isdigit()] if os.path.isdir(base) else []
        return sum(1 + count_below(os.path.join(base, owner), True) for owner in owners)

    def counts(self):
        mounts = [line for line in read("/proc/self/mountinfo").splitlines() if self.runtime in line]
        state = os.path.join(self.runtime, "state")
        vault = os.path.join(self.vault(), "ns")
        return {
            "mounts": len(mounts),
            "cgroups": self.sets_cgroups(),
            "pins": count_below(vault, False) + count_below(vault, True),
            "visible": count_below(os.path.join(self.runtime, "ns"), False),
            "sets": count_below(os.path.join(state, "sets"), False),
            "links": count_below(os.path.join(state, "links"), False),
            "interfaces": len(read(f"/proc/{self.net.pid}/net/dev").splitlines()),
        }

    def descriptors(self):
        """Counts the descriptors of keeper and spawner."""
        return {
            name: len(os.listdir(f"/proc/{pid}/fd"))
            for name, pid in (("keeper", self.keeper()), ("spawner", self.spawner()))
        }
