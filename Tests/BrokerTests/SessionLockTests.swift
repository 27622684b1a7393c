import Core
import Foundation
import Testing

@testable import Kafka

struct SessionLockTests {
    private let folder =
        FileManager.default.temporaryDirectory.path + "/sluice-lock-tests-\(UUID().uuidString)"

    @Test func `a lock file is held by one, and keeps its id`() throws {
        let path = try LockFolder(path: folder).path + "/a.lock"
        let first = try #require(try HostLock.take(path))
        #expect(try HostLock.take(path) == nil)
        first.release()
        let second = try #require(try HostLock.take(path))
        #expect(second.id == first.id)
        #expect(second.id.utf8.count == 32)
        second.release()
    }

    @Test func `another file has another id, also under a name that was used before`() throws {
        let path = try LockFolder(path: folder).path + "/b.lock"
        let first = try #require(try HostLock.take(path))
        try FileManager.default.removeItem(atPath: path)
        // The old one is still held: what it proves is bound to its id.
        let second = try #require(try HostLock.take(path))
        #expect(second.id != first.id)
        first.release()
        second.release()
    }

    @Test func `a damaged id is replaced`() throws {
        let path = try LockFolder(path: folder).path + "/c.lock"
        try Data("short".utf8).write(to: URL(filePath: path))
        let lock = try #require(try HostLock.take(path))
        #expect(lock.id.utf8.count == 32)
        lock.release()
        #expect(try HostLock.take(path)?.id == lock.id)
    }

    @Test func `a folder that cannot be made is refused with the remedy`() throws {
        let error = try #require(throws: PublishError.self) { try LockFolder(path: "/dev/null/locks") }
        #expect(error.message.contains("--lock-folder"))
        #expect(error.exitCode == .configuration)
    }
}
