import Configuration
import Cryptography
import HTTP
import Kafka
import Scheduling
import Web
import YAML

/// The version of this program, and of everything that is linked.
enum VersionText {
    static let number = "0.1.0"

    static var text: String {
        let libraries = [
            LinkedVersions.curl, KafkaLibrary.version, LinkedVersions.deflate, YAMLLibrary.version,
            WebLibrary.version, CryptographyLibrary.version, timeZones,
        ]
        return (["sluice \(number)"] + libraries).joined(separator: "\n")
    }

    /// The release of the machine's time zones, which an update changes without one of this program.
    private static var timeZones: String {
        "time zones \(ZoneDatabase(environment: ProcessEnvironment.current).version ?? "unknown")"
    }
}
