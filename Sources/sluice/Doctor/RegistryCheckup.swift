import Configuration
import Core
import Runs

/// Looks at the schema registry as a daemon would need it, without changing anything there.
struct RegistryCheckup {
    let draft: DaemonDraft

    func run() async -> [Finding] {
        // What is wrong with its settings is told with them.
        guard let settings = draft.registry else { return [] }
        let place = settings.address.logged
        do {
            return try await RegistrySettings.withRegistry(settings) { registry in
                try await registry?.check()
                let text = "it answers, lets these credentials in and knows JSON Schema"
                return [.ok("registry", place, text)]
            }
        } catch let error as any SluiceError {
            return Finding.errors("registry", place, error)
        } catch {
            return [.error("registry", place, "\(error)", [], .environment)]
        }
    }
}
