import Configuration
import Core
import HTTP

extension ConnectionSettings {
    /// The transport's settings.
    var transport: CurlTransport.Settings {
        CurlTransport.Settings(
            caFile: caFile,
            clientCertificate: clientCertificate,
            clientKey: clientKey,
            clientKeyPassword: clientKeyPassphrase?.revealed,
            proxy: proxy?.revealed,
            userAgent: "sluice/\(VersionText.number)"
        )
    }
}
