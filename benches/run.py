#!/usr/bin/env python3
"""Runs the bench suite: installs the peers from their registries into target/bench, makes texts and phrase lists from a fixed seed,
measures each engine in a process of its own, checks what was found, writes the records to benches/records.jsonl and the table
of benches/README.md from them. Needs Rust, Python 3 with venv, and a network the first time.

    benches/run.py              everything, some ten minutes on an idle machine
    benches/run.py --table      only the table, from the records that are there
    benches/run.py --archive    only `jinyu audit` over a generated archive of 500 MB, against `rg -F -f`
"""

import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
WORK = ROOT / "target" / "bench"
SUITE = ROOT / "target" / "suite" / "release" / "suite"
RG = WORK / "bin" / "rg"
PYTHON = WORK / "venv" / "bin" / "python"
RECORDS = HERE / "records.jsonl"
EXPECTED = HERE / "expected.json"
README = HERE / "README.md"

SIZES = [200, 2_000, 20_000, 200_000]
BYTES = 20_000_000
# Engine, bytes of text, rounds, longest list: slow engines see less of the text and fewer phrases.
RUST = [
    ("jinyu", BYTES, 15, 200_000),
    ("aho-corasick", BYTES, 5, 200_000),
    ("aho-corasick, folded", BYTES, 5, 200_000),
    ("daachorse", BYTES, 5, 200_000),
    ("daachorse, folded", BYTES, 5, 200_000),
    ("sensitive-rs", 500_000, 1, 2_000),
]
PYTHONS = [
    ("pyahocorasick", 2_000_000, 3, 200_000),
    ("ahocorasick_rs", 2_000_000, 3, 200_000),
    ("opencc + pyahocorasick", 2_000_000, 3, 200_000),
    ("opencc + pyahocorasick + jieba", 200_000, 1, 20_000),
]
PACKAGES = ["pyahocorasick==2.3.1", "ahocorasick_rs==1.0.3", "OpenCC==1.4.2", "jieba==0.42.1"]
RIPGREP = "15.2.0"


def call(*command, **options):
    return subprocess.run([str(part) for part in command], check=True, text=True, **options)


def install():
    WORK.mkdir(parents=True, exist_ok=True)
    if not PYTHON.exists():
        call(sys.executable, "-m", "venv", WORK / "venv")
    call(PYTHON, "-m", "pip", "install", "--quiet", *PACKAGES)
    if not RG.exists():
        call("cargo", "install", "--quiet", "--locked", "ripgrep", "--version", RIPGREP, "--root", WORK)
    build_suite()
    if not (WORK / "noise.txt").exists():
        call(SUITE, "generate", WORK, BYTES)


def build_suite():
    environment = dict(os.environ, CARGO_TARGET_DIR=str(ROOT / "target" / "suite"))
    call("cargo", "build", "--quiet", "--release", "--manifest-path", HERE / "suite" / "Cargo.toml", env=environment)


def record(command, **more):
    record = json.loads(call(*command, stdout=subprocess.PIPE).stdout) | more
    print(json.dumps(record, ensure_ascii=False), flush=True)
    return record


def bare(text, limit):
    """The seconds of a bare pass just now: what other programs are measured in, since the machine's speed changes under us."""
    command = [SUITE, "measure", "jinyu", WORK / "phrases-200.txt", WORK / f"{text}.txt", limit, 5]
    return json.loads(call(*command, stdout=subprocess.PIPE).stdout)["bare_seconds"]


def rg(text, size, rounds=3):
    """ripgrep as it is used: the whole process, lines counted."""
    command = [RG, "-F", "-f", WORK / f"phrases-{size}.txt", "-c", "-j1", WORK / f"{text}.txt"]
    times, bares, found = [], [], 0
    for _ in range(rounds):
        bares.append(bare(text, BYTES))
        start = time.perf_counter()
        output = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, text=True, check=False)
        times.append(time.perf_counter() - start)
        found = int(output.stdout or 0)
    size_of_text = (WORK / f"{text}.txt").stat().st_size
    done = {"engine": "rg -F -f", "phrases": size, "text": text, "bytes": size_of_text, "found": found}
    done |= {"seconds": statistics.median(times), "bare_seconds": statistics.median(bares)}
    print(json.dumps(done), flush=True)
    return done


def measure():
    records = []
    for size in SIZES:
        phrases = WORK / f"phrases-{size}.txt"
        for text in ["simplified", "traditional"]:
            path = WORK / f"{text}.txt"
            for engine, limit, rounds, longest in RUST:
                if size <= longest:
                    records.append(record([SUITE, "measure", engine, phrases, path, limit, rounds], text=text))
            records.append(rg(text, size))
            for engine, limit, rounds, longest in PYTHONS:
                if size <= longest:
                    command = [PYTHON, HERE / "suite" / "peers.py", engine, phrases, path, limit, rounds]
                    before = bare(text, limit)
                    records.append(record(command, text=text))
                    records[-1]["bare_seconds"] = (before + bare(text, limit)) / 2
        for text in [f"near-{size}", "repeated", "noise"]:
            for engine in ["jinyu", "daachorse", "aho-corasick"]:
                command = [SUITE, "measure", engine, phrases, WORK / f"{text}.txt", BYTES, 3]
                records.append(record(command, text=text.split("-")[0]))
    return records


