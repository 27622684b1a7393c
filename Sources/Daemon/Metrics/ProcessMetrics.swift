import Core
import Telemetry

/// The usual metrics of a process, as the kernel has them.
final class ProcessMetrics: Sendable {
    private let processor: MetricFamily<Counter>
    private let resident: MetricFamily<Gauge>
    private let virtual: MetricFamily<Gauge>
    private let start: MetricFamily<Gauge>
    private let threads: MetricFamily<Gauge>
    private let descriptors: MetricFamily<Gauge>
    private let descriptorLimit: MetricFamily<Gauge>

    init(_ registry: MetricRegistry) {
        processor = registry.counter(
            "process_cpu_seconds_total",
            "Processor time, user and system together, in seconds."
        )
        resident = registry.gauge("process_resident_memory_bytes", "Resident memory.")
        virtual = registry.gauge("process_virtual_memory_bytes", "Virtual memory.")
        start = registry.gauge(
            "process_start_time_seconds",
            "When the process began, in seconds since the epoch."
        )
        threads = registry.gauge("process_threads", "Threads of the process.")
        descriptors = registry.gauge("process_open_fds", "Open file descriptors.")
        descriptorLimit = registry.gauge("process_max_fds", "How many file descriptors may be open.")
    }

    func show() {
        if let facts = ProcessFacts.current() {
            processor[].follow(facts.processorSeconds)
            resident[].set(Double(facts.residentBytes))
            virtual[].set(Double(facts.virtualBytes))
            threads[].set(Double(facts.threads))
            if let began = facts.began { start[].set(began) }
        }
        if let open = ProcessFacts.openDescriptors() { descriptors[].set(Double(open)) }
        if let limit = ProcessFacts.descriptorLimit() { descriptorLimit[].set(limit) }
    }
}
