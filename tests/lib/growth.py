# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a daemon holds, measured before and after many jobs."""
from daemon import children_of, read

SPREAD_KIB = 512  # between two measurements of a process that does not grow
SPREAD_DESCRIPTORS = 8  # workers and spare net namespaces come and go
EXACT = ("mounts", "cgroups", "pins", "sets", "links", "interfaces")


def slab():
    return int(read("/proc/meminfo").split("SUnreclaim:")[1].split()[0])


def resident(pid):
    text = read(f"/proc/{pid}/status")
    return int(text.split("VmRSS:")[1].split()[0]) if "VmRSS:" in text else 0


def measure(daemon):
    processes = {"keeper": daemon.keeper(), "spawner": daemon.spawner()}
    result = {f"{name} KiB": resident(pid) for name, pid in processes.items()}
    # they come and go
    result["largest front KiB"] = max(map(resident, daemon.fronts()), default=0)
    result["processes"] = len(children_of(daemon.spawner()))
    result |= {f"{name} descriptors": n for name, n in daemon.descriptors().items()}
    result |= daemon.counts()
    result["unreclaimable slab KiB"] = slab()
    return result


def grown(daemon, before, after):
    """Returns what has grown, as texts."""
    # the address sanitizer keeps what is freed for a while
    sanitized = "libasan" in read(f"/proc/{daemon.keeper()}/maps")
    spreads = {"keeper descriptors": SPREAD_DESCRIPTORS, "spawner descriptors": SPREAD_DESCRIPTORS}
    if not sanitized:
        spreads |= {f"{name} KiB": SPREAD_KIB for name in ("keeper", "spawner", "largest front")}
    wrong = [key for key in EXACT if after[key] != before[key]]
    wrong += [key for key, spread in spreads.items() if after[key] > before[key] + spread]
    return [f"{key}: {before[key]} became {after[key]}" for key in wrong]
