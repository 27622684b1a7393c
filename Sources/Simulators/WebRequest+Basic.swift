import Core
import Web

extension WebRequest {
    /// The credential of its `Authorization` header.
    enum Credential {
        case none
        case bearer(String)
        case basic(user: String, password: String)
    }

    /// With what it comes in; `none` where it is nothing that can be read.
    var credential: Credential {
        let parts = (headers["Authorization"] ?? "").split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return .none }
        switch parts[0].lowercased() {
        case "bearer": return .bearer(String(parts[1]))
        case "basic":
            guard let bytes = Base64.decode(parts[1]) else { return .none }
            let pair = String(decoding: bytes, as: UTF8.self).split(
                separator: ":",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            return .basic(user: String(pair[0]), password: pair.count == 2 ? String(pair[1]) : "")
        default: return .none
        }
    }
}
