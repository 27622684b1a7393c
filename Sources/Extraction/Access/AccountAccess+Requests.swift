import Core
import Expressions
import JSON

/// Requests out of their templates.
extension AccountAccess {
    /// The request for a stream's first page, without credentials; of a child stream for one parent.
    func request(
        of stream: StreamDefinition,
        parent: [UInt8]? = nil,
        _ variables: [String: JSONValue] = [:]
    ) throws(ExtractionError) -> PageRequest {
        var variables = variables
        if let parent, let key = stream.parent?.definition.key {
            variables["parent"] = try Self.scope(of: key, values: parent, stream: stream)
        }
        var request = try request(stream.request, place: "stream \(stream.name)", variables)
        request.accept = stream.format.accept
        return request
    }

    /// A request, over the account's settings and other variables.
    func request(
        _ template: RequestTemplate,
        place: String,
        _ variables: [String: JSONValue]
    ) throws(ExtractionError) -> PageRequest {
        let address = try address(template.path, template.query, place: place, variables)
        guard let body = template.body else { return PageRequest(address) }
        do {
            return PageRequest(address, body: try body.evaluate(scope(with: variables)))
        } catch {
            throw ExtractionError(
                .badSetting,
                secrets.clean("extractor \(extractor): \(place): body cannot be filled: \(error.message)")
            )
        }
    }
}
