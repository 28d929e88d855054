"""Starts what is measured, ours and the peers', each as a process of its own, and takes turns between them."""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import threading
import time

# What a user's shell may have set would change what is measured.
NOT_PASSED_ON = ("ASSAY_CACHE_LIMIT", "ASSAY_PLUGIN_PATH", "OMP_NUM_THREADS", "GLIBC_TUNABLES")

PEERS = pathlib.Path(__file__).resolve().parents[1] / "peers"


@dataclasses.dataclass
class Finished:
    seconds: float  # from start to end of the process
    output: str  # standard output
    messages: str  # standard error
    anonymous_mb: float | None  # the most that it and its children held at once, RssAnon, where that was watched

    @property
    def measured(self):
        """The JSON object that its last line is."""
        return json.loads(self.output.strip().splitlines()[-1])


class Failed(Exception):
    pass


@dataclasses.dataclass(frozen=True)
class Bench:
    """Where things are, and how much to measure."""

    build: pathlib.Path  # a build folder of Assay
    scratch: pathlib.Path  # an empty folder
    quick: bool  # tiny sizes: whether it works, not how fast it is
    rounds: int = 3  # how often each candidate is measured
    experiment: pathlib.Path = PEERS.parent / "frozen_b0.toml"  # what Assay does, unless a part says otherwise
    cache_name: str = "cache"

    @property
    def cache(self):
        """Assay's, of this bench alone."""
        return self.scratch / self.cache_name

    def sized(self, full, quick):
        return quick if self.quick else full

    def folder(self, name):
        folder = self.scratch / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def forget(self, *kinds):
        """What Assay's cache holds of these kinds, so that making it is measured."""
        for kind in kinds:
            for file in (self.cache / kind).glob("*"):
                file.unlink()

    def ours(self, *arguments, watch_memory=False):
        """assay_bench."""
        return self.run([self.build / "bin/assay_bench", *arguments], watch_memory)

    def runner(self, *arguments, watch_memory=False):
        return self.run([self.build / "bin/runner", *arguments], watch_memory)

    def images_by_split(self, *words):
        """How many images each split of an experiment's data set has."""
        counts = json.loads(self.runner("dataset", *words, "--json").output)["counts"]
        return {split: sum(one[split] for one in counts.values()) for split in ("train", "validation", "test")}

    def peer(self, program, *arguments, environment=None, watch_memory=False):
        return self.run(
            [sys.executable, "-W", "ignore", PEERS / f"{program}.py", *arguments], watch_memory, environment
        )

    def run(self, command, watch_memory=False, environment=None):
        command = [str(word) for word in command]
        own = {"ASSAY_CACHE": str(self.cache), "ASSAY_REGISTRY": str(self.scratch / "registry.db")}
        passed_on = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
        variables = {**passed_on, **own, **(environment or {})}
        begun = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.scratch, env=variables
        )
        watch = MemoryWatch(process.pid) if watch_memory else None
        output, messages = process.communicate()
        seconds = time.perf_counter() - begun
        anonymous_mb = watch.stop() if watch else None
        if process.returncode != 0:
            raise Failed(f"{' '.join(command)}\nended with {process.returncode}:\n{messages[-3000:]}")
        return Finished(seconds, output, messages, anonymous_mb)


class MemoryWatch:
    """Looks every 50 ms at the anonymous memory of a process and its children; what a fork shares counts in each."""

    def __init__(self, process):
        self.process = process
        self.most = 0.0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self):
        while not self.ended.wait(0.05):
            self.most = max(self.most, sum(anonymous_mb(process) for process in family(self.process)))

    def stop(self):
        self.ended.set()
        self.thread.join()
        return self.most


def family(process):
    """A process and its descendants."""
    found = [process]
    try:
        for task in os.listdir(f"/proc/{process}/task"):
            with open(f"/proc/{process}/task/{task}/children") as children:
                for child in children.read().split():
                    found += family(int(child))
    except OSError:
        pass  # it has ended
    return found


def anonymous_mb(process):
    try:
        with open(f"/proc/{process}/status") as status:
            for text in status:
                if text.startswith("RssAnon:"):
                    return int(text.split()[1]) / 1024
    except OSError:
        pass  # it has ended
    return 0.0


def alternate(rounds, **candidates):
    """Calls each candidate once a round, in turn, another one first each time. Returns each one's results."""
    results = {name: [] for name in candidates}
    names = list(candidates)
    for turn in range(rounds):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            results[name].append(candidates[name]())
    return results


def say(text):
    print(f"compare: {text}", file=sys.stderr, flush=True)
