import CommandLine
import Configuration
import Core
import Glibc
import JSON

/// The keys that a command is to erase: those that its words name, or the lines of a file.
struct ErasedSelection {
    /// Of one stream of an account.
    struct Part {
        var account: AccountName
        var keys: StateChange.ErasedKeys
    }

    /// So many keys, or bytes of them, stand in one request: it is a record of the topic of commands.
    private static let keysAtOnce = 100
    private static let bytesAtOnce = 24 << 10
    /// A file of keys has at most so many bytes (I7).
    private static let longestFile = 64 << 20

    let parts: [Part]

    init(program: Program, command: ParsedCommand, file: AccountFile?) throws {
        let forgets = command.has("forget")
        let words = command.values("key")
        guard let path = command.value("keys") else {
            guard !words.isEmpty else {
                throw UsageError(
                    .badValue,
                    "say which keys: as words, or the lines of a file by --keys FILE",
                    command: command.title
                )
            }
            guard let text = command.value("stream") else {
                throw UsageError(.badValue, "say by --stream whose keys they are", command: command.title)
            }
            let account = try Self.account(program, command, file)
            parts = Self.parts(account, try command.stream(text), words, forgets)
            return
        }
        guard words.isEmpty, !command.has("stream") else {
            throw UsageError(
                .badValue,
                "the lines of --keys say which keys they are, and of which stream; leave out the others",
                command: command.title
            )
        }
        parts = try Self.read(path, command, forgets)
    }

    /// The account that flags or the file name.
    private static func account(_ program: Program, _ command: ParsedCommand, _ file: AccountFile?) throws
        -> AccountName
    {
        guard let extractor = command.given("extractor", else: file?.extractor),
            let account = command.given("account", else: file?.account)
        else {
            throw UsageError(
                .badValue,
                "say whose keys they are: --extractor and --account, or --config FILE",
                command: command.title
            )
        }
        let name = try program.extractorName(extractor, command, file: file)
        return try account.read { try AccountName(extractor: name, account: $0) }
    }

    private static func parts(
        _ account: AccountName,
        _ stream: StreamName,
        _ keys: [String],
        _ forgets: Bool
    ) -> [Part] {
        var seen: Set<String> = []
        var parts: [Part] = []
        var bytes = Int.max
        for key in keys where seen.insert(key).inserted {
            let isFull = bytes > bytesAtOnce || parts.last?.keys.keys.count == keysAtOnce
            if parts.isEmpty || isFull {
                parts.append(Part(account: account, keys: .init(stream, [], forgets: forgets)))
                bytes = 0
            }
            parts[parts.count - 1].keys.keys.append(key)
            bytes += key.utf8.count
        }
        return parts
    }

    // MARK: A file

    private static func read(_ path: String, _ command: ParsedCommand, _ forgets: Bool) throws -> [Part] {
        var found: [(account: AccountName, stream: StreamName, keys: [String])] = []
        var places: [String: Int] = [:]
        for (number, line) in try lines(path).enumerated() where !line.isEmpty {
            guard let (account, stream, key) = try place(line, "\(path), line \(number + 1)") else {
                continue
            }
            let id = "\(account) \(stream)"
            let place = places[id] ?? found.count
            places[id] = place
            if place == found.count { found.append((account, stream, [])) }
            found[place].keys.append(key)
        }
        guard !found.isEmpty else {
            throw ConfigurationError(
                .badFile,
                "\(path) names no key; a line is {\"account\": \"stripe/acme\", \"stream\": \"customers\", \"key\": \"cus_1\"}, as sluice "
                    + "erase find -o json prints them"
            )
        }
        return found.flatMap { parts($0.account, $0.stream, $0.keys, forgets) }
    }

    private static func lines(_ path: String) throws -> [String] {
        let bytes: [UInt8]
        if path == "-" {
            bytes = Array(AnyIterator { readLine(strippingNewline: false) }.joined().utf8)
        } else {
            bytes = try FileBytes.load(path, limit: longestFile)
        }
        return String(decoding: bytes, as: UTF8.self).split(
            separator: "\n",
            omittingEmptySubsequences: false
        ).map(String.init)
    }

    /// What a line names; nil for one about something that is no stream's record, as a line of a log.
    private static func place(_ line: String, _ place: String) throws -> (AccountName, StreamName, String)? {
        guard let value = try? JSONValue.parse(Array(line.utf8)), value.members != nil else {
            throw ConfigurationError(.badFile, "\(place): it is no JSON object")
        }
        guard let stream = value["stream"]?.text, let key = value["key"]?.text else { return nil }
        do throws(NameError) {
            return (try AccountName(value["account"]?.text ?? ""), try StreamName(stream), key)
        } catch {
            throw ConfigurationError(.badFile, "\(place): \(error.message)")
        }
    }
}
