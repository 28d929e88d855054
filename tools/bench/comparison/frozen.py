"""A frozen EfficientNet-B0 under a head, start to end: whole jobs, what eight views cost in AUROC, and waiting."""

import dataclasses
import functools
import json
import re
from statistics import median

from .head import IMAGES, TUNED, VIEWS, epochs_on_views, seconds_of_run
from .loading import best
from .pictures import picture_files, settings
from .processes import Failed, alternate
from .table import ROOT, Row, at_least, under

MAIN_JOB = ROOT / "experiments/effnet_crop.toml"


def extraction_rate(bench):
    """Images a second through our loader and frozen backbone: a run without kept features less the same with them."""
    values = {
        "dataset.path": picture_files(bench)[0]["bmp"],
        "pipeline.views": 2,
        "preprocessing.size": bench.sized(224, 32),
    }
    seconds_of_run(bench, values, 1)  # opens and packs
    bench.forget("features")
    cold, warm = seconds_of_run(bench, values, 1), seconds_of_run(bench, values, 1)
    counts = bench.images_by_split(bench.experiment, *settings(values))
    pictures = 2 * counts["train"] + counts["validation"] + counts["test"]
    return pictures / (cold - warm)


def seconds_of_first_opening(bench):
    """Of a data set as large as the job's: finding, hashing, decoding and packing its files, scaled up from some."""
    bench.forget("scans", "packed")
    words = settings({"dataset.path": picture_files(bench)[0]["bmp"], "pipeline.cache": "on"})
    measured = bench.ours("loading", bench.experiment, *words, "--epochs", 1).measured
    return (measured["open_s"] + measured["pack_s"]) * IMAGES / measured["images"]


def loop_rate(bench, *words, workers, environment=None):
    """Images a second of the usual loop."""
    words = [*words, "--size", bench.sized(224, 32), "--steps", bench.sized(10, 2), "--workers", workers]
    folder = picture_files(bench)[0]["bmp"]
    return bench.peer("timm_frozen", folder, *words, environment=environment).measured["images_per_s"][0]


def kept_totals(rates, epochs_of_head, epochs):
    """Seconds of a whole job that keeps its features: each round's images a second and seconds of a head epoch."""
    return [IMAGES * VIEWS / rate + epochs * epoch for rate, epoch in zip(rates, epochs_of_head)]


def rates_in_turn(bench):
    """Images a second in each round, by name; of "opening" seconds."""
    counts = bench.sized((1, 2), (1,))
    workers = best("timm loop, workers", counts, lambda n: loop_rate(bench, workers=n))
    hand_workers = best("by hand, workers", counts, lambda n: loop_rate(bench, "--extract", workers=n))
    return alternate(
        bench.rounds,
        opening=lambda: seconds_of_first_opening(bench),
        Assay=lambda: extraction_rate(bench),
        usual=lambda: loop_rate(bench, workers=workers),
        tuned=lambda: loop_rate(bench, workers=workers, environment=TUNED),
        hand=lambda: loop_rate(bench, "--extract", workers=hand_workers),
        hand_tuned=lambda: loop_rate(bench, "--extract", workers=hand_workers, environment=TUNED),
    )


def frozen(bench):
    """Whole jobs, extrapolated from measured epochs of both. Starting the processes and the last evaluation, about a
    second of ours and the peers' imports, are left out of both."""
    heads = epochs_on_views(bench)
    rates = rates_in_turn(bench)  # forgets features, those of the heads too
    note = note_on(bench, rates, heads)
    rows = []
    for epochs, goal in ((500, at_least(50)), (2_000, at_least(150))):
        measure = f"{epochs:,} epochs of frozen B0 and head, {IMAGES:,} images, {VIEWS} views"
        kept = kept_totals(rates["Assay"], heads["Assay"], epochs)
        ours = [opening + total for opening, total in zip(rates["opening"], kept)]
        usual = [[IMAGES * epochs / rate for rate in rates[key]] for key in ("usual", "tuned")]
        rows.append(Row(measure, "s", ours, "usual timm loop", usual[0], goal, note))
        rows.append(Row(measure, "s", ours, "usual timm loop, malloc tuned", usual[1], note=note))
        plain = kept_totals(rates["hand"], heads["plain"], epochs)
        tuned = kept_totals(rates["hand_tuned"], heads["tuned"], epochs)
        least = at_least(1.2) if epochs == 500 else None
        rows.append(Row(measure, "s", ours, "PyTorch by hand, the same views kept", plain, least, note))
        name = "PyTorch by hand, the same views kept, malloc tuned, fused AdamW"
        rows.append(Row(measure, "s", ours, name, tuned, note=note))
    return rows


