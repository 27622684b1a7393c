"""Reads topics from their first offset to their end as a read_committed consumer, without a group.

usage: consume.py BOOTSTRAP TOPIC...

Prints one line of JSON a topic: its name, the end offset of each partition (markers of transactions count), and its
records in the order of their partitions.
"""

import json
import sys

from kafka import KafkaConsumer, TopicPartition


def read(consumer: KafkaConsumer, topic: str) -> dict:
    partitions = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or [])]
    if not partitions:
        sys.exit(f"consume.py: no topic {topic}")
    ends = consumer.end_offsets(partitions)
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    records = {partition: [] for partition in partitions}
    while any(consumer.position(partition) < ends[partition] for partition in partitions):
        for partition, batch in consumer.poll(timeout_ms=5_000).items():
            records[partition] += [
                {"key": record.key.decode(), "value": json.loads(record.value or b"null")} for record in batch
            ]
    return {
        "topic": topic,
        "ends": [ends[partition] for partition in partitions],
        "records": [record for partition in partitions for record in records[partition]],
    }


def main() -> None:
    bootstrap, *topics = sys.argv[1:]
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    for topic in topics:
        print(json.dumps(read(consumer, topic)))
    consumer.close()


if __name__ == "__main__":
    main()
