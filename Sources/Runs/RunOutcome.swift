package import Core
package import Events
package import JSON

/// How one stream of a run ended.
package struct StreamOutcome: Sendable {
    /// The stable words of `--output json`.
    package enum Status: String, Sendable {
        case success, unavailable, failed, cancelled
    }

    package var status: Status
    package var records = 0
    package var deletes = 0
    package var requests = 0
    package var pages = 0
    /// The parents whose children could not be read though those of others could.
    package var refusedParents = 0
    /// The records that could not be published and are dead letters.
    package var deadLetters = 0
    /// How its records differed from its schema in this run; empty where that is taken as it comes.
    package var drift: [SchemaDrift] = []
    /// How many of them were never met before.
    package var newDrift = 0
    /// In how many ways its records are known to differ from its schema, in this run or earlier.
    package var openDrift = 0
    /// The stream's bookmark as it now stands in the state; nil where there is none.
    package var bookmark: JSONValue?
    /// Why it did not succeed.
    package var error: (any SluiceError)?
    /// What a person should know although it succeeded.
    package var note: String?

    /// An outcome with no counts yet.
    package init(status: Status, bookmark: JSONValue? = nil, note: String? = nil) {
        self.status = status
        self.bookmark = bookmark
        self.note = note
    }
}

/// How a run ended, stream by stream.
package struct RunOutcome: Sendable {
    /// The stable words of `--output json`.
    package enum Status: String, Sendable {
        case success, partial, failed, cancelled
    }

    /// In the order in which the definition names them.
    package var streams: [(name: String, outcome: StreamOutcome)]
    package var transactions: Int
    /// The requests for feeds, which serve several streams.
    package var feedRequests = 0
    /// The requests for the objects that families have streams for.
    package var familyRequests = 0
    package var duration: Duration
    /// What ended the whole run, where something did.
    package var error: (any SluiceError)?
    /// The signal that cancelled it.
    package var signal: Int32?

    /// An outcome.
    package init(
        streams: [(name: String, outcome: StreamOutcome)],
        transactions: Int,
        duration: Duration,
        error: (any SluiceError)? = nil,
        signal: Int32? = nil
    ) {
        self.streams = streams
        self.transactions = transactions
        self.duration = duration
        self.error = error
        self.signal = signal
    }

    package var status: Status {
        if signal != nil { return .cancelled }
        if error != nil { return .failed }
        let succeeded = streams.filter { $0.outcome.status == .success }.count
        return succeeded == streams.count ? .success : succeeded == 0 ? .failed : .partial
    }

    /// The command's exit code: 128 + the signal, the run's error's own, or by the streams.
    ///
    /// Where no stream succeeded and all of them met something outside (an API that is away), or all of them are badly
    /// configured, that is said.
    package var exitCode: Int32 {
        if let signal { return 128 + signal }
        if let error { return error.exitCode.rawValue }
        switch status {
        case .success: return ExitCode.success.rawValue
        case .partial: return ExitCode.partial.rawValue
        case .failed, .cancelled:
            let codes = Set(streams.compactMap { $0.outcome.error?.exitCode })
            let isOne = codes == [.environment] || codes == [.configuration]
            return (isOne ? codes.first ?? .failed : .failed).rawValue
        }
    }

    /// The one object of `--output json`.
    package var json: JSONValue {
        func sum(_ count: (StreamOutcome) -> Int) -> JSONValue {
            .number(String(streams.reduce(0) { $0 + count($1.outcome) }))
        }
        let firstError = error ?? streams.lazy.compactMap(\.outcome.error).first
        return .object([
            .init(name: "status", value: .string(status.rawValue)),
            .init(name: "records", value: sum(\.records)),
            .init(name: "deletes", value: sum(\.deletes)),
            .init(name: "dead_letters", value: sum(\.deadLetters)),
            .init(
                name: "requests",
                value: .number(
                    String(streams.reduce(feedRequests + familyRequests) { $0 + $1.outcome.requests })
                )
            ),
            .init(name: "transactions", value: .number(String(transactions))),
            .init(name: "seconds", value: .number(Self.seconds(duration))),
            .init(
                name: "streams",
                value: .object(streams.map { .init(name: $0.name, value: Self.json(of: $0.outcome)) })
            ),
            .init(name: "error", value: firstError.map(Self.json(of:)) ?? .null),
        ])
    }

    private static func json(of outcome: StreamOutcome) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init(name: "status", value: .string(outcome.status.rawValue)),
            .init(name: "records", value: .number(String(outcome.records))),
            .init(name: "deletes", value: .number(String(outcome.deletes))),
            .init(name: "requests", value: .number(String(outcome.requests))),
            .init(name: "pages", value: .number(String(outcome.pages))),
            .init(name: "bookmark", value: outcome.bookmark ?? .null),
        ]
        if outcome.refusedParents > 0 {
            members.append(
                .init(name: "refused_parents", value: .number(String(outcome.refusedParents)))
            )
        }
        if outcome.deadLetters > 0 {
            members.append(.init(name: "dead_letters", value: .number(String(outcome.deadLetters))))
        }
        if !outcome.drift.isEmpty {
            members.append(.init(name: "schema_drift", value: .array(outcome.drift.map(json(of:)))))
        }
        if let error = outcome.error { members.append(.init(name: "error", value: json(of: error))) }
        return .object(members)
    }

    private static func json(of drift: SchemaDrift) -> JSONValue {
        [
            "path": .string(drift.path), "kind": .string(drift.kind.rawValue),
            "expected": .string(drift.expected), "found": .string(drift.found),
        ]
    }

    private static func json(of error: any SluiceError) -> JSONValue {
        .object([
            .init(name: "code", value: .string(error.codeText)),
            .init(name: "message", value: .string(error.message)),
        ])
    }

    /// Seconds with three decimals, without a trip through Double.
    private static func seconds(_ duration: Duration) -> String {
        let (whole, attoseconds) = duration.components
        let thousandths = String(attoseconds / 1_000_000_000_000_000)
        return "\(whole)." + String(repeating: "0", count: 3 - thousandths.count) + thousandths
    }
}
