"""Tests of tools/bench/compare that need neither a quiet machine nor a built bench: what its table makes of figures,
what becomes of parts that fail, and that each kind of peer runs. `comparison_test.py Peers` alone needs the peers'
environment, and says SKIPPED where there is none."""

import contextlib
import io
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

from comparison.__main__ import measure  # noqa: E402
from comparison.processes import Bench, Failed, alternate  # noqa: E402
from comparison.table import Row, at_least, at_most, number, print_table, under, write_json  # noqa: E402


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

    def test_a_goal_is_missed_where_there_is_no_ratio(self):
        for goal in (at_least(1), at_most(1)):
            self.assertFalse(Row("memory", "MB", [0.0], "peer", [60], goal).as_json()["met"])

    def test_numbers_have_three_digits(self):
        self.assertEqual([number(value) for value in (0.01234, 1.2345, 12345.6, 0)], ["0.0123", "1.23", "12,346", "0"])


class Rounds(unittest.TestCase):
    def test_candidates_take_turns_and_none_is_always_first(self):
        calls = []
        alternate(2, one=lambda: calls.append("one"), two=lambda: calls.append("two"))
        self.assertEqual(calls, ["one", "two", "two", "one"])


def fails_with(problem):
    def part(_bench):
        raise problem

    return part


class Parts(unittest.TestCase):
    def test_one_that_fails_takes_no_rows_of_others_with_it(self):
        parts = {
            "one": (lambda bench: [Row("one", "s", [1.0], "peer", [2.0], at_least(1))], "", 0),
            "failed": (fails_with(Failed("runner run\nended with 1:\nerror: disk full\n")), "", 0),
            "garbled": (fails_with(json.JSONDecodeError("Expecting value", "", 0)), "", 0),
            "last": (lambda bench: [Row("last", "s", [1.0])], "", 0),
        }
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
            file = pathlib.Path(folder) / "rows.json"
            written = []

            def write(rows, seconds):
                write_json(rows, file, {}, seconds)
                written.append(len(json.loads(file.read_text())["rows"]))

            rows, all_measured = measure(None, list(parts), parts, write)
        self.assertEqual([row.measure for row in rows], ["one", "failed FAILED", "garbled FAILED", "last"])
        self.assertEqual(rows[1].note, "Failed: error: disk full")
        self.assertFalse(all_measured)
        self.assertEqual(written, [1, 2, 3, 4])
        with contextlib.redirect_stdout(io.StringIO()) as shown:
            print_table(rows)
        self.assertIn("error: disk full", shown.getvalue())

    def test_what_is_measured_does_not_see_the_settings_of_a_shell(self):
        os.environ["OMP_NUM_THREADS"] = "1"
        self.addCleanup(os.environ.pop, "OMP_NUM_THREADS")
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(pathlib.Path("build"), pathlib.Path(folder), quick=True)
            seen = bench.run(["env"], environment={"GLIBC_TUNABLES": "glibc.malloc.trim_threshold=1"}).output
        self.assertNotIn("OMP_NUM_THREADS", seen)
        self.assertIn("GLIBC_TUNABLES=", seen)


class CommandLine(unittest.TestCase):
    def test_help_lists_every_part_and_makes_no_environment(self):
        with tempfile.TemporaryDirectory() as cache:
            environment = {**os.environ, "XDG_CACHE_HOME": cache}
            shown = subprocess.run([BENCH / "compare", "--help"], capture_output=True, text=True, env=environment)
            self.assertEqual(os.listdir(cache), [])
        self.assertEqual(shown.returncode, 0, shown.stderr)
        for part in ("bmp", "jpeg", "packed", "threads", "head", "frozen", "auroc", "waiting", "start", "linear"):
            self.assertRegex(shown.stdout, rf"(?m)^  {part} +\w")


    def test_a_file_that_cannot_be_written_is_found_before_measuring(self):
        command = [sys.executable, "-B", "-m", "comparison", "--json", "/nowhere/rows.json"]
        environment = {**os.environ, "PYTHONPATH": str(BENCH)}
        refused = subprocess.run(command, capture_output=True, text=True, env=environment)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("--json /nowhere/rows.json: can't be written", refused.stderr)


class Peers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not PYTHON.exists():
            print(f"SKIPPED: there is no {PYTHON} (tools/peers bench makes it)")
            raise unittest.SkipTest("no environment of the peers")

    def measure(self, program, *arguments):
        """What the JSON of its last line holds."""
        command = [PYTHON, "-B", "-W", "ignore", BENCH / f"peers/{program}.py", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout.splitlines()[-1])

    def test_the_loop_by_hand_tells_each_epoch(self):
        work = ("--images", 100, "--validation", 10, "--epochs", 3, "--views", 2)
        told = self.measure("head_by_index", *work, "--fused")
        self.assertEqual((len(told["seconds_per_epoch"]), told["steps"]), (3, 2))

    def test_albumentations_loads_files(self):
        with tempfile.TemporaryDirectory() as folder:
            self.write_bmp(pathlib.Path(folder) / "cells/one.bmp")
            told = self.measure("albumentations_loading", folder, "--workers", 1, "--epochs", 2, "--size", 8)
        self.assertEqual((told["images"], len(told["images_per_s"])), (1, 2))

    @staticmethod
    def write_bmp(file):
        """Four black pixels."""
        header = b"BM" + (70).to_bytes(4, "little") + bytes(4) + (54).to_bytes(4, "little")
        info = b"".join(value.to_bytes(4, "little") for value in (40, 2, 2)) + (1).to_bytes(2, "little")
        file.parent.mkdir()
        file.write_bytes(header + info + (24).to_bytes(2, "little") + bytes(24) + bytes(16))


if __name__ == "__main__":
    unittest.main(verbosity=2)
