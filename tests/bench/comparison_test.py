"""Tests of tools/bench/compare that need neither a quiet machine nor a built bench: what its table makes of figures,
and that each kind of peer runs. The peers' environment is used where it is there (tools/peers bench makes it)."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

BENCH = pathlib.Path(__file__).resolve().parents[2] / "tools/bench"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
PYTHON = CACHE / "assay/bench-peers/bin/python"
sys.path.insert(0, str(BENCH))
sys.dont_write_bytecode = True

from comparison.processes import alternate  # noqa: E402
from comparison.table import Row, at_least, at_most, number, under  # noqa: E402


class Rows(unittest.TestCase):
    def test_a_ratio_says_how_many_times_as_fast_as_the_peer(self):
        self.assertEqual(Row("loading", "images/s", [800], "peer", [100]).ratio, 8)
        self.assertEqual(Row("epoch", "s", [0.5], "peer", [2]).ratio, 4)

    def test_a_ratio_of_memory_is_our_share(self):
        self.assertEqual(Row("memory", "MB", [30], "peer", [60]).ratio, 0.5)

    def test_medians_of_the_rounds_count(self):
        row = Row("epoch", "s", [9, 1, 2], "peer", [4, 4, 400])
        self.assertEqual((row.ours, row.peer, row.ratio), (2, 4, 2))

    def test_goals_are_judged_and_both_ranges_told(self):
        met = Row("loading", "images/s", [790, 800, 830], "peer", [90, 100, 101], at_least(8)).as_json()
        self.assertTrue(met["met"])
        self.assertEqual((met["goal"], met["ours_range"], met["peer_range"]), ("at least 8x", [790, 830], [90, 101]))
        self.assertFalse(Row("loading", "images/s", [799], "peer", [100], at_least(8)).as_json()["met"])
        self.assertFalse(Row("memory", "MB", [61], "peer", [100], at_most(0.6)).as_json()["met"])
        self.assertTrue(Row("waiting", "%", [1.9], goal=under(2, "%")).as_json()["met"])

    def test_a_row_without_a_peer_has_no_ratio(self):
        self.assertIsNone(Row("waiting", "%", [0.0]).as_json()["ratio"])

    def test_numbers_have_three_digits(self):
        self.assertEqual([number(value) for value in (0.01234, 1.2345, 12345.6, 0)], ["0.0123", "1.23", "12,346", "0"])


class Rounds(unittest.TestCase):
    def test_candidates_take_turns_and_none_is_always_first(self):
        calls = []
        alternate(2, one=lambda: calls.append("one"), two=lambda: calls.append("two"))
        self.assertEqual(calls, ["one", "two", "two", "one"])


class Parts(unittest.TestCase):
    @unittest.skipUnless(PYTHON.exists(), f"there is no {PYTHON} (tools/peers bench makes it)")
    def test_help_lists_every_part(self):
        environment = {**os.environ, "PYTHONPATH": str(BENCH), "PYTHONDONTWRITEBYTECODE": "1"}
        shown = subprocess.run([PYTHON, "-m", "comparison", "--help"], capture_output=True, text=True, env=environment)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        for part in ("bmp", "jpeg", "packed", "threads", "head", "frozen", "auroc", "waiting", "start", "linear"):
            self.assertRegex(shown.stdout, rf"(?m)^  {part} +\w")


@unittest.skipUnless(PYTHON.exists(), f"there is no {PYTHON} (tools/peers bench makes it)")
class Peers(unittest.TestCase):
    def measure(self, program, *arguments):
        """What the JSON of its last line holds."""
        command = [PYTHON, "-B", "-W", "ignore", BENCH / f"peers/{program}.py", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout.splitlines()[-1])

    def test_the_loop_by_hand_tells_each_epoch(self):
        told = self.measure("head_by_index", "--images", 100, "--validation", 10, "--epochs", 3, "--views", 2)
        self.assertEqual((len(told["seconds_per_epoch"]), told["steps"]), (3, 2))

    def test_albumentations_loads_files(self):
        with tempfile.TemporaryDirectory() as folder:
            self.write_bmp(pathlib.Path(folder) / "cells/one.bmp")
            told = self.measure("albumentations_loading", folder, "--workers", 0, "--epochs", 1, "--size", 8)
        self.assertEqual(told["images"], 1)

    @staticmethod
    def write_bmp(file):
        """Four black pixels."""
        header = b"BM" + (70).to_bytes(4, "little") + bytes(4) + (54).to_bytes(4, "little")
        info = b"".join(value.to_bytes(4, "little") for value in (40, 2, 2)) + (1).to_bytes(2, "little")
        file.parent.mkdir()
        file.write_bytes(header + info + (24).to_bytes(2, "little") + bytes(24) + bytes(16))


if __name__ == "__main__":
    unittest.main(verbosity=2)
