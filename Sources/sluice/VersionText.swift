import Cryptography
import HTTP
import Kafka
import Web
import YAML

/// The version of this program, and of everything that is linked.
enum VersionText {
    static let number = "0.1.0"

    static var text: String {
        let libraries = [
            LinkedVersions.curl, KafkaLibrary.version, LinkedVersions.deflate, YAMLLibrary.version,
            WebLibrary.version, CryptographyLibrary.version,
        ]
        return (["sluice \(number)"] + libraries).joined(separator: "\n")
    }
}
