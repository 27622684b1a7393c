"""Measures `sluice serve` with many schedules: schedules.py text|json COUNT BINARY BROKERS SIMULATOR ACCESSLOG FOLDER

An account a schedule, all of them at SIMULATOR, the address of a proxy before a simulator whose ACCESSLOG has a line a
request: the time of its end, how long it took, and its Authorization, by which the account is known. Exit code 1 where a
figure is beyond its limit.
"""
import atexit, datetime, json, os, pathlib, re, signal, subprocess, sys, time, urllib.request

output, count, binary, brokers, simulator, access_log, folder = sys.argv[1:]
count, folder = int(count), pathlib.Path(folder)
ticks, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
figures = []
# Whoever ends this ends the daemon with it.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def figure(name, value, unit, limit=None):
    figures.append({"figure": name, "value": round(value, 3), "unit": unit, "limit": limit})
    print(f"{name}: {value:.3f} {unit}", file=sys.stderr)


def write_schedules(when):
    place = folder / "schedules"
    place.mkdir(exist_ok=True)
    for number in range(count):
        (place / f"s{number:05}.yaml").write_text(
            f"# The account of customer {number}.\n"
            "extractor: stripe\n"
            f"account: customer-{number}\n"
            f"settings: {{api_key: sk_test_{number:05}, base_url: {simulator}, requests_per_second: 1000}}\n"
            "streams: [customers]\n"
            f'when: "{when}"\n'
            "time_zone: Europe/Berlin\n"
            # Topics of each account would measure the broker.
            'topic_template: "<prefix>.<extractor>.<stream>"\n'
        )


class Daemon:
    """A daemon that answers; what it used is the process's."""

    def __init__(self):
        self.begun = time.time()
        self.log = open(folder / "daemon.log", "a")
        self.process = subprocess.Popen(
            [
                binary, "serve", "--schedules", str(folder / "schedules"), "--kafka", brokers, "--topic-prefix",
                folder.name, "--listen", "127.0.0.1:0",
                "--lock-folder", str(folder / "locks"), "--cache-folder", str(folder / "cache"),
            ],
            stdout=subprocess.PIPE, stderr=self.log, text=True,
        )
        atexit.register(self.process.kill)
        line = self.process.stdout.readline()
        self.ready = time.time() - self.begun
        found = re.search(r"http://\S+", line)
        if not found:
            sys.exit(f"the daemon did not start; {folder}/daemon.log says why")
        self.address = found[0]
        self.ready_cpu = self.cpu()
        self.ask("/readyz")
        known = sum(int(n) for n in re.findall(r"^sluice_schedules\{.*\} (\d+)", self.ask("/metrics"), re.MULTILINE))
        if known != count:
            sys.exit(f"the daemon was ready with {known} of {count} schedules")

    def ask(self, path):
        with urllib.request.urlopen(self.address + path, timeout=30) as answer:
            return answer.read().decode()

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / ticks

    def memory(self, name):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{name}:\s+(\d+)", status, re.MULTILINE)[1]) / 1024

    def quiet(self, patience):
        """Waits until it does nothing; gives when that began."""
        end, still, before, since = time.time() + patience, 0, self.cpu(), time.time()
        while still < 3:
            if time.time() > end:
                sys.exit(f"the daemon still works after {patience} s")
            time.sleep(1)
            now = self.cpu()
            if now - before > 0.05:
                still, since = 0, time.time()
            else:
                still += 1
            before = now
        return since

    def stop(self):
        self.process.terminate()
        if self.process.wait(60) != 0:
            sys.exit(f"the daemon ended with {self.process.returncode}; {folder}/daemon.log says why")


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def p99(values):
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))]


# A tick a year: nothing is due while this is measured.
write_schedules("0 0 29 2 *")
daemon = Daemon()
# Kafka makes the topics meanwhile.
figure("first start, until ready", daemon.ready, "s")
# A session for each account: some milliseconds of the daemon's and of the broker's processor.
done = daemon.quiet(120 + 0.3 * count)
figure("first start, until all records are written", done - daemon.begun, "s")
figure("memory at most while they are written", daemon.memory("VmHWM"), "MB", 200)
before, since = daemon.cpu(), time.time()
time.sleep(30)
figure("CPU with no run active", 100 * (daemon.cpu() - before) / (time.time() - since), "%", 1)
figure("memory with no run active", daemon.memory("VmRSS"), "MB", 200)
daemon.stop()

# In the whole minute that follows the next one, all of them.
due = (int(time.time()) // 60 + 2) * 60
local = subprocess.run(
    ["date", "-d", f"@{due}", "+%-M %-H %-d %-m *"], env={**os.environ, "TZ": "Europe/Berlin"},
    capture_output=True, text=True, check=True,
).stdout.strip()
write_schedules(local)
daemon = Daemon()
figure("next start, until ready", daemon.ready, "s", 2)
figure("CPU of the next start", daemon.ready_cpu, "s")
daemon.quiet(due - time.time() - 5)
time.sleep(max(0, due - time.time()))
# Whatever is looked at must not disturb what is measured.
time.sleep(0.7)
runs = json.loads(daemon.ask("/api/v1/runs"))["runs"]
starts = sorted(seconds(run["started"]) - due for run in runs if run["nominal"] and seconds(run["nominal"]) == due)
time.sleep(3)
figure("memory at most with all due at once", daemon.memory("VmHWM"), "MB", 200)
first = {}
for line in open(access_log):
    end, took, account = line.split(maxsplit=2)
    if float(end) - float(took) >= due - 1:
        first.setdefault(account, float(end) - float(took) - due)
admitted = sorted(first.values())[:16]
if not starts or len(admitted) < 16:
    sys.exit(f"{len(starts)} runs began and {len(admitted)} asked for anything; {folder}/daemon.log says why")
# One look decides on all that are due, before the first of them is begun.
figure(f"decision on all {count:,}, after they were due", 1000 * starts[0], "ms", 50)
figure("first request of the 16 that the pool admits, p99", 1000 * p99(admitted), "ms", 500)
figure("the same, median", 1000 * admitted[8], "ms")
daemon.stop()

missed = [f for f in figures if f["limit"] is not None and f["value"] > f["limit"]]
if output == "json":
    print(json.dumps({"schedules": count, "figures": figures}))
else:
    print(f"{'WITH ' + format(count, ',') + ' SCHEDULES':<52}{'':>12}{'LIMIT':>10}")
    for f in figures:
        limit = f"{f['limit']} {f['unit']}" if f["limit"] is not None else ""
        print(f"{f['figure']:<52}{f['value']:>9.2f} {f['unit']:<2}{limit:>10}{'  MISSED' if f in missed else ''}")
sys.exit(1 if missed else 0)
