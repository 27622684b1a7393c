import Core
import JSON

/// Decides what a registry is asked about a schema, one thing after the other: whether it has it, whether it would take it,
/// and that it take it.
struct RegistrationMachine: Sendable {
    /// What is asked.
    enum Question: Hashable, Sendable {
        /// Which id the schema has in its subject.
        case lookUp
        /// Whether readers of the newest version could go on.
        case compare
        case register
    }

    enum Step: Sendable {
        case ask(Question)
        case known(Int32)
        case failed(RegistryError)
    }

    /// Words that its errors are made of.
    struct Names: Sendable {
        /// What the schema is of: `schemas/charges.json of stripe`.
        var source: String
        var topic: String
        var subject: String
    }

    private let names: Names
    private let registers: Bool
    private(set) var question = Question.lookUp

    /// A machine; where it does not register, a schema that the registry lacks is an error.
    init(_ names: Names, registers: Bool) {
        self.names = names
        self.registers = registers
    }

    /// The answer to the question, given at an address.
    mutating func take(_ answer: RegistryAnswer, from address: String) -> Step {
        switch question {
        case .lookUp where answer.isSuccess, .register where answer.isSuccess:
            guard let id = answer.id else {
                return failed(.unexpected, answer, address, "no id of a schema", Self.lookAtAddress)
            }
            return .known(id)
        case .lookUp where answer.isAbsent:
            guard registers else {
                return failed(
                    .notRegistered,
                    answer,
                    address,
                    "the registry does not have it, and registry.auto_register is false",
                    "register \(names.source) under \(names.subject), or set auto_register: true"
                )
            }
            return ask(.compare)
        // Nothing to be compatible with.
        case .compare where answer.isAbsent: return ask(.register)
        case .compare where answer.isSuccess:
            guard let isCompatible = answer.body["is_compatible"]?.bool else {
                return failed(.unexpected, answer, address, "no is_compatible", Self.lookAtAddress)
            }
            return isCompatible ? ask(.register) : incompatible(answer, address)
        default: return refused(answer, address)
        }
    }

    private mutating func ask(_ next: Question) -> Step {
        question = next
        return .ask(next)
    }

    private func refused(_ answer: RegistryAnswer, _ address: String) -> Step {
        switch answer.status {
        case 401, 403:
            return failed(
                .notAuthorized,
                answer,
                address,
                "it is refused to these credentials",
                "set registry.user and registry.password, or grant them \(registers ? "Read and Write" : "Read") on the subject"
            )
        case 409: return incompatible(answer, address)
        case 422:
            return failed(
                .badSchema,
                answer,
                address,
                "the registry cannot use it",
                "mend \(names.source); a registry must know JSON Schema 2020-12"
            )
        default: return failed(.unexpected, answer, address, "that was not expected", Self.lookAtAddress)
        }
    }

    private static let lookAtAddress = "look whether registry.url is the address of a schema registry"

    private func incompatible(_ answer: RegistryAnswer, _ address: String) -> Step {
        failed(
            .incompatible,
            answer,
            address,
            "it is not compatible with the newest version there",
            "mend \(names.source), or set the compatibility of \(names.subject) to one that allows the change"
        )
    }

    private func failed(
        _ code: RegistryError.Code,
        _ answer: RegistryAnswer,
        _ address: String,
        _ found: String,
        _ remedy: String
    ) -> Step {
        let words = answer.words.isEmpty ? "" : ": \(answer.words)"
        let number = answer.code.map { ", code \($0)" } ?? ""
        return .failed(
            RegistryError(
                code,
                "the schema of \(names.topic), subject \(names.subject): \(found) (\(address) answered "
                    + "\(answer.status)\(number)\(words)). Nothing of this stream was published since, and its bookmark stays; "
                    + remedy
            )
        )
    }
}
