import Extraction
import ProcessSupport
import Testing

@testable import Daemon

/// What of the extractors that ship can be read by time.
@Suite struct BackfillChoiceTests {
    private func choice(_ extractor: String, _ names: [String] = []) throws -> BackfillChoice {
        let folder = "\(SluiceProcess.packageRoot)/extractors/\(extractor)"
        let definition = try ExtractorDefinition.load(folder: folder)
        return BackfillChoice(names.isEmpty ? definition.allStreams : try definition.chosen(names))
    }

    @Test func listsAndTheirFeedsCannot() throws {
        let stripe = try choice("stripe")
        #expect(stripe.readable == ["balance_transactions"])
        let reason = try #require(stripe.refused["charges"])
        #expect(reason.contains("is a list") && reason.contains("the feed behind it"))
        #expect(reason.contains("`sluice sync --stream charges --resync`"))
    }

    @Test func windowsTokensAndTheirChildrenCan() throws {
        let zendesk = try choice("zendesk", ["tickets", "ticket_comments", "users", "groups"])
        #expect(zendesk.readable == ["tickets", "ticket_comments", "users"])
        #expect(zendesk.refused["groups"]?.contains("read whole in every run") == true)
        let hubSpot = try choice("hubspot", ["deals", "owners"])
        #expect(hubSpot.readable == ["deals"])
        #expect(hubSpot.refused.keys.sorted() == ["owners"])
    }

    @Test func aFamilyIsKnownWhenItIsRead() throws {
        let whole = try choice("hubspot")
        #expect(whole.readable == nil)
        #expect(whole.refused["owners"] != nil)
    }
}
