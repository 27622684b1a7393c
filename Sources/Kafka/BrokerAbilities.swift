/// What a broker answers to, and so which release of Kafka it can be taken for.
///
/// No request asks for a release, and a broker of another make has none: what counts is what it can do.
package struct BrokerAbilities: Hashable, Sendable {
    /// The newest version of each request, by the protocol's number of it.
    package private(set) var requests: [Int: Int] = [:]

    /// Nothing is known yet.
    package init() {}

    /// Takes what one broker said of a request; of several brokers the one that can do less counts.
    package mutating func note(request: Int, newest: Int) {
        requests[request] = min(requests[request] ?? newest, newest)
    }

    /// Takes a line of the client library's log, where it tells of a request.
    mutating func note(_ line: String) {
        guard let found = line.firstMatch(of: /ApiKey .*\((\d+)\) Versions \d+\.\.(\d+)/),
            let request = Int(found.1), let newest = Int(found.2)
        else { return }
        note(request: request, newest: newest)
    }

    /// Whether anything is known.
    package var isKnown: Bool { !requests.isEmpty }

    /// The first release of Apache Kafka that has a request in a version, the newest first.
    private static let releases: [(name: String, request: Int, version: Int)] = [
        ("4.0", 3, 13), ("3.8", 75, 0), ("3.7", 74, 0), ("3.5", 1, 15), ("3.1", 1, 13), ("3.0", 66, 0),
        ("2.8", 60, 0), ("2.7", 57, 0), ("2.6", 48, 0), ("2.5", 22, 3), ("2.4", 47, 0), ("2.3", 44, 0),
        ("0.11", 22, 0), ("0.10", 18, 0),
    ]

    /// The release of Apache Kafka that can do the same, or a later one; nil where nothing is known.
    package var release: String? {
        Self.releases.first { can($0.request, $0.version) }?.name
    }

    private func can(_ request: Int, _ version: Int = 0) -> Bool { requests[request] ?? -1 >= version }

    /// Something that a daemon needs and that the broker cannot do.
    package struct Lack: Hashable, Sendable {
        package var text: String
        package var remedy: String
        /// Whether nothing works without it.
        package var isFatal: Bool
    }

    /// What is missing.
    package var lacks: [Lack] {
        guard isKnown else { return [] }
        var lacks: [Lack] = []
        if ![22, 24, 26].allSatisfy({ can($0) }) {
            lacks.append(
                Lack(
                    text: "it knows no transactions, by which each event is published once",
                    remedy: "use Apache Kafka 2.5 or later, or a service with its transactions",
                    isFatal: true
                )
            )
        } else if !can(22, 3) {
            lacks.append(
                Lack(
                    text:
                        "it cannot take a producer back whose transaction failed (KIP-360): runs begin anew there",
                    remedy: "use Apache Kafka 2.5 or later",
                    isFatal: false
                )
            )
        }
        if !can(11, 5) {
            lacks.append(
                Lack(
                    text:
                        "its groups know no static members: a daemon's place is not free at once where it restarts",
                    remedy: "use Apache Kafka 2.3 or later",
                    isFatal: false
                )
            )
        }
        if !can(19) || !can(32) {
            lacks.append(
                Lack(
                    text: "it cannot make topics or describe their settings for a client",
                    remedy: "make the topics yourself, with the settings that docs/daemon.md names",
                    isFatal: false
                )
            )
        }
        return lacks
    }

    /// Whether an idempotent producer needs a right of its own, on the cluster.
    package var needsIdempotentWrite: Bool { isKnown && !can(60) }
}
