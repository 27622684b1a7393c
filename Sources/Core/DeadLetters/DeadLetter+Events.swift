import JSON

extension DeadLetter {
    /// The letter as it is published: under its id, with the headers of an event whose type says the reason.
    ///
    /// Its stream is named by it, so that what refuses it fails that stream.
    package func page(to topic: String) -> EventPage { page(to: topic, kind: .upsert) }

    /// What takes the letter away again: it was replayed, or dropped.
    package func end(in topic: String) -> EventPage { page(to: topic, kind: .delete) }

    private func page(to topic: String, kind: EventKind) -> EventPage {
        let values = kind == .upsert ? bytes : []
        let key = Array(id.utf8)
        let time = Array(at.recordText.utf8)
        let slice = ByteSlice(offset: 0, count: key.count)
        return EventPage(
            stream: stream.text,
            topic: topic,
            source: "/\(account)/\(stream)",
            upsertType: "sluice.dead.\(reason.code)",
            deleteType: "sluice.dead.settled",
            values: values,
            text: key + time,
            events: [
                Event(
                    kind: kind,
                    value: kind == .upsert ? ByteSlice(offset: 0, count: values.count) : .absent,
                    key: slice,
                    id: slice,
                    time: ByteSlice(offset: key.count, count: time.count)
                )
            ]
        )
    }
}
