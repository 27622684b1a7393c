"""The account under test, by the simulator's control side."""

import json
import urllib.request


class Account:
    def __init__(self, base):
        self.base = base

    def control(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.base}/_control/{path}", data=data)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def fault(self, name, **settings):
        self.control("faults", {name: settings or None})

    def advance(self, seconds):
        self.control("clock", {"advance": seconds})

    def truth(self, stream):
        records, offset = {}, 0
        while offset is not None:
            page = self.control(f"truth?stream={stream}&offset={offset}")
            records.update((entry["key"], entry["record"]) for entry in page["data"])
            offset = page["next"]
        return records