def note_on(bench, rates, heads):
    rate = {name: f"{median(values):.1f}" for name, values in rates.items()}
    epoch = {name: f"{median(values):.2f} s" for name, values in heads.items()}
    return (
        "extrapolated from measured epochs of both, without start and last evaluation; ours: first opening and packing "
        f"{rate['opening']} s (in the total; scaled up from {bench.sized(512, 48)} files), {rate['Assay']} images/s, "
        f"{epoch['Assay']} a head epoch on {VIEWS} views; peers: {rate['usual']} images/s ({rate['tuned']} with malloc "
        f"tuned), features kept {rate['hand']} ({rate['hand_tuned']}), a head epoch on {VIEWS} views {epoch['plain']} "
        f"({epoch['tuned']} with malloc tuned and fused AdamW)"
    )


def auroc(bench):
    """What cycling through eight views does to the figure: real runs on the synthetic set with real weights."""
    values = {
        "preprocessing.size": bench.sized(128, 32),
        "dataset.demo.size": bench.sized(128, 32),
        "dataset.demo.images": bench.sized(600, 120),
        "training.epochs": bench.sized(60, 2),
    }

    def test_auroc(views, seed):
        bench.runner("run", MAIN_JOB, *settings({**values, "pipeline.views": views, "seed": seed}))
        return json.loads(bench.runner("show", "latest", "--json").output)["metrics"]["test"]["auroc"]

    seeds = range(1, bench.sized(5, 1) + 1)
    figures = {views: [test_auroc(views, seed) for seed in seeds] for views in (VIEWS, 0)}
    epochs = values["training.epochs"]
    size = values["preprocessing.size"]
    note = f"effnet_crop.toml (Lite0, ImageNet weights) at {size} px, {epochs} epochs, {len(seeds)} seeds"
    return [Row("test AUROC with views = 8", "AUROC", figures[VIEWS], "Assay, views = 0", figures[0], note=note)]


def waiting(bench):
    """Share of the time of training without a feature cache that its steps wait for pictures."""
    values = {
        "dataset.path": picture_files(bench)[0]["bmp"],
        "pipeline.views": 0,
        "preprocessing.size": bench.sized(224, 64),
    }
    rows = []
    for freeze, what in (("all", "frozen B0"), ("none", "all of B0 trained")):
        shares = [waiting_share(bench, {**values, "backbone.freeze": freeze}) for _ in range(bench.rounds)]
        rows.append(
            Row(f"uncached training waits for pictures ({what}, 224 px, batch 64)", "%", shares, goal=under(2, "%"))
        )
    return rows


def waiting_share(bench, values):
    messages = bench.runner("run", bench.experiment, *settings({**values, "training.epochs": 2})).messages
    found = re.search(r"([\d.]+) % of the steps' time waiting for pictures", messages)
    if not found:
        raise Failed(f"the run doesn't say how long it waited for pictures:\n{messages}")
    return float(found.group(1))


def network(bench):
    """A step of the whole network, forward and backward, against a loop by hand on the same pictures."""
    values = {
        "dataset.demo.images": 120,
        "dataset.demo.size": 128,
        "pipeline.views": 0,
        "preprocessing.size": bench.sized(128, 32),
        "training.batch_size": 32,
        "sampler.plugin": "random",
        "backbone.weights": "none",
        "backbone.freeze": "none",
    }
    many = bench.sized(4, 2)
    hand = [MAIN_JOB, *settings(values), "--epochs", many - 1]
    seconds = alternate(
        bench.rounds,
        Assay=lambda: main_job_epoch(bench, values, 1, many),
        hand=lambda: bench.ours("hand-network", *hand).measured["seconds_per_epoch"][0],
    )
    measure = "epoch of the whole network (Lite0, 128 px, batch 32), pictures decoded and augmented for it"
    return [Row(measure, "s", seconds["Assay"], "LibTorch and OpenCV loop by hand", seconds["hand"], at_least(0.97))]


def main_job_epoch(bench, values, few, many):
    seconds = {
        n: bench.runner("run", MAIN_JOB, *settings({**values, "training.epochs": n})).seconds for n in (few, many)
    }
    return (seconds[many] - seconds[few]) / (many - few)


def main_job(bench):
    """500 epochs of the main job from empty caches against the same without kept features."""
    bench = dataclasses.replace(bench, cache_name="main_job")
    values = bench.sized({}, {"preprocessing.size": 32, "training.epochs": 20})
    kept = bench.runner("run", MAIN_JOB, *settings(values)).seconds
    epochs = bench.sized(500, 20)
    epoch = main_job_epoch(bench, {**values, "training.feature_cache": "off"}, 1, 3)
    peer = "feature_cache = off, extrapolated from two epochs"
    return [
        Row(
            f"{epochs} epochs of effnet_crop.toml, from empty caches",
            "s",
            [kept],
            peer,
            [epochs * epoch],
            under(600, "s"),
        )
    ]


def parts():
    return {
        "frozen": (frozen, "500 and 2,000 epochs of frozen B0 against the usual loop and one by hand", 14),
        "auroc": (auroc, "test AUROC of views = 8 beside views = 0", 10),
        "waiting": (waiting, "uncached training: share of the time waiting for pictures", 12),
        "network": (network, "an epoch of the whole network against a loop by hand", 2),
        "main-job": (main_job, "500 epochs of effnet_crop.toml against the same without kept features", 2),
    }
