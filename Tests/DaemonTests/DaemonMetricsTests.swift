import Core
import Daemon
import Extraction
import Runs
import Scheduling
import Synchronization
import Telemetry
import Testing

struct DaemonMetricsTests {
    private let metrics = DaemonMetrics()

    /// The samples of a scrape by name and labels.
    private func samples(_ view: DaemonView = DaemonViews.view()) -> [String: String] {
        let text = String(decoding: metrics.text(view), as: UTF8.self)
        var samples: [String: String] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let end = line.lastIndex(of: " ") ?? line.endIndex
            #expect(samples[String(line[..<end])] == nil, "\(line) stands there twice")
            samples[String(line[..<end])] = String(line[line.index(after: end)...])
        }
        return samples
    }

    @Test func showsAView() throws {
        let upcoming = Upcoming(
            schedule: Schedule(
                id: "crm",
                timetable: Timetable([.every(try EveryInterval(seconds: 3600, phase: 0))], zone: .utc)
            ),
            skips: [DaemonViews.time(3600): "me"]
        ).ticks(after: DaemonViews.time(), count: 3)
        let view = DaemonViews.view(
            trouble: "Kafka is away",
            schedules: [
                DaemonViews.schedule(
                    "crm",
                    state: .failing,
                    next: upcoming,
                    lastRuns: [DaemonViews.run(ended: DaemonViews.time(5), status: .failed)],
                    lastSuccess: DaemonViews.time(-90),
                    freshWithin: .seconds(7200),
                    failures: 3
                ),
                DaemonViews.schedule("erp", state: .late),
                DaemonViews.schedule("pos", state: .paused, pause: .init(reason: "", by: "me")),
            ],
            runs: [
                DaemonViews.run(DaemonViews.start(schedule: "erp")),
                DaemonViews.run(DaemonViews.start("b", schedule: nil, trigger: "sync")),
                DaemonViews.run(ended: DaemonViews.time(5), status: .failed),
            ],
            pools: [PoolView(name: "default", slots: 16, used: 2, waiting: 5)],
            faults: [.init(path: "a.yaml", messages: ["bad"])],
            limits: [
                DaemonViews.account(): LimitStanding(
                    limits: [
                        .init(name: "default", remaining: 7, wait: .milliseconds(500)), .init(name: "search"),
                    ],
                    quota: QuotaStanding(
                        limit: 1000,
                        remaining: 400,
                        reserve: 100,
                        resets: DaemonViews.time(600)
                    ),
                    waited: .seconds(12)
                )
            ]
        )
        let samples = samples(view)
        let expected = [
            "sluice_build_info{version=\"1.2.3\",tzdata=\"2026a\"}": "1",
            "sluice_ready": "0",
            "sluice_draining": "0",
            "sluice_config_last_reload_successful": "0",
            "sluice_schedules{state=\"idle\"}": "0",
            "sluice_schedules{state=\"failing\"}": "1",
            "sluice_schedules{state=\"invalid\"}": "1",
            // The first tick is left out.
            "sluice_schedule_next_run_timestamp_seconds{schedule=\"crm\"}":
                "\(DaemonViews.time(7200).seconds)",
            "sluice_schedule_last_run_timestamp_seconds{schedule=\"crm\"}": "\(DaemonViews.time(1).seconds)",
            "sluice_schedule_last_success_timestamp_seconds{schedule=\"crm\"}":
                "\(DaemonViews.time(-90).seconds)",
            "sluice_schedule_overdue{schedule=\"crm\"}": "0",
            "sluice_schedule_overdue{schedule=\"erp\"}": "1",
            "sluice_schedule_paused{schedule=\"pos\"}": "1",
            "sluice_schedule_failures{schedule=\"crm\"}": "3",
            "sluice_freshness_lag_seconds{schedule=\"crm\"}": "90",
            "sluice_freshness_slo_seconds{schedule=\"crm\"}": "7200",
            "sluice_runs_running{schedule=\"crm\"}": "0",
            "sluice_runs_running{schedule=\"erp\"}": "1",
            "sluice_runs_running": "1",
            "sluice_queue_waiting{pool=\"default\"}": "5",
            "sluice_pool_slots{pool=\"default\"}": "16",
            "sluice_pool_slots_used{pool=\"default\"}": "2",
            "sluice_rate_limit_remaining{extractor=\"stripe\",account=\"acme\",limit=\"default\"}": "7",
            "sluice_rate_limit_delay_seconds{extractor=\"stripe\",account=\"acme\",limit=\"default\"}": "0.5",
            "sluice_rate_limit_delay_seconds{extractor=\"stripe\",account=\"acme\",limit=\"search\"}": "0",
            "sluice_rate_limit_wait_seconds_total{extractor=\"stripe\",account=\"acme\"}": "12",
            "sluice_quota_limit{extractor=\"stripe\",account=\"acme\"}": "1000",
            "sluice_quota_remaining{extractor=\"stripe\",account=\"acme\"}": "400",
            "sluice_quota_reserve{extractor=\"stripe\",account=\"acme\"}": "100",
            "sluice_quota_reset_timestamp_seconds{extractor=\"stripe\",account=\"acme\"}":
                "\(DaemonViews.time(600).seconds)",
            // There before anything happens.
            "sluice_queue_wait_seconds_count{pool=\"default\"}": "0",
            "sluice_runs_total{schedule=\"erp\",trigger=\"schedule\",result=\"failed\"}": "0",
            "sluice_schedule_ticks_total{schedule=\"erp\",outcome=\"missed\"}": "0",
            "sluice_run_attempts_total{schedule=\"erp\"}": "0",
            "sluice_alerts_total{kind=\"stale\",status=\"raised\"}": "0",
            "sluice_config_reloads_total{result=\"failure\"}": "0",
        ]
        for (name, value) in expected { #expect(samples[name] == value, "\(name)") }
        // Nothing is told of what is not known.
        #expect(samples["sluice_freshness_lag_seconds{schedule=\"erp\"}"] == nil)
        #expect(samples["sluice_config_last_reload_success_timestamp_seconds"] == nil)
    }

    @Test func countsWhatHappens() {
        let tick = Tick(schedule: "crm", nominal: DaemonViews.time(), due: DaemonViews.time())
        metrics.looked(at: DaemonViews.time(7), planned: DaemonViews.time(5))
        metrics.reloaded(at: DaemonViews.time(), isSound: true)
        metrics.reloaded(at: DaemonViews.time(9), isSound: false)
        for attempt in 1...2 {
            metrics.ordered(
                RunOrder(
                    run: "r",
                    account: DaemonViews.account(),
                    origin: .tick(tick),
                    attempt: attempt
                )
            )
            metrics.began(DaemonViews.start(attempt: attempt), pool: "vendors", at: DaemonViews.time(3))
        }
        metrics.began(DaemonViews.start(isResumed: true), pool: "vendors", at: DaemonViews.time(3))
        metrics.jumped(.backward(.seconds(3)))
        metrics.jumped(.steady)
        metrics.skipped(
            "crm",
            SkippedTicks(
                first: DaemonViews.time(),
                last: DaemonViews.time(),
                count: 4,
                reason: .outsideWindow
            )
        )
        metrics.finished(DaemonViews.start(), .failed, took: .seconds(20))
        metrics.finished(
            DaemonViews.start(schedule: nil, trigger: "sync"),
            .success,
            took: .milliseconds(200)
        )
        let samples = samples(DaemonViews.view(schedules: [DaemonViews.schedule()]))
        let expected = [
            "sluice_scheduler_loop_timestamp_seconds": "\(DaemonViews.time(7).seconds)",
            "sluice_scheduler_loop_lag_seconds": "2",
            "sluice_config_last_reload_success_timestamp_seconds": "\(DaemonViews.time().seconds)",
            "sluice_config_reloads_total{result=\"failure\"}": "1",
            "sluice_run_attempts_total{schedule=\"crm\"}": "2",
            "sluice_schedule_ticks_total{schedule=\"crm\",outcome=\"started\"}": "1",
            "sluice_schedule_ticks_total{schedule=\"crm\",outcome=\"missed\"}": "4",
            "sluice_schedule_start_delay_seconds_count": "1",
            "sluice_schedule_start_delay_seconds_sum": "3",
            "sluice_queue_wait_seconds_sum{pool=\"vendors\"}": "3",
            "sluice_clock_jumps_total{direction=\"backward\"}": "1",
            "sluice_clock_jumps_total{direction=\"forward\"}": "0",
            "sluice_runs_total{schedule=\"crm\",trigger=\"schedule\",result=\"failed\"}": "1",
            "sluice_runs_total{trigger=\"sync\",result=\"success\"}": "1",
            "sluice_run_duration_seconds_count{extractor=\"stripe\"}": "2",
            "sluice_run_duration_seconds_bucket{extractor=\"stripe\",le=\"0.5\"}": "1",
        ]
        for (name, value) in expected { #expect(samples[name] == value, "\(name)") }
        // A schedule that is gone leaves nothing behind.
        #expect(self.samples().keys.allSatisfy { !$0.contains("crm") })
    }

    @Test func countsWhatRunsRead() {
        let heard = Mutex<Int>(0)
        for _ in 0..<2 {
            let observe = metrics.observer(of: DaemonViews.account()) { _ in heard.withLock { $0 += 1 } }
            observe(.started(stream: "charges", after: 100))
            observe(.reading(stream: "charges", .list))
            observe(.read(stream: "charges", records: 10))
            observe(.committed(stream: "charges", records: 6, deletes: 0, pages: 1))
            observe(.read(stream: "charges", records: 5))
            observe(.committed(stream: "charges", records: 9, deletes: 2, pages: 2))
            observe(.warned(stream: "charges", text: "odd"))
            var outcome = StreamOutcome(status: .failed)
            outcome.requests = 7
            outcome.error = HTTPError(.timedOut, "late")
            observe(.ended(stream: "charges", outcome: outcome))
        }
        var outcome = RunOutcome(streams: [], transactions: 3, duration: .seconds(1))
        outcome.feedRequests = 2
        metrics.attempted(DaemonViews.account(), outcome)
        #expect(heard.withLock { $0 } == 16)
        let samples = samples()
        let labels = "extractor=\"stripe\",account=\"acme\""
        let stream = "\(labels),stream=\"charges\""
        let expected = [
            "sluice_records_total{\(stream)}": "30",
            "sluice_events_published_total{\(stream),kind=\"upsert\"}": "18",
            "sluice_events_published_total{\(stream),kind=\"delete\"}": "4",
            "sluice_pages_total{\(stream)}": "4",
            "sluice_http_requests_total{\(stream)}": "14",
            "sluice_http_requests_total{\(labels)}": "2",
            "sluice_stream_warnings_total{\(stream)}": "2",
            "sluice_stream_errors_total{\(stream),code=\"http.timed_out\"}": "2",
            "sluice_stream_runs_total{\(stream),result=\"failed\"}": "2",
            "sluice_stream_runs_total{\(stream),result=\"success\"}": "0",
            "sluice_transactions_total{\(labels)}": "3",
        ]
        for (name, value) in expected { #expect(samples[name] == value, "\(name)") }
    }

    @Test func theProcessIsItself() throws {
        let samples = samples()
        let bytes = try #require(samples["process_resident_memory_bytes"].flatMap(Double.init))
        #expect((1e6...1e11).contains(bytes))
        let start = try #require(samples["process_start_time_seconds"].flatMap(Double.init))
        let age = Double(Instant.systemClock().milliseconds) / 1000 - start
        #expect((-5...86_400).contains(age))
        for name in [
            "process_open_fds", "process_max_fds", "process_threads", "process_virtual_memory_bytes",
        ] {
            #expect(try #require(samples[name].flatMap(Double.init)) >= 1, "\(name)")
        }
        #expect(samples["process_cpu_seconds_total"] != nil)
    }

    /// A scrape of very many schedules is made in a moment.
    @Test func tenThousandSchedules() {
        let view = DaemonViews.view(
            schedules: (0..<10_000).map {
                DaemonViews.schedule("schedule-\($0)", lastSuccess: DaemonViews.time())
            }
        )
        let clock = ContinuousClock()
        let first = clock.measure { _ = metrics.text(view) }
        var bytes = 0
        let second = clock.measure { bytes = metrics.text(view).count }
        #expect(bytes > 5_000_000)
        #expect(second < .seconds(60), "\(first), then \(second) for \(bytes) bytes")
    }
}
