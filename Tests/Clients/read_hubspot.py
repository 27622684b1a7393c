"""Reads all of a local HubSpot with HubSpot's own client, and meets its errors as that client's exceptions.

    sluice simulate hubspot --port 8420 &
    $(scripts/clients) Tests/Clients/read_hubspot.py http://127.0.0.1:8420
"""

import json
import sys

import hubspot
from hubspot.crm.associations.v4 import (
    BatchInputPublicFetchAssociationsBatchRequest,
    PublicFetchAssociationsBatchRequest,
)
from hubspot.crm.objects import (
    ApiException,
    BatchReadInputSimplePublicObjectId,
    Filter,
    FilterGroup,
    PublicObjectSearchRequest,
    SimplePublicObjectId,
)
from hubspot.crm.objects.exceptions import (
    ForbiddenException,
    NotFoundException,
    ServiceException,
    UnauthorizedException,
)

from account import Account

TYPES = [
    "contacts", "companies", "deals", "tickets", "products", "line_items", "orders", "carts", "invoices",
    "commerce_payments", "subscriptions", "calls", "emails", "meetings", "notes", "tasks", "quotes", "leads",
    "communications", "postal_mail", "feedback_submissions", "goal_targets", "discounts", "fees", "taxes",
    "deal_splits", "2-4242001",
]
# The client pages these by itself.
PAGED = ["contacts", "companies", "deals", "tickets", "products", "line_items"]


def paced(account, call, *arguments, **options):
    """A call that lets virtual time pass where a limit is reached."""
    while True:
        try:
            return call(*arguments, **options)
        # Each part of the client has classes of its own.
        except Exception as error:
            if getattr(error, "status", None) != 429:
                raise
            account.advance(10)


def check(condition, what):
    if not condition:
        sys.exit(f"hubspot-api-client: {what}")


def stream_of(kind):
    return "vehicles" if kind.startswith("2-") else kind


def compare(objects, truth, kind, how):
    seen = {item.id: item for item in objects}
    check(len(seen) == len(objects), f"{kind} by {how}: some come twice")
    check(seen.keys() == truth.keys(), f"{kind} by {how}: {len(seen)} of {len(truth)}")
    for key, item in seen.items():
        own = truth[key]["properties"]
        for name, value in item.properties.items():
            check(own[name] == value, f"{kind} {key} {name}: {value!r} is not {own[name]!r}")


def pages(account, call, *arguments, **options):
    found, after = [], None
    while True:
        page = paced(account, call, *arguments, limit=100, after=after, **options)
        found += page.results
        if page.paging is None:
            return found
        after = page.paging.next.after


def read_objects(account, client):
    total = 0
    for kind in TYPES:
        truth = account.truth(stream_of(kind))
        names = sorted(next(iter(truth.values()))["properties"])
        listed = pages(account, client.crm.objects.basic_api.get_page, kind, properties=names)
        compare(listed, truth, kind, "paging")
        archived = pages(account, client.crm.objects.basic_api.get_page, kind, archived=True)
        compare(archived, account.truth("archived_" + stream_of(kind)), kind, "the bin")
        if kind in PAGED:
            account.advance(10)
            compare(getattr(client.crm, kind).get_all(), truth, kind, "get_all")
        read_search(account, client, kind, truth, names)
        read_batches(account, client, kind, truth, names)
        total += len(truth)
    return total


def read_search(account, client, kind, truth, names):
    modified = "lastmodifieddate" if kind == "contacts" else "hs_lastmodifieddate"
    found, after = [], "0"
    while after is not None:
        request = PublicObjectSearchRequest(
            filter_groups=[
                FilterGroup(filters=[Filter(property_name=modified, operator="GTE", value="1704067200000")])
            ],
            sorts=[{"propertyName": modified, "direction": "ASCENDING"}],
            properties=names[:20],
            limit=200,
            after=after,
        )
        page = paced(account, client.crm.objects.search_api.do_search, kind, request)
        found += page.results
        after = page.paging.next.after if page.paging else None
    check(page.total == len(found), f"{kind}: the total is not what came")
    stamps = [item.updated_at for item in found]
    check(stamps == sorted(stamps), f"{kind}: a search is out of order")
    compare(found, truth, kind, "search")


def read_batches(account, client, kind, truth, names):
    found = []
    keys = list(truth)
    for start in range(0, len(keys), 99):
        # One that there is not, so that the answer is one with errors.
        ids = keys[start:start + 99] + ["1"]
        request = BatchReadInputSimplePublicObjectId(
            inputs=[SimplePublicObjectId(id=key) for key in ids],
            properties=names,
            properties_with_history=[],
        )
        answer = paced(account, client.crm.objects.batch_api.read, kind, request)
        check(answer.errors[0].context["ids"] == ["1"], f"{kind}: a batch does not say what is missing")
        found += answer.results
    compare(found, truth, kind, "batches")


