import Core
import Extraction
import ProcessSupport
import Testing

@testable import Runs

@Suite("Windows of time, oldest first")
struct WindowMachineTests {
    private static func progress(
        holdBack: Int = 60,
        overlap: Int = 600,
        step: Int? = nil,
        earliest: Int = 1000
    ) -> WindowProgress {
        WindowProgress(
            format: .epochSeconds,
            holdBack: .seconds(holdBack),
            overlap: .seconds(overlap),
            earliest: Instant(seconds: Int64(earliest)),
            step: step.map { .seconds($0) },
            order: .ascending(end: .none)
        )
    }

    private static func at(_ seconds: Int) -> Instant { Instant(seconds: Int64(seconds)) }

    @Test("rule 2: read up to now, the bookmark up to now less the hold-back, on from the overlap before it")
    func holdBack() {
        var machine = WindowMachine(Self.progress(), at: nil, since: nil)
        #expect(
            machine.next(now: Self.at(9000)) == .init(from: Self.at(1000), to: Self.at(9000), isLast: true)
        )
        machine.read(to: Self.at(9000), asked: Self.at(9001))
        #expect(machine.at == Self.at(8941))
        #expect(
            machine.next(now: Self.at(9100)) == .init(from: Self.at(8341), to: Self.at(9100), isLast: true)
        )
    }

    @Test("nothing before the beginning is asked for, be it the earliest time or --since")
    func beginning() {
        let early = WindowMachine(Self.progress(), at: Self.at(1100), since: nil)
        #expect(early.next(now: Self.at(2000))?.from == Self.at(1000))
        let since = WindowMachine(Self.progress(), at: Self.at(5100), since: Self.at(5000))
        #expect(since.next(now: Self.at(9000))?.from == Self.at(5000))
        #expect(WindowMachine(Self.progress(), at: nil, since: Self.at(5000)).at == Self.at(5000))
    }

    @Test("a clock before the bookmark reads nothing, and moves nothing")
    func clockBehind() {
        var machine = WindowMachine(Self.progress(), at: Self.at(5000), since: nil)
        #expect(machine.next(now: Self.at(4400)) == nil)
        machine.read(to: Self.at(4800), asked: Self.at(4500))
        #expect(machine.at == Self.at(5000))
    }

    @Test("a place within a window moves the bookmark up to it, at most to the hold-back")
    func within() {
        var machine = WindowMachine(Self.progress(), at: nil, since: nil)
        machine.read(to: Self.at(3000), asked: Self.at(9000))
        #expect(machine.at == Self.at(3000))
        machine.read(to: Self.at(8990), asked: Self.at(9000))
        #expect(machine.at == Self.at(8940))
    }

    @Test("a deeper reading goes up to the bookmark, in steps where there are any")
    func resweep() {
        let whole = WindowMachine(Self.progress(), at: Self.at(9000), since: nil)
        #expect(
            whole.resweep(back: .seconds(3000), last: nil) == [
                .init(from: Self.at(6000), to: Self.at(9000), isLast: true)
            ]
        )
        let stepped = WindowMachine(Self.progress(step: 2000), at: Self.at(9000), since: nil)
        #expect(
            stepped.resweep(back: .seconds(3000), last: nil) == [
                .init(from: Self.at(6000), to: Self.at(8000), isLast: false),
                .init(from: Self.at(8000), to: Self.at(9000), isLast: true),
            ]
        )
        #expect(whole.resweep(back: .seconds(3000), last: Self.at(5000)).first?.from == Self.at(2000))
        let new = WindowMachine(Self.progress(), at: nil, since: nil)
        #expect(new.resweep(back: .seconds(9), last: nil).isEmpty)
    }

    /// Whatever the settings and the clocks, the windows leave no gap, come to an end and never pass the hold-back.
    @Test(arguments: 0..<300 as Range<UInt64>)
    func `no gap, no standstill, never above the hold-back`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let holdBack = Int.random(in: 0...300, using: &random)
        let overlap = Int.random(in: 0...900, using: &random)
        let step = Bool.random(using: &random) ? Int.random(in: 1...4000, using: &random) : nil
        let progress = Self.progress(holdBack: holdBack, overlap: overlap, step: step)
        var bookmark: Instant?
        var now = Int.random(in: 900...5000, using: &random)
        // Everything before this was in a window that was read whole.
        var covered = Self.at(1000)
        for _ in 0..<6 {
            var machine = WindowMachine(progress, at: bookmark, since: nil)
            let skew = Int.random(in: -100...100, using: &random)
            var parts = 0
            while let part = machine.next(now: Self.at(parts == 0 ? now + skew : min(now, now + skew))) {
                parts += 1
                #expect(parts < 20_000)
                #expect(part.from < part.to)
                #expect(part.from <= covered)
                let before = machine.at
                machine.read(to: part.to, asked: Self.at(now))
                covered = max(covered, part.to)
                #expect(machine.at >= before)
                #expect(machine.at <= covered)
                #expect(machine.at <= max(Self.at(now - holdBack), before))
                bookmark = machine.at
                if part.isLast { break }
            }
            now += Int.random(in: 0...5000, using: &random)
        }
    }
}

