package import Core
import JSON

extension StreamDefinition {
    /// Why a stretch of its time cannot be read again, and what to do instead; nil where it can.
    ///
    /// A window asks for a time, and a token begins at one; of everything else the API can only be asked for all.
    package var backfillObstacle: String? {
        let reading = parent?.definition ?? self
        let place = parent.map { "its parent \($0.name) " } ?? ""
        switch reading.progress {
        case .window, .token: return nil
        case .full:
            return
                "\(place)is read whole in every run, so each run reads all of its past; `sluice trigger` starts one"
        case .list:
            let feed =
                reading.follow == nil ? "" : ", and the feed behind it keeps its entries for a while only"
            return
                "\(place)is a list, which the API does not give by time\(feed); `sluice sync --stream \(name) --resync` reads "
                + "all of it again"
        }
    }
}

extension ExtractedPage {
    /// The page with the records whose versions lie within these times; one without a time stays.
    package func within(_ times: Range<Instant>) -> ExtractedPage {
        let kept = page.records.indices.filter { record in
            versionTime(ofRecord: record).map { times.contains($0) } ?? true
        }
        guard kept.count < page.records.count else { return self }
        let places = Dictionary(uniqueKeysWithValues: zip(kept, kept.indices))
        var page = self
        page.page = self.page.keeping { places[$0] != nil }
        page.isDeleted = isDeleted.isEmpty ? [] : kept.map { isDeleted[$0] }
        page.mergedKeys = mergedKeys.compactMap { merged in
            places[merged.record].map { (record: $0, key: merged.key) }
        }
        return page
    }
}
