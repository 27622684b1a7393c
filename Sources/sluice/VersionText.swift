import HTTP
import Kafka

/// The version of this program, and of everything that is linked.
enum VersionText {
    static let number = "0.1.0"

    static var text: String {
        """
        sluice \(number)
        \(LinkedVersions.curl)
        \(LinkedVersions.deflate)
        """
    }
}
