"""Training a head on cached features: an epoch, its memory, and the start of a run that finds all in its caches."""

import functools
from statistics import median

from .pictures import settings
from .processes import alternate, say
from .table import Row, at_least, at_most, under

IMAGES = 10_661  # of C-NMC 2019's training set
VIEWS = 8  # of each image, where a job keeps its features
# What a PyTorch user may set to have glibc keep its pages; few know.
TUNED = {"GLIBC_TUNABLES": "glibc.malloc.mmap_threshold=1073741824:glibc.malloc.trim_threshold=4294967296"}
INDEX, LOADER, LIGHTNING = "PyTorch, rows by index", "PyTorch, DataLoader", "Lightning"
PROGRAMS = {INDEX: "head_by_index", LOADER: "head_by_loader", LIGHTNING: "head_by_lightning"}


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


def peer_job(bench, program, *words, views=1, threads=0, **more):
    training, validation = split_sizes(bench)
    words = [*words, "--images", training, "--validation", validation, "--views", views, "--threads", threads]
    return bench.peer(program, *words, "--epochs", bench.sized(10, 2), **more)


def peer_epoch(bench, program, *words, **more):
    return median(peer_job(bench, program, *words, **more).measured["seconds_per_epoch"])


@functools.lru_cache
def best_threads(bench, program):
    seconds = {n: peer_epoch(bench, program, threads=n) for n in (1, 2)}
    say(f"{program}, threads: " + ", ".join(f"{value:.3f} s with {n}" for n, value in seconds.items()))
    return min(seconds, key=seconds.get)


def our_epochs(bench, views):
    """Extracts features, and returns what measures a head epoch on them."""
    values = described(bench, views)
    seconds_of_run(bench, values, 1)  # extracts; later runs find them
    few, many = bench.sized((5, 55), (1, 11))
    return lambda: seconds_of_epoch(bench, values, few, many)


def epochs_in_turn(bench):
    """Seconds of a head epoch in each round, by name."""
    training, validation = split_sizes(bench)
    hand = ["--images", training, "--validation", validation, "--epochs", bench.sized(20, 2)]
    candidates = {
        "Assay": our_epochs(bench, views=1),
        "LibTorch loop by hand": lambda: bench.ours("hand-head", *hand).measured["seconds_per_epoch"][0],
    }
    for name, program in PROGRAMS.items():
        measured = functools.partial(peer_epoch, bench, program, threads=best_threads(bench, program))
        candidates[name] = measured
        if name != LIGHTNING:
            candidates[f"{name}, malloc tuned, fused AdamW"] = functools.partial(measured, "--fused", environment=TUNED)
    return alternate(bench.rounds, **candidates)


def epochs_on_views(bench):
    """The same of Assay and of rows by index, plain and tuned, on eight cached views (437 MB of features)."""
    by_index = functools.partial(
        peer_epoch, bench, PROGRAMS[INDEX], views=VIEWS, threads=best_threads(bench, PROGRAMS[INDEX])
    )
    return alternate(
        bench.rounds,
        Assay=our_epochs(bench, VIEWS),
        plain=by_index,
        tuned=functools.partial(by_index, "--fused", environment=TUNED),
    )


def head(bench):
    seconds = epochs_in_turn(bench)
    training, _ = split_sizes(bench)
    measure = f"head epoch on cached features ({training:,} x 1280, 1280-256-1, batch 64)"
    goals = {INDEX: at_least(1.4), LOADER: at_least(1.8)}
    rows = [
        Row(measure, "s", seconds["Assay"], name, seconds[name], goals.get(name)) for name in seconds if name != "Assay"
    ]
    steps = -(-training // 64)
    beyond = [
        1e3 * (lightning - loader) / steps
        for lightning, loader in zip(seconds[LIGHTNING], seconds[LOADER])
    ]
    ours = [1e3 * epoch / steps for epoch in seconds["Assay"]]
    note = "peer: Lightning's step less the DataLoader loop's; ours: the whole step"
    return [*rows, Row("what Lightning adds to each step", "ms", ours, "Lightning's overhead alone", beyond, note=note)]


def start(bench):
    """From start to the first step on eight views, bounded from above: a run of one epoch less the epoch."""
    values = described(bench, VIEWS)
    seconds_of_run(bench, values, 1)

    def ours():
        one, four = seconds_of_run(bench, values, 1), seconds_of_run(bench, values, 4)
        return one - (four - one) / 3

    seconds = alternate(bench.sized(5, 1), Assay=ours, imports=lambda: bench.peer("imports").seconds)
    images = f"{split_sizes(bench)[0]:,} images"
    note = f"a run on {VIEWS} cached views of {images} with one epoch, less the epoch; its last evaluation counts"
    peer = "import torch; import timm"
    return [
        Row("start to first step on a warm cache", "s", seconds["Assay"], peer, seconds["imports"], at_least(1), note),
        opening_row(bench),
    ]


def opening_row(bench):
    """What a run without kept features has to do with its data before the first step."""
    images = bench.sized(10_000, 400)
    values = {**described(bench), "dataset.demo.images": images, "dataset.demo.size": 64, "preprocessing.size": 64}
    words = [bench.experiment, *settings(values), "--epochs", 1]
    bench.ours("loading", *words)  # draws and packs

    def opened():
        measured = bench.ours("loading", *words).measured
        return measured["open_s"] + measured["pack_s"]

    seconds = [opened() for _ in range(bench.sized(5, 1))]
    measure = f"of start to first step, opening the data set and its pack ({images:,} images of 64 px)"
    return Row(measure, "s", seconds, goal=under(1, "s"), note="without starting the process and making the network")


def memory(bench):
    """The most anonymous memory of a job's processes while a head is trained on eight cached views."""
    values = described(bench, VIEWS)
    seconds_of_run(bench, values, 1)
    epochs = bench.sized(30, 2)
    most = alternate(
        bench.rounds,
        Assay=lambda: bench.runner(
            "run", bench.experiment, *settings({**values, "training.epochs": epochs}), watch_memory=True
        ).anonymous_mb,
        index=lambda: peer_job(bench, PROGRAMS[INDEX], views=VIEWS, watch_memory=True).anonymous_mb,
    )
    measure = f"anonymous memory, head on {VIEWS} cached views of {split_sizes(bench)[0]:,} images"
    return [Row(measure, "MB", most["Assay"], INDEX, most["index"], at_most(0.6))]


def parts():
    return {
        "head": (head, "a head epoch on cached features against PyTorch's ways and Lightning", 6),
        "start": (start, "start to first step on a warm cache against importing torch and timm", 3),
        "head-memory": (memory, "anonymous memory of training on cached features", 3),
    }
