"""What assay_bench measures and judges by itself: commands, plugins, opening data sets."""

import shutil

from .table import row_of_json


def measured_by(name, *, in_folder):
    def part(bench):
        folder = [bench.folder(name)] if in_folder else []
        rows = [row_of_json(row) for row in bench.ours(name, *folder).measured]
        shutil.rmtree(bench.scratch / name, ignore_errors=True)
        return rows

    return part


def parts():
    return {
        "commands": (
            measured_by("commands", in_folder=True),
            "queries of a registry of 1,000 runs, logging a metric",
            2,
        ),
        "plugins": (measured_by("plugins", in_folder=False), "loading plugins, noting them", 1),
        "scan": (measured_by("scan", in_folder=True), "opening 6,000 images against cv::imread", 5),
    }
