/// The form of a scrape.
package enum MetricFormat: Sendable, CaseIterable {
    /// The text format 0.0.4.
    case prometheus
    /// OpenMetrics 1.0.
    case openMetrics

    /// What its answer's header says.
    package var contentType: String {
        switch self {
        case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// The form that an `Accept` header asks for: OpenMetrics only where it is named before plain text.
    package init(accept: String?) {
        let names = (accept ?? "").split(separator: ",").map { $0.prefix { $0 != ";" } }
            .map { $0.trimmingPrefix { $0 == " " }.lowercased() }
        let known = names.first { ["application/openmetrics-text", "text/plain", "*/*"].contains($0) }
        self = known == "application/openmetrics-text" ? .openMetrics : .prometheus
    }
}

/// Writes metrics as scrapers read them.
enum MetricText {
    static func head(
        name: String,
        type: String,
        help: String,
        _ format: MetricFormat,
        to text: inout [UInt8]
    ) {
        // OpenMetrics names the family, of which `_total` is the sample.
        let family =
            format == .openMetrics && type == Counter.type && name.hasSuffix("_total")
            ? String(name.dropLast("_total".count)) : name
        text += "# HELP \(family) ".utf8
        escape(help, quotes: format == .openMetrics, to: &text)
        text += "\n# TYPE \(family) \(type)\n".utf8
    }

    static func sample(_ name: String, labels: [UInt8], value: Double, to text: inout [UInt8]) {
        text += name.utf8
        if !labels.isEmpty {
            text.append(UInt8(ascii: "{"))
            text += labels
            text.append(UInt8(ascii: "}"))
        }
        text.append(UInt8(ascii: " "))
        text += number(value).utf8
        text.append(UInt8(ascii: "\n"))
    }

    /// `name="value",…`; an empty value is the same as none, and left out.
    static func labels(_ names: [String], _ values: [String]) -> [UInt8] {
        var text: [UInt8] = []
        for (name, value) in zip(names, values) where !value.isEmpty {
            if !text.isEmpty { text.append(UInt8(ascii: ",")) }
            text += "\(name)=\"".utf8
            escape(value, quotes: true, to: &text)
            text.append(UInt8(ascii: "\""))
        }
        return text
    }

    /// The bound of a bucket: OpenMetrics wants it as a float, always the same way.
    static func bound(_ bound: Double, _ format: MetricFormat) -> String {
        format == .openMetrics ? "\(bound)" : number(bound)
    }

    /// A whole number without a fraction, as long as it is one exactly.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value == value.rounded() && abs(value) < 9_007_199_254_740_992 ? "\(Int64(value))" : "\(value)"
    }

    private static func escape(_ value: String, quotes: Bool, to text: inout [UInt8]) {
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): text += #"\\"#.utf8
            case UInt8(ascii: "\n"): text += #"\n"#.utf8
            case UInt8(ascii: "\"") where quotes: text += #"\""#.utf8
            default: text.append(byte)
            }
        }
    }
}
