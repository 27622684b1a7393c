#!/usr/bin/env python3
"""What several services know of one customer, joined over the topics of entities by a plain consumer of Kafka.

    customer.py [--kafka HOST:PORT] [--prefix NAME] [EMAIL]

Reads what is in the topics and ends. Without an address it lists the customers of whom most is known.
"""
import argparse
import json
import signal
import sys

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition

ENTITIES = ["Customer", "Person", "Order", "Payment", "SupportTicket"]


def read(kafka, prefix):
    """The last value of every key of each entity's topic: a null value has deleted it."""
    consumer = Consumer({
        "bootstrap.servers": kafka,
        # Needed by the library, used for nothing: no offsets are committed.
        "group.id": "retail-example",
        "enable.auto.commit": False,
        "enable.partition.eof": True,
        # What goes wrong is told once, by the exception.
        "log_level": 0,
        # What a run has not finished is not seen.
        "isolation.level": "read_committed",
    })
    topics = {f"{prefix}.entity.{name}": name for name in ENTITIES}
    known = consumer.list_topics(timeout=10).topics
    partitions = {(topic, number) for topic in topics if topic in known for number in known[topic].partitions}
    if not partitions:
        sys.exit(f"{kafka} has no topics {prefix}.entity.NAME: is this the broker and the prefix, and do schedules say "
                 "'entities: beside'?")
    consumer.assign([TopicPartition(*partition, OFFSET_BEGINNING) for partition in sorted(partitions)])
    entities = {name: {} for name in ENTITIES}
    while partitions:
        message = consumer.poll(10)
        if message is None:
            sys.exit(f"{kafka} says nothing more")
        if message.error():
            if message.error().code() != KafkaError._PARTITION_EOF:
                raise KafkaException(message.error())
            partitions.discard((message.topic(), message.partition()))
            continue
        table = entities[topics[message.topic()]]
        key = message.key().decode()
        # Changes of a key are in one partition, and so in order.
        table.pop(key, None)
        value = json.loads(message.value()) if message.value() is not None else None
        # In structured envelopes an entity is the event's data; a delete is an event without any.
        if value is not None and "specversion" in value:
            value = value.get("data")
        if value is not None:
            table[key] = value
    consumer.close()
    return entities


def join(entities):
    """Of each e-mail address, who has it and what is theirs: by the customer's id, or by the address itself."""
    people = {}
    owners = {}
    for name in ("Customer", "Person"):
        for key, entity in entities[name].items():
            email = entity.get("joinKeys", {}).get("email")
            if email:
                # One record may be both.
                people.setdefault(email, {"people": {}})["people"][key] = entity
                owners[key] = email
    for name, reference in (("Order", "customerId"), ("Payment", "customerId"), ("SupportTicket", "requesterId")):
        for entity in entities[name].values():
            email = owners.get(entity.get(reference)) or entity.get("joinKeys", {}).get("email")
            if email in people:
                people[email].setdefault(name, []).append(entity)
    return people


def money(amount):
    """`{"minor": 1234, "currency": "EUR", "exponent": 2}` as 12.34 EUR, without floating point."""
    if not amount:
        return "-"
    digits = str(abs(amount["minor"])).rjust(amount["exponent"] + 1, "0")
    whole, rest = digits[:len(digits) - amount["exponent"]], digits[len(digits) - amount["exponent"]:]
    sign = "-" if amount["minor"] < 0 else ""
    return f"{sign}{whole}{'.' + rest if rest else ''} {amount['currency'] or ''}".rstrip()


def rows(known):
    """What is theirs, oldest first: time, service, what, how much or about what, status."""
    found = []
    for order in known.get("Order", ()):
        found.append((order.get("placedAt"), order, "order", money(order.get("total"))))
    for payment in known.get("Payment", ()):
        found.append((payment.get("capturedAt") or payment.get("createdAt"), payment, "payment",
                      money(payment.get("amount"))))
    for ticket in known.get("SupportTicket", ()):
        found.append((ticket.get("openedAt"), ticket, "ticket", ticket.get("subject") or ""))
    for time, entity, what, text in sorted(found, key=lambda row: row[0] or ""):
        status = entity.get("status") or {}
        yield [(time or "")[:16].replace("T", " "), entity["source"]["system"], what, text,
               status.get("value") or status.get("code") or ""]


def show(table):
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        line = "  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip()
        # Half a surrogate pair, which JSON can hold, no terminal can.
        print(line.encode("utf-8", "replace").decode())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("email", nargs="?", help="whose; without it the customers of whom most is known")
    parser.add_argument("--kafka", default="127.0.0.1:9092", help="a broker (127.0.0.1:9092)")
    parser.add_argument("--prefix", default="demo", help="what the topics begin with (demo)")
    parser.add_argument("--count", type=int, default=5, help="how many customers are listed (5)")
    options = parser.parse_args()
    # Whoever reads may stop.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        people = join(read(options.kafka, options.prefix))
    except KafkaException as error:
        sys.exit(f"{options.kafka} cannot be read: {error}")
    if options.email:
        known = people.get(options.email.lower())
        if not known:
            sys.exit(f"no service knows {options.email}; without an address those are listed of whom most is known")
        for entity in sorted(known["people"].values(), key=lambda entity: entity["id"]):
            print(f"{entity['source']['system']} knows {entity.get('name') or entity.get('fullName')} as {entity['id']}")
        print()
        show([["TIME", "SERVICE", "WHAT", "AMOUNT OR SUBJECT", "STATUS"], *rows(known)])
        return
    table = []
    for email, known in people.items():
        systems = sorted({entity["source"]["system"] for entity in known["people"].values()})
        counts = [len(known.get(name, ())) for name in ("Order", "Payment", "SupportTicket")]
        # Those first of whom there is something of each kind.
        table.append((sum(1 for count in counts if count), len(systems), sum(counts), email, counts, systems))
    table.sort(key=lambda row: row[:3] + (row[3],), reverse=True)
    show([["CUSTOMER", "ORDERS", "PAYMENTS", "TICKETS", "KNOWN TO"],
          *([email, *map(str, counts), ", ".join(systems)] for _, _, _, email, counts, systems in table[:options.count])])


if __name__ == "__main__":
    main()
