"""Cost by the number of images, and the memory of loading."""

from .loading import PEERS, best, peer
from .pictures import picture_files, settings
from .processes import alternate
from .table import Row, at_most


def linear(bench):
    """1,000, 10,000 and 100,000 synthetic images of 64 px: a data set ten times as large costs ten times as much."""
    counts = bench.sized((1_000, 10_000, 100_000), (100, 400))
    measured = {count: opened_and_loaded(bench, count) for count in counts}
    fewest = measured[counts[0]]
    rows = []
    for count, one in measured.items():
        for what, key in (("opening", "open_s"), ("packing", "pack_s"), ("an epoch of loading", "epoch_s")):
            note = f"in all {one[key]:.2f} s"
            goal = None if count == counts[0] else at_most(1.2)
            ours, peer_value = [1e6 * one[key] / count], [1e6 * fewest[key] / counts[0]]
            rows.append(
                Row(
                    f"{what}, {count:,} images of 64 px, each",
                    "us/image",
                    ours,
                    f"{counts[0]:,} images",
                    peer_value,
                    goal,
                    note,
                )
            )
        memory = one["anonymous_mb"]
        note = f"from epoch to epoch {' '.join(f'{value:.1f}' for value in memory)} MB"
        rows.append(
            Row(
                f"anonymous memory after loading {count:,} images",
                "MB",
                memory[-1:],
                "after its first epoch",
                memory[:1],
                at_most(1.05),
                note,
            )
        )
    return rows


def opened_and_loaded(bench, count):
    sizes = {
        "dataset.demo.images": count,
        "dataset.demo.patients": 100,
        "dataset.demo.size": 64,
        "preprocessing.size": 64,
    }
    words = [bench.experiment, *settings(sizes)]
    bench.runner("dataset", *words)  # draws them; what it finds out of them is forgotten, so that opening counts
    forget(bench, "scans", "packed")
    measured = bench.ours("loading", *words, "--epochs", 3).measured
    return {**measured, "epoch_s": sorted(measured["epochs_s"])[1]}


def forget(bench, *folders):
    for folder in folders:
        for file in (bench.cache / folder).glob("*"):
            file.unlink()


def memory(bench):
    """The most anonymous memory of a job's processes while it loads, with the worker count that is fastest for it."""
    folder = picture_files(bench)[0]["bmp"]
    words = settings({"dataset.path": folder})
    candidates = {
        "Assay": lambda: bench.ours(
            "loading", bench.experiment, *words, "--epochs", bench.sized(20, 2), watch_memory=True
        ).anonymous_mb
    }
    for name, program in PEERS.items():
        workers = best(
            f"{name}, workers", bench.sized((1, 2, 3), (1,)), lambda n: peer(bench, program, folder, n, False, 1)
        )
        candidates[name] = lambda program=program, workers=workers: bench.peer(
            program, folder, "--workers", workers, "--epochs", bench.sized(3, 1), watch_memory=True
        ).anonymous_mb
    most = alternate(bench.rounds, **candidates)
    return [Row("anonymous memory of loading", "MB", most["Assay"], name, most[name], at_most(0.6)) for name in PEERS]


def parts():
    return {
        "loading-memory": (memory, "anonymous memory of loading", 3),
        "linear": (linear, "cost and memory of 1,000, 10,000 and 100,000 images", 10),
    }
