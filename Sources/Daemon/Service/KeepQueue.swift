/// The schedules whose records are to be written, each once however often that was asked.
struct KeepQueue: Sendable {
    private var order: [String] = []
    private var first = 0
    /// What is answered once a record is written.
    private var answers: [String: [CommandAnswer]] = [:]
    private var atWork: Set<String> = []

    /// Whether none waits or is being written.
    var isEmpty: Bool { atWork.isEmpty && answers.isEmpty }

    /// Asks for a schedule's record to be written, and for answers then.
    mutating func add(_ schedule: String, _ more: [CommandAnswer]) {
        // One that is written just now may not have the change in it.
        if answers[schedule] == nil, !atWork.contains(schedule) { order.append(schedule) }
        answers[schedule, default: []] += more
    }

    /// The next one to write; nil where there is none, or so many are being written.
    mutating func take(atMost limit: Int) -> (schedule: String, answers: [CommandAnswer])? {
        guard atWork.count < limit else { return nil }
        guard first < order.count else {
            order = []
            first = 0
            return nil
        }
        let schedule = order[first]
        first += 1
        atWork.insert(schedule)
        return (schedule, answers.removeValue(forKey: schedule) ?? [])
    }

    /// It is written; what was asked meanwhile is the next.
    mutating func done(_ schedule: String) {
        atWork.remove(schedule)
        if answers[schedule] != nil { order.append(schedule) }
    }
}
