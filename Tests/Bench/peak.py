"""Runs a command and prints what it took at most: peak.py RECORDS COMMAND...

One line of JSON: the records it was asked for, the most anonymous memory (RssAnon, looked at every 10 ms), CPU and wall time.
"""
import json, os, subprocess, sys, time

records, command = int(sys.argv[1]), sys.argv[2:]
start = time.monotonic()
process = subprocess.Popen(command, stdout=sys.stderr)
peak = 0
while True:
    with open(f"/proc/{process.pid}/status") as status:
        for line in status:
            if line.startswith("RssAnon:"):
                peak = max(peak, int(line.split()[1]))
    ended, code, usage = os.wait4(process.pid, os.WNOHANG)
    if ended:
        break
    time.sleep(0.01)
if code:
    sys.exit(f"{command[0]} failed: {os.waitstatus_to_exitcode(code)}")
cpu = usage.ru_utime + usage.ru_stime
print(json.dumps({
    "records": records, "anonymous_mb": round(peak / 1024, 1), "cpu_seconds": round(cpu, 2),
    "wall_seconds": round(time.monotonic() - start, 2), "records_per_cpu_second": round(records / cpu),
}))