def check(records):
    """Each engine must find what it found when the definitions were written; jinyu what the oracle finds."""
    found = {f"{r['engine']} | {r['text']} | {r['phrases']}": r["found"] for r in records}
    for size in SIZES:
        for text in ["simplified", "traditional"]:
            command = [SUITE, "measure", "oracle", WORK / f"phrases-{size}.txt", WORK / f"{text}.txt", BYTES, 1]
            oracle = json.loads(call(*command, stdout=subprocess.PIPE).stdout)["found"]
            if oracle != found[f"jinyu | {text} | {size}"]:
                sys.exit(f"jinyu finds {found[f'jinyu | {text} | {size}']} of {size} phrases in {text} text, the oracle {oracle}")
    if not EXPECTED.exists():
        EXPECTED.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    expected = json.loads(EXPECTED.read_text())
    wrong = [f"{key}: {count}, not {expected.get(key)}" for key, count in found.items() if expected.get(key) != count]
    if wrong:
        sys.exit("not what must be found (benches/expected.json):\n" + "\n".join(wrong))


def speed(record):
    """As part of the speed of a bare pass in the same minute."""
    return record["bare_seconds"] / record["seconds"]


def table(records):
    by = {(r["engine"], r["text"], r["phrases"]): r for r in records}
    lines = []

    def row(name, cells):
        lines.append(f"| {name} | " + " | ".join(cells) + " |")

    def cell(engine, text, size):
        done = by.get((engine, text, size))
        ours = by.get(("jinyu", text, size))
        if not done:
            return "–"
        factor = speed(ours) / speed(done)
        return f"{speed(done):.2f}" if engine == "jinyu" else f"{factor:.{0 if factor >= 10 else 1}f} ×"

    engines = [name for name, *_ in RUST] + ["rg -F -f"] + [name for name, *_ in PYTHONS]
    for text in ["simplified", "traditional"]:
        lines.append(f"\n**{text.capitalize()} text**: how many times faster jinyu is, and its own speed as part of a bare pass\n")
        row("engine", [f"{size:,} phrases" for size in SIZES])
        row("---", ["---"] * len(SIZES))
        ours = [by.get(("jinyu", text, size)) for size in SIZES]
        for engine in engines:
            row("**jinyu / bare pass**" if engine == "jinyu" else engine, [cell(engine, text, size) for size in SIZES])
        row("jinyu, MB/s", [f"{r['bytes'] / r['seconds'] / 1e6:.0f}" for r in ours])
        row("bare pass, MB/s", [f"{r['bytes'] / r['bare_seconds'] / 1e6:.0f}" for r in ours])
        row("jinyu, ms to build", [f"{r['build_s'] * 1e3:.0f}" for r in ours])
        row("jinyu, MiB more at the peak of building", [f"{r['peak_kib'] / 1024:.0f}" for r in ours])
    lines.append("\n**Text made to be slow**: MB/s, and in parentheses the speed as part of that on ordinary Simplified text, both in bare passes\n")
    row("engine, text", [f"{size:,} phrases" for size in SIZES])
    row("---", ["---"] * len(SIZES))
    names = {"near": "phrases without their last character", "repeated": "one character repeated", "noise": "random bytes, decoded lossily"}
    for text, described in names.items():
        for engine in ["jinyu", "daachorse", "aho-corasick"]:
            cells = []
            for size in SIZES:
                done, ordinary = by[engine, text, size], by[engine, "simplified", size]
                cells.append(f"{done['bytes'] / done['seconds'] / 1e6:.0f} ({speed(done) / speed(ordinary):.2f})")
            row(f"{engine}, {described}", cells)
    return "\n".join(lines)


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    return {"machine": f"{model}, {os.cpu_count()} cores", "system": platform.system(), "date": time.strftime("%Y-%m-%d"), "load": os.getloadavg()[0]}


def write_readme(records):
    start, end = "<!-- table: written by run.py -->", "<!-- end of table -->"
    before, rest = README.read_text().split(start)
    _, after = rest.split(end)
    about, records = records[0], records[1:]
    said = f"\n{about['date']}, {about['machine']}; load average at the start {about['load']:.1f}.\n"
    README.write_text(before + start + "\n" + said + table(records) + "\n" + end + after)


def archive():
    """The whole program over an archive, against ripgrep over the same file with the same number of threads."""
    build_suite()
    path = WORK / "archive.jsonl"
    if not path.exists():
        call(SUITE, "archive", path, 500_000_000)
    call("cargo", "build", "--quiet", "--release", "-p", "jinyu-cli", cwd=ROOT)
    jinyu = ROOT / "target" / "release" / "jinyu"
    for command in ([jinyu, "audit", "--format", "jsonl", path], [RG, "-F", "-f", WORK / "phrases-2000.txt", "-c", path]):
        start = time.perf_counter()
        subprocess.run(list(map(str, command)), stdout=subprocess.DEVNULL, check=False)
        print(pathlib.Path(command[0]).name, f"{time.perf_counter() - start:.2f} s")


def main():
    if "--archive" in sys.argv:
        install()
        return archive()
    if "--table" not in sys.argv:
        install()
        about = machine()
        records = measure()
        check(records)
        RECORDS.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in [about, *records]))
    write_readme([json.loads(line) for line in RECORDS.read_text().splitlines()])


main()
