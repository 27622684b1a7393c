"""Reads a Zendesk account with zenpy, by zenpy's own paging, and meets its errors as zenpy's own exceptions.

Prints one JSON document: the keys of each list in the order of reading, and the outcome of each refusal.
"""

import json
import os
import sys
from urllib.parse import urlsplit

address = sys.argv[1]
os.environ["ZENPY_FORCE_SCHEME"] = "http"
os.environ["ZENPY_FORCE_NETLOC"] = urlsplit(address).netloc

from zenpy import Zenpy  # noqa: E402  (it reads the environment)
from zenpy.lib.exception import APIException, RecordNotFoundException  # noqa: E402

from account import Account  # noqa: E402


def client(token="zd_simulated", **more):
    return Zenpy(subdomain="simulated", oauth_token=token, disable_cache=True, **more)


zenpy = client()
account = Account(address)
epoch = 1_400_000_000


def keys(rows, name="id"):
    return [str(getattr(row, name)) for row in rows]


def keys_until_stuck(rows):
    """An export that does not say when it ends: zenpy asks on as long as the last row is older than five minutes."""
    found, times = [], {}
    for row in rows:
        key = str(row.id)
        times[key] = times.get(key, 0) + 1
        # Once behind the page that it ended, once before the next; then nothing new comes.
        if times[key] > 2:
            break
        found.append(key)
    return found


lists = {
    "tickets": keys(zenpy.tickets.incremental(start_time=epoch, paginate_by_time=False)),
    "users": keys(zenpy.users.incremental(start_time=epoch, paginate_by_time=False)),
    "tickets by time": keys(zenpy.tickets.incremental(start_time=epoch)),
    "users by time": keys(zenpy.users.incremental(start_time=epoch)),
    "organizations by time": keys(zenpy.organizations.incremental(start_time=epoch)),
    "ticket_events": keys(zenpy.tickets.events(start_time=epoch)),
    "ticket_metric_events": keys_until_stuck(zenpy.tickets.metrics_incremental(start_time=epoch)),
    "listed tickets": keys(zenpy.tickets()),
    "listed users": keys(zenpy.users()),
    "organizations": keys(zenpy.organizations()),
    "organization_memberships": keys(zenpy.organization_memberships()),
    "groups": keys(zenpy.groups()),
    "group_memberships": keys(zenpy.group_memberships()),
    "brands": keys(zenpy.brands()),
    "ticket_fields": keys(zenpy.ticket_fields()),
    "user_fields": keys(zenpy.user_fields()),
    "organization_fields": keys(zenpy.organization_fields()),
    "ticket_forms": keys(zenpy.ticket_forms()),
    "custom_statuses": keys(zenpy.custom_statuses()),
    "macros": keys(zenpy.macros()),
    "tags": keys(zenpy.tags(), "name"),
    "automations": keys(zenpy.automations()),
    "triggers": keys(zenpy.triggers()),
    "satisfaction_ratings": keys(zenpy.satisfaction_ratings()),
    "ticket_metrics": keys(zenpy.ticket_metrics()),
    "deleted_users": keys(zenpy.users.deleted()),
    "sla_policies": keys(zenpy.sla_policies()),
    "deleted_tickets": keys(zenpy.tickets.deleted()),
}
open_ticket = lists["listed tickets"][0]
lists["comments"] = keys(zenpy.tickets.comments(ticket=int(open_ticket)))
lists["audits"] = keys(zenpy.tickets.audits(ticket=int(open_ticket)))


def outcome(call):
    """The class of what is raised, and the status that it knows."""
    try:
        list(call() or [])
        return "nothing"
    except RecordNotFoundException:
        return "RecordNotFoundException"
    except APIException as error:
        return f"APIException {error.response.status_code}"
    except Exception as error:  # whatever else it may be, the test compares its name
        response = getattr(error, "response", None)
        return f"{type(error).__name__} {getattr(response, 'status_code', '')}".strip()


outcomes = {"missing ticket": outcome(lambda: [zenpy.tickets(id=999_999_999)])}
outcomes["bad token"] = outcome(lambda: client("nobody").users())
account.fault("server_error", next=1)
outcomes["server error"] = outcome(zenpy.groups)
account.fault("bare_rate_limit", next=1)
outcomes["rate limit without a time"] = outcome(zenpy.groups)
# With a time it waits and asks again.
account.fault("rate_limit", next=1, seconds=1)
outcomes["rate limit"] = outcome(zenpy.groups)
account.fault("forbidden_macros", next=1)
outcomes["forbidden"] = outcome(zenpy.macros)
account.fault("invalid_cursor", next=1)
outcomes["lost cursor"] = outcome(
    lambda: zenpy.tickets.incremental(cursor="MTczNTEwODQzNC4wfHwyM3w=", paginate_by_time=False)
)

json.dump({"open ticket": open_ticket, "lists": lists, "outcomes": outcomes}, sys.stdout)
