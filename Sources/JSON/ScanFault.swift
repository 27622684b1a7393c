/// Why a scan stopped: small and without text, so that carrying it costs the scanner nothing.
struct ScanFault: Error {
    enum Kind: UInt8 {
        case cut, noValue, noName, noColon, noObjectEnd, noArrayEnd, badWord
        case control, badEscape, badHexadecimal, badUTF8, leadingZero, noDigit
        case trailing, tooDeep, duplicate, noRecords, notRecords, badRecord
    }

    var kind: Kind
    /// The byte found, where one was found.
    var byte: UInt8 = 0
    /// The position in the page as it came.
    var offset: Int
    /// The edge of the plan, for a duplicate; the limit, for the depth.
    var detail = 0

    /// The error with its text.
    func described(by plan: CompiledPlan) -> JSONError {
        switch kind {
        case .cut: .cut(at: offset, in: "the page")
        case .noValue: .unexpected(byte, at: offset, wanted: "a value")
        case .noName: .unexpected(byte, at: offset, wanted: "a name")
        case .noColon: .unexpected(byte, at: offset, wanted: "\":\"")
        case .noObjectEnd: .unexpected(byte, at: offset, wanted: "\",\" or \"}\"")
        case .noArrayEnd: .unexpected(byte, at: offset, wanted: "\",\" or \"]\"")
        case .badWord: .unexpected(byte, at: offset, wanted: "true, false or null")
        case .control: .control(byte, at: offset)
        case .badEscape: .badEscape(byte, at: offset)
        case .badHexadecimal: .badHexadecimal(at: offset)
        case .badUTF8: .badUTF8(at: offset)
        case .leadingZero: .leadingZero(at: offset)
        case .noDigit: .noDigit(byte, at: offset)
        case .trailing: .trailing(byte, at: offset)
        case .tooDeep: .tooDeep(at: offset, limit: detail)
        case .duplicate:
            .duplicate(String(decoding: plan.names[plan.edges[detail].name], as: UTF8.self), at: offset)
        case .noRecords: JSONError(.noRecords, at: offset, "the page has no \(Self.place(plan))")
        case .notRecords:
            JSONError(
                .noRecords,
                at: offset,
                "found \(JSONError.name(of: byte)) instead of \(Self.place(plan))"
            )
        case .badRecord:
            JSONError(
                .badRecord,
                at: offset,
                "found \(JSONError.name(of: byte)) where a record's \"{\" is needed"
            )
        }
    }

    private static func place(_ plan: CompiledPlan) -> String {
        guard let path = plan.recordsPath, !path.isEmpty else { return "array of records" }
        return "array of records at \"\(path.joined(separator: "."))\""
    }
}
