import Core
import JSON

/// The body of a command: an object with known members.
struct CommandBody {
    private let value: JSONValue

    /// Reads a body; an empty one is an empty object.
    init(_ bytes: [UInt8], members known: [String]) throws(AdminProblem) {
        guard !bytes.isEmpty else {
            value = .object([])
            return
        }
        do throws(JSONError) {
            value = try JSONValue.parse(bytes, maximumDepth: 8)
        } catch {
            throw AdminProblem(.badBody, "the body is no JSON: \(error.message)", remedy: "send an object")
        }
        guard let members = value.members else {
            throw AdminProblem(.badBody, "the body is no object", remedy: "send {}")
        }
        if let member = members.first(where: { !known.contains($0.name) }) {
            throw AdminProblem(
                .badBody,
                "there is no member '\(member.name)'",
                remedy: known.isEmpty ? "send {}" : "the members are \(known.joined(separator: ", "))"
            )
        }
    }

    /// A truth value; false where there is none.
    func flag(_ name: String) throws(AdminProblem) -> Bool {
        switch value[name] {
        case nil, .null: return false
        case .bool(let flag): return flag
        default: throw misfit(name, "true or false")
        }
    }

    /// A text that must be there, with something in it.
    func text(_ name: String, limit: Int = 500) throws(AdminProblem) -> String {
        guard let text = value[name]?.text, text.contains(where: { !$0.isWhitespace }), text.count <= limit
        else {
            throw misfit(name, "a text of 1 to \(limit) characters")
        }
        return text
    }

    /// A time, where one is given.
    func time(_ name: String) throws(AdminProblem) -> Instant? {
        guard let given = value[name], !given.isNull else { return nil }
        guard let time = given.text.flatMap(Instant.init(rfc3339:)) else {
            throw misfit(name, "a time such as 2026-03-01T12:00:00Z, or null")
        }
        return time
    }

    /// Names, where some are given; nil where there are none.
    func names(_ name: String, most: Int = 100) throws(AdminProblem) -> [String]? {
        guard let given = value[name], !given.isNull else { return nil }
        guard case .array(let elements) = given, elements.count <= most,
            elements.allSatisfy({ $0.text?.isEmpty == false })
        else { throw misfit(name, "a list of at most \(most) names, or null") }
        return elements.isEmpty ? nil : elements.compactMap(\.text)
    }

    /// A length of time in whole seconds, where one is given.
    func seconds(_ name: String) throws(AdminProblem) -> Int? {
        guard let given = value[name], !given.isNull else { return nil }
        guard let seconds = given.int, seconds > 0 else { throw misfit(name, "a number of seconds") }
        return seconds
    }

    /// A time that must be there.
    func neededTime(_ name: String) throws(AdminProblem) -> Instant {
        guard let time = try time(name) else { throw misfit(name, "a time such as 2026-03-01T12:00:00Z") }
        return time
    }

    /// Whatever is given; nil where nothing is, or null.
    func json(_ name: String) -> JSONValue? {
        value[name].flatMap { $0.isNull ? nil : $0 }
    }

    func misfit(_ name: String, _ wanted: String) -> AdminProblem {
        AdminProblem(.badBody, "'\(name)' is missing or no fit", remedy: "give \(wanted)")
    }
}
