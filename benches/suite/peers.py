"""Measures one engine of Python: receives its name, a phrase list, a text, how many bytes of it, and how many rounds; prints a
record as JSON, as the suite's own program does."""

import json
import resource
import statistics
import sys
import time


def engine(name, phrases):
    """A function that counts what the engine finds in a line."""
    if name == "pyahocorasick" or name.startswith("opencc + pyahocorasick"):
        import ahocorasick

        convert = None
        if name.startswith("opencc"):
            import opencc

            convert = opencc.OpenCC("t2s").convert
            phrases = sorted({convert(phrase) for phrase in phrases})
        automaton = ahocorasick.Automaton()
        for number, phrase in enumerate(phrases):
            automaton.add_word(phrase, number)
        automaton.make_automaton()
        if name.endswith("jieba"):
            import jieba

            jieba.initialize()

            def with_boundaries(line):
                line = convert(line)
                ends, at = set(), 0
                for word in jieba.cut(line):
                    at += len(word)
                    ends.add(at)
                return sum(end + 1 in ends for end, _ in automaton.iter(line))

            return with_boundaries
        if convert:
            return lambda line: sum(1 for _ in automaton.iter(convert(line)))
        return lambda line: sum(1 for _ in automaton.iter(line))
    if name == "ahocorasick_rs":
        import ahocorasick_rs

        automaton = ahocorasick_rs.AhoCorasick(phrases)
        return lambda line: len(automaton.find_matches_as_indexes(line, overlapping=True))
    raise SystemExit(f"{name}: no such engine")


def main():
    name, phrases, text, limit, rounds = sys.argv[1:]
    with open(phrases, encoding="utf-8") as file:
        phrases = file.read().split()
    with open(text, "rb") as file:
        text = file.read(int(limit)).decode("utf-8", errors="ignore")
    lines = text.split("\n")
    start = time.perf_counter()
    count = engine(name, phrases)
    build = time.perf_counter() - start
    times, found = [], 0
    for _ in range(int(rounds)):
        start = time.perf_counter()
        found = sum(map(count, lines))
        times.append(time.perf_counter() - start)
    record = {
        "engine": name,
        "phrases": len(phrases),
        "bytes": len(text.encode()),
        "build_s": build,
        "seconds": statistics.median(times),
        "found": found,
        "peak_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }
    print(json.dumps(record))


main()
