import JSON

/// What lies beside a cache's file and says whether the file can be trusted.
///
/// The file itself cannot: while it is in use it goes to the disk in no certain order, so after a loss of power it
/// could be anything. Trusted is one that was synced whole, and one whose machine has been up ever since.
struct CacheMark: Equatable {
    /// Of the mark and of the file's rows; another one is thrown away.
    static let format = 1

    enum Condition: Equatable {
        /// In use, or left by a process that died, since this boot of the machine.
        case open(boot: String)
        /// Synced and left: the file's last transaction and its length then.
        case closed(transaction: Int, bytes: Int)
    }

    var identity: String
    var condition: Condition

    init(identity: CacheIdentity, condition: Condition) {
        self.identity = identity.text
        self.condition = condition
    }

    /// The mark of bytes, nil where they are none of this format.
    init?(_ bytes: [UInt8]) {
        guard let value = try? JSONValue.parse(bytes), value["format"]?.int == Self.format,
            let identity = value["identity"]?.text
        else { return nil }
        self.identity = identity
        if let boot = value["boot"]?.text {
            condition = .open(boot: boot)
        } else if let transaction = value["transaction"]?.int, let bytes = value["bytes"]?.int {
            condition = .closed(transaction: transaction, bytes: bytes)
        } else {
            return nil
        }
    }

    var bytes: [UInt8] {
        var members = [
            JSONValue.Member(name: "format", value: .number(Self.format)),
            JSONValue.Member(name: "identity", value: .string(identity)),
        ]
        switch condition {
        case .open(let boot): members.append(.init(name: "boot", value: .string(boot)))
        case .closed(let transaction, let bytes):
            members.append(.init(name: "transaction", value: .number(transaction)))
            members.append(.init(name: "bytes", value: .number(bytes)))
        }
        return JSONValue.object(members).bytes()
    }

    /// Why the file beside it must not be used; nil where it may.
    func distrust(identity: CacheIdentity, boot: String) -> String? {
        guard self.identity == identity.text else { return "it was filled from another log" }
        guard case .open(let other) = condition else { return nil }
        guard !boot.isEmpty, other == boot else {
            return "it was in use when the machine went down"
        }
        return nil
    }
}
