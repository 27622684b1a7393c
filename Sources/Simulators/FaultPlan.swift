import Core
package import JSON
import Synchronization

/// What goes wrong, how often: named faults of a simulator, each with a rate or a count.
package final class FaultPlan: Sendable {
    /// How often one fault strikes, and how.
    package struct Fault: Hashable, Sendable {
        /// The share of requests that it strikes, from 0 to 1.
        package var rate: Double
        /// It strikes so many requests that are still to come, whatever the rate.
        package var next: Int
        /// Virtual seconds: of a delay, or of `Retry-After`; nil leaves the choice to the simulator.
        package var seconds: Double?

        package init(rate: Double = 0, next: Int = 0, seconds: Double? = nil) {
            self.rate = rate
            self.next = next
            self.seconds = seconds
        }
    }

    /// A fault that takes the place of an answer, or changes it.
    package typealias Strike = (name: String, fault: Fault)

    private struct State {
        var faults: [String: Fault]
        var asked: UInt64 = 0
        var struck: [String: Int] = [:]
    }

    /// The names that there are: of faults that strike requests, and of standing ones.
    package let names: [String]
    /// Those that change what a simulator holds, rather than strike requests.
    private let standing: Set<String>
    private let hash: SeededHash
    private let state: Locked<State>

    /// A plan whose strikes follow from the seed and the order of requests.
    ///
    /// - Parameters:
    ///   - names: the faults that strike requests.
    ///   - standing: those that change what the simulator holds: it asks for them by name.
    ///   - faults: what goes wrong from the start.
    ///   - seed: the same seed, the same strikes.
    /// - Throws: if a fault's name is none of those, or its rate is no share.
    package init(
        names: [String],
        standing: [String] = [],
        faults: [String: Fault],
        seed: UInt64
    ) throws(SimulatorError) {
        self.names = names + standing
        self.standing = Set(standing)
        hash = SeededHash(seed: seed ^ 0xFA17)
        state = Locked(State(faults: faults))
        for (name, fault) in faults { try check(name, fault) }
    }

    /// Reads `NAME=RATE` or `NAME=RATE:SECONDS`, as a command line has it.
    package static func parse(_ argument: String) throws(SimulatorError) -> (name: String, fault: Fault) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = parts.count == 2 ? parts[1].split(separator: ":", omittingEmptySubsequences: false) : []
        guard (1...2).contains(numbers.count), let rate = Double(numbers[0]) else {
            throw SimulatorError("the fault '\(argument)' is not NAME=RATE, such as rate_limit=0.1")
        }
        var fault = Fault(rate: rate)
        if numbers.count == 2 {
            guard let seconds = Double(numbers[1]), (0...1_000_000_000).contains(seconds) else {
                throw SimulatorError("'\(numbers[1])' in the fault '\(argument)' is no number of seconds")
            }
            fault.seconds = seconds
        }
        return (String(parts[0]), fault)
    }

    /// Changes the plan by a document such as `{"rate_limit": {"rate": 0.1}, "reset": {"next": 3}}`; `null` ends one.
    package func change(_ document: JSONValue) throws(SimulatorError) {
        guard let members = document.members else {
            throw SimulatorError("the faults are no object, such as {\"rate_limit\": {\"rate\": 0.1}}")
        }
        var changes: [String: Fault?] = [:]
        for member in members { changes[member.name] = .some(try Self.read(member)) }
        for (name, fault) in changes { try check(name, fault ?? Fault()) }
        state.withLock { state in
            for (name, fault) in changes { state.faults[name] = fault }
        }
    }

    private static func read(_ member: JSONValue.Member) throws(SimulatorError) -> Fault? {
        if member.value.isNull { return nil }
        guard let settings = member.value.members else {
            throw SimulatorError("the fault '\(member.name)' is no object with rate, next or seconds")
        }
        var fault = Fault()
        for setting in settings {
            guard case .number(let text) = setting.value, let number = Double(text) else {
                throw SimulatorError("\(setting.name) of the fault '\(member.name)' is no number")
            }
            switch setting.name {
            case "rate": fault.rate = number
            case "next" where (0...1_000_000_000).contains(number): fault.next = Int(number)
            case "seconds" where (0...1_000_000_000).contains(number): fault.seconds = number
            default: throw SimulatorError("the fault '\(member.name)' cannot have \(setting.name) \(text)")
            }
        }
        return fault
    }

    private func check(_ name: String, _ fault: Fault) throws(SimulatorError) {
        guard names.contains(name) else {
            throw SimulatorError("there is no fault '\(name)'; there are \(names.joined(separator: ", "))")
        }
        guard fault.next == 0 || !standing.contains(name) else {
            throw SimulatorError("the fault '\(name)' strikes no single requests: give it a rate, not next")
        }
        guard (0...1).contains(fault.rate) else {
            throw SimulatorError("the rate \(fault.rate) of the fault '\(name)' is not between 0 and 1")
        }
    }

    /// The fault that strikes this request, of those that can; the first in the order of names wins.
    package func strike(_ isPossible: (String) -> Bool = { _ in true }) -> Strike? {
        let (asked, isCalm) = state.withLock { state in
            state.asked += 1
            return (state.asked, state.faults.keys.allSatisfy(standing.contains))
        }
        // Most requests meet no plan: none of the many faults need be looked at.
        guard !isCalm else { return nil }
        let possible = names.filter { !standing.contains($0) && isPossible($0) }
        return state.withLock { state in
            for (place, name) in possible.enumerated() {
                guard var fault = state.faults[name] else { continue }
                if fault.next > 0 {
                    fault.next -= 1
                    state.faults[name] = fault
                } else {
                    let share = Double(hash(asked, UInt64(place)) >> 11) / Double(1 << 53 as UInt64)
                    guard share < fault.rate else { continue }
                }
                state.struck[name, default: 0] += 1
                return (name, fault)
            }
            return nil
        }
    }

    /// A standing fault, as it is now.
    package func standing(_ name: String) -> Fault { state.withLock { $0.faults[name] ?? Fault() } }

    /// How often each fault has struck.
    package var struck: [String: Int] { state.withLock { $0.struck } }
}
