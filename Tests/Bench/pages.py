"""Writes the benchmark's pages: pages.py FOLDER [PAGES=1000]

FOLDER/p0.json.gz … hold 100 charges each, about 1.9 KB a record, the records in "data", the path of the next page in "next"
(absent on the last), an id of its own and a growing "created" in every record. Deterministic.
"""
import gzip, json, pathlib, random, sys

folder, pages = pathlib.Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1000
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
        "id": f"ch_{number:010d}{token('', 14)}", "object": "charge", "amount": amount, "amount_captured": amount,
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


size = 0
for page in range(pages):
    body = {"object": "list", "data": [charge(page * 100 + i) for i in range(100)], "has_more": page < pages - 1, "url": "/v1/charges"}
    if page < pages - 1:
        body["next"] = f"/p{page + 1}.json"
    raw = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    size += len(raw)
    (folder / f"p{page}.json.gz").write_bytes(gzip.compress(raw, 6, mtime=0))
print(f"{pages} pages, {pages * 100} records, {size // pages // 100} bytes a record")
