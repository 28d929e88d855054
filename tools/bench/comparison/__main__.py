"""The command line: which parts, and what becomes of their rows."""

import argparse
import os
import pathlib
import sys
import tempfile
import time

from . import alone, frozen, head, loading, scale, table
from .processes import Bench, Failed, say

PARTS = {**loading.parts(), **head.parts(), **frozen.parts(), **scale.parts(), **alone.parts()}
TOO_LONG_FOR_QUICK = ("commands", "scan")  # their sizes are their claims


def arguments():
    listed = "\n".join(f"  {name:15} {what}; {minutes} min" for name, (_, what, minutes) in PARTS.items())
    parser = argparse.ArgumentParser(
        prog="tools/bench/compare",
        description="Measures Assay and its peers in alternation, on this machine, and prints one table.",
        epilog=f"parts, and about how long each takes on two processors:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="default: all")
    parser.add_argument("--json", metavar="FILE", help="also write the rows there")
    parser.add_argument("--quick", action="store_true", help="tiny sizes: shows that it works, not how fast it is")
    options = parser.parse_args()
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown:
        parser.error(f"there is no part {' '.join(unknown)}; there are {' '.join(PARTS)}")
    if not options.parts:
        options.parts = [part for part in PARTS if not (options.quick and part in TOO_LONG_FOR_QUICK)]
    return options


def measure(bench, options):
    """The rows of all parts that could be measured, and how long each part took."""
    rows, failed = [], []
    seconds = {}
    for name in options.parts:
        part, what, _ = PARTS[name]
        say(f"{name}: {what}")
        begun = time.perf_counter()
        try:
            rows += part(bench)
        except Failed as problem:
            say(f"{name} failed: {problem}")
            failed.append(name)
        seconds[name] = round(time.perf_counter() - begun, 1)
    return rows, seconds, failed


def main():
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="assay_compare_") as scratch:
        bench = Bench(pathlib.Path(os.environ["ASSAY_BUILD"]).resolve(), pathlib.Path(scratch), options.quick)
        rows, seconds, failed = measure(bench, options)
    print(f"{table.machine()}\n{', '.join(f'{name} {version}' for name, version in table.versions().items())}")
    print(f"commit {table.commit()}; medians of {bench.rounds} alternating rounds, in brackets the least and the most")
    if options.quick:
        print("QUICK: sizes too small for the figures to mean anything")
    table.print_table(rows)
    if options.json:
        table.write_json(rows, options.json, seconds)
    return 1 if failed else 0


sys.exit(main())
