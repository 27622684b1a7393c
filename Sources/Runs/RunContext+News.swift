import Core
import Events
import Extraction
import JSON

extension RunContext {
    /// Compares a page's records with the schema of their stream; throws where what differs stops it.
    func compare(_ page: ExtractedPage, _ stream: Int) throws {
        guard let seat = drift(of: stream),
            let finding = seat.look(at: page.livingRecords, of: page.page.bytes, at: run.wall())
        else { return }
        tell(stream, finding)
        guard seat.response == .stop else { return }
        throw RunError(
            .schemaDrift,
            "stream \(plan(stream).name): \(finding.text); nothing of this page was published, and the bookmark stays "
                + "before it. Bring \(schemaFile(stream)) up to date (sluice schemas diff shows what differs), or set "
                + "on_drift: warn"
        )
    }

    /// Hands over what is left to be told of a stream: at its end also what vanished of its schema, and how fresh it is.
    ///
    /// `isRead` says that all that there is was asked for. Gives the error where that could not be committed; of a stream that
    /// was not read whole there is a better one.
    @discardableResult
    func finishNews(_ stream: Int, isWhole: Bool, isRead: Bool = false) async -> (any Error)? {
        if let seat = drift(of: stream) {
            if isWhole, let finding = seat.end(at: run.wall()) { tell(stream, finding) }
            tally.note(stream, [], new: 0, open: seat.openCount)
        }
        if isRead, run.limit == nil, run.stop.signal == nil { catalog(of: stream)?.end() }
        let hasNews = drift(of: stream)?.hasNews ?? false || catalog(of: stream)?.hasNews ?? false
        guard hasNews else { return nil }
        do {
            try await submit(stream, plan(stream).builder.noEvents)
            try await committer.drain(stream)
            return nil
        } catch {
            return isWhole ? error : nil
        }
    }

    private func tell(_ stream: Int, _ finding: DriftWatch.Finding) {
        if !finding.new.isEmpty {
            run.observer(.drifted(stream: plan(stream).name.text, finding.new))
        }
        guard !finding.drift.isEmpty else { return }
        tally.note(stream, finding.drift, new: finding.new.count, open: finding.open)
        // What stops the stream is said by its error.
        guard plan(stream).drift?.response == .warn else { return }
        warn(
            stream,
            "\(finding.text). Records are published as they come; bring \(schemaFile(stream)) up to date (sluice schemas "
                + "diff shows what differs), or set on_drift: evolve"
        )
    }

    private func schemaFile(_ stream: Int) -> String {
        "schemas/\(plan(stream).definition.schemaName).json"
    }
}

extension ExtractedPage {
    /// The records that do not say that they are deleted: what is left of one is no measure of the others.
    fileprivate var livingRecords: [ByteSlice] {
        guard isDeleted.contains(true) else { return page.records }
        return zip(page.records, isDeleted).filter { !$1 }.map(\.0)
    }
}
