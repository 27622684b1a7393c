"""Writes the benchmark's pages: pages.py FOLDER [PAGES=1000]

FOLDER/p0.json.gz … hold 100 charges each, about 1.9 KB a record, the records in "data", the path of the next page in "next"
(absent on the last) and "more", an id of its own and a growing "created" in every record. Deterministic.

Only the first 100 pages are made from nothing: they are cycle 00. Those of cycle 01, 02 … are the same with the cycle's
number in ids and times. FOLDER/cycle has them plain, and with FOLDER/cycles.map (of nginx's "http") and
FOLDER/cycles.conf (of a location) nginx makes a hundred cycles of them: /cycles/NN/p0.json begins 10,000 × (100 - NN)
records that nobody had to write.
"""
import gzip, json, pathlib, random, sys

folder, pages = pathlib.Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1000
CYCLE = 100
choose = random.Random(11)
words = "order renewal café annual invoice \"quoted\" back\\slash München 東京 tab\there seat usage refund ticket".split(" ")


def token(prefix, length=24):
    return prefix + "".join(choose.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", k=length))


def text(count):
    return " ".join(choose.choices(words, k=count))


def charge(number):
    amount = choose.randint(50, 900_000)
    nothing = dict.fromkeys(
        ["application", "application_fee", "failure_code", "failure_message", "on_behalf_of", "receipt_email",
         "receipt_number", "review", "shipping", "source", "source_transfer", "statement_descriptor", "transfer_group"])
    return {
        "id": f"ch_00{number:08d}{token('', 14)}", "object": "charge", "amount": amount, "amount_captured": amount,
        "amount_refunded": 0, "balance_transaction": token("txn_"),
        "billing_details": {
            "address": {"city": choose.choice(["Zürich", "Paris", "Austin", None]), "country": "CH", "line1": text(4),
                        "line2": None, "postal_code": str(choose.randint(10_000, 99_999)), "state": None},
            "email": f"user{number}@example.com", "name": choose.choice(["Jenny Rosen", "José Ñandú", "李雷"]), "phone": None},
        "calculated_statement_descriptor": f"EXAMPLE* {number}", "captured": True, "created": 1_700_000_000 + number,
        "currency": choose.choice(["usd", "eur", "chf"]), "customer": token("cus_", 14), "description": text(8),
        "disputed": False, "fraud_details": {}, "livemode": True,
        "metadata": {"order_id": str(choose.randint(10**9, 10**10)), "rate": f"{choose.random():.12f}", "note": text(10)},
        "outcome": {"network_status": "approved_by_network", "reason": None, "risk_level": "normal",
                    "risk_score": choose.randint(0, 99), "seller_message": "Payment complete.", "type": "authorized"},
        "paid": True, "payment_intent": token("pi_"), "payment_method": token("pm_"),
        "payment_method_details": {
            "card": {"amount_authorized": amount, "brand": "visa",
                     "checks": {"address_line1_check": None, "address_postal_code_check": "pass", "cvc_check": "pass"},
                     "country": "US", "exp_month": choose.randint(1, 12), "exp_year": 2030, "fingerprint": token("", 16),
                     "funding": "credit", "installments": None, "last4": "4242", "mandate": None, "network": "visa",
                     "network_token": {"used": False}, "three_d_secure": None, "wallet": None}, "type": "card"},
        "receipt_url": "https://pay.example.com/receipts/" + token("", 60), "refunded": False,
        "exchange": round(choose.random() * 2, 15), "status": "succeeded", **nothing,
    }


def next_page(number):
    return f',"next":"/p{number + 1}.json","more":true' if number < pages - 1 else ',"more":false'


# What differs from cycle to cycle, as it stands in cycle 00; nothing else in a page looks like it.
def marks(cycle):
    return [(b'"id":"ch_00', f'"id":"ch_{cycle}'.encode()), (b'"created":1700', f'"created":17{cycle}'.encode())]


def body(page):
    data = [charge(page * 100 + i) for i in range(100)]
    return json.dumps({"object": "list", "url": "/v1/charges", "data": data}, separators=(",", ":"), ensure_ascii=False).encode()


first = [body(page) for page in range(min(pages, CYCLE))]
for number in range(pages):
    raw = first[number % CYCLE]
    for mark, text in marks(f"{number // CYCLE:02d}"):
        raw = raw.replace(mark, text)
    raw = raw[:-1] + next_page(number).encode() + b"}"
    (folder / f"p{number}.json.gz").write_bytes(gzip.compress(raw, 6, mtime=0))

(folder / "cycle").mkdir(exist_ok=True)
for number, raw in enumerate(first):
    path = f"/cycles/00/p{number + 1}.json" if number < len(first) - 1 else "/cycles/after"
    (folder / "cycle" / f"p{number}.json").write_bytes(raw[:-1] + f',"next":"{path}"}}'.encode())
substitutions = [(a.decode(), b.decode()) for a, b in marks("$cycle")]
substitutions += [('"/cycles/00/', '"/cycles/$cycle/'), ('"/cycles/after"', "$after")]
(folder / "cycles.map").write_text(
    "map $cycle $after {\n"
    + "".join(f"  {cycle:02d} '\"/cycles/{cycle + 1:02d}/p0.json\"';\n" for cycle in range(CYCLE - 1))
    + "  default null;\n}\n"
)
(folder / "cycles.conf").write_text(
    "sub_filter_types application/json; sub_filter_once off; gzip on; gzip_types application/json; gzip_comp_level 1;\n"
    + "".join(f"sub_filter '{mark}' '{text}';\n" for mark, text in substitutions)
)
size = sum(map(len, first)) // len(first) // 100
print(f"{pages} pages, {pages * 100} records, {size} bytes a record")
