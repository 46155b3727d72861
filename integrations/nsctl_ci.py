# SPDX-License-Identifier: LGPL-2.1-or-later
"""What integrations of CI engines share: a job's sets, which are made and removed together, and commands in them.

A job has a set, and one more for each of its services, linked with the job's. All carry the job's name as a label. They
end with the engine's process that holds the lease, or after the job's longest time, even if the engine never says so.
"""
import configparser
import contextlib
import hashlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

from nsctl_socket import Client, Error

LABEL = "ci-job"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# the addresses of links between a job and its services; they are seen in these sets only
LINKS = "10.214.0."
LINKS_MAX = 32
SERVICE_SECONDS = 30
LOG_BYTES = 4096  # of a service that does not answer
KILLED = 128 + 9
# places for all users; the daemon knows their permissions
PUBLIC = ("/tmp", "/var/tmp", "/dev/shm")
SUFFIXES = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Refused(Exception):
    """The job asks for something that it cannot have: the job is at fault, and not the machine."""


class Failed(Exception):
    """The machine is at fault: the job may succeed elsewhere, or later."""


def name_of(*parts):
    """Returns the name of a job's set. Names must be valid and unique, and parts may be any texts."""
    return "ci-" + hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:20]


# --- what the administrator says ---

def size(text):
    found = re.fullmatch(r"([0-9]{1,15})([KMGT]?)", text)
    if not found:
        raise ValueError("is no size, such as 512M")
    return int(found[1]) * SUFFIXES[found[2]]


def count(text):
    if not re.fullmatch(r"[0-9]{1,7}", text):
        raise ValueError("is no number")
    return int(text)


def processors(text):
    if not re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,3})?", text):
        raise ValueError("is no number, such as 1.5")
    return float(text)


def switch(text):
    if text not in ("yes", "no"):
        raise ValueError("is neither yes nor no")
    return text == "yes"


# The options of jobs, which are the keys of [job].
OPTIONS = {"memory": size, "tasks": count, "cpus": processors, "egress": switch, "root": switch}


def options_of(config):
    return {key: parse(config.get("job", key)) for key, parse in OPTIONS.items() if config.has_option("job", key)}


def spec_of(options, hostname):
    limits = {key: options[key] for key in ("memory", "tasks", "cpus") if key in options}
    spec = {"hostname": hostname, **({"limits": limits} if limits else {})}
    if options.get("egress"):
        spec["egress"] = True
    if options.get("root"):
        spec["userMapping"] = "root"
    return spec


def read_config(words, default):
    """Reads the administrator's file, and takes its option from the words. The default file may be missing."""
    config = configparser.ConfigParser(interpolation=None)
    if words and words[0].startswith("--config="):
        with open(words.pop(0).partition("=")[2], encoding="utf-8") as file:
            config.read_file(file)
    else:
        config.read(default, encoding="utf-8")
    return config


# --- what a set sees ---

class View:
    """The mounts of a job's sets, whose descriptors are passed along with the call that makes them.

    All is as in the root directory, except empty places of the set's own: those where users keep what other jobs must not
    see or change. Without room it is read-only. With so many bytes of room it can be changed, which goes with the set.
    """

    def __init__(self, root="/", room=None):
        self.descriptors, self.root = [], root
        self.mounts = [{"type": "overlay", "target": "/", "size": room} if room else {"type": "readOnly", "target": "/"}]
        own = () if root != "/" else (f"/run/user/{os.getuid()}", os.path.expanduser("~"))
        for place in (*PUBLIC, *own):
            self.hide(place)

    def spec(self):
        """Returns the part of a specification that says what the root directory is."""
        if self.root == "/":
            return {}
        return {"rootPath": self.root, "rootFileDescriptor": self.hold(os.open(self.root, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC))}

    def hide(self, place):
        """Puts an empty directory there, if it is one in the root directory."""
        if os.path.isdir(self.root + place) and os.path.realpath(place) != "/":
            self.mounts.append({"type": "tmpfs", "target": place, **({} if place in PUBLIC else {"mode": 0o700})})

    def hold(self, descriptor):
        """Returns the index of a descriptor in the call. close() closes it."""
        self.descriptors.append(descriptor)
        return len(self.descriptors) - 1

    def bind(self, path, target=None, top=None, read_only=False):
        """Shows a directory at the same place, or at target. It must be the user's own, or read-only.

        A symbolic link in its stead is refused, also on the way from top: a directory in which jobs write.
        """
        way = [top, *path[len(top) + 1:].split("/")] if top and path.startswith(top + "/") else [path]
        descriptor = None
        for part in way:
            descriptor = os.open(part, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=descriptor)
            index = self.hold(descriptor)
        if os.fstat(descriptor).st_uid != os.getuid() and not read_only:
            raise Failed(f"{path} belongs to another user")
        return {"type": "bind", "target": target or path, "source": path, "sourceFileDescriptor": index, "readOnly": read_only}

    def close(self):
        while self.descriptors:
            os.close(self.descriptors.pop())


