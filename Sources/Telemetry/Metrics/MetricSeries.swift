import Core
import Synchronization

/// One series of a metric: what is counted under one set of label values.
package protocol MetricSeries: Sendable {
    /// The word of the metric's type in a scrape.
    static var type: String { get }
    /// A new series, at zero; `bounds` are those of a histogram's buckets.
    init(bounds: [Double])
    /// What it holds now; taken under no lock but its own.
    var reading: MetricReading { get }
}

/// What a series holds at one moment.
package enum MetricReading: Hashable, Sendable {
    case value(Double)
    /// How many lie in each bucket alone, the last one without a bound, and the sum of all.
    case histogram(counts: [Int], sum: Double)
}

/// Only grows; begins at zero with the process.
package final class Counter: MetricSeries {
    package static let type = "counter"
    private let bits = Atomic<UInt64>(0)

    package init(bounds: [Double]) {}

    /// Counts on by one.
    package func add() { bits.addDouble(1) }

    /// Counts on.
    package func add(_ count: Int) { add(Double(count)) }

    /// Counts on; what is less than zero is a programmer's error.
    package func add(_ amount: Double) {
        precondition(amount >= 0, "a counter does not go back")
        bits.addDouble(amount)
    }

    /// Follows a count that somebody else keeps; one that went back is not followed.
    package func follow(_ count: Double) {
        guard count > value else { return }
        bits.store(count.bitPattern, ordering: .relaxed)
    }

    /// The count.
    package var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
    package var reading: MetricReading { .value(value) }
}

/// A value that goes up and down.
package final class Gauge: MetricSeries {
    package static let type = "gauge"
    private let bits = Atomic<UInt64>(0)

    package init(bounds: [Double]) {}

    /// Sets the value.
    package func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    /// Changes the value.
    package func add(_ amount: Double) { bits.addDouble(amount) }

    /// The value.
    package var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
    package var reading: MetricReading { .value(value) }
}

/// How often values lie within bounds.
package final class Histogram: MetricSeries {
    package static let type = "histogram"
    private struct Buckets: Sendable {
        var counts: [Int]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let buckets: Locked<Buckets>

    package init(bounds: [Double]) {
        self.bounds = bounds
        buckets = Locked(Buckets(counts: [Int](repeating: 0, count: bounds.count + 1)))
    }

    /// Takes a value.
    package func observe(_ value: Double) {
        // Few bounds: looking at each in turn beats a search.
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        buckets.withLock { buckets in
            buckets.counts[index] += 1
            buckets.sum += value
        }
    }

    /// Takes a length of time, in seconds; one below zero, which clocks that were put back give, counts as none.
    package func observe(_ duration: Duration) { observe(max(0, duration / .seconds(1))) }

    package var reading: MetricReading {
        let now = buckets.withLock { $0 }
        return .histogram(counts: now.counts, sum: now.sum)
    }
}

extension Atomic<UInt64> {
    /// Adds to the number whose bits these are.
    fileprivate func addDouble(_ amount: Double) {
        var seen = load(ordering: .relaxed)
        while true {
            let next = (Double(bitPattern: seen) + amount).bitPattern
            let (exchanged, original) = weakCompareExchange(
                expected: seen,
                desired: next,
                ordering: .relaxed
            )
            if exchanged { return }
            seen = original
        }
    }
}
