import Synchronization
import Telemetry
import Testing

struct MetricTests {
    private let registry = MetricRegistry()

    private func text(_ format: MetricFormat = .prometheus) -> String {
        String(decoding: registry.text(format), as: UTF8.self)
    }

    @Test func writesEveryType() {
        let runs = registry.counter("x_runs_total", "Runs.", labels: ["schedule", "result"])
        runs["b", "failed"].add()
        runs["a", "success"].add(2)
        _ = runs["a", "failed"]
        registry.gauge("x_waiting", "Those that wait.")[].set(-1.5)
        let times = registry.histogram("x_seconds", "How long.", labels: ["pool"], bounds: [0.5, 1, 10])
        for value in [0.1, 0.5, 0.7, 9, 11] { times["p"].observe(value) }
        #expect(
            text() == """
                # HELP x_runs_total Runs.
                # TYPE x_runs_total counter
                x_runs_total{schedule="a",result="failed"} 0
                x_runs_total{schedule="a",result="success"} 2
                x_runs_total{schedule="b",result="failed"} 1
                # HELP x_waiting Those that wait.
                # TYPE x_waiting gauge
                x_waiting -1.5
                # HELP x_seconds How long.
                # TYPE x_seconds histogram
                x_seconds_bucket{pool="p",le="0.5"} 2
                x_seconds_bucket{pool="p",le="1"} 3
                x_seconds_bucket{pool="p",le="10"} 4
                x_seconds_bucket{pool="p",le="+Inf"} 5
                x_seconds_sum{pool="p"} 21.3
                x_seconds_count{pool="p"} 5

                """
        )
        #expect(registry.names.contains("x_seconds_bucket") && registry.names.count == 5)
    }

    @Test func openMetricsDiffers() {
        registry.counter("x_total", "A \"quoted\" \\ help\nof two lines.")[].add(1e15)
        registry.histogram("y", "", bounds: [1])[].observe(.milliseconds(1500))
        #expect(
            text(.openMetrics) == #"""
                # HELP x A \"quoted\" \\ help\nof two lines.
                # TYPE x counter
                x_total 1000000000000000
                # HELP y \#("")
                # TYPE y histogram
                y_bucket{le="1.0"} 0
                y_bucket{le="+Inf"} 1
                y_sum 1.5
                y_count 1
                # EOF

                """#
        )
        #expect(
            text().hasPrefix(
                "# HELP x_total A \"quoted\" \\\\ help\\nof two lines.\n# TYPE x_total counter\n"
            )
        )
    }

    @Test(arguments: [
        ("plain", #"x{a="plain"} 1"#), ("a\"b\\c\nd", #"x{a="a\"b\\c\nd"} 1"#), ("ü{}=,", #"x{a="ü{}=,"} 1"#),
        ("", "x 1"),
    ])
    func labelValuesAreEscaped(value: String, line: String) {
        registry.gauge("x", "", labels: ["a"])[value].set(1)
        #expect(text().split(separator: "\n").last.map(String.init) == line)
    }

    @Test(
        arguments: [
            (0, "0"), (-0.0, "0"), (1, "1"), (0.1, "0.1"), (1e21, "1e+21"), (.nan, "NaN"),
            (.infinity, "+Inf"),
            (-.infinity, "-Inf"), (1_764_000_000.25, "1764000000.25"),
        ] as [(Double, String)]
    )
    func numbers(value: Double, text expected: String) {
        registry.gauge("x", "")[].set(value)
        #expect(text().split(separator: "\n").last == "x \(expected)")
    }

    @Test func seriesComeAndGo() {
        let gauge = registry.gauge("x", "", labels: ["a"])
        #expect(text() == "")
        gauge["1"].set(1)
        gauge.replace([["2"]: 2, ["3"]: 3])
        #expect(gauge.keys == [["2"], ["3"]])
        gauge.remove { $0 == ["2"] }
        #expect(text().hasSuffix("gauge\nx{a=\"3\"} 3\n"))
    }

    @Test func aFollowedCountDoesNotGoBack() {
        let counter = registry.counter("x_total", "")[]
        counter.follow(7)
        counter.follow(3)
        #expect(counter.value == 7)
    }

    @Test func durationsBelowZeroCountAsNone() {
        let histogram = registry.histogram("x", "", bounds: [1])[]
        histogram.observe(.seconds(-5))
        #expect(histogram.reading == .histogram(counts: [1, 0], sum: 0))
    }

    @Test(
        arguments: [
            (nil, MetricFormat.prometheus), ("*/*", .prometheus), ("text/plain", .prometheus),
            (
                "application/openmetrics-text; version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                .openMetrics
            ),
            ("text/plain, application/openmetrics-text", .prometheus), ("image/png", .prometheus),
        ] as [(String?, MetricFormat)]
    )
    func negotiates(accept: String?, format: MetricFormat) {
        #expect(MetricFormat(accept: accept) == format)
    }

    @Test func nothingIsLostBetweenThreads() async {
        let counter = registry.counter("x_total", "", labels: ["a"])
        let histogram = registry.histogram("y", "", bounds: [0.5])[]
        await withTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    for index in 0..<5000 {
                        counter["\(index % 3)"].add()
                        histogram.observe(Double(index % 2))
                        if index % 500 == 0 { _ = self.registry.text() }
                    }
                }
            }
        }
        #expect(["0", "1", "2"].reduce(0) { $0 + counter[$1].value } == 20_000)
        #expect(histogram.reading == .histogram(counts: [10_000, 10_000], sum: 10_000))
    }
}
