package import Configuration
import Core
package import Extraction
import Glibc
package import Scheduling
import Synchronization

/// A folder of schedules, a file each; a file without `when` declares an account alone.
///
/// An account is declared once: the file that says its settings serves all schedules of it in the folder.
package struct ScheduleFolder: Sendable {
    package let path: String
    private let zones: @Sendable () -> ZoneDatabase
    private let definition: @Sendable (PlacedText, AccountFile) throws -> ExtractorDefinition

    /// A folder; zones are asked for anew at each look, so that an update of their rules counts.
    package init(
        path: String,
        zones: @escaping @Sendable () -> ZoneDatabase,
        definition: @escaping @Sendable (PlacedText, AccountFile) throws -> ExtractorDefinition
    ) {
        self.path = path
        self.zones = zones
        self.definition = definition
    }

    /// Reads all files, several at once; what is wrong with one keeps no other from being read.
    ///
    /// Throws only where the folder cannot be listed.
    package func load() async throws(ConfigurationError) -> LoadedFolder { await load(try names()) }

    /// Reads those files of the folder.
    func load(_ names: [String]) async -> LoadedFolder {
        var result = LoadedFolder()
        var files: [AccountFile] = []
        var paths: [String: String] = [:]
        let read = await SerialThread.sideBySide(names) { [path] name in
            Result { try AccountFile.load("\(path)/\(name)") }
        }
        for (name, read) in zip(names, read) {
            let path = "\(path)/\(name)"
            do {
                let file = try read.get()
                if let other = paths.updateValue(path, forKey: file.name) {
                    throw ConfigurationError(
                        .badFile,
                        "\(path): the schedule \(file.name) stands in \(other) as well; remove one of them"
                    )
                }
                files.append(file)
            } catch {
                note(error, path, &result)
            }
        }
        let declarations = Declarations(files)
        let zones = zones()
        let definitions = DefinitionCache(definition)
        let loaded = await SerialThread.sideBySide(files) { [self] file in
            Result { try load(file, declarations, zones, definitions) }
        }
        for (file, loaded) in zip(files, loaded) {
            do {
                if let loaded = try loaded.get() { result.schedules.append(loaded) }
            } catch {
                note(error, file.path, &result)
            }
        }
        result.schedules.sort { $0.id < $1.id }
        return result
    }

    private func note(_ error: any Error, _ path: String, _ result: inout LoadedFolder) {
        let messages = (error as? any SluiceError).map { $0.single.map(\.message) } ?? ["\(error)"]
        result.faults.append(DaemonView.FileFault(path: path, messages: messages))
        result.faultyIDs.insert(AccountFile.name(of: path))
    }

    private func load(
        _ written: AccountFile,
        _ declarations: Declarations,
        _ zones: ZoneDatabase,
        _ definitions: DefinitionCache
    ) throws -> LoadedSchedule? {
        let file = try declarations.complete(written)
        var problems = Problems()
        if let folder = file.destinationFolder {
            problems.note([
                PlacedError(
                    ConfigurationError(
                        .badSetting,
                        "the daemon publishes to Kafka, and \(folder.text) is a folder; remove the key, "
                            + "or run this file by sluice sync"
                    ),
                    at: folder.origin
                )
            ])
        }
        let setup = try problems.take {
            var sources = AccountSources(file: file, reader: .blind) {
                try definitions.definition(of: $0, for: file)
            }
            // Read by each run, which fails where it is wrong: nobody would look here again once it is mended.
            sources.privacy = nil
            return try AccountSetup(sources)
        }
        let schedule = try problems.take { try file.schedule?.schedule(id: file.name, zones: zones) }
        try problems.check()
        guard let setup, let keys = file.schedule, let schedule = schedule ?? nil else { return nil }
        let streams = file.streams == nil ? nil : setup.streams.flatMap(\.names)
        var entry = ScheduleEntry(
            schedule: schedule,
            account: setup.account,
            streams: streams.map { Set($0) },
            pool: keys.pool?.text ?? ScheduleEntry.usualPool,
            priority: keys.priority,
            timeout: keys.timeout.map { .seconds($0) },
            retries: keys.retries.map {
                ScheduleEntry.Retries(maximum: $0.maximum, backoff: .seconds($0.backoff))
            },
            freshWithin: keys.freshWithin.map { .seconds($0) }
        )
        entry.backfills = BackfillChoice(setup.streams)
        return LoadedSchedule(file: file, entry: entry, topics: setup.knownTopics, streams: streams)
    }

    /// The files of the folder that can be schedules, sorted; hidden ones and what editors leave are none.
    func names() throws(ConfigurationError) -> [String] {
        guard let folder = unsafe opendir(path) else {
            let reason = unsafe String(cString: strerror(errno))
            throw ConfigurationError(
                .unreadableFile,
                "cannot read the folder of schedules \(path): \(reason); create it, or name another by --schedules"
            )
        }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe String(cString: UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self))
            }
            guard !name.hasPrefix("."), name.hasSuffix(".yaml") || name.hasSuffix(".yml") else { continue }
            names.append(name)
        }
        return names.sorted()
    }
}

/// The definitions that one look at a folder needs, each decoded once, or by each thread that has it first; what is wrong
/// with one is found once as well, and told of each file.
private final class DefinitionCache: Sendable {
    private let read: @Sendable (PlacedText, AccountFile) throws -> ExtractorDefinition
    private let known = Locked<[String: Result<ExtractorDefinition, any Error>]>([:])

    init(_ read: @escaping @Sendable (PlacedText, AccountFile) throws -> ExtractorDefinition) {
        self.read = read
    }

    func definition(of extractor: PlacedText, for file: AccountFile) throws -> ExtractorDefinition {
        // Paths start at the folder, which all files have in common.
        guard let found = known.withLock({ $0[extractor.text] }) else {
            let first = Result { try read(extractor, file) }
            known.withLock { $0[extractor.text] = first }
            return try first.get()
        }
        do {
            return try found.get()
        } catch let error as PlacedError {
            throw PlacedError(error.base, at: extractor.origin)
        }
    }
}

/// Where each account of a folder is declared.
private struct Declarations: Sendable {
    private var byAccount: [String: [AccountFile]] = [:]

    init(_ files: [AccountFile]) {
        for file in files where file.declaresAccount {
            guard let key = Self.key(file) else { continue }
            byAccount[key, default: []].append(file)
        }
    }

    private static func key(_ file: AccountFile) -> String? {
        guard let extractor = file.extractor?.text, let account = file.account?.text else { return nil }
        return "\(extractor)/\(account)"
    }

    /// The file with what another one of the folder says of its account.
    func complete(_ file: AccountFile) throws(ConfigurationError) -> AccountFile {
        guard let key = Self.key(file), let declarations = byAccount[key], let first = declarations.first
        else { return file }
        if let other = declarations.first(where: { $0.path != file.path }), file.declaresAccount,
            !other.declaresSame(as: file)
        {
            throw ConfigurationError(
                .badSetting,
                "\(file.path): the account \(key) is declared in \(other.path) as well, and differently; "
                    + "leave settings, connection and state_key out of one of the two"
            )
        }
        return file.declaresAccount ? file : file.declared(by: first)
    }
}
