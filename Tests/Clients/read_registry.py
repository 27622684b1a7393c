"""Reads topics with Confluent's own client, and their values with its JSON deserializer, which fetches each value's schema from
the registry and checks the value against it.

    $(scripts/clients) Tests/Clients/read_registry.py 127.0.0.1:9092 http://127.0.0.1:8081 TOPIC...

Prints a line of JSON for each record: topic, key and value; null for a null value.
"""

import json
import sys

from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.json_schema import JSONDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext


def main():
    bootstrap, registry, *topics = sys.argv[1:]
    deserialize = JSONDeserializer(None, schema_registry_client=SchemaRegistryClient({"url": registry}))
    consumer = Consumer(
        {"bootstrap.servers": bootstrap, "group.id": "reader", "isolation.level": "read_committed", "enable.auto.commit": False,
         "enable.partition.eof": True, "auto.offset.reset": "earliest"}
    )
    known = consumer.list_topics(timeout=30).topics
    partitions = [TopicPartition(topic, number, 0) for topic in topics for number in known[topic].partitions]
    consumer.assign(partitions)
    open_partitions = len(partitions)
    while open_partitions:
        record = consumer.poll(30)
        if record is None:
            raise SystemExit("nothing came for half a minute")
        if record.error():
            # The end of a partition is one.
            open_partitions -= 1
            continue
        context = SerializationContext(record.topic(), MessageField.VALUE)
        value = deserialize(record.value(), context)
        print(json.dumps({"topic": record.topic(), "key": record.key().decode(), "value": value}))
    consumer.close()


main()
