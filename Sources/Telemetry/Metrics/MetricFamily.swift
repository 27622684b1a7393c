import Core
import Synchronization

/// A metric with all its series, each under its own label values.
///
/// Looking a series up takes a lock and a hash; whoever counts often keeps the series.
package final class MetricFamily<Series: MetricSeries>: Sendable {
    private struct Entry: Sendable {
        var series: Series
        /// The labels as they stand in a scrape, without braces.
        var labels: [UInt8]
    }

    package let name: String
    let help: String
    private let labels: [String]
    private let bounds: [Double]
    private let entries = Locked<[[String]: Entry]>([:])

    init(name: String, help: String, labels: [String], bounds: [Double]) {
        self.name = name
        self.help = help
        self.labels = labels
        self.bounds = bounds
        // What has no labels is there from the start, so that its first change can be seen.
        if labels.isEmpty { _ = series([]) }
    }

    /// The series of these label values, in the order of the labels; made where it is not there yet.
    package subscript(values: String...) -> Series { series(values) }

    /// The series of these label values.
    package func series(_ values: [String]) -> Series {
        precondition(values.count == labels.count, "\(name) has the labels \(labels)")
        return entries.withLock { entries in
            if let entry = entries[values] { return entry.series }
            let entry = Entry(series: Series(bounds: bounds), labels: MetricText.labels(labels, values))
            entries[values] = entry
            return entry.series
        }
    }

    /// The label values of all series.
    package var keys: Set<[String]> { Set(entries.withLock { $0 }.keys) }

    /// Takes series away: those of a schedule that is gone.
    package func remove(where isGone: ([String]) -> Bool) {
        let gone = entries.withLock { $0 }.keys.filter(isGone)
        guard !gone.isEmpty else { return }
        entries.withLock { entries in
            for key in gone { entries[key] = nil }
        }
    }

    private var sorted: [Entry] {
        let now = entries.withLock { $0 }
        return now.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
    }
}

extension MetricFamily<Gauge> {
    /// Sets all series at once: those that are not among these values are gone.
    package func replace(_ values: [[String]: Double]) {
        remove { values[$0] == nil }
        for (key, value) in values { series(key).set(value) }
    }
}

/// What a registry needs of a family, whatever its type.
protocol WritableFamily: Sendable {
    var name: String { get }
    /// The names of its samples.
    var sampleNames: [String] { get }
    func write(_ format: MetricFormat, to text: inout [UInt8])
}

extension MetricFamily: WritableFamily {
    var sampleNames: [String] {
        Series.type == Histogram.type ? ["_bucket", "_sum", "_count"].map { name + $0 } : [name]
    }

    func write(_ format: MetricFormat, to text: inout [UInt8]) {
        let entries = sorted
        // A metric without series would be a name that nobody can look at.
        guard !entries.isEmpty else { return }
        MetricText.head(name: name, type: Series.type, help: help, format, to: &text)
        for entry in entries {
            switch entry.series.reading {
            case .value(let value):
                MetricText.sample(name, labels: entry.labels, value: value, to: &text)
            case .histogram(let counts, let sum):
                var count = 0
                for (index, bucket) in counts.enumerated() {
                    count += bucket
                    let bound = index < bounds.count ? MetricText.bound(bounds[index], format) : "+Inf"
                    let labels =
                        entry.labels + (entry.labels.isEmpty ? "" : ",").utf8 + "le=\"\(bound)\"".utf8
                    MetricText.sample("\(name)_bucket", labels: labels, value: Double(count), to: &text)
                }
                MetricText.sample("\(name)_sum", labels: entry.labels, value: sum, to: &text)
                MetricText.sample("\(name)_count", labels: entry.labels, value: Double(count), to: &text)
            }
        }
    }
}
