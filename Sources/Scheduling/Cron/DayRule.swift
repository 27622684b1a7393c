import Core

/// Which days of a month fit: a table by the month's length and the weekday of its first day.
///
/// There are 28 kinds of months, so every date is a look at a bit, however many years it is away.
struct DayRule: Hashable, Sendable {
    /// Bits 1 to 31.
    private let masks: [UInt32]

    /// The days of both fields: `isEither` takes those of one or the other, else a day must be in both.
    init(days: CronField, weekdays: CronField, isEither: Bool) {
        var masks: [UInt32] = []
        for length in 28...31 {
            for first in 0...6 {
                let left = Self.days(days, length: length, first: first)
                let right = Self.weekdays(weekdays, length: length, first: first)
                masks.append(isEither ? left | right : left & right)
            }
        }
        self.masks = masks
    }

    /// The days of a month.
    func mask(year: Int, month: Int) -> UInt32 {
        let start = CivilDate.daysSinceEpoch(year: year, month: month, day: 1)
        let first = CivilDate.weekday(daysSinceEpoch: start)
        return masks[(CivilDate.lastDay(ofMonth: month, year: year) - 28) * 7 + first]
    }

    /// Whether a month of that number has such a day in some year.
    func isPossible(month: Int) -> Bool {
        // A leap year, and one that is none.
        [2000, 2001].contains { year in
            let length = CivilDate.lastDay(ofMonth: month, year: year) - 28
            return (0...6).contains { masks[length * 7 + $0] != 0 }
        }
    }

    private static func bit(_ day: Int, length: Int) -> UInt32 {
        (1...length).contains(day) ? 1 << UInt32(day) : 0
    }

    private static func days(_ field: CronField, length: Int, first: Int) -> UInt32 {
        var mask = UInt32(truncatingIfNeeded: field.values) & (UInt32.max >> UInt32(31 - length))
        for item in field.items {
            switch item {
            case .last(let before): mask |= bit(length - before, length: length)
            case .lastWeekday: mask |= bit(nearestWeekday(length, length, first), length: length)
            case .nearestWeekday(let day) where day <= length:
                mask |= bit(nearestWeekday(day, length, first), length: length)
            default: continue
            }
        }
        return mask
    }

    /// Monday to Friday, next to a day but not in another month.
    private static func nearestWeekday(_ day: Int, _ length: Int, _ first: Int) -> Int {
        switch (first + day - 1) % 7 {
        case 6: day > 1 ? day - 1 : day + 2
        case 0: day < length ? day + 1 : day - 2
        default: day
        }
    }

    private static func weekdays(_ field: CronField, length: Int, first: Int) -> UInt32 {
        var mask: UInt32 = 0
        for day in 1...length where field.values & 1 << UInt64((first + day - 1) % 7) != 0 {
            mask |= bit(day, length: length)
        }
        for item in field.items {
            switch item {
            case .lastOfKind(let weekday):
                let offset = (first + length - 1 - weekday + 7) % 7
                mask |= bit(length - offset, length: length)
            case .nth(let weekday, let number):
                mask |= bit((weekday - first + 7) % 7 + 1 + (number - 1) * 7, length: length)
            default: continue
            }
        }
        return mask
    }
}
