"""A Chromium without a window, driven over its own protocol by a pipe: nothing but Python's standard library."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile

KEYS = {
    "Enter": ("Enter", 13, "\r"),
    "Escape": ("Escape", 27, ""),
    "Tab": ("Tab", 9, ""),
    " ": ("Space", 32, " "),
}

# Resolves when the condition holds: looked at first, and after everything that changes.
UNTIL = """new Promise((done, fail) => {
  const holds = () => { try { return Boolean(%s) } catch { return false } };
  const look = () => { if (holds()) { stop(); done(true) } };
  const observer = new MutationObserver(look);
  const alarm = setTimeout(() => { stop(); fail(new Error("it did not come")) }, %d);
  const beat = setInterval(look, 50);
  const stop = () => { observer.disconnect(); clearTimeout(alarm); clearInterval(beat) };
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  look();
})"""


class Failure(Exception):
    pass


class Browser:
    def __init__(self, program="chromium", patience=60):
        self.patience = patience
        self.profile = tempfile.mkdtemp(prefix="sluice-browser-")
        reads, self.writes = os.pipe()
        self.reads, writes = os.pipe()
        arguments = [
            program, "--headless=new", "--no-sandbox", "--hide-scrollbars", "--force-device-scale-factor=1",
            "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-background-networking",
            f"--user-data-dir={self.profile}", "--remote-debugging-pipe", "about:blank",
        ]
        # The protocol is spoken on the descriptors 3 and 4.
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{reads} 4>&{writes}', "bash", *arguments],
            pass_fds=(reads, writes), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        os.close(reads)
        os.close(writes)
        self.rest = b""
        self.last = 0
        self.session = None
        self.complaints = []
        targets = self.call("Target.getTargets")["targetInfos"]
        target = next(target["targetId"] for target in targets if target["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def close(self):
        try:
            self.session = None
            self.call("Browser.close")
        except (Failure, OSError):
            pass
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        shutil.rmtree(self.profile, ignore_errors=True)

    # The protocol

    def call(self, method, **parameters):
        self.last += 1
        message = {"id": self.last, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writes, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.last:
                if "error" in answer:
                    raise Failure(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.note(answer)

    def receive(self):
        while b"\0" not in self.rest:
            # Longer than every wait in the page, which ends with an error of its own.
            if not select.select([self.reads], [], [], 2 * self.patience)[0]:
                raise Failure("the browser does not answer")
            piece = os.read(self.reads, 1 << 20)
            if not piece:
                raise Failure("the browser has ended")
            self.rest += piece
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def note(self, event):
        """Keeps what the console shows in red or yellow."""
        parameters = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description", details["text"]))
        elif event.get("method") == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
            self.complaints.append(" ".join(str(part.get("value", part)) for part in parameters["args"]))
        elif event.get("method") == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
            self.complaints.append(f"{parameters['entry']['text']} {parameters['entry'].get('url', '')}")

    # What a person does

    def open(self, address):
        self.call("Page.navigate", url=address)

    def size(self, width, height, is_phone=False):
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2 if is_phone else 1,
            mobile=is_phone,
        )

    def scheme(self, name):
        features = [{"name": "prefers-color-scheme", "value": name}, {"name": "prefers-reduced-motion", "value": "reduce"}]
        self.call("Emulation.setEmulatedMedia", features=features)

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise Failure(f"{expression[:120]}: {details.get('exception', {}).get('description', details['text'])}")
        return result["result"].get("value")

    def until(self, condition, what=None):
        try:
            self.evaluate(UNTIL % (condition, self.patience * 1000))
        except Failure as error:
            text = self.evaluate("document.body.innerText")
            raise Failure(f"{what or condition}: {error}\n--- the page shows:\n{text}") from None

    def text(self, selector):
        return self.evaluate(f"document.querySelector({json.dumps(selector)})?.innerText ?? null")

    def shows(self, selector, text):
        """Waits until what the selector finds first has this text in it."""
        self.until(
            f"document.querySelector({json.dumps(selector)}).innerText.includes({json.dumps(text)})",
            f"'{text}' in {selector}",
        )

    def click(self, selector, text=None):
        """Presses the mouse in the middle of an element, which must not be hidden behind another one."""
        find = (
            f"[...document.querySelectorAll({json.dumps(selector)})]"
            f".find((one) => one.getClientRects().length && {json.dumps(text)} === null"
            f" || one.innerText.trim().includes({json.dumps(text or '')}))"
        )
        self.until(find, f"something to click: {selector} {text or ''}")
        place = self.evaluate(
            f"(() => {{ const one = {find}; one.scrollIntoView({{ block: 'center', behavior: 'instant' }});"
            "const box = one.getClientRects()[0];"
            "const x = box.x + box.width / 2, y = box.y + box.height / 2;"
            "const top = document.elementFromPoint(x, y);"
            "return { x, y, isFree: one === top || one.contains(top) || Boolean(top?.contains(one)) } })()"
        )
        if not place["isFree"]:
            raise Failure(f"{selector} {text or ''} lies behind something")
        for kind in ("mousePressed", "mouseReleased"):
            self.call(
                "Input.dispatchMouseEvent", type=kind, x=place["x"], y=place["y"], button="left", clickCount=1
            )

    def press(self, *keys):
        for key in keys:
            code, number, text = KEYS.get(key, (f"Key{key.upper()}" if key.isalpha() else "", ord(key[0].upper()), key))
            for kind in ("keyDown", "keyUp"):
                more = {"text": text} if text and kind == "keyDown" else {}
                self.call(
                    "Input.dispatchKeyEvent", type=kind, key=key, code=code, windowsVirtualKeyCode=number, **more
                )

    def type(self, text):
        self.call("Input.insertText", text=text)

    def picture(self, path, is_whole=False):
        picture = self.call("Page.captureScreenshot", captureBeyondViewport=is_whole)
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture["data"]))
