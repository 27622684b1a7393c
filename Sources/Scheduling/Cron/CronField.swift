/// One field of an expression, read.
package struct CronField: Hashable, Sendable {
    /// A part of a field between commas.
    package enum Item: Hashable, Sendable {
        /// From one number to another by steps; over the end of the unit where the first is the greater.
        case range(from: Int, to: Int, step: Int)
        /// So many days before the end of the month.
        case last(before: Int)
        /// The weekday (Monday to Friday) nearest to a day, in the same month.
        case nearestWeekday(Int)
        case lastWeekday
        /// The last of its kind in the month.
        case lastOfKind(Int)
        /// The nth of its kind in the month.
        case nth(weekday: Int, number: Int)
    }

    package let unit: CronUnit
    package let items: [Item]
    /// Whether it starts with `*`, `?`, or with the `H/n` that stands for a moved `*/n`.
    ///
    /// It decides whether an expression follows the wall clock, and whether day of month and day of week both must fit.
    package let isStar: Bool
    /// The plain numbers as bits.
    let values: UInt64

    init(unit: CronUnit, items: [Item], isStar: Bool) {
        self.unit = unit
        self.items = items
        self.isStar = isStar
        var values: UInt64 = 0
        for case .range(let from, let to, let step) in items {
            let count = unit.bounds.count
            let end = to >= from ? to : to + count
            for value in stride(from: from, through: end, by: step) {
                values |= 1 << UInt64(value > unit.bounds.upperBound ? value - count : value)
            }
        }
        self.values = values
    }

    /// Everything.
    static func all(_ unit: CronUnit) -> CronField {
        CronField(
            unit: unit,
            items: [.range(from: unit.bounds.lowerBound, to: unit.bounds.upperBound, step: 1)],
            isStar: true
        )
    }

    /// One number alone.
    static func only(_ value: Int, _ unit: CronUnit) -> CronField {
        CronField(unit: unit, items: [.range(from: value, to: value, step: 1)], isStar: false)
    }

    /// Whether it leaves nothing out.
    package var isAll: Bool {
        values == unit.bounds.reduce(0) { $0 | 1 << UInt64($1) }
            && items.allSatisfy { if case .range = $0 { true } else { false } }
    }

    /// The plain numbers, ascending.
    package var numbers: [Int] { unit.bounds.filter { values & 1 << UInt64($0) != 0 } }

    /// The field as it could be written, without `H`, names and alternatives: equal fields have equal texts.
    var normalized: String {
        let bounds = unit.bounds
        return items.map { item in
            switch item {
            case .range(let from, let to, let step)
            where from == bounds.lowerBound && to == bounds.upperBound:
                isStar ? (step == 1 ? "*" : "*/\(step)") : "\(from)-\(to)" + (step == 1 ? "" : "/\(step)")
            case .range(let from, let to, _) where from == to: "\(from)"
            case .range(let from, let to, let step): "\(from)-\(to)" + (step == 1 ? "" : "/\(step)")
            case .last(let before): before == 0 ? "L" : "L-\(before)"
            case .nearestWeekday(let day): "\(day)W"
            case .lastWeekday: "LW"
            case .lastOfKind(let weekday): "\(weekday)L"
            case .nth(let weekday, let number): "\(weekday)#\(number)"
            }
        }.joined(separator: ",")
    }
}