def lease(view, holder, seconds=None):
    """Returns the lease of all sets of a job. holder: the engine's pid, which must be that of our parent still."""
    found = {"seconds": seconds} if seconds else {}
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


def image_name(image):
    """Returns an image's name without its tag and digest."""
    return re.sub(r":[^/:]*$", "", image.split("@")[0])


def service_of(config, image, names, variables):
    """Returns a service. What it runs is the administrator's: images are only names here."""
    section = f"service {image}"
    if not config.has_section(section):
        raise Refused(f"services: this runner has no {image}")
    environment = [f"{key}={value}" for key, value in variables if KEY.fullmatch(key)]
    return Service(names, ["bash", "-c", config.get(section, "command")], config.getint(section, "port", fallback=None), environment)


class Job:
    """The sets of one job. Nothing of it is remembered between stages but the name."""

    def __init__(self, name):
        self.name = name

    def make(self, view, spec, binds, services, held, beside=None):
        """Makes all sets, or none. What an earlier attempt has made is removed. held: the lease. beside: the services' view,
        which is the job's otherwise, without its binds."""
        self.remove()
        labels = {LABEL: self.name}
        hosts = [{"name": name, "address": f"{LINKS}{2 * i + 1}"}
                 for i, service in enumerate(services) for name in service.names]
        if len(services) > LINKS_MAX:
            raise Refused(f"a job can have {LINKS_MAX} services")
        sets = [{"name": self.name, "spec": {**spec, **view.spec(), "labels": labels, "hosts": hosts, "mounts": view.mounts + binds}}]
        sets += [{"name": self.service_set(i), "spec": {"labels": labels, "mounts": (beside or view).mounts}}
                 for i in range(len(services))]
        links = [{"a": {"set": self.name, "interface": f"service{i}", "addresses": [f"{LINKS}{2 * i}/31"]},
                  "b": {"set": self.service_set(i), "addresses": [f"{LINKS}{2 * i + 1}/31"]}}
                 for i in range(len(services))]
        self.apply(view, {"sets": sets, "links": links, "lease": held})

    @staticmethod
    def apply(view, parameters):
        try:
            Client().call("Apply", parameters, view.descriptors)
        except Error as error:
            raise (Refused if error.name == "org.nsctl.InvalidValue" else Failed)(str(error)) from error

    def add(self, view, name, spec, binds, held):
        """Makes one more set of the job."""
        spec = {**spec, **view.spec(), "labels": {LABEL: self.name}, "mounts": view.mounts + binds}
        self.apply(view, {"sets": [{"name": name, "spec": spec}], "lease": held})

    def service_set(self, number):
        return f"{self.name}-{number}"

    def start(self, services, seconds=SERVICE_SECONDS):
        """Starts the services, and waits until their ports answer."""
        with contextlib.ExitStack() as stack:
            logs = [stack.enter_context(tempfile.TemporaryFile()) for _ in services]
            for number, service in enumerate(services):
                Client().call("Exec", {
                    "name": self.service_set(number), "command": service.command, "detach": True,
                    "environment": [f"PATH={PATH}", "HOME=" + os.path.expanduser("~"), *service.environment],
                    "stdoutFileDescriptor": 0, "stderrFileDescriptor": 1}, [logs[number].fileno()] * 2)
            deadline = time.monotonic() + seconds
            for number, service in enumerate(services):
                if not self.answers(service, f"{LINKS}{2 * number + 1}", deadline):
                    logs[number].seek(max(0, logs[number].seek(0, os.SEEK_END) - LOG_BYTES))
                    log = logs[number].read().decode("utf-8", "replace")
                    raise Failed(f"service {service.names[0]}: port {service.port} does not answer\n{log}")

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

    @staticmethod
    def execute(name, command, environment, directory):
        """Runs a command in one of the job's sets, and returns its status. SIGINT and SIGTERM are passed on to it.

        nsctl is not used, because the variables are the job's, and are for none of our programs.
        """
        signals = (signal.SIGINT, signal.SIGTERM)
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # until there is a command that they can be passed on to
        reading, writing = os.pipe()
        parameters = {"name": name, "command": command, "environment": environment, "workingDirectory": directory,
                      "stdinFileDescriptor": 0, "stdoutFileDescriptor": 1, "stderrFileDescriptor": 2, "statusFileDescriptor": 3}
        with open(os.devnull, "rb") as nothing:
            session = Client().call("Exec", parameters, [nothing.fileno(), 1, 2, writing])["session"]
        os.close(writing)

        def pass_on(number, _frame):
            with contextlib.suppress(Error):  # it has ended
                Client().call("Kill", {"name": name, "session": session, "signal": number})

        for number in signals:
            signal.signal(number, pass_on)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
        with open(reading, encoding="ascii") as status:
            how, _, number = status.readline().partition(" ")
        if how not in ("exit", "signal"):
            raise Failed("the set was removed while the command ran")
        return int(number) + (128 if how == "signal" else 0)

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