def read_associations(account, client):
    truth = account.truth("associations")
    total = 0
    for ends in sorted({(pair["from_type"], pair["to_type"]) for pair in truth.values()}):
        wanted = {
            (pair["from_id"], pair["to_id"], pair["type_id"])
            for pair in truth.values()
            if (pair["from_type"], pair["to_type"]) == ends
        }
        kinds = [name.replace("vehicles", "2-4242001") for name in ends]
        inputs = [PublicFetchAssociationsBatchRequest(id=key) for key in account.truth(ends[0])]
        seen = set()
        while inputs:
            request = BatchInputPublicFetchAssociationsBatchRequest(inputs=inputs[:1000])
            answer = paced(account, client.crm.associations.v4.batch_api.get_page, *kinds, request)
            inputs = inputs[1000:]
            for result in answer.results:
                key = getattr(result, "_from").id
                for other in result.to:
                    seen |= {(key, str(other.to_object_id), kind.type_id) for kind in other.association_types}
                if result.paging:
                    after = result.paging.next.after
                    inputs.append(PublicFetchAssociationsBatchRequest(id=key, after=after))
        check(seen == wanted, f"associations of {ends}: {len(seen)} of {len(wanted)}")
        total += len(seen)
    deal = max(account.truth("deals"), key=lambda key: len([p for p in truth.values() if p["to_id"] == key]))
    other = pages(account, client.crm.associations.v4.basic_api.get_page, "deals", deal, "line_items")
    check(
        {str(item.to_object_id) for item in other}
        == {p["from_id"] for p in truth.values() if p["to_id"] == deal and p["from_type"] == "line_items"},
        "the associations of one deal",
    )
    return total


def read_descriptions(account, client):
    owners = [
        owner
        for archived in [False, True]
        for owner in pages(account, client.crm.owners.owners_api.get_page, archived=archived)
    ]
    check({owner.id for owner in owners} == account.truth("owners").keys(), "owners")
    for kind in TYPES:
        properties = paced(account, client.crm.properties.core_api.get_all, kind).results
        wanted = {
            record["name"]
            for key, record in account.truth("properties").items()
            if key.startswith(stream_of(kind) + "/") and record["dataSensitivity"] == "non_sensitive"
        }
        check({item.name for item in properties} == wanted, f"properties of {kind}")
    for kind in ["deals", "tickets", "orders"]:
        pipelines = paced(account, client.crm.pipelines.pipelines_api.get_all, kind).results
        wanted = {key for key in account.truth("pipelines") if key.startswith(kind + "/")}
        check({f"{kind}/{item.id}" for item in pipelines} == wanted, f"pipelines of {kind}")
    schemas = paced(account, client.crm.schemas.core_api.get_all).results
    check([schema.object_type_id for schema in schemas] == ["2-4242001"], "schemas")


def expect(kind, status, call, *arguments, **options):
    try:
        call(*arguments, **options)
    except kind as error:
        check(error.status == status, f"{kind.__name__} has {error.status}, not {status}")
        return error
    sys.exit(f"hubspot-api-client: no {kind.__name__}")


def meet_errors(account, base):
    def page(token="pat-na1-simulated", kind="contacts"):
        client = hubspot.HubSpot(access_token=token, host=base)
        return client.crm.objects.basic_api.get_page, kind

    account.advance(10)
    expect(UnauthorizedException, 401, *page(token="pat-na1-invalid"))
    refused = expect(ForbiddenException, 403, *page(token="pat-na1-no_contacts"))
    check(json.loads(refused.body)["category"] == "MISSING_SCOPES", "the category of a 403")
    read = hubspot.HubSpot(access_token="pat-na1-simulated", host=base).crm.objects.basic_api.get_by_id
    missing = expect(NotFoundException, 404, read, "contacts", "1")
    check(json.loads(missing.body)["category"] == "OBJECT_NOT_FOUND", "the category of a 404")
    expect(ApiException, 400, *page(kind="butterflies"))
    for fault, kind, status in [
        ("rate_limit", ApiException, 429), ("locked", ApiException, 423), ("migration", ApiException, 477),
        ("bad_gateway", ServiceException, 502), ("server_error", ServiceException, 500),
        ("forbidden_contacts", ForbiddenException, 403), ("expired_token", UnauthorizedException, 401),
    ]:
        account.fault(fault, next=1)
        expect(kind, status, *page())
    limited = hubspot.HubSpot(access_token="pat-na1-simulated", host=base)
    for _ in range(5):
        limited.crm.objects.search_api.do_search("notes", PublicObjectSearchRequest(limit=1))
    account.fault("search_limit", next=1)
    search = limited.crm.objects.search_api.do_search
    error = expect(ApiException, 429, search, "notes", PublicObjectSearchRequest(limit=1))
    check(json.loads(error.body)["policyName"] == "SECONDLY", "the policy of a search's 429")


def use_tokens(account, base):
    client = hubspot.HubSpot(host=base)
    form = dict(client_id="app", client_secret="secret", refresh_token="na1-refresh")
    tokens = client.oauth.tokens_api.create(grant_type="refresh_token", **form)
    check(tokens.expires_in == 1800, "the lifetime of a token")
    call = hubspot.HubSpot(access_token=tokens.access_token, host=base).crm.objects.basic_api.get_page
    check(len(paced(account, call, "notes").results) == 10, "a page by an access token")
    account.advance(1800)
    error = expect(UnauthorizedException, 401, call, "notes")
    check(json.loads(error.body)["category"] == "EXPIRED_AUTHENTICATION", "the category of an expired token")


def main():
    base = sys.argv[1].rstrip("/")
    account = Account(base)
    client = hubspot.HubSpot(access_token="pat-na1-simulated", host=base)
    # What others find is found here too: the index of searches catches up.
    account.advance(60)
    objects = read_objects(account, client)
    pairs = read_associations(account, client)
    read_descriptions(account, client)
    meet_errors(account, base)
    use_tokens(account, base)
    print(f"hubspot-api-client: {objects} objects of {len(TYPES)} types, {pairs} associations")


main()
