package import Core
import JSON

/// What names a record within its stream: its event's key, without the account.
package enum RecordName {
    /// The name in an event's key; `isAccountInKey` as `EventBuilder` has it.
    package static func name(of key: ArraySlice<UInt8>, isAccountInKey: Bool) -> ArraySlice<UInt8> {
        guard isAccountInKey, case .array(let parts)? = try? JSONValue.parse(Array(key)) else { return key }
        guard parts.count == 2 else { return JSONValue.array(Array(parts.dropFirst())).bytes()[...] }
        return parts[1].text.map { Array($0.utf8)[...] } ?? parts[1].bytes()[...]
    }

    /// The name in a key of an account of which nobody knows whether the account is in it.
    package static func name(of key: [UInt8], account: AccountName) -> [UInt8] {
        Array(name(of: key[...], isAccountInKey: isInKey(account, key)))
    }

    /// Whether a key begins with its account.
    package static func isInKey(_ account: AccountName, _ key: [UInt8]) -> Bool {
        guard key.first == UInt8(ascii: "["), case .array(let parts)? = try? JSONValue.parse(key) else {
            return false
        }
        return parts.count > 1 && parts[0].text == account.text
    }

    /// The keys under which a record of this name may have been published where the account stands in keys.
    package static func keys(of name: [UInt8], with account: AccountName, parts: Int) -> [[UInt8]] {
        EventBuilder(
            extractor: account.extractor,
            account: account.account,
            stream: "",
            topic: "",
            isAccountInKey: true,
            version: nil
        ).keys(naming: name, parts: parts)
    }

    /// The key of the entities that a record of this name makes.
    package static func entityKey(of name: [UInt8], stream: StreamName, account: AccountName) -> [UInt8] {
        Array("\(account):\(stream):".utf8) + name
    }
}
