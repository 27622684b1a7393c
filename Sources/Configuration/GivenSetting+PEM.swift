/// Files of keys and certificates that settings name.
extension GivenSetting {
    /// More than the bundle of any system.
    private static let maximumBytes = 4 << 20

    /// The text of the PEM file at a path.
    func pem(_ path: String) throws(ConfigurationError) -> String {
        do {
            return String(decoding: try FileBytes.read(path, limit: Self.maximumBytes), as: UTF8.self)
        } catch let failure {
            throw ConfigurationError(
                .unreadableFile,
                "\(origin): \(name): cannot read \(path): \(failure.reason); name a PEM file that this user may read"
            )
        }
    }

    /// Throws where the file at a path does not hold what it should.
    func checkPEM(_ path: String, holds mark: String, noun: String) throws(ConfigurationError) {
        guard try !pem(path).contains(mark) else { return }
        throw ConfigurationError(
            .badSetting,
            "\(origin): \(name) \(path) holds no \(noun) in PEM form (-----BEGIN …); name the right file, or convert it "
                + "with openssl"
        )
    }
}
