package import JSON

/// Takes records apart that were kept as bytes, as their stream's definition has it by now; nothing is asked.
package struct KeptRecords: Sendable {
    private let reader: PageReader

    /// Records of a stream, under an account's settings.
    package init(
        of stream: StreamDefinition,
        in definition: ExtractorDefinition,
        settings: [String: JSONValue]
    ) throws(ExtractionError) {
        var shape = RecordShape(.list(at: []), of: stream)
        // What was put in when they were read stands in them.
        shape.additions = []
        shape.pageFields = []
        shape.body = .json
        reader = PageReader(
            subject: RequestSubject(stream),
            shape: shape,
            paging: .singlePage,
            access: try AccountAccess(definition, settings: settings)
        )
    }

    /// A page of one record, as an answer of these times would give it.
    package func page(of record: [UInt8], times: AnswerTimes) throws(ExtractionError) -> ExtractedPage {
        let array = [UInt8(ascii: "[")] + record + [UInt8(ascii: "]")]
        let page = try reader.scan(array: array, adding: [], page: nil)
        return try reader.extracted(page, progress: .start, times: times, requests: 0, number: nil)
    }
}
