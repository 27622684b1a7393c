#pragma once
#include <malloc.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

/// One record into its topic, copied; variadic in librdkafka. The headers are the client's from success on and stay the
/// caller's on failure.
static inline rd_kafka_resp_err_t sluice_produce(rd_kafka_t *client, rd_kafka_topic_t *topic, int32_t partition,
                                                 const void *key, size_t key_size, const void *value,
                                                 size_t value_size, rd_kafka_headers_t *headers, intptr_t token) {
    return rd_kafka_producev(client, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(partition),
                             RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, key_size),
                             RD_KAFKA_V_VALUE((void *)value, value_size), RD_KAFKA_V_HEADERS(headers),
                             RD_KAFKA_V_OPAQUE((void *)token), RD_KAFKA_V_END);
}

/// The integer that `sluice_produce` was given.
static inline intptr_t sluice_message_token(const rd_kafka_message_t *message) { return (intptr_t)message->_private; }

/// See `KafkaLibrary.keepMemory`: glibc's own header is not part of Swift's Glibc module.
static inline void sluice_keep_memory(int mapped_from, int trimmed_from) {
    mallopt(M_MMAP_THRESHOLD, mapped_from);
    mallopt(M_TRIM_THRESHOLD, trimmed_from);
    mallopt(M_MXFAST, 0);
}

/// See `KafkaLibrary.returnMemory`.
static inline void sluice_return_memory(void) { malloc_trim(0); }
