import Core
import Web

/// The addresses of further pages: the request's own, with other parameters of paging.
struct PageLinks {
    private let base: String
    private let query: WebQuery

    init(_ request: WebRequest) {
        base = request.origin + request.path
        query = request.query
    }

    /// The address with these parameters in place of those that are named; the others stay.
    func link(without names: Set<String>, _ items: (name: String, value: String)...) -> String {
        let kept = query.items.filter { !names.contains($0.name) }.map { (name: $0.name, value: $0.value) }
        let text = (kept + items).map { item in
            HTTPAddress.encodeQueryComponent(item.name) + "=" + HTTPAddress.encodeQueryComponent(item.value)
        }
        return text.isEmpty ? base : base + "?" + text.joined(separator: "&")
    }
}
