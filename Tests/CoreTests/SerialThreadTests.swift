import Core
import Testing

@Suite struct SerialThreadTests {
    @Test(arguments: [0, 1, 63, 64, 65, 1000])
    func sideBySideKeepsTheOrder(count: Int) async {
        let results = await SerialThread.sideBySide(Array(0..<count)) { $0 * 2 }
        #expect(results == (0..<count).map { $0 * 2 })
    }
}
