# SPDX-License-Identifier: LGPL-2.1-or-later
"""What integrations of CI engines share: a job's sets, which are made and removed together, and commands in them.

A job has a set, and one more for each of its services, linked with the job's. All carry the job's name as a label. They
end with the engine's process that holds the lease, or after the job's longest time, even if the engine never says so.
"""
import contextlib
import hashlib
import os
import shutil
import subprocess
import time

from nsctl_socket import Client, Error

LABEL = "ci-job"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# the addresses of links between a job and its services; they are seen in these sets only
LINKS = "10.214.0."
LINKS_MAX = 32
KILLED = 128 + 9
# places for all users; the daemon knows their permissions
PUBLIC = ("/tmp", "/var/tmp", "/dev/shm")


class Refused(Exception):
    """The job asks for something that it cannot have: the job is at fault, and not the machine."""


class Failed(Exception):
    """The machine is at fault: the job may succeed elsewhere, or later."""


def name_of(*parts):
    """Returns the name of a job's set. Names must be valid and unique, and parts may be any texts."""
    return "ci-" + hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:20]


# --- what a set sees ---

class View:
    """The mounts of a job's sets, whose descriptors are passed along with the call that makes them.

    All is read-only and as outside, except empty places of the set's own: those where users keep what other jobs must not
    see or change.
    """

    def __init__(self):
        self.descriptors = []
        self.mounts = [{"type": "readOnly", "target": "/"}]
        for place in ("/tmp", "/var/tmp", "/dev/shm", f"/run/user/{os.getuid()}", os.path.expanduser("~")):
            self.hide(place)

    def hide(self, place):
        """Puts an empty directory there, if it is one outside."""
        if os.path.isdir(place) and os.path.realpath(place) != "/":
            self.mounts.append({"type": "tmpfs", "target": place, **({} if place in PUBLIC else {"mode": 0o700})})

    def hold(self, descriptor):
        """Returns the index of a descriptor in the call. close() closes it."""
        self.descriptors.append(descriptor)
        return len(self.descriptors) - 1

    def bind(self, path):
        """Shows a directory of the user's own, at the same place. A symbolic link in its stead is refused."""
        descriptor = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        index = self.hold(descriptor)
        if os.fstat(descriptor).st_uid != os.getuid():
            raise Failed(f"{path} belongs to another user")
        return {"type": "bind", "target": path, "source": path, "sourceFileDescriptor": index}

    def close(self):
        while self.descriptors:
            os.close(self.descriptors.pop())


def lease(view, holder, seconds):
    """Returns the lease of all sets of a job. holder: the engine's pid, which must be that of our parent still."""
    found = {"seconds": seconds}
    with contextlib.suppress(ProcessLookupError):
        if holder > 1:  # process 1 of an engine's container does not end before the container does
            found["processFileDescriptor"] = view.hold(os.pidfd_open(holder))
    if os.getppid() != holder:
        raise Failed("the engine has ended")
    return found


# --- the sets of a job ---

class Service:
    """A program that a job asks for. names: how the job calls it; port: it is ready when this one answers."""

    def __init__(self, names, command, port=None, environment=()):
        self.names, self.command, self.port, self.environment = names, command, port, environment


