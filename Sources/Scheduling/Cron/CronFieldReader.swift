/// Reads one field; an error says where in the whole expression it stands.
struct CronFieldReader {
    let unit: CronUnit
    /// What `H` is a hash of.
    let name: String
    /// The whole expression, for messages.
    let expression: String
    /// Where the field begins in it, from 1.
    let column: Int

    func read(_ text: Substring) throws(ScheduleError) -> CronField {
        var items: [CronField.Item] = []
        var isStar = false
        var place = column
        for (index, part) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            guard !part.isEmpty else {
                throw fail("the \(unit.noun) has an empty place in its list; remove the comma", at: place)
            }
            var reader = CronItemReader(field: self, text: part, column: place)
            let (item, startsWithStar) = try reader.item()
            if index == 0 { isStar = startsWithStar }
            items.append(item)
            place += part.count + 1
        }
        return CronField(unit: unit, items: items, isStar: isStar)
    }

    func fail(_ problem: String, at column: Int) -> ScheduleError {
        ScheduleError(.badField, "\"\(expression)\", column \(column): \(problem)", column: column)
    }

    /// The number that `H` stands for, from a range.
    func hash(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(StableHash.of(name, unit.rawValue) % UInt64(range.count))
    }
}

/// Reads what stands between two commas.
private struct CronItemReader {
    let field: CronFieldReader
    let text: Substring
    var rest: Substring
    let column: Int

    init(field: CronFieldReader, text: Substring, column: Int) {
        self.field = field
        self.text = text
        rest = text
        self.column = column
    }

    private var unit: CronUnit { field.unit }
    private var place: Int { column + text.distance(from: text.startIndex, to: rest.startIndex) }

    private func fail(_ problem: String, at column: Int? = nil) -> ScheduleError {
        field.fail(problem, at: column ?? place)
    }

    private mutating func take(_ character: Character) -> Bool {
        guard let first = rest.first, first == character || first.uppercased() == String(character) else {
            return false
        }
        rest.removeFirst()
        return true
    }

    mutating func item() throws(ScheduleError) -> (CronField.Item, isStar: Bool) {
        if take("*") || take("?") {
            let bounds = unit.bounds
            let step = try step(over: bounds, from: bounds.lowerBound)
            return (.range(from: bounds.lowerBound, to: bounds.upperBound, step: step), true)
        }
        if isHash { return try hashed() }
        if unit == .day, take("L") { return (try lastDay(), false) }
        let start = place
        let first = try number()
        if let special = try special(after: first, at: start) { return (special, false) }
        if take("-") {
            let secondPlace = place
            let last = try number()
            return (try range(first, last, at: start, secondPlace), false)
        }
        if rest.first == "/" {
            let top = unit.bounds.upperBound
            let low = reduced(first)
            let step = try step(over: low...top, from: low)
            return (.range(from: low, to: top, step: step), false)
        }
        try end()
        let value = reduced(first)
        return (.range(from: value, to: value, step: 1), false)
    }

    /// Sunday is 0.
    private func reduced(_ value: Int) -> Int { unit == .weekday ? value % 7 : value }

    private mutating func range(_ first: Int, _ last: Int, at start: Int, _ secondPlace: Int)
        throws(ScheduleError) -> CronField.Item
    {
        // 5-7 ends with Sunday, 7-2 begins with it.
        let from = unit == .weekday && first == 7 && last < 7 ? 0 : first
        let bounds = unit.bounds
        if from <= last {
            let step = try step(over: from...last, from: from)
            guard last > bounds.upperBound else { return .range(from: from, to: last, step: step) }
            guard from <= bounds.upperBound else { return .range(from: 0, to: 0, step: 1) }
            // Up to the Sunday that stands at the end: 0 to 7 is the whole week, 5 to 7 runs over its end.
            return from == 0 && step == 1
                ? .range(from: 0, to: 6, step: 1) : wrapped(from: from, through: last, step: step)
        }
        guard unit.wraps else {
            throw fail(
                "the range \(first)-\(last) of the \(unit.noun) runs backwards; write "
                    + "\(first)-\(bounds.upperBound),\(bounds.lowerBound)-\(last) for one that runs over the end, or \(last)-\(first)",
                at: start
            )
        }
        let count = bounds.count
        let step = try step(over: from...(last + count), from: from)
        return .range(from: from, to: last, step: step)
    }

    /// A range that ends with a Sunday written 7.
    private func wrapped(from: Int, through last: Int, step: Int) -> CronField.Item {
        // The last day that a step falls on; where that is Saturday or before, the range does not wrap.
        let reached = last - (last - from) % step
        return reached == 7 && from > 0
            ? .range(from: from, to: 0, step: step) : .range(from: from, to: min(reached, 6), step: step)
    }

    /// Reads `/n` and the end.
    private mutating func step(over range: ClosedRange<Int>, from low: Int) throws(ScheduleError) -> Int {
        guard take("/") else {
            try end()
            return 1
        }
        let start = place
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty else {
            throw fail("after / stands a step, a number such as 15; found \(found)")
        }
        rest = rest[digits.endIndex...]
        try end()
        guard let step = Int(digits), step > 0 else {
            throw fail("the step of the \(unit.noun) is \(digits); it must be 1 or more", at: start)
        }
        guard step <= max(1, range.upperBound - range.lowerBound) else {
            throw fail(
                "the step \(step) leads out of \(range.lowerBound)-\(range.upperBound) at once, so that only \(low) would "
                    + "match; write \(low), or a step up to \(max(1, range.upperBound - range.lowerBound))",
                at: start
            )
        }
        return step
    }

