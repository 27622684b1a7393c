import Core
package import Extraction

/// Finds out which streams a run has: families are asked for their objects, side by side, before anything else is read.
///
/// A family whose list is refused or fails is told of in its own row, and the others go on (rule 7 of every extractor).
package struct StreamFinder: Sendable {
    private let requester: Requester
    private let stop: StopSignal
    private let observer: RunObserver

    /// A finder; `observer` is told of what is not there.
    package init(
        requester: Requester,
        stop: StopSignal,
        observer: @escaping RunObserver = { _ in }
    ) {
        self.requester = requester
        self.stop = stop
        self.observer = observer
    }

    /// The streams of a choice.
    ///
    /// Throws what no stream could do better with, and `CancellationError` once the stop is given.
    package func find(_ chosen: [ChosenStream]) async throws -> FoundStreams {
        let lists = try await lists(of: chosen)
        var found = FoundStreams()
        for (position, choice) in chosen.enumerated() {
            guard choice.definition.isFamily else {
                found.append(choice.definition)
                continue
            }
            switch lists[position] {
            case .success(let streams)?: take(streams, of: choice, into: &found)
            case .failure(let error as CancellationError)?: throw error
            case .failure(let error)?:
                let described = RunContext.described(error)
                if described.recovery == .failRun { throw described }
                let isRefused = described.recovery == .streamUnavailable
                tell(choice.definition, isRefused ? .unavailable : .failed, described, into: &found)
            case nil: throw CancellationError()
            }
        }
        return found
    }

    private enum End: Sendable {
        case stopped
        case list(Int, Result<[StreamDefinition], any Error>)
    }

    /// What each family makes, by its position.
    private func lists(of chosen: [ChosenStream]) async throws -> [Int: Result<[StreamDefinition], any Error>]
    {
        let families = chosen.enumerated().filter { $0.element.definition.isFamily }
        guard !families.isEmpty else { return [:] }
        let lists = await withTaskGroup(of: End.self) { group in
            group.addTask {
                await stop.wait()
                return .stopped
            }
            for (position, family) in families {
                group.addTask { .list(position, await list(of: family.definition)) }
            }
            var lists: [Int: Result<[StreamDefinition], any Error>] = [:]
            while lists.count < families.count, let end = await group.next() {
                switch end {
                case .stopped: group.cancelAll()
                case .list(let position, let list): lists[position] = list
                }
            }
            group.cancelAll()
            return lists
        }
        if stop.signal != nil { throw CancellationError() }
        return lists
    }

    private func list(of family: StreamDefinition) async -> Result<[StreamDefinition], any Error> {
        do {
            return .success(try await FamilyReader(family, requester: requester).read())
        } catch {
            return .failure(error)
        }
    }

    private func take(_ streams: [StreamDefinition], of choice: ChosenStream, into found: inout FoundStreams)
    {
        let family = choice.definition.name
        guard let only = choice.only else {
            if streams.isEmpty {
                tell(choice.definition, .success, note: "there is nothing of it in the account", into: &found)
            } else {
                found.append(streams, requests: requester.requests(of: family))
            }
            return
        }
        found.append(
            streams.filter { stream in only.contains { $0.text == stream.name } },
            requests: requester.requests(of: family)
        )
        let names = streams.map(\.name)
        for name in only.sorted() where !names.contains(name.text) {
            let error = FamilyReader.unknown(name, of: choice.definition, among: names)
            var outcome = StreamOutcome(status: .failed)
            outcome.error = error
            found.append(absent: name.text, outcome)
            observer(.ended(stream: name.text, outcome: outcome))
        }
    }

    private func tell(
        _ family: StreamDefinition,
        _ status: StreamOutcome.Status,
        _ error: (any SluiceError)? = nil,
        note: String? = nil,
        into found: inout FoundStreams
    ) {
        var outcome = StreamOutcome(status: status, note: note)
        outcome.error = error
        outcome.requests = requester.requests(of: family.name)
        found.append(absent: family.name, outcome)
        observer(.ended(stream: family.name, outcome: outcome))
    }
}
