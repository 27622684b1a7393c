"""Prints the medians of the benchmark's rounds, and the ratio to the bare pipeline: summary.py text|json FOLDER"""
import json, pathlib, statistics, sys

output, folder = sys.argv[1], pathlib.Path(sys.argv[2])
stages = {}
for path in sorted(folder.glob("*.jsonl")):
    rounds = [json.loads(line) for line in path.read_text().splitlines()]
    stages[path.stem] = {
        key: statistics.median(r[key] for r in rounds)
        for key in ("records", "records_per_cpu_second", "cpu_seconds", "wall_seconds", "anonymous_mb")
        if key in rounds[0]
    }
    stages[path.stem]["rates"] = [round(r["records_per_cpu_second"]) for r in rounds]
result = {"stages": stages}
if "bare" in stages:
    # Round by round, so that a machine that slows down slows both sides.
    pairs = zip(stages["whole"]["rates"], stages["bare"]["rates"])
    result["whole_way_ratio"] = round(statistics.median(a / b for a, b in pairs), 3)
if output == "json":
    print(json.dumps(result))
else:
    print(f"{'STAGE':<22}{'RECORDS/CPU s':>14}{'µs/RECORD':>11}{'WALL s':>9}{'ANON MB':>9}")
    for name, stage in sorted(stages.items(), key=lambda s: -s[1]["records_per_cpu_second"]):
        rate = stage["records_per_cpu_second"]
        memory = f"{stage['anonymous_mb']:.0f}" if "anonymous_mb" in stage else ""
        print(f"{name:<22}{rate:>14,.0f}{1e6 / rate:>11.2f}{stage['wall_seconds']:>9.1f}{memory:>9}")
    if "whole_way_ratio" in result:
        print(f"whole way ÷ bare pipeline in C: {result['whole_way_ratio']}")
