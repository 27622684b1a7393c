import Core
import Synchronization

/// The machine's time zone database: a folder of TZif files.
///
/// Foundation carries its own copy, which only a new runtime would change: here an update of the package counts with the
/// next look at a zone.
package final class ZoneDatabase: Sendable {
    package static let standardFolder = "/usr/share/zoneinfo"

    private struct Cache {
        var tables: [ZoneFile.Identity: ZoneTable] = [:]
        var identities: [String: ZoneFile.Identity] = [:]
    }

    package let folder: String
    private let cache = Locked(Cache())

    /// The database of a folder.
    package init(folder: String = ZoneDatabase.standardFolder) { self.folder = folder }

    /// The database that `TZDIR` names, else the system's.
    package convenience init(environment: [String: String]) {
        self.init(folder: environment["TZDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? Self.standardFolder)
    }

    /// A zone by its name; its file is read when it is first asked for, and again when it has changed.
    package func zone(_ name: String) throws(ScheduleError) -> Zone {
        if name == "UTC" { return .utc }
        try ZoneName.check(name)
        let found = try ZoneFile.with("\(folder)/\(name)") { (file) throws(ScheduleError) in
            try zone(name, in: file)
        }
        guard let found else { throw unknown(name) }
        return found
    }

    /// Which release of the database it is (`2025b`); nil where nothing in the folder says so.
    package var version: String? {
        if let text = text("tzdata.zi", limit: 200), text.hasPrefix("# version ") {
            return text.dropFirst("# version ".count).prefix { !$0.isNewline }.description
        }
        let text = text("+VERSION", limit: 200)?.prefix { !$0.isNewline } ?? ""
        return text.isEmpty ? nil : String(text)
    }

    /// The names of all zones and links; empty where the folder holds no text of the database.
    package var names: [String] {
        var names: [String] = []
        for line in text("tzdata.zi", limit: .max)?.split(separator: "\n") ?? [] {
            let words = line.split(separator: " ", maxSplits: 3)
            switch words.first {
            case "Z" where words.count > 1: names.append(String(words[1]))
            case "L" where words.count > 2: names.append(String(words[2]))
            default: continue
            }
        }
        return names.sorted()
    }

    private func zone(_ name: String, in file: ZoneFile) throws(ScheduleError) -> Zone {
        let known = cache.withLock { cache in
            let known = cache.tables[file.identity]
            if known != nil { cache.identities[name] = file.identity }
            return known
        }
        if let known { return Zone(name: name, table: known) }
        guard let bytes = file.bytes() else {
            throw ScheduleError(
                .badZone,
                "the file of the time zone \(name) cannot be read: \(folder)/\(name)"
            )
        }
        let zone = try Zone.parse(bytes, name: name)
        cache.withLock { cache in
            let old = cache.identities.updateValue(file.identity, forKey: name)
            // What no name leads to any more is an earlier state of a file.
            if let old, !cache.identities.values.contains(old) { cache.tables[old] = nil }
            cache.tables[file.identity] = zone.table
        }
        return zone
    }

    private func unknown(_ name: String) -> ScheduleError {
        let known = names
        let hint = ZoneName.nearest(to: name, among: known).map { "; did you mean \($0)?" }
        guard version != nil || !known.isEmpty else {
            return ScheduleError(
                .unknownZone,
                "no time zone \(name): \(folder) holds no file of that name; install the package tzdata, or set TZDIR "
                    + "to the folder of the database"
            )
        }
        return ScheduleError(
            .unknownZone,
            "no time zone \"\(name)\" in \(folder)" + (hint ?? "; names look like Europe/Berlin or UTC")
        )
    }

    private func text(_ name: String, limit: Int) -> String? {
        ZoneFile.with("\(folder)/\(name)") { file in
            file.bytes(limit: limit).map { String(decoding: $0, as: UTF8.self) }
        }?
        .flatMap { $0 }
    }
}
