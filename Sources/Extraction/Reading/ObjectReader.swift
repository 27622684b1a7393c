import Core
import Expressions
import JSON

/// What a second look at an object found.
package struct ObjectLook: Sendable {
    /// Whether the object is there.
    package enum Found: Sendable {
        /// The object's record in one page; of a child stream all pages of the parent's children.
        ///
        /// The pages' progress says nothing.
        case records([ExtractedPage])
        case gone
        /// The parent's children may not be read, where those of others may.
        case refused(ExtractionError)
    }

    package var found: Found
    /// Of one that is gone: the error that the answer is unless something else says that the object is gone, since
    /// it is not quite in the form of the API's own.
    package var doubt: ExtractionError?
    package var times: AnswerTimes
    /// The requests that it took, retries and redirects included.
    package var requests: Int

    /// A look.
    package init(found: Found, doubt: ExtractionError? = nil, times: AnswerTimes, requests: Int) {
        self.found = found
        self.doubt = doubt
        self.times = times
        self.requests = requests
    }
}

/// Looks at the objects that a feed's entries are about; may be used by several tasks at once.
package final class ObjectReader: Sendable {
    private let stream: StreamDefinition
    private let requester: Requester
    private let discovered: Discovered

    /// A reader for a stream that follows a feed.
    package init(stream: StreamDefinition, requester: Requester, discovered: Discovered = .none) {
        precondition(stream.follow != nil, "only a stream that follows a feed looks at objects")
        self.stream = stream
        self.requester = requester
        self.discovered = discovered
    }

    /// Asks for an object by the text that an entry names it by; for a child stream, for the parent's children.
    ///
    /// An answer of 404 or 410 in the form of the API's own errors says that it is gone, as `gone_when` does.
    package func look(_ object: [UInt8]) async throws -> ObjectLook {
        if stream.parent != nil { return try await children(of: object) }
        let address = try requester.access.address(ofObject: object, in: stream)
        var subject = RequestSubject(stream)
        subject.text += ", object \(requester.access.shown(object))"
        subject.mayBeGone = true
        subject.lost = nil
        var answer = try await requester.get(address, for: subject, page: nil)
        let times = answer.times
        let requests = answer.requests
        if answer.isGone {
            return ObjectLook(found: .gone, doubt: answer.doubt, times: times, requests: requests)
        }
        let reader = PageReader(
            subject: subject,
            shape: RecordShape(objectOf: stream),
            paging: .singlePage,
            access: requester.access
        )
        let (page, _) = try reader.scan(&answer, page: nil)
        guard reader.keyText(ofRecord: 0, in: page) == object else {
            throw subject.error(
                .badPage,
                "\(subject.text): the answer is about another object,"
                    + " \(requester.access.shown(reader.keyText(ofRecord: 0, in: page)));"
                    + " the feed's object must be the stream's key"
            )
        }
        if try isGone(page, subject) { return ObjectLook(found: .gone, times: times, requests: requests) }
        let extracted = try reader.extracted(
            page,
            progress: .start,
            times: times,
            requests: requests,
            number: nil
        )
        return ObjectLook(found: .records([extracted]), times: times, requests: requests)
    }

    private func isGone(_ page: ScannedPage, _ subject: RequestSubject) throws(ExtractionError) -> Bool {
        guard let condition = stream.follow?.goneWhen else { return false }
        do {
            let record = try JSONValue.parse(page.bytes[page.records[0].range], maximumDepth: 512)
            return try condition.holds(requester.access.scope(with: ["record": record]))
        } catch {
            throw subject.error(
                .badPage,
                requester.access.secrets.clean("\(subject.text): gone_when cannot be decided: \(error)")
            )
        }
    }

    private func children(of parent: [UInt8]) async throws -> ObjectLook {
        let set = try await ChildSet.read(
            of: parent,
            in: stream,
            requester: requester,
            discovered: discovered
        )
        let found: ObjectLook.Found =
            if let refusal = set.refusal { .refused(refusal) } else {
                set.isGone ? .gone : .records(set.pages)
            }
        return ObjectLook(
            found: found,
            doubt: set.doubt,
            times: set.times,
            requests: set.requests
        )
    }
}
