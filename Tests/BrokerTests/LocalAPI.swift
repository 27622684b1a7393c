import Core
import HTTP
import JSON
import ProcessSupport

/// A local service, asked over its socket as a test asks it: beside the syncs.
enum LocalAPI {
    /// The JSON of an answer; anything but 200 is an error with what was said.
    static func ask(_ method: String, _ address: String, _ body: JSONValue? = nil) async throws -> JSONValue {
        let transport = try CurlTransport()
        let request = HTTPRequest(
            method: method,
            address: address,
            headers: body == nil ? [] : [(name: "Content-Type", value: "application/json")],
            body: body?.bytes()
        )
        let answer: HTTPResponse
        do {
            answer = try await transport.perform(request)
        } catch {
            await transport.close()
            throw error
        }
        await transport.close()
        guard answer.status == 200 else {
            throw TestFailure("\(address): \(String(decoding: answer.body, as: UTF8.self))")
        }
        return try JSONValue.parse(answer.body)
    }
}
