import Testing

@testable import Core

struct CrashPointTests {
    @Test(arguments: [
        ("after_fetch", CrashPoint.afterFetch, 1, false),
        ("mid_produce:3", CrashPoint.midProduce, 3, false),
        ("before_fence:1:freeze", CrashPoint.beforeFence, 1, true),
    ])
    func `a plan names a point and a count`(
        text: String,
        point: CrashPoint,
        count: Int,
        isFreeze: Bool
    ) throws {
        let plan = try #require(CrashPlan(parsing: text))
        #expect(plan.point == point)
        #expect(plan.count == count)
        #expect(plan.isFreeze == isFreeze)
    }

    @Test(arguments: [
        "", "nowhere", "after_fetch:", "after_fetch:0", "after_fetch:x", "after_fetch:1:2",
        "after_fetch::freeze",
    ])
    func `another text is no plan`(text: String) { #expect(CrashPlan(parsing: text) == nil) }

    @Test func `a hit without a plan goes on`() { CrashPoint.hit(.afterCommit) }
}
