"""Cost by the number of images, and the memory of loading."""

import functools
from statistics import median

from .loading import PEERS, best, peer
from .pictures import picture_files, settings
from .processes import alternate
from .table import Row, at_most


def linear(bench):
    """1,000, 10,000 and 100,000 synthetic images of 64 px: an image costs the same in a data set ten times as large."""
    counts = bench.sized((1_000, 10_000, 100_000), (100, 200, 400))
    for count in counts:
        bench.runner("dataset", *words_of(bench, count))  # draws them
    candidates = {str(count): functools.partial(opened_and_loaded, bench, count) for count in counts}
    measured = {int(count): rounds for count, rounds in alternate(bench.rounds, **candidates).items()}
    return [*rows_of_costs(measured), *rows_of_memory(measured)]


def rows_of_costs(measured):
    """Of the fewest a fixed cost is a large share, so the many are judged by those between."""
    _, middle, most = measured
    rows = []
    for what, key in (("opening", "open_s"), ("packing", "pack_s"), ("an epoch of loading", "epoch_s")):
        each = {count: [1e6 * one[key] / count for one in rounds] for count, rounds in measured.items()}
        for count in measured:
            goal = at_most(1.2) if count == most else None
            peer_name, peer_rounds = ("", []) if count == middle else (f"{middle:,} images", each[middle])
            note = f"in all {median(one[key] for one in measured[count]):.2f} s"
            measure = f"{what}, {count:,} images of 64 px, each"
            rows.append(Row(measure, "us/image", each[count], peer_name, peer_rounds, goal, note))
    return rows


def rows_of_memory(measured):
    rows = []
    for count, rounds in measured.items():
        memory = [one["anonymous_mb"] for one in rounds]
        measure = f"anonymous memory after loading {count:,} images"
        ours, first = [one[-1] for one in memory], [one[0] for one in memory]
        note = f"from epoch to epoch {' '.join(f'{value:.1f}' for value in memory[-1])} MB"
        rows.append(Row(measure, "MB", ours, "after its first epoch", first, at_most(1.05), note))
    return rows


def words_of(bench, count):
    sizes = {
        "dataset.demo.images": count,
        "dataset.demo.patients": 100,
        "dataset.demo.size": 64,
        "preprocessing.size": 64,
    }
    return [bench.experiment, *settings(sizes)]


def opened_and_loaded(bench, count):
    """What is found out of them is forgotten first, so that opening and packing count."""
    bench.forget("scans", "packed")
    measured = bench.ours("loading", *words_of(bench, count), "--epochs", 3).measured
    return {**measured, "epoch_s": median(measured["epochs_s"])}


def memory(bench):
    """The most anonymous memory of a job's processes while it loads; the peers' with their fastest worker count."""
    folder = picture_files(bench)[0]["bmp"]

    def ours(cache, epochs):
        words = settings({"dataset.path": folder, "pipeline.cache": cache})
        job = bench.ours("loading", bench.experiment, *words, "--epochs", epochs, watch_memory=True)
        return job.anonymous_mb

    ours("on", 1)  # packs
    candidates = {cache: functools.partial(ours, cache, bench.sized(20, 2)) for cache in ("on", "off")}
    for name, program in PEERS.items():
        workers = best(
            f"{name}, workers", bench.sized((1, 2, 3), (1,)), lambda n: peer(bench, program, folder, n, False, 1)
        )
        candidates[name] = lambda program=program, workers=workers: bench.peer(
            program, folder, "--workers", workers, "--epochs", bench.sized(3, 1), watch_memory=True
        ).anonymous_mb
    most = alternate(bench.rounds, **candidates)
    measures = {
        "on": "anonymous memory of loading: ours from the pack, mapped; the peer decodes files",
        "off": "anonymous memory of loading: ours and the peer decode files (pipeline.cache = off)",
    }
    return [
        Row(measure, "MB", most[cache], name, most[name], at_most(0.6))
        for cache, measure in measures.items()
        for name in PEERS
    ]


def parts():
    return {
        "loading-memory": (memory, "anonymous memory of loading", 3),
        "linear": (linear, "cost and memory of 1,000, 10,000 and 100,000 images", 10),
    }
