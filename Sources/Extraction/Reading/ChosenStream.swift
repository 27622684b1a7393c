package import Core
import YAML

/// A stream that is to be read: of a family all that it makes, or some of them.
package struct ChosenStream: Sendable {
    package var definition: StreamDefinition
    /// Of a family, the streams that were asked for by their own names; nil for all.
    package var only: Set<StreamName>?

    /// A choice; of a family, all of it.
    package init(_ definition: StreamDefinition, only: Set<StreamName>? = nil) {
        self.definition = definition
        self.only = only
    }

    /// By what it was chosen.
    package var names: [String] { only?.sorted().map(\.text) ?? [definition.name] }
}

extension ExtractorDefinition {
    /// All streams, families whole.
    package var allStreams: [ChosenStream] { streams.map { ChosenStream($0) } }

    /// What a name chooses, or an error with the nearest one.
    package func chosen(_ name: String) throws(ExtractionError) -> ChosenStream {
        if let family = streams.first(where: { $0.isFamily && FamilyName.isMember(name, of: $0.name) }),
            let stream = try? StreamName(name)
        {
            return ChosenStream(family, only: [stream])
        }
        return ChosenStream(try stream(named: name))
    }

    /// What names choose, in the definition's order; everything where there is none.
    package func chosen(_ names: [String]) throws(ExtractionError) -> [ChosenStream] {
        guard !names.isEmpty else { return allStreams }
        var all: [String: ChosenStream] = [:]
        for name in names {
            let choice = try chosen(name)
            if let only = choice.only {
                // Beside the whole family one of its streams says nothing.
                if let known = all[choice.definition.name], known.only == nil { continue }
                all[choice.definition.name, default: choice].only?.formUnion(only)
            } else {
                all[choice.definition.name] = choice
            }
        }
        return streams.compactMap { all[$0.name] }
    }
}

extension [ChosenStream] {
    /// The same by name, before anybody knows what families make.
    package var choice: StreamChoice {
        get throws(NameError) {
            var choice: StreamChoice = []
            for stream in self {
                if !stream.definition.isFamily {
                    choice.names.insert(try StreamName(stream.definition.name))
                } else if let only = stream.only {
                    choice.names.formUnion(only)
                } else {
                    choice.families.insert(stream.definition.name)
                }
            }
            return choice
        }
    }
}
