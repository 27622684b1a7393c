"""Prints what the benchmark's rounds measured: summary.py text|json FOLDER

Medians of the stages and their ratios to the bare pipeline; or, where FOLDER has memory.jsonl, the peak at each size.
"""
import json, pathlib, statistics, sys

output, folder = sys.argv[1], pathlib.Path(sys.argv[2])
measured = {
    path.stem: [json.loads(line) for line in path.read_text().splitlines()] for path in sorted(folder.glob("*.jsonl"))
}


def stage(rounds):
    keys = ("records", "transactions", "records_per_cpu_second", "cpu_seconds", "wall_seconds", "anonymous_mb")
    medians = {key: statistics.median(r[key] for r in rounds) for key in keys if key in rounds[0]}
    return medians | {"rates": [round(r["records_per_cpu_second"]) for r in rounds]}


KINDS = ("windows", "tokens", "entities", "entities_beside")


# Round by round, so that a machine that slows down slows both sides.
def ratio(name, other="bare"):
    pairs = zip(stages[name]["rates"], stages[other]["rates"])
    return round(statistics.median(a / b for a, b in pairs), 3)


if "memory" in measured:
    if output == "json":
        print(json.dumps({"memory": measured["memory"]}))
    else:
        print(f"{'RECORDS':>10}{'PEAK ANON MB':>14}{'CPU s':>8}{'WALL s':>8}")
        for run in measured["memory"]:
            print(f"{run['records']:>10,}{run['anonymous_mb']:>14.1f}{run['cpu_seconds']:>8.1f}{run['wall_seconds']:>8.1f}")
    sys.exit()

stages = {name: stage(rounds) for name, rounds in measured.items()}
ratios = {}
if "bare" in stages:
    ratios = {"whole_way_ratio": ratio("whole"), "content_version_ratio": ratio("whole_by_content")}
# Records of another run for each of the list's in the same CPU time, by what was measured of them.
for kind in KINDS:
    for part in ("read", "events", "whole"):
        if f"{kind}_{part}" in stages:
            ratios[f"{kind}_{part}_ratio"] = ratio(f"{kind}_{part}", part)
if output == "json":
    print(json.dumps({"stages": stages} | ratios))
else:
    print(f"{'STAGE':<22}{'RECORDS/CPU s':>14}{'µs/RECORD':>11}{'WALL s':>9}{'ANON MB':>9}{'COMMITS':>9}")
    for name, figures in sorted(stages.items(), key=lambda s: -s[1]["records_per_cpu_second"]):
        rate = figures["records_per_cpu_second"]
        memory = f"{figures['anonymous_mb']:.0f}" if "anonymous_mb" in figures else ""
        commits = f"{figures['transactions']:.0f}" if figures.get("transactions") else ""
        print(f"{name:<22}{rate:>14,.0f}{1e6 / rate:>11.2f}{figures['wall_seconds']:>9.1f}{memory:>9}{commits:>9}")
    names = {
        "whole_way_ratio": "whole way ÷ bare pipeline in C",
        "content_version_ratio": "whole way, versioned by content ÷ bare pipeline in C",
    }
    for kind in KINDS:
        for part in ("read", "events", "whole"):
            names[f"{kind}_{part}_ratio"] = f"{kind.replace('_', ', ')}, {part} ÷ the list's"
    for name, value in ratios.items():
        print(f"{names[name]}: {value}")
