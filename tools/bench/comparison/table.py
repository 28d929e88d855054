"""A measured claim, the table of them, and the same as JSON."""

import dataclasses
import json
import math
import platform
import subprocess
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[3]
RATES = ("images/s",)
DURATIONS = ("s", "ms", "us")


@dataclasses.dataclass(frozen=True)
class Goal:
    text: str
    met: Callable[["Row"], bool]


def at_least(times):
    return Goal(f"at least {times:g}x", lambda row: row.ratio is not None and row.ratio >= times)


def at_most(times):
    return Goal(f"at most {times:g}x", lambda row: row.ratio is not None and row.ratio <= times)


def under(value, unit):
    return Goal(f"under {value:g} {unit}", lambda row: row.ours < value)


@dataclasses.dataclass
class Row:
    """What was measured, for us and a peer: a number for each round; none of ours where measuring failed.

    A goal about a ratio is missed where there is no ratio.
    """

    measure: str
    unit: str
    ours_rounds: list
    peer_name: str = ""
    peer_rounds: list = dataclasses.field(default_factory=list)
    goal: Goal | None = None
    note: str = ""

    @property
    def ours(self):
        return median(self.ours_rounds) if self.ours_rounds else None

    @property
    def peer(self):
        return median(self.peer_rounds) if self.peer_rounds else None

    @property
    def ratio(self):
        """How many times as fast as the peer; of anything but rates and durations, ours by the peer's."""
        if not self.peer or not self.ours:
            return None
        return self.peer / self.ours if self.unit in DURATIONS else self.ours / self.peer

    def as_json(self):
        return {
            "measure": self.measure,
            "unit": self.unit,
            "ours": self.ours,
            "peer_name": self.peer_name,
            "peer": self.peer,
            "ratio": self.ratio,
            "goal": self.goal.text if self.goal else None,
            "met": self.goal.met(self) if self.goal else None,
            "ours_range": [min(self.ours_rounds), max(self.ours_rounds)] if self.ours_rounds else None,
            "peer_range": [min(self.peer_rounds), max(self.peer_rounds)] if self.peer_rounds else None,
            "rounds": len(self.ours_rounds),
            "note": self.note,
        }


def row_of_json(row):
    """A row that assay_bench measured and judged itself."""
    met = row["met"]
    peer = [row["peer"]] if row["peer_name"] else []
    return Row(row["measure"], row["unit"], [row["ours"]], row["peer_name"], peer, Goal(row["goal"], lambda _: met))


def row_of_failure(part, problem):
    """What stands in the table for a part that couldn't be measured."""
    said = [text.strip() for text in str(problem).splitlines() if text.strip()]
    last = said[-1].replace("|", "/") if said else "without a word"
    return Row(f"{part} FAILED", "", [], note=f"{type(problem).__name__}: {last}")


def number(value):
    """Three significant digits, thousands with commas."""
    if value is None:
        return ""
    if value == 0:
        return "0"
    digits = 2 - math.floor(math.log10(abs(value)))
    return f"{value:,.{max(0, digits)}f}"


def spread(values):
    return f" ({number(min(values))}-{number(max(values))})" if len(values) > 1 else ""


def line(row):
    ours = f"{number(row.ours)} {row.unit}{spread(row.ours_rounds)}" if row.ours_rounds else ""
    peer = f"{number(row.peer)} {row.unit}{spread(row.peer_rounds)}, {row.peer_name}" if row.peer_rounds else ""
    judged = "" if row.goal is None else f"{row.goal.text}: {'met' if row.goal.met(row) else 'MISSED'}"
    return row.measure, ours, peer, f"{number(row.ratio)}x" if row.ratio else "", judged, row.note


def print_table(rows):
    """As a table of Markdown: for the terminal and for the README."""
    cells = [("measure", "Assay", "peer", "ratio", "goal", "note")] + [line(row) for row in rows]
    widths = [max(len(cell[column]) for cell in cells) for column in range(len(cells[0]))]
    cells.insert(1, tuple("-" * width for width in widths))
    for cell in cells:
        print("| " + " | ".join(text.ljust(width) for text, width in zip(cell, widths)) + " |")


def write_json(rows, file, about, parts):
    """about: circumstances(); parts: the seconds that each took."""
    content = {**about, "parts": parts, "rows": [row.as_json() for row in rows]}
    Path(file).write_text(json.dumps(content, indent=2) + "\n")


def circumstances():
    return {"machine": machine(), "versions": versions(), "commit": commit()}


def machine():
    names = [text.split(":", 1)[1].strip() for text in open("/proc/cpuinfo") if text.startswith("model name")]
    memory = int(next(text for text in open("/proc/meminfo") if text.startswith("MemTotal")).split()[1])
    system = next(
        text.split("=")[1].strip().strip('"') for text in open("/etc/os-release") if text.startswith("PRETTY_NAME")
    )
    return f"{names[0] if names else platform.machine()}, {len(names)} processors, {memory / 2**20:.0f} GB, {system}"


def versions():
    packages = (
        "torch",
        "torchvision",
        "timm",
        "lightning",
        "albumentations",
        "opencv-python-headless",
        "numpy",
        "pillow",
    )
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in packages}}


def commit():
    def git(*words):
        return subprocess.run(["git", "-C", ROOT, *words], capture_output=True, text=True).stdout.strip()

    return git("rev-parse", "--short=12", "HEAD") + (" and changes" if git("status", "--porcelain", "-uno") else "")
