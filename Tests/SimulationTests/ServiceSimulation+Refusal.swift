import Extraction
import Testing

extension ServiceSimulation {
    /// A sync of an account whose settings do not do ends before the first request, and says why.
    func expectRefusal(saying text: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        do {
            try await sync()
            Issue.record("it ran", sourceLocation: sourceLocation)
        } catch let error as ExtractionError {
            #expect(error.message.contains(text), "\(error.message)", sourceLocation: sourceLocation)
        }
        #expect(requests == 0, sourceLocation: sourceLocation)
    }
}
