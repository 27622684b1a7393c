/// The client library that this module runs with.
package enum KafkaLibrary {
    /// As `librdkafka/2.0.2`.
    package static var version: String { "librdkafka/\(ClientHandle.libraryVersionText)" }
}
