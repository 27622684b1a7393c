package import Core
import JSON

/// Confluent's wire format: a zero byte, the schema's id in four bytes, the highest first, and then the value.
package enum SchemaFrame {
    /// So many bytes stand before a value.
    package static let length = 5

    /// What stands before a value of a schema.
    static func head(_ schema: Int32) -> [UInt8] {
        let id = UInt32(bitPattern: schema)
        return [0] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: id >> $0) }
    }

    /// The value without what stands before it, whichever of both it came as: no JSON begins with a zero byte.
    package static func payload(of value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        value.count > length && value.first == 0 ? value.dropFirst(length) : value
    }

    /// The schema that a value names; nil where it names none.
    package static func schema(of value: [UInt8]) -> Int32? {
        guard value.count > length, value[0] == 0 else { return nil }
        return Int32(bitPattern: value[1..<length].reduce(0) { $0 << 8 | UInt32($1) })
    }
}

extension EventPage {
    /// The page with its values in the wire format; a null value stays one, or a deleted key would never go.
    package consuming func framed(by schema: Int32) -> EventPage {
        let head = SchemaFrame.head(schema)
        let old = values
        var framed: [UInt8] = []
        framed.reserveCapacity(old.count + events.count * head.count)
        for position in events.indices where events[position].kind == .upsert {
            let start = framed.count
            framed.append(contentsOf: head)
            framed.append(contentsOf: old[events[position].value.range])
            events[position].value = ByteSlice(offset: start, count: framed.count - start)
        }
        values = framed
        return self
    }
}
