#!/usr/bin/env python3
"""What a person does with the page, by mouse and by keyboard, wide and narrow, light and dark.

page.py CHROMIUM ADDRESS PICTURES [TOKEN]: against a server of the fake daemon; with a token only that it is asked for. Ends
with 1 where something is not as it should be.
"""

import sys

from chromium import Browser, Failure

VIEWS = {
    "schedules": "#/",
    "failing": "#/schedules/zendesk-tickets",
    "schedule": "#/schedules/stripe-nightly",
    "paused": "#/schedules/hubspot-archive",
    "backfills": "#/schedules/stripe-balance",
    "run": "#/runs/01JQ5RUNNING",
    "timeline": "#/timeline",
    "topics": "#/topics",
    "events": "#/topics/retail.stripe.charges",
    "daemon": "#/daemon",
}

# Texts whose colour is too near to that of what they stand on, buttons without a name, what reaches over the edge.
FAULTS = """(() => {
  const faults = [];
  const parts = (text) => text.match(/[\\d.]+/g).map(Number);
  const rgb = (text) => text.startsWith("color(srgb")
    ? parts(text.slice(10)).map((part, index) => index < 3 ? part * 255 : part) : parts(text);
  const light = ([red, green, blue]) => [red, green, blue].map((part) => part / 255)
    .map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const ground = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const colour = rgb(getComputedStyle(one).backgroundColor);
      if ((colour[3] ?? 1) > 0.99) return colour;
    }
    return rgb(getComputedStyle(document.documentElement).backgroundColor);
  };
  for (const element of document.querySelectorAll("body *")) {
    const box = element.getBoundingClientRect();
    if (box.width === 0 || element.closest(".unseen, .skip, noscript, svg, dialog:not([open])")) continue;
    const name = `${element.tagName}.${element.className} '${element.textContent.slice(0, 30)}'`;
    if (box.right > innerWidth + 1) faults.push(`${name} reaches over the edge by ${box.right - innerWidth}`);
    if ([...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue.trim())) {
      const [one, other] = [light(rgb(getComputedStyle(element).color)), light(ground(element))].sort((a, b) => b - a);
      const ratio = (one + 0.05) / (other + 0.05);
      if (ratio < 4.5 && !element.closest(".square, .dot")) faults.push(`${name} has a contrast of ${ratio.toFixed(2)}`);
    }
    if (element.matches("button, a") && !(element.textContent.trim() || element.getAttribute("aria-label"))) {
      faults.push(`${name} has no name`);
    }
    if (element.matches("input, select") && element.labels.length === 0) faults.push(`${name} has no label`);
  }
  return faults;
})()"""


