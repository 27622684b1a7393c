import Core
import ProcessSupport

/// Two hosts and one account at a broker with epochs, and open, committed and aborted records.
///
/// Hosts freeze, crash, lose answers and recycle; pages carry the number after the last that the host read.
struct SessionSimulation {
    /// One record of the log: the session's, and a page where the transaction has one.
    private struct Entry {
        enum Fate { case open, committed, aborted }
        var record: SessionRecord
        var page: Int?
        var epoch: Int
        var fate = Fate.open
    }

    private struct Host {
        var name: String
        var machine: SessionMachine
        var session: String
        var queue: [SessionMachine.Action] = []
        var epoch: Int?
        /// The page that this host believes was committed last.
        var position = 0
        var wakesAt: Duration?
        var frozenUntil: Duration = .zero
        var startsAt: Duration?
        /// The index of its open transaction's entry.
        var open: Int?
        /// An answer to `readSession` that was taken from the broker, and not handled yet.
        var answer: (sighting: SessionMachine.Sighting?, asked: Duration)?
        var isEnding = false
        var hasRun = false
        var lastWrite: Duration = .zero
    }

    private let account: AccountName
    /// Whether a host may freeze between its look and its fence.
    private let freezesAnywhere: Bool
    private var random: SeededGenerator
    private var now: Duration = .zero
    private var log: [Entry] = []
    private var epoch = 0
    private var hosts: [Host] = []
    private var sessions = 0
    private var isQuiet = false
    private(set) var violations: [String] = []
    private(set) var pages = 0
    private(set) var takeOvers = 0

    init(seed: UInt64, freezesAnywhere: Bool) throws {
        account = try AccountName("stripe/acme")
        self.freezesAnywhere = freezesAnywhere
        random = SeededGenerator(seed: seed)
        for name in ["a", "b"] { hosts.append(start(name)) }
    }

    private mutating func start(_ name: String) -> Host {
        sessions += 1
        let session = "\(name)\(sessions)"
        let machine = SessionMachine(settings: .init(account: account, session: session))
        return Host(
            name: name,
            machine: machine,
            session: session,
            startsAt: now + .milliseconds(chance(3000))
        )
    }

    private mutating func chance(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }

    /// So many steps with faults, then two quiet minutes after which one host must run.
    mutating func run(steps: Int) {
        for _ in 0..<steps where violations.isEmpty { step() }
        isQuiet = true
        for index in hosts.indices { hosts[index].frozenUntil = .zero }
        let end = now + .seconds(120)
        while now < end, violations.isEmpty { step() }
        let running = hosts.filter { $0.machine.isRunning && $0.epoch == epoch }
        if violations.isEmpty && running.count != 1 {
            violations.append("\(running.count) hosts run in the end")
        }
    }

    private mutating func step() {
        now += .milliseconds(chance(120))
        let index = chance(hosts.count)
        guard hosts[index].frozenUntil <= now else { return }
        // Between look and fence a freeze does the most harm, so there it comes more often.
        let odds = hosts[index].answer == nil && hosts[index].queue.first != .initTransactions ? 400 : 6
        if !isQuiet && chance(odds) == 0 && mayFreeze(index) {
            hosts[index].frozenUntil = now + .seconds(chance(40))
            return
        }
        if !isQuiet && chance(1500) == 0 { return crash(index) }
        if let start = hosts[index].startsAt {
            guard start <= now else { return }
            hosts[index].startsAt = nil
            return tell(index, .start)
        }
        if let wakes = hosts[index].wakesAt {
            guard wakes <= now else { return }
            hosts[index].wakesAt = nil
            return tell(index, .timer)
        }
        if let answer = hosts[index].answer {
            hosts[index].answer = nil
            return tell(index, .sessionSeen(answer.sighting, asked: answer.asked))
        }
        if hosts[index].open != nil { return commit(index) }
        if hosts[index].queue.isEmpty { return work(index) }
        perform(hosts[index].queue.removeFirst(), index)
    }

    private func mayFreeze(_ index: Int) -> Bool {
        freezesAnywhere || (hosts[index].answer == nil && hosts[index].queue.first != .initTransactions)
    }

    private mutating func crash(_ index: Int) { hosts[index] = start(hosts[index].name) }

