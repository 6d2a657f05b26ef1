#!/usr/bin/env python3
"""Scores a build of jinyu on the sentences beside this file: how many utterances are flagged in each tier, in how many of the found ones a
right category, and the F1 of steps, signals and violations of conversations. Nothing but Python is needed.

    tools/sentences/score.py target/release/jinyu          the figures; other options go to jinyu audit (--asr, --rules …)
"""

import collections
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def read(name):
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


def audit(command, turns):
    """The records that jinyu gives for (conversation, turn, speaker, text)."""
    names = ("conversation", "turn", "speaker", "text")
    lines = "".join(json.dumps(dict(zip(names, turn)), ensure_ascii=False) + "\n" for turn in turns)
    done = subprocess.run([command[0], "audit", *command[1:], "--format", "jsonl", "-"], input=lines, capture_output=True, text=True, check=False)
    if done.returncode == 2:
        sys.exit(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def utterances(command):
    items = read("utterances.jsonl")
    turns = []
    for item in items:
        if item.get("context"):
            turns.append((item["id"], 1, "customer", item["context"]))
        turns.append((item["id"], 2, "agent", item["text"]))
    found = collections.defaultdict(set)
    for record in audit(command, turns):
        if record["type"] == "finding":
            found[record["conversation"]].add(record["category"])
    flagged, of, right = collections.Counter(), collections.Counter(), 0
    for item in items:
        of[item["tier"]] += 1
        flagged[item["tier"]] += bool(found[item["id"]])
        right += bool(found[item["id"]] & set(item["labels"]))
    for tier in ("everyday", "unusual", "verbatim", "variant", "noise", "paraphrase", "asr", "ordinary", "easy", "hard", "help"):
        print(f"{tier:11} {flagged[tier]}/{of[tier]} = {flagged[tier] / of[tier]:.3f}")
    offences = sum(flagged[tier] for tier in ("everyday", "unusual", "verbatim", "variant", "noise", "paraphrase", "asr"))
    print(f"right category among the offences found: {right}/{offences} = {right / max(offences, 1):.3f}")


def conversations(command):
    items = read("conversations.jsonl")
    turns = [(item["id"], number, turn["speaker"], turn["text"]) for item in items for number, turn in enumerate(item["turns"])]
    said = {"step": collections.defaultdict(set), "signal": collections.defaultdict(set), "violation": collections.defaultdict(set)}
    for record in audit(command, turns):
        if record["type"] != "conversation":
            continue
        of = record["conversation"]
        for kind in ("step", "signal"):
            for seen in record[kind + "s"]:
                said[kind][of, seen["turn"]].add(seen[kind])
        said["violation"][of] |= {flow["rule"].split("/")[-1] for flow in record["flow"] if flow["verdict"] == "violated"}
    turns_of = [turn for item in items for turn in item["turns"]]
    # The rules know more steps and signals than the guide labels.
    known = {kind: {name for turn in turns_of for name in turn.get(kind + "s", [])} for kind in ("step", "signal")}
    known["violation"] = {violation["name"] for item in items for violation in item["violations"]}
    for kind in ("step", "signal", "violation"):
        counts = collections.defaultdict(collections.Counter)
        for item in items:
            if kind == "violation":
                doubtful = set(item.get("maybe_violations", []))
                cases = [({violation["name"] for violation in item["violations"]}, doubtful, said[kind][item["id"]])]
            else:
                cases = [
                    (set(turn.get(kind + "s", [])), set(turn.get(f"maybe_{kind}s", [])), said[kind][item["id"], number])
                    for number, turn in enumerate(item["turns"])
                ]
            for expected, doubtful, given in cases:
                for name in ((expected | given) & known[kind]) - doubtful:
                    which = "true" if name in expected & given else "missed" if name in expected else "false"
                    counts[name][which] += 1
        total = collections.Counter()
        for name, count in sorted(counts.items()):
            total += count
            print(f"{kind} {name:28} {f1(count):.3f}  {dict(count)}")
        print(f"{kind}s over all {f1(total):.3f}")


def f1(count):
    return 2 * count["true"] / max(2 * count["true"] + count["false"] + count["missed"], 1)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    command = sys.argv[1:]
    utterances(command)
    conversations(command)


main()
