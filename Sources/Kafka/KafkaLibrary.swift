/// The client library that this module runs with.
package enum KafkaLibrary {
    /// As `librdkafka/2.0.2`.
    package static var version: String { "librdkafka/\(ClientHandle.libraryVersionText)" }

    /// Sets the process to keep what records and batches gave back for the next ones; once, before its first thread.
    ///
    /// The library takes a block for each record and header and buffers of a megabyte for each batch. By default the C
    /// library hands such buffers back to the system, so that the next batch pays page fault by page fault, and keeps
    /// lists of small free blocks that every freed large one sweeps: a tenth of a record's whole way.
    package static func keepMemory() { ClientHandle.keepMemory() }

    /// Gives the system back what lies free between blocks that are in use, which the C library does by itself only at the
    /// end of its heap: some milliseconds.
    package static func returnMemory() { ClientHandle.returnMemory() }
}
