#!/usr/bin/env python3
"""Counts the instructions that the scan takes for a character, and all rules for an utterance, with valgrind's callgrind: these do not
depend on what else the machine does. Fails when one is more than a tenth over its budget in benches/instructions.json; `--write` writes the budgets.
Without valgrind it says so, installs it where it can (apt-get, as root), and checks nothing where it cannot."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
BUDGETS = HERE / "instructions.json"
CASES = [(f"{size} phrases", kind) for size in (200, 2_000, 20_000) for kind in ("ordinary", "near")] + [("rules", "polite")]


def has_valgrind():
    if shutil.which("valgrind"):
        return True
    print("instructions: valgrind is not installed")
    if shutil.which("apt-get") and os.geteuid() == 0:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
        subprocess.run(["apt-get", "update"], **quiet)
        subprocess.run(["apt-get", "install", "--yes", "valgrind"], **quiet)
    return bool(shutil.which("valgrind"))


def program():
    """The path of the bench, built."""
    command = ["cargo", "bench", "--quiet", "-p", "jinyu", "--bench", "instructions", "--no-run", "--message-format", "json"]
    built = subprocess.run(command, cwd=HERE.parent, check=True, stdout=subprocess.PIPE, text=True).stdout
    messages = [json.loads(line) for line in built.splitlines()]
    return next(m["executable"] for m in messages if m.get("executable") and m["target"]["name"] == "instructions")


def count(executable, what, kind):
    """Instructions for each character, or for each utterance."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=instructions::scan*"]
    done = subprocess.run([*command, executable, what.split()[0], kind], check=True, capture_output=True, text=True)
    parts = int(done.stdout.split()[0])
    return int(re.search(r"Collected : (\d+)", done.stderr).group(1)) / parts


def main():
    if not has_valgrind():
        print("instructions: not counted, since valgrind could not be installed")
        return
    executable = program()
    counts = {f"{what}, {kind}": round(count(executable, what, kind), 1) for what, kind in CASES}
    if "--write" in sys.argv:
        BUDGETS.write_text(json.dumps(counts, indent=1) + "\n")
    budgets = json.loads(BUDGETS.read_text())
    over = []
    for case, counted in counts.items():
        print(f"instructions: {case}: {counted}, budget {budgets[case]}")
        if counted > 1.1 * budgets[case]:
            over.append(case)
    if over:
        sys.exit("instructions: more than a tenth over the budget: " + "; ".join(over))


main()
