import Core
import Testing

struct SessionMachineTests {
    private let account: AccountName

    init() throws { account = try AccountName("stripe/acme") }

    private func record(
        session: String = "other",
        status: SessionRecord.Status = .running,
        lock: String = "their-lock"
    ) -> SessionRecord {
        SessionRecord(
            status: status,
            session: session,
            host: "node-2",
            lock: lock,
            run: "run-2",
            transaction: 3,
            started: 0,
            renewed: 0
        )
    }

    private func sighting(_ record: SessionRecord, at offset: Int64) -> SessionMachine.Sighting {
        SessionMachine.Sighting(record: record, offset: offset)
    }

    private func machine(takesOver: Bool = false, waits: Bool = false) -> SessionMachine {
        SessionMachine(
            settings: .init(account: account, session: "mine", takesOver: takesOver, waits: waits)
        )
    }

    private func locked(takesOver: Bool = false, waits: Bool = false) -> SessionMachine {
        var machine = machine(takesOver: takesOver, waits: waits)
        #expect(machine.handle(.start, at: .zero) == [.takeLock])
        #expect(machine.handle(.lockTaken(id: "my-lock"), at: .zero) == [.readSession])
        return machine
    }

    private func running(seen: SessionMachine.Sighting? = nil) -> SessionMachine {
        var machine = locked()
        #expect(machine.handle(.sessionSeen(seen, asked: .zero), at: .zero) == [.initTransactions])
        #expect(machine.handle(.initialised, at: .zero) == [.readState])
        #expect(machine.handle(.stateRead(seen), at: .zero) == [.writeRecord])
        #expect(machine.handle(.recordWritten, at: .zero) == [.ready])
        #expect(machine.isRunning)
        return machine
    }

    private func refusal(_ actions: [SessionMachine.Action]) -> PublishError.Code? {
        for case .fail(let code, _) in actions { return code }
        return nil
    }

    @Test func `the five steps come in their order`() { _ = running() }

    @Test func `a held lock file refuses, and fences nothing`() {
        var machine = machine()
        _ = machine.handle(.start, at: .zero)
        let actions = machine.handle(.lockHeld(at: "/locks/x"), at: .zero)
        #expect(refusal(actions) == .alreadyRunning)
        #expect(!actions.contains(.initTransactions))
    }

    @Test func `a held lock file is waited for when asked`() {
        var machine = machine(waits: true)
        _ = machine.handle(.start, at: .zero)
        #expect(machine.handle(.lockHeld(at: "/locks/x"), at: .zero) == [.wait(.seconds(1))])
        #expect(machine.handle(.timer, at: .seconds(1)) == [.takeLock])
    }

    @Test(arguments: [
        (SessionRecord.Status.ended, "their-lock", "other"),
        (.running, "my-lock", "other"),
        (.running, "their-lock", "mine"),
    ])
    func `a session is proven dead by its good-bye, by its lock file, or for being ours`(
        status: SessionRecord.Status,
        lock: String,
        session: String
    ) {
        var machine = locked()
        let seen = sighting(record(session: session, status: status, lock: lock), at: 5)
        #expect(machine.handle(.sessionSeen(seen, asked: .zero), at: .zero) == [.initTransactions])
    }

