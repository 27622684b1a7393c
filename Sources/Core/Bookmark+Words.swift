extension Bookmark {
    /// Where it stands, for people.
    package var words: String {
        guard let changed else { return placeInWords }
        switch changed.kind {
        case .reset: return "reset, to be read anew" + (list.isAnew ? " and published whole" : "")
        case .set: return "\(placeInWords), set back"
        case .skip: return "\(placeInWords), with a part left out"
        }
    }

    private var placeInWords: String {
        if let place = window?.at ?? changed?.from ?? token?.reached {
            return "\(list.isDone ? "read" : "under way,") up to \(place.rfc3339())"
        }
        guard list.isDone else {
            return list.read > 1 ? "under way, read \(list.read)" : "under way"
        }
        guard let feed else { return "read to its end" }
        return "follows \(feed.name) from \(feed.at.rfc3339())"
    }
}