class Job:
    """The sets of one job. Nothing of it is remembered between stages but the name."""

    def __init__(self, name):
        self.name = name

    def make(self, view, spec, binds, services, held):
        """Makes all sets, or none. What an earlier attempt has made is removed. held: the lease."""
        self.remove()
        labels = {LABEL: self.name}
        hosts = [{"name": name, "address": f"{LINKS}{2 * i + 1}"}
                 for i, service in enumerate(services) for name in service.names]
        if len(services) > LINKS_MAX:
            raise Refused(f"a job can have {LINKS_MAX} services")
        sets = [{"name": self.name, "spec": {**spec, "labels": labels, "hosts": hosts, "mounts": view.mounts + binds}}]
        sets += [{"name": self.service_set(i), "spec": {"labels": labels, "mounts": view.mounts}}
                 for i in range(len(services))]
        links = [{"a": {"set": self.name, "interface": f"service{i}", "addresses": [f"{LINKS}{2 * i}/31"]},
                  "b": {"set": self.service_set(i), "addresses": [f"{LINKS}{2 * i + 1}/31"]}}
                 for i in range(len(services))]
        try:
            Client().call("Apply", {"sets": sets, "links": links, "lease": held}, view.descriptors)
        except Error as error:
            raise (Refused if error.name == "org.nsctl.InvalidValue" else Failed)(str(error)) from error

    def service_set(self, number):
        return f"{self.name}-{number}"

    def start(self, services, directory, seconds):
        """Starts the services, and waits until their ports answer. They write to files of this directory."""
        for number, service in enumerate(services):
            with open(self.log_of(directory, number), "wb") as log:
                Client().call("Exec", {
                    "name": self.service_set(number), "command": service.command, "detach": True,
                    "environment": [f"PATH={PATH}", "HOME=" + os.path.expanduser("~"), *service.environment],
                    "stdoutFileDescriptor": 0, "stderrFileDescriptor": 1}, [log.fileno()] * 2)
        deadline = time.monotonic() + seconds
        for number, service in enumerate(services):
            if not self.answers(service, f"{LINKS}{2 * number + 1}", deadline):
                with open(self.log_of(directory, number), encoding="utf-8", errors="replace") as log:
                    raise Failed(f"service {service.names[0]}: port {service.port} does not answer\n{log.read()[-4096:]}")

    @staticmethod
    def log_of(directory, number):
        return os.path.join(directory, f"service{number}.log")

    def answers(self, service, address, deadline):
        """Waits until a service's port accepts a connection of the job's; returns False if it does not in time."""
        knock = ["bash", "-c", f"exec 2>/dev/null; : </dev/tcp/{address}/{service.port}"]
        while service.port and self.command(knock).wait() != 0:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True

    def sets(self):
        """Returns the names of the job's sets that there are; the job's own is last."""
        found = [name["name"] for reply in Client().replies("List", {"labels": {LABEL: self.name}, "summary": True})
                 for name in reply["summaries"]]
        return sorted(found, reverse=True)

    def remove(self, grace=0, seconds=60):
        """Removes what there is of the job, and waits for it."""
        deadline = time.monotonic() + seconds
        while found := self.sets():
            for name in found:
                try:
                    Client().call("Remove", {"name": name, "grace": grace})
                except Error as error:
                    if error.name not in ("org.nsctl.NotFound", "org.nsctl.Busy"):
                        raise Failed(str(error)) from error
                    time.sleep(0.05)
            if time.monotonic() > deadline:
                raise Failed(f"{' '.join(found)}: cannot be removed")

    # --- commands ---

    def command(self, command, options=(), **streams):
        """Starts nsctl, which runs a command in the job's set, without any of our variables."""
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, **streams}
        return subprocess.Popen(["nsctl", "exec", "--clean-env", *options, self.name, *command], **streams)

    def run(self, command, status_file, stdin):
        """Runs a command, and returns its status; nsctl's own statuses are never taken for the command's.

        status_file: nsctl writes it if the command itself has ended. An engine that cancels a job sends SIGTERM to this
        process and nsctl alike, and nsctl passes it on.
        """
        with contextlib.suppress(FileNotFoundError):
            os.unlink(status_file)  # an earlier stage's
        options = ["--no-tty", f"--status-file={status_file}"]
        self.command(command, options, stdin=stdin, stdout=None).wait()
        try:
            with open(status_file, encoding="ascii") as file:
                status = int(file.read())
        except (FileNotFoundError, ValueError):
            raise Failed("the command could not be run") from None
        if status == KILLED and not self.is_ready():
            raise Failed("the set was removed while the command ran")
        return status

    def is_ready(self):
        try:
            return Client().call("Get", {"name": self.name})["set"]["state"] == "ready"
        except Error:
            return False


# --- directories ---

def remove_tree(path):
    """Removes a directory of the user's, in which a job may have withdrawn permissions."""
    if not os.path.lexists(path):
        return
    os.chmod(path, 0o700)
    for directory, below, _ in os.walk(path):
        for name in below:
            if not os.path.islink(os.path.join(directory, name)):
                os.chmod(os.path.join(directory, name), 0o700)
    shutil.rmtree(path)
