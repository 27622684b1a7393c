/// A member of a consumer group as the coordinator describes it.
struct MemberDescription: Hashable, Sendable {
    /// Made by the coordinator: of the member's instance id where it has one, and a random part.
    var memberID: String
    var clientID: String
    /// The address that it talks from.
    var address: String
    /// What it has to read, as members tell each other: a version, and the count of topics first.
    var assignment: [UInt8]

    /// Whether it has anything to read.
    var isAssigned: Bool { assignment.count >= 6 && assignment[2..<6].contains { $0 != 0 } }

    /// Whether it is the member of an instance id: behind it stand a dash and a UUID.
    func isInstance(_ instance: String) -> Bool {
        memberID.hasPrefix("\(instance)-") && memberID.utf8.count == instance.utf8.count + 37
    }

    /// The host that it says it runs on, else the address that it talks from.
    var hostName: String {
        if let at = clientID.firstIndex(of: "@") { return String(clientID[clientID.index(after: at)...]) }
        return address.hasPrefix("/") ? String(address.dropFirst()) : address
    }
}

extension [MemberDescription] {
    /// The host of a member other than this instance: of the one that has anything to read, if there is one.
    func host(except instance: String?) -> String? {
        let others = filter { member in instance.map { !member.isInstance($0) } ?? true }
        return (others.first(where: \.isAssigned) ?? others.first)?.hostName
    }
}