class Visit:
    def __init__(self, program, address, pictures):
        self.browser = Browser(program)
        self.address = address
        self.pictures = pictures

    def go(self, place, title):
        self.browser.evaluate(f"location.hash = {place!r}")
        self.browser.shows("h1", title)

    def fresh(self, place):
        """As a new tab."""
        self.browser.open("about:blank")
        self.browser.open(self.address + "/" + place)
        self.browser.until("document.querySelector('main h1')", f"a first look at {place}")

    def picture(self, name, is_whole=False):
        self.browser.picture(f"{self.pictures}/{name}.png", is_whole)

    def check(self, where):
        faults = self.browser.evaluate(FAULTS)
        if faults:
            raise Failure(f"{where}:\n" + "\n".join(faults))
        over = self.browser.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            raise Failure(f"{where}: scrolls sideways by {over}")

    def focused(self):
        """What has the focus, which must be seen."""
        name, width = self.browser.evaluate(
            "(() => { const one = document.activeElement; const style = getComputedStyle(one);"
            "return [one.textContent.trim() || one.id || one.name,"
            " style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth)] })()"
        )
        if width < 2:
            raise Failure(f"the focus on '{name}' is not seen")
        return name

    # The ways through it

    def looks(self):
        """Every view, wide and narrow, light and dark."""
        browser = self.browser
        for size, width, height, is_phone in (("wide", 1440, 900, False), ("narrow", 390, 844, True)):
            browser.size(width, height, is_phone)
            for scheme in ("light", "dark"):
                browser.scheme(scheme)
                for name, place in VIEWS.items():
                    self.fresh(place)
                    browser.shows("#pulse", "live")
                    self.check(f"{name}, {size}, {scheme}")
                    self.picture(f"{size}-{scheme}-{name}", is_whole=is_phone)

    def mouse(self):
        browser = self.browser
        browser.size(1440, 900)
        browser.scheme("light")
        # What fails, and why.
        self.fresh("#/")
        browser.click("a.chip", "failing")
        browser.until("document.querySelectorAll('.schedules tbody tr').length === 1", "only what fails")
        browser.shows(".schedules tbody tr", "over 30 min")
        browser.click(".schedules tbody a.row-link", "zendesk-tickets")
        browser.shows(".box.failed", "Zendesk is under maintenance")
        browser.evaluate("history.back()")
        browser.until("location.hash === '#/schedules?state=failing'", "the filter is there again")
        # What the clocks do.
        self.go("#/schedules/stripe-nightly", "stripe-nightly")
        browser.shows(".ticks", "02:30 does not exist on this day: runs at 03:00")
        browser.shows(".ticks", "calendar: holidays")
        # A run from its beginning to its end.
        self.go("#/schedules/stripe-payments", "stripe-payments")
        browser.click("button", "Run now")
        browser.until("document.querySelector('#trigger').open", "the question")
        self.check("the question whether to run")
        self.picture("dialog-trigger")
        browser.click("#trigger button", "Run now")
        browser.shows("#said", "stripe-payments runs")
        browser.click("#said a", "See the run")
        browser.shows(".facts .badge", "running")
        browser.until(
            "[...document.querySelectorAll('.figures dd')][1].innerText.replace(/\\D/g, '') > 0", "events per second"
        )
        self.picture("run-running")
        browser.shows(".facts .badge", "success")
        browser.until("[...document.querySelectorAll('.streams .badge')].every((one) => one.innerText === 'success')")
        browser.shows(".log", "transaction 3")
        self.picture("run-ended")
        browser.click(".crumb a", "stripe-payments")
        browser.shows(".facts .badge", "idle")
        # A pause.
        browser.click("button", "Pause")
        browser.until("document.querySelector('#pause').open", "the question why")
        browser.click("#pause button", "Pause")
        if not browser.evaluate("document.querySelector('#pause').open"):
            raise Failure("it pauses without a reason")
        browser.click("#pause input[name=reason]")
        browser.type("the warehouse moves")
        self.check("the question why")
        self.picture("dialog-pause")
        browser.click("#pause button", "Pause")
        browser.shows(".box.paused", "the warehouse moves")
        browser.shows("#said", "is paused")
        self.picture("paused")
        browser.click("button", "Resume")
        browser.until("!document.querySelector('.box.paused')", "it is resumed")
        # A stretch of time that is read again, cancelled in its midst, and read on.
        browser.click("button", "Backfill…")
        browser.until("document.querySelector('#backfill').open", "the question from when to when")
        browser.click("#backfill button", "Begin")
        if not browser.evaluate("document.querySelector('#backfill').open"):
            raise Failure("it begins a backfill without times")
        self.time("from", "03012025", "1200A")
        self.time("to", "03212026", "0600P")
        browser.click("#backfill input[name=streams]")
        browser.type("charges, refunds")
        self.check("the question from when to when")
        self.picture("dialog-backfill")
        browser.click("#backfill button", "Begin")
        browser.shows("#said", "is begun")
        browser.shows(".backfills", "2025-03-01 00:00:00 UTC")
        browser.shows(".backfills", "2026-03-21 18:00:00 UTC")
        browser.shows(".backfills", "charges, refunds")
        browser.until("document.querySelector('.backfills meter').value > 0", "a chunk that is done")
        self.check("a backfill that goes on")
        self.picture("backfill-active")
        browser.click(".backfills button", "Cancel…")
        browser.click("#confirm button", "Cancel it")
        browser.shows(".backfills .badge", "cancelled")
        done = browser.evaluate("document.querySelector('.backfills meter').value")
        self.picture("backfill-cancelled")
        browser.click(".backfills button", "Go on")
        browser.shows(".backfills .badge", "active")
        browser.until(f"document.querySelector('.backfills meter').value > {done}", "it goes on where it was")
        # A run that is cancelled.
        browser.click("button", "Run now")
        browser.click("#trigger button", "Run now")
        browser.click("#said a", "See the run")
        browser.click(".head button", "Cancel…")
        browser.click("#confirm button", "Cancel the run")
        browser.shows(".facts .badge", "cancelled")
        # Events.
        self.go("#/topics", "Topics")
        browser.shows(".topics", "crm@shop.example")
        browser.click("a.row-link", "retail.stripe.charges")
        # What the catalogue says of it.
        browser.shows(".box .drift", "metadata.tier")
        browser.shows(".policies", "a list, then the feed events")
        browser.click("details summary", "3 fields")
        browser.shows(".fields", "email, hash")
        self.picture("catalog")
        browser.click(".events summary", "ch_3Q0xK")
        browser.until("document.querySelector('.events details').open")
        browser.shows(".value", "<b>kept as text</b>")
        self.picture("event")

    def time(self, name, date, clock):
        """Types a time into the field of a name, as an American writes it."""
        browser = self.browser
        # Each part of a field is a step of its own, and so is its calendar.
        for _ in range(9):
            if browser.evaluate("document.activeElement.name") == name:
                break
            browser.press("Tab")
        browser.until(f"document.activeElement.name === '{name}'", f"the field '{name}'")
        browser.press(*date, "Tab", *clock)

    def keyboard(self):
        browser = self.browser
        self.fresh("#/timeline")
        browser.press("g", "s")
        browser.shows("h1", "Schedules")
        browser.press("/")
        browser.type("payments")
        browser.until("document.querySelectorAll('.schedules tbody tr').length === 1", "what was searched for")
        browser.press("Escape")
        browser.press("j")
        if self.focused() != "stripe-payments":
            raise Failure(f"j leads to {self.focused()}")
        browser.press("Enter")
        browser.shows("h1", "stripe-payments")
        browser.press("p")
        browser.until("document.activeElement.name === 'reason'", "the field of the reason")
        browser.type("by keyboard")
        self.focused()
        browser.press("Enter")
        browser.shows(".box.paused", "by keyboard")
        browser.press("p")
        browser.until("!document.querySelector('.box.paused')", "it is resumed")
        browser.press("s")
        browser.shows(".ticks", "skipped by local")
        browser.click("button", "Undo skips")
        browser.until("!document.querySelector('.ticks').innerText.includes('skipped by')", "nothing is left out")
        browser.press("t")
        browser.until("document.querySelector('#trigger').open", "the question")
        browser.press("Escape")
        browser.until("!document.querySelector('#trigger').open", "no question")
        browser.press("t")
        browser.until("document.querySelector('#trigger').open", "the question")
        browser.press("Enter")
        browser.shows("#said", "stripe-payments runs")
        browser.shows(".facts .badge", "running")
        browser.press("b")
        browser.until("document.activeElement.name === 'from'", "the field from when")
        self.time("from", "02012026", "1200A")
        self.time("to", "02022026", "1200A")
        self.focused()
        browser.press("Enter")
        browser.shows("#said", "is begun")
        browser.shows(".backfills", "2026-02-01 00:00:00 UTC")
        browser.press("?")
        browser.until("document.querySelector('#help').open", "the keys")
        self.check("the keys")
        self.picture("dialog-help")
        browser.press("Escape")
        browser.until("!document.querySelector('#help').open", "no keys")
        # From the first link on, everything can be reached, and is seen.
        self.fresh("#/schedules/stripe-payments")
        browser.shows("#pulse", "live")
        reached = []
        for _ in range(16):
            browser.press("Tab")
            reached.append(self.focused())
        for name in ("Skip to the content", "Schedules", "Run now", "Pause…", "Skip next", "Backfill…"):
            if name not in reached:
                raise Failure(f"the tabulator does not lead to '{name}' but to {reached}")

    def silence(self):
        """A daemon that does not answer, and answers again."""
        browser = self.browser
        self.fresh("#/")
        browser.shows("#pulse", "live")
        offline = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        seen = len(browser.complaints)
        browser.call("Network.emulateNetworkConditions", offline=True, **offline)
        browser.evaluate("location.hash = '#/daemon'")
        browser.until("document.querySelector('#pulse').innerText.includes('does not answer')", "that it does not answer")
        self.picture("no-answer")
        browser.call("Network.emulateNetworkConditions", offline=False, **offline)
        browser.shows("#pulse", "live")
        browser.shows("h1", "etl-1.example.net")
        # The browser itself complains of that, rightly.
        browser.complaints[seen:] = [
            text for text in browser.complaints[seen:] if "ERR_INTERNET_DISCONNECTED" not in text
        ]

    def token(self):
        """A daemon that wants to know who asks."""
        browser = self.browser
        browser.open(self.address + "/")
        browser.until("document.querySelector('#token').open", "the question for the token")
        browser.type("a wrong one, of some length")
        browser.press("Enter")
        browser.until("document.querySelector('#token').open && !document.querySelector('#token input').value", "it asks again")
        self.check("the question for the token")
        self.picture("dialog-token")
        browser.type(sys.argv[4])
        browser.press("Enter")
        browser.shows("h1", "Schedules")
        browser.shows("#pulse", "live")
        self.fresh("#/schedules/hubspot-archive")
        browser.click("button", "Resume")
        browser.shows("#said", "is resumed")
        # The browser itself complains of each 401, rightly.
        browser.complaints = [text for text in browser.complaints if "status of 401" not in text]


def main():
    visit = Visit(*sys.argv[1:4])
    ways = [visit.token] if len(sys.argv) > 4 else [visit.looks, visit.mouse, visit.keyboard, visit.silence]
    try:
        for way in ways:
            way()
            if visit.browser.complaints:
                raise Failure(f"{way.__name__}: the console shows:\n" + "\n".join(visit.browser.complaints))
    except Failure as failure:
        print(failure, file=sys.stderr)
        visit.picture("failure")
        return 1
    finally:
        visit.browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
