"""Training a head on cached features: an epoch, its memory, and the start of a run that finds all in its caches."""

import functools
from statistics import median

from .pictures import settings
from .processes import alternate, say
from .table import Row, at_least, at_most

IMAGES = 10_661  # of C-NMC 2019's training set


def described(bench, views=1):
    """Settings of a run whose training split has so many images. They are small: features cost as much from any."""
    images = bench.sized(10_879, 400)  # one per cent for validation, one for test
    return {
        "dataset.demo.images": images,
        "dataset.demo.patients": 100,
        "dataset.demo.size": 32,
        "preprocessing.size": 32,
        "pipeline.views": views,
    }


def seconds_of_run(bench, values, epochs, **more):
    return bench.runner("run", bench.experiment, *settings({**values, "training.epochs": epochs}), **more).seconds


def seconds_of_epoch(bench, values, few, many):
    """The difference of a long run and a short one: start and final evaluation drop out."""
    return (seconds_of_run(bench, values, many) - seconds_of_run(bench, values, few)) / (many - few)


@functools.lru_cache
def split_sizes(bench):
    """Images of the training and of the validation split."""
    counts = bench.images_by_split(bench.experiment, *settings(described(bench)))
    return counts["train"], counts["validation"]


def peer_epoch(bench, program, views=1, threads=0, **more):
    training, validation = split_sizes(bench)
    words = ["--images", training, "--validation", validation, "--views", views, "--threads", threads]
    return bench.peer(program, *words, "--epochs", bench.sized(10, 2), **more)


def best_threads(bench, program):
    seconds = {n: median(peer_epoch(bench, program, threads=n).measured["seconds_per_epoch"]) for n in (1, 2)}
    say(f"{program}, threads: " + ", ".join(f"{value:.3f} s with {n}" for n, value in seconds.items()))
    return min(seconds, key=seconds.get)


@functools.lru_cache
def epochs_in_turn(bench):
    """Seconds of a head epoch in each round, by name."""
    values = described(bench)
    seconds_of_run(bench, values, 1)  # extracts the features, which later runs find
    few, many = bench.sized((10, 110), (1, 11))
    training, validation = split_sizes(bench)
    hand = ["--images", training, "--validation", validation, "--epochs", bench.sized(20, 2)]
    candidates = {
        "Assay": lambda: seconds_of_epoch(bench, values, few, many),
        "LibTorch loop by hand": lambda: bench.ours("hand-head", *hand).measured["seconds_per_epoch"][0],
    }
    programs = {
        "PyTorch, rows by index": "head_by_index",
        "PyTorch, DataLoader": "head_by_loader",
        "Lightning": "head_by_lightning",
    }
    for name, program in programs.items():
        count = best_threads(bench, program)
        candidates[name] = lambda program=program, count=count: median(
            peer_epoch(bench, program, threads=count).measured["seconds_per_epoch"]
        )
    return alternate(bench.rounds, **candidates)


def head(bench):
    seconds = epochs_in_turn(bench)
    training, _ = split_sizes(bench)
    measure = f"head epoch on cached features ({training:,} x 1280, 1280-256-1, batch 64)"
    goals = {"PyTorch, rows by index": at_least(1.4), "PyTorch, DataLoader": at_least(1.8)}
    rows = [
        Row(measure, "s", seconds["Assay"], name, seconds[name], goals.get(name)) for name in seconds if name != "Assay"
    ]
    steps = -(-training // 64)
    beyond = [
        1e3 * (lightning - loader) / steps
        for lightning, loader in zip(seconds["Lightning"], seconds["PyTorch, DataLoader"])
    ]
    ours = [1e3 * epoch / steps for epoch in seconds["Assay"]]
    note = "peer: Lightning's step less the DataLoader loop's; ours: the whole step"
    return [*rows, Row("what Lightning adds to each step", "ms", ours, "Lightning's overhead alone", beyond, note=note)]


def start(bench):
    """From start to the first step, bounded from above: a run of one epoch less the epoch."""
    values = described(bench)
    seconds_of_run(bench, values, 1)

    def ours():
        one, four = seconds_of_run(bench, values, 1), seconds_of_run(bench, values, 4)
        return one - (four - one) / 3

    seconds = alternate(bench.sized(5, 1), Assay=ours, imports=lambda: bench.peer("imports").seconds)
    note = f"a run on {split_sizes(bench)[0]:,} images with one epoch, less the epoch; its last evaluation counts"
    peer = "import torch; import timm"
    return [
        Row("start to first step on a warm cache", "s", seconds["Assay"], peer, seconds["imports"], at_least(1), note)
    ]


def memory(bench):
    """The most anonymous memory of a job's processes while a head is trained on eight cached views."""
    views = bench.sized(8, 2)
    values = described(bench, views)
    seconds_of_run(bench, values, 1)
    epochs = bench.sized(30, 2)
    most = alternate(
        bench.rounds,
        Assay=lambda: bench.runner(
            "run", bench.experiment, *settings({**values, "training.epochs": epochs}), watch_memory=True
        ).anonymous_mb,
        index=lambda: peer_epoch(bench, "head_by_index", views, watch_memory=True).anonymous_mb,
    )
    measure = f"anonymous memory, head on {views} cached views of {split_sizes(bench)[0]:,} images"
    return [Row(measure, "MB", most["Assay"], "PyTorch, rows by index", most["index"], at_most(0.6))]


def parts():
    return {
        "head": (head, "a head epoch on cached features against PyTorch's ways and Lightning", 12),
        "start": (start, "start to first step on a warm cache against importing torch and timm", 2),
        "head-memory": (memory, "anonymous memory of training on cached features", 5),
    }
