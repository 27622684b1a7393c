import Web

/// Which faults strike which requests, and with what.
enum ZendeskFaults {
    /// Whether a fault can strike a request.
    static func canStrike(_ fault: String, _ request: WebRequest, _ parts: [String]?) -> Bool {
        let query = request.query
        guard let parts else {
            // Whoever asks for tokens meets what strikes connections, and failures.
            return WebResponse.connectionFaults.contains(fault)
                || ["server_error", "rate_limit"].contains(fault)
        }
        switch fault {
        case "gateway_timeout":
            let isExport = parts.first == "incremental" && parts.last != "sample"
            let size = query.last("per_page") ?? query.last("page[size]")
            return (size.flatMap { Int($0) } ?? (isExport ? 1000 : 100)) > 100
        case "invalid_cursor": return query.last("cursor") != nil
        case "repeated_cursor": return query.last("cursor") != nil || query.last("page[after]") != nil
        case "expired_token":
            guard case .bearer = request.credential else { return false }
            return true
        case "shifting_lists": return growing(parts) != nil
        default:
            guard fault.hasPrefix("forbidden_") else { return true }
            return stream(parts) == String(fault.dropFirst("forbidden_".count))
        }
    }

    /// The error in place of an answer; nil where a fault is of another kind.
    static func error(_ fault: String, _ settings: FaultPlan.Fault, now: Int) -> ZendeskError? {
        let seconds = settings.seconds.map { Int($0.rounded(.up)) }
        switch fault {
        case "rate_limit": return .rateLimited(after: seconds ?? 60 - now % 60)
        case "bare_rate_limit": return .rateLimited(after: nil)
        case "server_error": return .serverError
        case "conflict": return .conflict
        case "maintenance": return .maintenance(after: seconds ?? 30)
        case "gateway_timeout": return .timeout
        case "html_page": return .page
        case "invalid_cursor": return .invalidCursor(isNewer: false)
        default: return fault.hasPrefix("forbidden_") ? .forbidden : nil
        }
    }

    /// The stream that a request is for, by the parts of its path.
    static func stream(_ parts: [String]) -> String? {
        switch parts.first {
        case "incremental":
            guard parts.count > 1 else { return nil }
            return parts[1] == "custom_objects" ? "custom_object_records" : parts[1]
        case "tickets" where parts.count == 3:
            return parts[2] == "side_conversations" ? parts[2] : "ticket_\(parts[2])"
        case "custom_objects" where parts.count > 2 && parts[2] == "records": return "custom_object_records"
        case "slas": return "sla_policies"
        case "business_hours": return "schedules"
        default: return parts.first
        }
    }

    /// The collection of a list that can grow while it is read.
    static func growing(_ parts: [String]) -> ZendeskCollection? {
        ZendeskCollection.allCases.first { $0.path == parts.joined(separator: "/") && $0.changes }
    }

    /// The path with ids left out, and unknown ones in one heap.
    static func logged(_ parts: [String]?) -> String {
        guard let parts else { return "/oauth/tokens" }
        let known: Set = [
            "incremental", "search", "channels", "custom_objects", "slas", "business_hours", "oauth",
            "ticket_metrics", "ticket_audits", "deleted_tickets", "deleted_users",
        ]
        guard let first = parts.first, known.contains(first) || ZendeskCollection(rawValue: first) != nil
        else {
            return "other"
        }
        let isID: (String) -> Bool = { $0.first?.isNumber == true || $0.contains("-") }
        return "/" + parts.prefix(5).map { isID($0) ? "{id}" : $0 }.joined(separator: "/")
    }
}