    private var found: String {
        guard let first = rest.first else { return "its end" }
        return "\"\(first)\""
    }

    private mutating func end() throws(ScheduleError) {
        guard let first = rest.first else { return }
        if first == "~" {
            throw fail("~ chooses another number at every start; write H(a-b), which chooses one for good")
        }
        if first == "#" || first == "W" || first == "w" || first == "L" || first == "l" {
            throw fail(
                "\"\(first)\" cannot stand here; the \(unit.noun) takes \(unit.allowed)"
            )
        }
        throw fail(
            "\"\(rest)\" is left over; the \(unit.noun) takes \(unit.allowed), ranges a-b, steps */n and lists"
        )
    }

    /// A number or a name.
    private mutating func number() throws(ScheduleError) -> Int {
        let start = place
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        if !digits.isEmpty {
            rest = rest[digits.endIndex...]
            guard let value = Int(digits), unit.written.contains(value) else {
                throw fail("the \(unit.noun) \(digits) is not in \(unit.allowed)", at: start)
            }
            return value
        }
        let letters = rest.prefix { $0.isASCII && $0.isLetter }
        let word = letters.lowercased()
        // `friL` is the name with what stands behind it.
        for (index, name) in unit.names.enumerated()
        where word == name || (word == name + "l" && unit == .weekday) {
            rest = rest.dropFirst(name.count)
            return unit.bounds.lowerBound + index
        }
        throw unknown(word, at: start)
    }

    private func unknown(_ word: String, at start: Int) -> ScheduleError {
        guard !word.isEmpty else {
            return fail("\(found) cannot stand here; the \(unit.noun) takes \(unit.allowed)", at: start)
        }
        if let near = unit.names.first(where: { word.hasPrefix($0) })
            ?? unit.names.first(where: { word.count > 1 && $0.hasPrefix(word.prefix(2)) })
        {
            return fail("\"\(word)\" is no \(unit.noun); did you mean \(near)?", at: start)
        }
        let other = CronUnit.allCases.first { $0.names.contains(String(word.prefix(3))) }
        let hint = other.map { "; it is a \($0.noun), which is another field" } ?? ""
        return fail("\"\(word)\" is no \(unit.noun)\(hint); it takes \(unit.allowed)", at: start)
    }
}

// MARK: What is no number

extension CronItemReader {
    /// `H`, and neither `hello` nor a name.
    private var isHash: Bool {
        guard rest.first == "H" || rest.first == "h" else { return false }
        return !(rest.dropFirst().first?.isLetter ?? false)
    }

    /// `H`, `H/n`, `H(a-b)`, `H(a-b)/n`.
    private mutating func hashed() throws(ScheduleError) -> (CronField.Item, isStar: Bool) {
        rest.removeFirst()
        var range = unit.hashed
        let hasRange = take("(")
        if hasRange {
            let start = place
            let first = try number()
            guard take("-") else { throw fail("H(…) takes a range such as H(0-29); found \(found)") }
            let last = try number()
            guard take(")") else { throw fail("the range of H( is not closed; found \(found) in place of )") }
            guard first <= last, last <= unit.bounds.upperBound else {
                throw fail("H(\(first)-\(last)) runs backwards; write H(a-b) with a up to b", at: start)
            }
            range = first...last
        }
        guard take("/") else {
            try end()
            let value = field.hash(in: range)
            return (.range(from: value, to: value, step: 1), false)
        }
        let start = place
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest[digits.endIndex...]
        try end()
        guard let step = Int(digits), (1...range.count).contains(step) else {
            throw fail(
                "the step of H is \(digits.isEmpty ? "missing" : String(digits)); it takes 1 to \(range.count) for "
                    + "\(range.lowerBound)-\(range.upperBound)",
                at: start
            )
        }
        let first = field.hash(in: range.lowerBound...(range.lowerBound + step - 1))
        return (.range(from: first, to: range.upperBound, step: step), !hasRange)
    }

    /// What follows `L`: nothing, `W`, or `-n`.
    private mutating func lastDay() throws(ScheduleError) -> CronField.Item {
        if take("W") {
            try end()
            return .lastWeekday
        }
        guard take("-") else {
            try end()
            return .last(before: 0)
        }
        let start = place
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest[digits.endIndex...]
        guard let before = Int(digits), (1...30).contains(before) else {
            throw fail("after L- stands how many days before the last, 1 to 30", at: start)
        }
        try end()
        return .last(before: before)
    }

    /// `15W`, `5L`, `fri#2`; nil for a plain number.
    private mutating func special(after value: Int, at start: Int) throws(ScheduleError) -> CronField.Item? {
        if unit == .day, take("W") {
            try end()
            return .nearestWeekday(value)
        }
        guard unit == .weekday else { return nil }
        if take("L") {
            try end()
            return .lastOfKind(value % 7)
        }
        guard take("#") else { return nil }
        let place = place
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest[digits.endIndex...]
        guard let number = Int(digits), (1...5).contains(number) else {
            throw fail(
                "after # stands which one of the month, 1 to 5; for the last write \(value)L",
                at: place
            )
        }
        try end()
        return .nth(weekday: value % 7, number: number)
    }
}
