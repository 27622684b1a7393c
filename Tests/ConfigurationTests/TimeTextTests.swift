import Configuration
import Core
import Testing

struct TimeTextTests {
    @Test(
        arguments: [
            ("2026-11-25", 1_795_564_800),
            ("1970-01-01", 0),
            ("2026-11-25T12:00:00Z", 1_795_608_000),
            ("2026-11-25T12:00:00+02:00", 1_795_600_800),
            ("1795564800", 1_795_564_800),
            ("0", 0),
            ("-1", -1),
        ] as [(String, Int64)]
    )
    func reads(_ text: String, seconds: Int64) {
        #expect(TimeText.instant(text) == Instant(seconds: seconds))
    }

    @Test(
        arguments: [
            "", "yesterday", "2026-02-30", "2026-11-25T12:00", "25.11.2026", "+5", "1.5", "99999999999",
        ]
    )
    func refuses(_ text: String) {
        #expect(TimeText.instant(text) == nil)
    }
}