    @Test func `a record that stands still for a lease is dead, and not before`() {
        var machine = locked()
        let seen = sighting(record(), at: 5)
        for second in 0..<15 {
            let time = Duration.seconds(second)
            #expect(machine.handle(.sessionSeen(seen, asked: time), at: time) == [.wait(.seconds(1))])
            #expect(machine.handle(.timer, at: time + .seconds(1)) == [.readSession])
        }
        #expect(
            machine.handle(.sessionSeen(seen, asked: .seconds(15)), at: .seconds(15)) == [.initTransactions]
        )
    }

    @Test func `a record that moves lives`() {
        var machine = locked()
        _ = machine.handle(.sessionSeen(sighting(record(), at: 5), asked: .zero), at: .zero)
        _ = machine.handle(.timer, at: .seconds(1))
        let actions = machine.handle(
            .sessionSeen(sighting(record(), at: 9), asked: .seconds(1)),
            at: .seconds(1)
        )
        #expect(refusal(actions) == .alreadyRunning)
        #expect(!actions.contains(.initTransactions))
    }

    @Test func `who waits goes on watching a live one, until it ends`() {
        var machine = locked(waits: true)
        for second in 0..<60 {
            let seen = sighting(record(), at: Int64(second / 5))
            let time = Duration.seconds(second)
            #expect(machine.handle(.sessionSeen(seen, asked: time), at: time) == [.wait(.seconds(1))])
            _ = machine.handle(.timer, at: time)
        }
        let ended = sighting(record(status: .ended), at: 99)
        #expect(
            machine.handle(.sessionSeen(ended, asked: .seconds(60)), at: .seconds(60)) == [.initTransactions]
        )
    }

    @Test func `a gap between two looks begins the lease anew`() {
        var machine = locked()
        let seen = sighting(record(), at: 5)
        _ = machine.handle(.sessionSeen(seen, asked: .zero), at: .zero)
        _ = machine.handle(.timer, at: .seconds(1))
        // Twenty seconds in which we or the broker stood still: its owner could not renew either.
        #expect(
            machine.handle(.sessionSeen(seen, asked: .seconds(20)), at: .seconds(20)) == [.wait(.seconds(1))]
        )
        _ = machine.handle(.timer, at: .seconds(21))
        #expect(
            machine.handle(.sessionSeen(seen, asked: .seconds(21)), at: .seconds(21)) == [.wait(.seconds(1))]
        )
    }

    @Test func `an answer that took long does not count as standing still`() {
        var machine = locked()
        let seen = sighting(record(), at: 5)
        #expect(machine.handle(.sessionSeen(seen, asked: .zero), at: .seconds(14)) == [.wait(.seconds(1))])
        _ = machine.handle(.timer, at: .seconds(15))
        #expect(
            machine.handle(.sessionSeen(seen, asked: .seconds(15)), at: .seconds(15)) == [.wait(.seconds(1))]
        )
    }

    @Test func `take-over fences a live one, once`() {
        var machine = locked(takesOver: true)
        let seen = sighting(record(), at: 5)
        #expect(machine.handle(.sessionSeen(seen, asked: .zero), at: .zero) == [.initTransactions])
        _ = machine.handle(.initialised, at: .zero)
        // It renewed between our look and our fence; that is whom we meant.
        #expect(machine.handle(.stateRead(sighting(record(), at: 7)), at: .zero) == [.writeRecord])
        _ = machine.handle(.recordWritten, at: .zero)
        #expect(machine.handle(.lost, at: .seconds(9)) == [.destroyProducer, .readSession])
        // Taken over itself since, it does not strike back.
        let successor = sighting(record(session: "successor"), at: 20)
        let actions = machine.handle(.sessionSeen(successor, asked: .seconds(9)), at: .seconds(9))
        #expect(refusal(actions) == .alreadyRunning)
        #expect(!actions.contains(.initTransactions))
    }

    @Test func `I3 a frozen session does not fence its successor`() {
        var machine = running()
        #expect(machine.handle(.lost, at: .seconds(40)) == [.destroyProducer, .readSession])
        let actions = machine.handle(
            .sessionSeen(sighting(record(session: "successor", status: .ended), at: 8), asked: .seconds(40)),
            at: .seconds(40)
        )
        #expect(refusal(actions) == .alreadyRunning)
        #expect(!actions.contains(.initTransactions))
    }

    @Test func `I3 a session frozen between look and fence yields after it`() {
        var machine = running()
        _ = machine.handle(.lost, at: .seconds(1))
        let own = sighting(record(session: "mine", lock: "my-lock"), at: 2)
        #expect(machine.handle(.sessionSeen(own, asked: .seconds(1)), at: .seconds(1)) == [.initTransactions])
        #expect(machine.handle(.initialised, at: .seconds(40)) == [.readState])
        let actions = machine.handle(
            .stateRead(sighting(record(session: "successor"), at: 8)),
            at: .seconds(40)
        )
        #expect(refusal(actions) == .alreadyRunning)
        #expect(!actions.contains(.writeRecord))
    }

    @Test func `a recycled session takes all steps again and goes on`() {
        var machine = running()
        let own = sighting(record(session: "mine", lock: "my-lock"), at: 2)
        #expect(machine.handle(.lost, at: .seconds(1)) == [.destroyProducer, .readSession])
        #expect(machine.handle(.sessionSeen(own, asked: .seconds(1)), at: .seconds(1)) == [.initTransactions])
        #expect(machine.handle(.initialised, at: .seconds(1)) == [.readState])
        // Its record stands already: it is renewed in time, counted from the last write.
        #expect(machine.handle(.stateRead(own), at: .seconds(1)) == [.ready])
        #expect(machine.handle(.tick, at: .seconds(5)) == [.writeRecord])
    }

    @Test func `I3 a fenced session leaves its successor the time to write its record`() {
        var machine = running()
        #expect(machine.handle(.fenced, at: .seconds(1)) == [.destroyProducer, .wait(.seconds(6))])
        #expect(machine.handle(.timer, at: .seconds(4)) == [.readSession])
        let actions = machine.handle(
            .sessionSeen(sighting(record(session: "successor"), at: 8), asked: .seconds(4)),
            at: .seconds(4)
        )
        #expect(refusal(actions) == .alreadyRunning)
        #expect(!actions.contains(.initTransactions))
    }

    @Test func `an owner whose record vanished stops`() {
        var machine = running()
        _ = machine.handle(.lost, at: .seconds(1))
        #expect(refusal(machine.handle(.sessionSeen(nil, asked: .seconds(1)), at: .seconds(1))) == .fatal)
    }

    @Test(arguments: [
        // An open transaction's record was seen and then aborted by the fence: the older committed one is no rival.
        (Int64(9), Int64(4), "older", SessionRecord.Status.running, false),
        // Somebody began while we looked.
        (9, 12, "newer", .running, true),
        (9, 12, "newer", .ended, false),
        // The one we took for dead renewed after all.
        (9, 12, "other", .running, true),
        (9, 9, "other", .running, false),
    ])
    func `what is read after the fence decides who yields`(
        seenAt: Int64,
        readAt: Int64,
        session: String,
        status: SessionRecord.Status,
        yields: Bool
    ) {
        var machine = locked()
        let seen = sighting(record(), at: seenAt)
        for second in 0...15 {
            let time = Duration.seconds(second)
            _ = machine.handle(.sessionSeen(seen, asked: time), at: time)
            if second < 15 { _ = machine.handle(.timer, at: time) }
        }
        #expect(machine.handle(.initialised, at: .seconds(15)) == [.readState])
        let read = sighting(record(session: session, status: status), at: readAt)
        let actions = machine.handle(.stateRead(read), at: .seconds(16))
        #expect((refusal(actions) == .alreadyRunning) == yields)
        #expect(actions.contains(.writeRecord) == !yields)
    }

    @Test func `a start that is fenced lets the other go first, and gives up in the end`() {
        var machine = locked()
        for attempt in 1...5 {
            #expect(machine.handle(.sessionSeen(nil, asked: .zero), at: .zero) == [.initTransactions])
            let actions = machine.handle(.fenced, at: .zero)
            guard attempt < 5 else {
                #expect(refusal(actions) == .fenced)
                break
            }
            #expect(actions == [.destroyProducer, .wait(.seconds(2))])
            #expect(machine.handle(.timer, at: .zero) == [.readSession])
        }
    }

    @Test func `a stalled read fences neighbours and goes on reading`() {
        var machine = locked()
        _ = machine.handle(.sessionSeen(nil, asked: .zero), at: .zero)
        _ = machine.handle(.initialised, at: .zero)
        #expect(machine.handle(.stateStalled, at: .seconds(1)) == [.fenceNeighbours])
        #expect(machine.handle(.neighboursFenced, at: .seconds(1)) == [.readState])
    }

    @Test func `the record is renewed when no commit does it`() {
        var machine = running()
        #expect(machine.handle(.tick, at: .seconds(4)) == [])
        #expect(machine.handle(.committed, at: .seconds(4)) == [])
        #expect(machine.handle(.tick, at: .seconds(8)) == [])
        #expect(machine.handle(.tick, at: .seconds(9)) == [.writeRecord])
        #expect(machine.handle(.recordWritten, at: .seconds(9)) == [])
        #expect(machine.handle(.tick, at: .seconds(13)) == [])
    }

    @Test func `the end says good-bye and gives everything back, fenced or not`() {
        for event in [SessionMachine.Event.recordWritten, .lost, .fenced] {
            var machine = running()
            #expect(machine.handle(.end, at: .seconds(1)) == [.writeEnd])
            #expect(machine.handle(event, at: .seconds(1)) == [.close])
            #expect(!machine.isRunning)
            #expect(machine.handle(.tick, at: .seconds(99)) == [])
        }
    }
}
