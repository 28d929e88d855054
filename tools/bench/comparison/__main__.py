"""The command line: which parts, and what becomes of their rows."""

import argparse
import os
import pathlib
import sys
import tempfile
import time
import traceback

from . import alone, frozen, head, loading, scale, table
from .processes import Bench, Failed, say

PARTS = {**loading.parts(), **head.parts(), **frozen.parts(), **scale.parts(), **alone.parts()}
TOO_LONG_FOR_QUICK = ("commands", "scan")  # their sizes are their claims


def arguments():
    listed = "\n".join(f"  {name:15} {what}; {minutes} min" for name, (_, what, minutes) in PARTS.items())
    parser = argparse.ArgumentParser(
        prog="tools/bench/compare",
        description="Measures Assay and its peers in alternation, on this machine, and prints one table.",
        epilog=f"parts, and about how long each takes on two processors:\n{listed}\n\n"
        "exit code: 0 when all was measured, goals met or not; 1 when a part failed; 2 for a wrong command line",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="default: all")
    parser.add_argument("--json", metavar="FILE", help="also write the rows there, after each part")
    parser.add_argument("--rounds", metavar="N", type=int, help="how often each candidate is measured; default: 3")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, one round: shows that it works, no more")
    options = parser.parse_args()
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown:
        parser.error(f"there is no part {' '.join(unknown)}; there are {' '.join(PARTS)}")
    if options.rounds is None:
        options.rounds = 1 if options.quick else 3
    if options.rounds < 1:
        parser.error(f"--rounds {options.rounds}: at least one")
    if options.json:
        check_writable(parser, options.json)
    if not options.parts:
        options.parts = [part for part in PARTS if not (options.quick and part in TOO_LONG_FOR_QUICK)]
    return options


def check_writable(parser, file):
    """Before half an hour of measuring, not after it. What the file holds stays until there are rows."""
    try:
        open(file, "a").close()
    except OSError as problem:
        parser.error(f"--json {file}: can't be written: {problem.strerror}")


def measure(bench, names, parts, write):
    """The rows of all parts, one of a failure for each that failed, and whether any did. write(rows, seconds of each
    part) is called after every part, so that what is measured isn't lost with what comes later."""
    rows, seconds = [], {}
    all_measured = True
    for name in names:
        part, what, _ = parts[name]
        say(f"{name}: {what}")
        begun = time.perf_counter()
        try:
            rows += part(bench)
        except Exception as problem:
            say(f"{name} failed: {problem if isinstance(problem, Failed) else traceback.format_exc()}")
            rows.append(table.row_of_failure(name, problem))
            all_measured = False
        seconds[name] = round(time.perf_counter() - begun, 1)
        write(rows, seconds)
    return rows, all_measured


def main():
    options = arguments()
    about = table.circumstances()

    def write(rows, seconds):
        if options.json:
            table.write_json(rows, options.json, about, seconds)

    with tempfile.TemporaryDirectory(prefix="assay_compare_") as scratch:
        build = pathlib.Path(os.environ["ASSAY_BUILD"]).resolve()
        bench = Bench(build, pathlib.Path(scratch), options.quick, options.rounds)
        rows, all_measured = measure(bench, options.parts, PARTS, write)
    print(f"{about['machine']}\n{', '.join(f'{name} {version}' for name, version in about['versions'].items())}")
    print(f"commit {about['commit']}; medians of {bench.rounds} alternating rounds, in brackets the least and the most")
    if options.quick:
        print("QUICK: sizes too small for the figures to mean anything")
    table.print_table(rows)
    return 0 if all_measured else 1


if __name__ == "__main__":
    sys.exit(main())
