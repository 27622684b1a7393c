import Core
import Foundation
import Testing

@testable import Files

/// A credential outlives its session wherever there is state.
@Suite struct CredentialStoreTests {
    private let fixture: FolderFixture

    init() throws { fixture = try FolderFixture() }

    private func record(_ status: CredentialRecord.Status, _ sealed: [UInt8]) -> CredentialRecord {
        CredentialRecord(status: status, seed: "s", key: "k", sealed: sealed, updated: 1)
    }

    @Test func folderKeepsIt() async throws {
        try await FolderSession.withSession(fixture.settings("r1")) { session in
            #expect(try session.credential() == nil)
            try await session.keep(record(.renewing, [1]))
            try await session.commit(.page([("a", "1")], records: 1))
            try await session.keep(record(.kept, [2, 3]))
        }
        try await FolderSession.withSession(fixture.settings("r2")) { session throws in
            #expect(try session.credential() == record(.kept, [2, 3]))
            #expect(try session.bookmark(of: FolderFixture.customers)?.list.records == 1)
        }
    }

    @Test func outputAloneKeepsNothing() async throws {
        let settings = StdoutSettings(
            account: FolderFixture.account,
            run: "r1",
            host: "here",
            stateFile: nil,
            notice: { _ in }
        )
        try await StdoutSession.withSession(settings) { session in
            let error = #expect(throws: StateError.self) { try session.credential() }
            #expect(error?.message.contains("give --state FILE") == true)
        }
    }

    @Test func outputWithStateKeepsIt() async throws {
        let path = fixture.root.appending(path: "s.json").path
        for run in 1...2 {
            let settings = StdoutSettings(
                account: FolderFixture.account,
                run: "r\(run)",
                host: "here",
                stateFile: path,
                notice: { _ in }
            )
            try await StdoutSession.withSession(settings) { session in
                let before = try session.credential()
                #expect(before == (run == 1 ? nil : record(.kept, [7])))
                try await session.keep(record(.kept, [7]))
            }
        }
    }
}
