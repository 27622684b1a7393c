"""Reads topics with a Kafka client of others, and their events with the CloudEvents library of others.

    $(scripts/clients) Tests/Clients/read_events.py 127.0.0.1:9092 TOPIC...

Prints a line of JSON for each record: its key, and the event's attributes and data; null for a null value that no event is.
"""

import json
import sys

from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event
from kafka import KafkaConsumer, TopicPartition


def event(record):
    """The event of a record; none for the null value behind a structured delete, and for a plain record."""
    headers = dict(record.headers)
    if "ce_specversion" not in headers and "content-type" not in headers:
        return None
    return from_kafka_event(KafkaMessage(headers=headers, key=record.key, value=record.value))


def main():
    bootstrap, *topics = sys.argv[1:]
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap, isolation_level="read_committed", auto_offset_reset="earliest", enable_auto_commit=False
    )
    for topic in topics:
        partitions = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or [])]
        ends = consumer.end_offsets(partitions)
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        while any(consumer.position(partition) < ends[partition] for partition in partitions):
            for batch in consumer.poll(timeout_ms=5_000).values():
                for record in batch:
                    found = event(record)
                    attributes = found and {name: str(value) for name, value in found.get_attributes().items()}
                    data = found and found.get_data()
                    print(json.dumps({"key": record.key.decode(), "event": attributes, "data": data}))
    consumer.close()


main()
