"""Prints the seconds of each suite and, as the last line, the totals of the reports of `swift test`.

usage: totals.py FAILED_STEPS REPORT...

Exits with 1 if a test failed, or a step did that no report tells of (a build, a crash).
"""

import collections
import os
import re
import sys
import xml.etree.ElementTree

# What a failed test showed may hold them, and XML has no form for them.
CONTROL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def report(path: str) -> xml.etree.ElementTree.Element:
    with open(path, encoding="utf-8", errors="replace") as file:
        return xml.etree.ElementTree.fromstring(CONTROL.sub("?", file.read()))


def main() -> int:
    failed_steps = int(sys.argv[1])
    passed = failed = skipped = 0
    for path in sys.argv[2:]:
        if not os.path.exists(path):
            continue
        seconds: dict[str, float] = collections.defaultdict(float)
        counts: dict[str, int] = collections.defaultdict(int)
        for case in report(path).iter("testcase"):
            target = case.get("classname", "?").split(".")[0]
            seconds[target] += float(case.get("time") or 0)
            counts[target] += 1
            if case.find("failure") is not None or case.find("error") is not None:
                failed += 1
                print(f"failed: {case.get('classname')}.{case.get('name')}")
            elif case.find("skipped") is not None:
                skipped += 1
            else:
                passed += 1
        # Tests run side by side, so these are sums over tests, not spans of time.
        for target in sorted(counts, key=lambda name: -seconds[name]):
            run = os.path.splitext(os.path.basename(path))[0]
            print(f"  {run}: {target:<22} {counts[target]:>5} tests {seconds[target]:>8.2f} s")
    if failed_steps > 0 and failed == 0:
        failed = failed_steps
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed > 0 or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
