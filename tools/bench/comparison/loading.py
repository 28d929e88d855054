"""Loading: random-resized crop, rotation, flip, normalise, to float32 batches of 64 at 224 px."""

from statistics import median

from .pictures import picture_files, settings
from .processes import alternate, say
from .table import Goal, Row, at_least

PEERS = {
    "torchvision v2 + DataLoader": "torchvision_loading",
    "Albumentations + OpenCV + DataLoader": "albumentations_loading",
}
GOALS = {"bmp": (8, 4), "packed": (16, 7)}


def ours(bench, folder, cache, threads=0, epochs=None, hashed=False):
    words = settings({"dataset.path": folder, "pipeline.cache": cache, "pipeline.threads": threads})
    epochs = epochs or bench.sized(20, 2)
    return bench.ours("loading", bench.experiment, *words, "--epochs", epochs, *(["--hash"] if hashed else [])).measured


def peer(bench, program, folder, workers, in_memory, epochs=None):
    words = ["--workers", workers, "--epochs", epochs or bench.sized(3, 1), *(["--in-memory"] if in_memory else [])]
    return median(bench.peer(program, folder, *words).measured["images_per_s"])


def best(name, counts, measure):
    """The count with the highest rate."""
    rates = {count: measure(count) for count in counts}
    say(f"{name}: " + ", ".join(f"{rate:,.0f} images/s with {count}" for count, rate in rates.items()))
    return max(rates, key=rates.get)


def contest(bench, folder, packed):
    """Images a second of each round, by name; ours is "Assay"."""
    cache = "on" if packed else "off"
    threads = best(
        "Assay, threads", bench.sized((1, 2, 3), (2,)), lambda n: median(ours(bench, folder, cache, n)["images_per_s"])
    )
    candidates = {"Assay": lambda: median(ours(bench, folder, cache, threads)["images_per_s"])}
    for name, program in PEERS.items():
        workers = best(
            f"{name}, workers", bench.sized((1, 2, 3), (1,)), lambda n: peer(bench, program, folder, n, packed, 1)
        )
        candidates[name] = lambda program=program, workers=workers: peer(bench, program, folder, workers, packed)
    return alternate(bench.rounds, **candidates)


def from_bmp(bench):
    folders, what = picture_files(bench)
    return rows_of(bench, folders["bmp"], "bmp", f"from BMP files ({what})")


def from_memory(bench):
    folders, _ = picture_files(bench)
    return rows_of(bench, folders["bmp"], "packed", "from the packed cache; the peers' pictures are in memory")


def rows_of(bench, folder, kind, what):
    rates = contest(bench, folder, packed=kind == "packed")
    goals = dict(zip(PEERS, GOALS[kind]))
    return [
        Row(f"loading {what}", "images/s", rates["Assay"], name, rates[name], at_least(goals[name])) for name in PEERS
    ]


def from_jpeg(bench):
    """Decoding is the floor: its share of our time is told."""
    folders, what = picture_files(bench)
    rates = contest(bench, folders["jpg"], packed=False)
    words = settings({"dataset.path": folders["jpg"], "pipeline.cache": "off"})
    decoding = median(bench.ours("decoding", bench.experiment, *words).measured["images_per_s"])
    note = f"decoding alone: {decoding:,.0f} images/s, {100 * median(rates['Assay']) / decoding:.0f} % of the time"
    better = max(PEERS, key=lambda name: median(rates[name]))
    return [
        Row(
            f"loading from JPEG files ({what})",
            "images/s",
            rates["Assay"],
            name,
            rates[name],
            at_least(1.5) if name == better else None,
            note,
        )
        for name in PEERS
    ]


def threads(bench):
    """Two loader threads against one, and the same bytes from any number of them."""
    folder = picture_files(bench)[0]["bmp"]
    rows = []
    for cache, what in (("on", "from the packed cache"), ("off", "from BMP files")):
        rates = alternate(
            bench.rounds,
            **{str(n): lambda n=n: median(ours(bench, folder, cache, n)["images_per_s"]) for n in (1, 2)},
        )
        rows.append(
            Row(f"loading {what}, two threads", "images/s", rates["2"], "Assay, one thread", rates["1"], at_least(1.7))
        )
    hashes = {n: ours(bench, folder, "on", n, epochs=1, hashed=True)["sha256"] for n in (1, 2, 4, 7)}
    note = ", ".join(f"{n}: {text[:12]}" for n, text in hashes.items())
    one = Goal("1", lambda row: row.ours == 1)
    return [
        *rows,
        Row(
            "different bytes from 1, 2, 4 and 7 loader threads",
            "hashes",
            [len(set(hashes.values()))],
            goal=one,
            note=note,
        ),
    ]


def parts():
    return {
        "bmp": (from_bmp, "loading from BMP files against torchvision and Albumentations", 4),
        "jpeg": (from_jpeg, "the same from JPEG files, and the share of decoding", 4),
        "packed": (from_memory, "from the packed cache, the peers from memory", 4),
        "threads": (threads, "two loader threads against one; hashes of batches", 1),
    }
