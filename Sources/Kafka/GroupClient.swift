import Core

/// Asks about a group without being a member of it.
final class GroupClient: Sendable {
    private let client: Client
    private let settings: KafkaSettings
    private let group: String
    private let worker = SerialThread()

    init(_ settings: KafkaSettings, prefix: TopicPrefix) throws(PublishError) {
        self.settings = settings
        group = prefix.group
        client = try Client(settings: settings, role: .admin)
    }

    func clusterID() async throws(PublishError) -> String {
        try await worker.run { [self] () throws(PublishError) in
            guard let id = client.handle.clusterID(limit: .seconds(20)) else {
                throw client.unreachable("asking for the cluster's id", settings: settings)
            }
            return id
        }
    }

    /// The host of a member, of the one that has the commands if there is one.
    func holder(
        except instance: String?,
        patience: Duration = .seconds(20)
    ) async throws(PublishError) -> String? {
        try await worker.run { [self] () throws(PublishError) in
            let begun = ContinuousClock.now
            while true {
                let left = patience - (ContinuousClock.now - begun)
                let error: ClientError
                switch client.handle.members(of: group, limit: max(.milliseconds(100), left)) {
                case .success(let members):
                    return members.host(except: instance)
                case .failure(let found): error = found
                }
                guard ErrorClass.isPassing(error.code), ContinuousClock.now - begun < patience else {
                    let attempt = "asking for the daemon (the group \(group))"
                    if ErrorClass.isConnection(error.code) {
                        throw client.unreachable(attempt, settings: settings)
                    }
                    if ErrorClass.publishCode(of: error.code) == .notAuthorized {
                        throw PublishError(
                            .notAuthorized,
                            "\(attempt): \(error.text); grant the principal Describe on the group"
                        )
                    }
                    throw PublishError(.fatal, "\(attempt): \(error.text) (\(error.name))")
                }
                Latch.pause(.milliseconds(50))
            }
        }
    }

    func close() async {
        await worker.run { [self] in _ = client.shutDown(atMost: .seconds(2)) }
        worker.stop()
    }
}
