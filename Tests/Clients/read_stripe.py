"""Reads all lists of a local Stripe with Stripe's own client, and meets its errors as that client's exceptions.

    sluice simulate stripe --port 8420 &
    $(scripts/clients) Tests/Clients/read_stripe.py http://127.0.0.1:8420
"""

import functools
import json
import sys

import stripe

from account import Account

# By the names that the client has for them; what has another name as a stream bears it.
LISTS = {
    name: name
    for name in [
        "customers", "products", "prices", "charges", "refunds", "subscriptions", "invoices", "payment_intents",
        "disputes", "balance_transactions", "payouts", "invoice_payments", "plans", "coupons", "promotion_codes",
        "credit_notes", "setup_intents", "transfers", "tax_rates", "application_fees",
    ]
} | {"invoice_items": "invoiceitems", "checkout.sessions": "checkout_sessions"}


def check(condition, what):
    if not condition:
        sys.exit(f"stripe: {what}")


def plain(item):
    """An object of the client as the document that came."""
    return json.loads(str(item))


def read_lists(account, client):
    total = 0
    for name, stream in LISTS.items():
        truth = account.truth(stream)
        query = {"limit": 7 if len(truth) < 200 else 100}
        if name == "subscriptions":
            query["status"] = "all"
        service = functools.reduce(getattr, name.split("."), client.v1)
        found = {item.id: item for item in service.list(query).auto_paging_iter()}
        check(found.keys() == truth.keys(), f"{name}: {len(found)} of {len(truth)}")
        for key, item in found.items():
            check(plain(item) == truth[key], f"{name} {key} is not what it is")
        for key in list(truth)[:3]:
            check(plain(service.retrieve(key)) == truth[key], f"{name} {key} on its own")
        total += len(found)
    return total


def read_parts(account, client):
    """The lists inside of objects, which the client pages by their addresses."""
    lines, items = set(), set()
    for invoice in client.v1.invoices.list({"limit": 100}).auto_paging_iter():
        own = {line.id for line in client.v1.invoices.line_items.list(invoice.id, {"limit": 5}).auto_paging_iter()}
        check({line.id for line in invoice.lines.auto_paging_iter()} == own, f"the lines of {invoice.id}")
        lines |= own
    wanted = account.truth("invoice_line_items")
    check(lines == wanted.keys(), f"invoice lines: {len(lines)} of {len(wanted)}")
    for subscription in client.v1.subscriptions.list({"limit": 100, "status": "all"}).auto_paging_iter():
        inline = {item.id for item in subscription["items"].auto_paging_iter()}
        query = {"subscription": subscription.id, "limit": 1}
        own = {item.id for item in client.v1.subscription_items.list(query).auto_paging_iter()}
        check(inline == own and own, f"the items of {subscription.id}")
        items |= own
    wanted = account.truth("subscription_items")
    check(items == wanted.keys(), f"subscription items: {len(items)} of {len(wanted)}")
    bought = set()
    for session in client.v1.checkout.sessions.list({"limit": 100}).auto_paging_iter():
        page = client.v1.checkout.sessions.line_items.list(session.id, {"limit": 2})
        own = [line for line in page.auto_paging_iter()]
        check(sum(line.amount_total for line in own) == session.amount_total, f"the lines of {session.id}")
        bought |= {line.id for line in own}
    wanted = account.truth("checkout_session_line_items")
    check(bought == wanted.keys(), f"checkout lines: {len(bought)} of {len(wanted)}")
    return len(lines)


def read_events(account, client):
    account.control("faults", {"silent_changes": None})
    done = account.control("change", {"creates": 40, "updates": 80, "deletes": 20})["changes"]
    account.advance(60)
    events = list(client.v1.events.list({"limit": 100}).auto_paging_iter())
    told = {event.data.object.id for event in events}
    # What is made with them, as movements of the balance, is not among them.
    check({change["id"] for change in done} <= told, "some changes have no event")
    types = {event.type for event in events}
    some = list(client.v1.events.list({"limit": 100, "types": ["customer.updated"]}).auto_paging_iter())
    wanted = [event.id for event in events if event.type == "customer.updated"]
    check([event.id for event in some] == wanted, "events of one type")
    one = client.v1.events.retrieve(events[0].id)
    check(plain(one) == plain(events[0]), "an event on its own")
    check(len(types) > 5, "events of few types")
    return len(events)


def expect(kind, call, *arguments, **attributes):
    try:
        call(*arguments)
    except kind as error:
        check(type(error) is kind, f"{type(error).__name__} is not {kind.__name__}")
        for name, value in attributes.items():
            check(getattr(error, name) == value, f"{kind.__name__}.{name} is {getattr(error, name)!r}")
        return
    sys.exit(f"stripe: no {kind.__name__}")


def meet_errors(account, base):
    def client(key="sk_test_simulated"):
        return stripe.StripeClient(key, base_addresses={"api": base}, max_network_retries=0).v1

    own = client()
    expect(
        stripe.InvalidRequestError,
        own.customers.retrieve,
        "cus_nobody",
        http_status=404,
        code="resource_missing",
        param="id",
    )
    expect(stripe.InvalidRequestError, own.charges.list, {"limit": 1000}, http_status=400, param="limit")
    expect(stripe.InvalidRequestError, own.charges.list, {"colour": "red"}, code="parameter_unknown")
    expect(stripe.AuthenticationError, client("sk_test_invalid").charges.list, http_status=401)
    expect(stripe.PermissionError, client("rk_test_no_charges").charges.list, http_status=403)
    for fault, kind, status in [
        ("rate_limit", stripe.RateLimitError, 429), ("server_error", stripe.APIError, 500),
        ("forbidden_charges", stripe.PermissionError, 403), ("reset", stripe.APIConnectionError, None),
        ("cut_body", stripe.APIConnectionError, None),
    ]:
        account.fault(fault, next=1)
        expect(kind, own.charges.list, http_status=status)
    # What it may try again by itself, it does.
    patient = stripe.StripeClient("sk_test_simulated", base_addresses={"api": base}, max_network_retries=3)
    for fault in ["rate_limit", "server_error", "lock_timeout", "reset"]:
        account.fault(fault, next=1)
        check(patient.v1.charges.list({"limit": 1}).data, f"no charge after {fault}")


def main():
    base = sys.argv[1].rstrip("/")
    account = Account(base)
    client = stripe.StripeClient("sk_test_simulated", base_addresses={"api": base})
    objects = read_lists(account, client)
    lines = read_parts(account, client)
    events = read_events(account, client)
    meet_errors(account, base)
    print(f"stripe: {objects} objects of {len(LISTS)} lists, {lines} invoice lines, {events} events")


main()