    private mutating func tell(_ index: Int, _ event: SessionMachine.Event) {
        hosts[index].queue += hosts[index].machine.handle(event, at: now)
        // Where freezing there is ruled out, look and fence are one step.
        guard !freezesAnywhere, hosts[index].queue.first == .initTransactions else { return }
        perform(hosts[index].queue.removeFirst(), index)
    }

    /// What a running host does by itself.
    private mutating func work(_ index: Int) {
        guard hosts[index].machine.isRunning else { return }
        switch chance(isQuiet ? 8 : 60) {
        case 0...3: append(index, page: hosts[index].position + 1)
        case 10: tell(index, .lost)
        case 11:
            hosts[index].isEnding = true
            tell(index, .end)
        default: tell(index, .tick)
        }
    }

    private mutating func append(_ index: Int, page: Int?, status: SessionRecord.Status = .running) {
        guard hosts[index].epoch == epoch else { return tell(index, .fenced) }
        let record = SessionRecord(
            status: status,
            session: hosts[index].session,
            host: hosts[index].name,
            lock: "lock of \(hosts[index].name)",
            run: "r",
            transaction: 0,
            started: 0,
            renewed: 0
        )
        log.append(Entry(record: record, page: page, epoch: epoch))
        hosts[index].open = log.count - 1
        hosts[index].lastWrite = now
    }

    private mutating func commit(_ index: Int) {
        guard let entry = hosts[index].open else { return }
        hosts[index].open = nil
        guard hosts[index].epoch == epoch, log[entry].fate == .open else { return tell(index, .fenced) }
        log[entry].fate = .committed
        if let page = log[entry].page {
            // I1: each page once, in order, whatever died, froze or was fenced.
            if page != pages + 1 {
                violations.append("page \(page) after \(pages), by \(hosts[index].session)")
            }
            pages = page
        }
        // The answer may be lost: only reading the state again tells.
        if !isQuiet && chance(20) == 0 { return tell(index, .lost) }
        guard let page = log[entry].page else { return tell(index, .recordWritten) }
        hosts[index].position = page
        tell(index, .committed)
    }

    private mutating func perform(_ action: SessionMachine.Action, _ index: Int) {
        switch action {
        case .takeLock: tell(index, .lockTaken(id: "lock of \(hosts[index].name)"))
        case .wait(let duration): hosts[index].wakesAt = now + duration
        case .readSession:
            hosts[index].answer = (log.indices.last.map(sighting), now)
            guard !freezesAnywhere, let answer = hosts[index].answer else { return }
            hosts[index].answer = nil
            tell(index, .sessionSeen(answer.sighting, asked: answer.asked))
        case .initTransactions: fence(index)
        case .readState:
            if chance(5) == 0 { return tell(index, .stateStalled) }
            // Only a start takes its progress from the state; later it is in the run's memory, and all that reading
            // tells is whether the own last page was committed.
            let last = log.last { $0.fate == .committed && $0.page != nil }
            if !hosts[index].hasRun || last?.record.session == hosts[index].session {
                hosts[index].position = last?.page ?? 0
            }
            tell(index, .stateRead(log.indices.last { log[$0].fate == .committed }.map(sighting)))
        case .fenceNeighbours: tell(index, .neighboursFenced)
        case .writeRecord: append(index, page: nil)
        case .ready: hosts[index].hasRun = true
        case .destroyProducer:
            hosts[index].epoch = nil
            hosts[index].open = nil
        case .writeEnd: append(index, page: nil, status: .ended)
        case .close: if hosts[index].isEnding { hosts[index] = start(hosts[index].name) }
        case .fail: hosts[index] = start(hosts[index].name)
        }
    }

    private func sighting(_ index: Int) -> SessionMachine.Sighting {
        SessionMachine.Sighting(record: log[index].record, offset: Int64(index))
    }

    private mutating func fence(_ index: Int) {
        let other = hosts[1 - index]
        let isLive = other.machine.isRunning && other.epoch == epoch && other.frozenUntil <= now
        if isLive {
            takeOvers += 1
            // I3: who looks and fences in one step never fences a session that renews in time.
            if !freezesAnywhere && now - other.lastWrite < .seconds(12) {
                violations.append("\(hosts[index].session) fenced \(other.session), which lives")
            }
        }
        epoch += 1
        for entry in log.indices.suffix(4) where log[entry].fate == .open { log[entry].fate = .aborted }
        hosts[index].epoch = epoch
        tell(index, .initialised)
    }
}