@Suite("What is due now and then")
struct PassRuleTests {
    @Test(
        "it is due once its time has passed, or never was read; a first reading covers it",
        arguments: [
            (nil, true, PassRule.Verdict.isCovered),
            (nil, false, .isDue),
            (1000, false, .waits),
            (401, false, .waits),
            (400, false, .isDue),
            (1100, true, .waits),
            (1601, true, .isDue),
        ] as [(Int64?, Bool, PassRule.Verdict)]
    )
    func verdict(last: Int64?, isFirst: Bool, verdict: PassRule.Verdict) {
        #expect(
            PassRule.decide(
                last: last.map(Instant.init(seconds:)),
                every: .seconds(600),
                now: Instant(seconds: 1000),
                isFirst: isFirst
            ) == verdict
        )
    }
}

@Suite("What is forgotten")
struct ForgetRuleTests {
    private static let rule = ForgetRule(reach: .seconds(3600))
    private static func at(_ seconds: Int64) -> Instant { Instant(seconds: seconds) }

    @Test(
        "what lies further back than it is ever read again, with a margin, and only where it is worth a look"
    )
    func bound() {
        #expect(Self.rule.bound(at: Self.at(100_000), forgotten: nil) == Self.at(96_340))
        #expect(Self.rule.bound(at: Self.at(100_899), forgotten: Self.at(96_340)) == nil)
        #expect(Self.rule.bound(at: Self.at(100_900), forgotten: Self.at(96_340)) == Self.at(97_240))
        #expect(Self.rule.bound(at: Self.at(3000), forgotten: nil) == nil)
    }

    /// Keys that are published all the time: how often each is looked at, and how many are remembered.
    @Test("a key is looked at a few times in its life, and remembered for little longer than it must be")
    func cost() {
        let rule = ForgetRule(reach: .seconds(3600))
        var forgotten: Instant?
        var remembered: [Int64: Int] = [:]
        var most = 0
        for now in stride(from: Int64(100_000), to: 200_000, by: 60) {
            remembered[now] = 0
            guard let bound = rule.bound(at: Self.at(now), forgotten: forgotten) else { continue }
            forgotten = bound
            for key in remembered.keys { remembered[key, default: 0] += 1 }
            for (key, looks) in remembered where Self.at(key) < bound {
                most = max(most, looks)
                remembered[key] = nil
            }
            #expect(remembered.count <= (3600 + 900 + 60) / 60 + 2)
        }
        #expect(most > 0 && most <= 6)
    }
}

@Suite("What a list of deletes says of what was published")
struct DeleteListRuleTests {
    private static let rule = DeleteRule(format: .epochSeconds, holdBack: .seconds(60))

    private static func known(_ version: Int?, seen: Int64, deleted: Bool = false) -> RememberedVersion {
        RememberedVersion(
            version: version.map { Array(String($0).utf8) },
            content: ContentHash(high: 1, low: 1),
            count: 1,
            isDeleted: deleted,
            seen: Instant(seconds: seen),
            read: 1
        )
    }

    @Test(
        "a later delete holds; an earlier one holds unless the list may lag behind what was published",
        arguments: [
            (500, known(400, seen: 990), DeleteRule.Verdict.holds),
            (500, known(500, seen: 990), .holds),
            (500, known(600, seen: 990), .isOvertaken),
            (500, known(600, seen: 900), .holdsNow),
            (500, known(nil, seen: 400), .holds),
            (500, known(nil, seen: 990), .isOvertaken),
            (500, known(nil, seen: 900), .holds),
            (nil, known(600, seen: 900), .holds),
            (nil, known(600, seen: 990), .isOvertaken),
            (500, known(600, seen: 990, deleted: true), .holds),
        ] as [(Int64?, RememberedVersion, DeleteRule.Verdict)]
    )
    func verdict(time: Int64?, known: RememberedVersion, verdict: DeleteRule.Verdict) {
        let asked = Instant(seconds: 1000)
        #expect(Self.rule.decide(time.map(Instant.init(seconds:)), known: known, asked: asked) == verdict)
    }
}

@Suite("Very many keys")
struct KeySetTests {
    @Test(
        "it holds what was put into it, and nothing else, against a set",
        arguments: 0..<20 as Range<UInt64>
    )
    func contents(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var keys = KeySet()
        var plain: Set<[UInt8]> = []
        func key() -> [UInt8] { Array(String(Int.random(in: 0...3000, using: &random)).utf8) }
        for _ in 0..<2000 {
            let key = key()
            keys.insert(key)
            plain.insert(key)
        }
        keys.sort()
        for _ in 0..<2000 {
            let key = key()
            #expect(keys.contains(key) == plain.contains(key))
        }
        #expect(KeySet().contains([1]) == false)
    }
}
