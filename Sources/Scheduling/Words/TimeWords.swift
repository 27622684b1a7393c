/// Times of a day in words.
enum TimeWords {
    /// More times than these are told by their fields.
    private static let listed = 6

    static func times(second: CronField, minute: CronField, hour: CronField) -> String {
        let atMinutes = times(minute: minute, hour: hour, second: second)
        guard second != .only(0, .second), !second.isAll || !atMinutes.isEmpty else { return atMinutes }
        if second.numbers.count == 1, isListed(minute, hour) { return atMinutes }
        let seconds: String
        switch (second.isAll, regularStep(second)) {
        case (true, _): seconds = "every second"
        case (_, let step?): seconds = "every \(step) seconds"
        default: seconds = "at second\(second.numbers.count == 1 ? "" : "s") \(DateWords.numbers(second))"
        }
        return atMinutes == "every minute" ? seconds : "\(seconds) of the minutes: \(atMinutes)"
    }

    private static func isListed(_ minute: CronField, _ hour: CronField) -> Bool {
        minute.numbers.count * hour.numbers.count <= listed && !minute.isStar && !hour.isStar
    }

    private static func times(minute: CronField, hour: CronField, second: CronField) -> String {
        if isListed(minute, hour) {
            let seconds = second.numbers.count == 1 ? second.numbers[0] : 0
            let times = hour.numbers.flatMap { hour in
                minute.numbers.map { LocalTime(seconds: Int64(hour * 3600 + $0 * 60 + seconds)).timeText }
            }
            return "at " + DateWords.list(times)
        }
        let past = hour.isAll ? "" : " past \(hours(hour))"
        if minute.isAll { return "every minute" + past }
        if let step = regularStep(minute) { return "every \(step) minutes" + past }
        if minute.numbers == [0] {
            if hour.isAll { return "every hour, on the hour" }
            if let step = regularStep(hour) { return "every \(step) hours, on the hour" }
            return "on the hour, at \(hours(hour))"
        }
        let minutes = "at minute\(minute.numbers.count == 1 ? "" : "s") \(DateWords.numbers(minute))"
        return minutes + (hour.isAll ? " of every hour" : past)
    }

    private static func hours(_ field: CronField) -> String {
        if let step = regularStep(field) { return "every \(DateWords.ordinal(step)) hour" }
        return "hour\(field.numbers.count == 1 ? "" : "s") \(DateWords.numbers(field))"
    }

    /// The step that a field takes all around its unit without a shorter one at the end; nil where it takes none.
    private static func regularStep(_ field: CronField) -> Int? {
        let numbers = field.numbers
        guard numbers.count > 1, field.unit.bounds.count % numbers.count == 0 else { return nil }
        let step = field.unit.bounds.count / numbers.count
        guard numbers[0] < step, step > 1, zip(numbers, numbers.dropFirst()).allSatisfy({ $1 - $0 == step }),
            numbers[0] == 0 || field.isStar
        else { return nil }
        return step
    }
}
