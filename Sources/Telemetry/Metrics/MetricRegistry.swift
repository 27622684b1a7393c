import Core
import Synchronization

/// All metrics of a process, in the order in which they were made.
package final class MetricRegistry: Sendable {
    private let families = Locked<[any WritableFamily]>([])

    /// A registry without metrics.
    package init() {}

    /// A metric that only grows; its name ends in `_total`.
    package func counter(_ name: String, _ help: String, labels: [String] = []) -> MetricFamily<Counter> {
        precondition(name.hasSuffix("_total"), "the counter \(name) must end in _total")
        return add(name, help, labels, [])
    }

    /// A metric that goes up and down.
    package func gauge(_ name: String, _ help: String, labels: [String] = []) -> MetricFamily<Gauge> {
        add(name, help, labels, [])
    }

    /// A metric of how values are spread; the bounds grow, and behind the last one lies a bucket without bound.
    package func histogram(
        _ name: String,
        _ help: String,
        labels: [String] = [],
        bounds: [Double]
    ) -> MetricFamily<Histogram> {
        precondition(
            zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 },
            "the bounds of \(name) must grow"
        )
        precondition(!labels.contains("le"), "le is the label of the buckets")
        return add(name, help, labels, bounds)
    }

    /// The names of all samples.
    package var names: [String] { families.withLock { $0 }.flatMap(\.sampleNames) }

    /// All metrics as a scraper reads them.
    ///
    /// Each value is read by itself, and no lock is held while the text is made.
    package func text(_ format: MetricFormat = .prometheus) -> [UInt8] {
        var text: [UInt8] = []
        for family in families.withLock({ $0 }) { family.write(format, to: &text) }
        if format == .openMetrics { text += "# EOF\n".utf8 }
        return text
    }

    private func add<Series>(
        _ name: String,
        _ help: String,
        _ labels: [String],
        _ bounds: [Double]
    ) -> MetricFamily<Series> {
        precondition(Self.isName(name, ":_"), "\(name) is no name of a metric")
        precondition(
            labels.allSatisfy { Self.isName($0, "_") && !$0.hasPrefix("__") },
            "\(labels) are no names of labels"
        )
        let family = MetricFamily<Series>(name: name, help: help, labels: labels, bounds: bounds)
        let isNew = families.withLock { families in
            guard families.allSatisfy({ $0.name != name }) else { return false }
            families.append(family)
            return true
        }
        precondition(isNew, "there are two metrics \(name)")
        return family
    }

    private static func isName(_ text: String, _ marks: String) -> Bool {
        text.first?.isNumber == false
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || marks.contains($0)) }
    }
}
