import Core

/// An amount of money: whole units of 10^-exponent, with every digit that was told.
struct MoneyText {
    /// Larger powers than this are no amount of money, and would be written out in full.
    private static let widestExponent = 40

    private let amount: DecimalNumber
    private let currency: String?
    private let least: Int

    /// An amount in whole units of which `digits` are behind the point; nil where the lexeme is no such number.
    private init?(_ lexeme: ArraySlice<UInt8>, _ currency: String?, shiftedBy digits: Int) {
        var amount = DecimalNumber(lexeme)
        amount.shift(by: -digits)
        guard (-Self.widestExponent...Self.widestExponent).contains(amount.power) else { return nil }
        self.amount = amount
        self.currency = currency
        least = currency.map(CurrencyTable.digits) ?? 0
    }

    /// An amount in the service's smallest unit of a currency.
    init?(minor lexeme: ArraySlice<UInt8>, _ currency: String?, _ table: CurrencyTable) {
        self.init(lexeme, currency, shiftedBy: currency.map(table.unitDigits) ?? 2)
    }

    /// An amount in the currency itself.
    init?(major lexeme: ArraySlice<UInt8>, _ currency: String?) { self.init(lexeme, currency, shiftedBy: 0) }

    /// Appends `{"minor": …, "currency": …, "exponent": …}`: the currency's own exponent, or more where the amount has more
    /// digits.
    func append(to text: inout [UInt8]) {
        let (minor, exponent) = amount.whole(withDigits: least)
        text.append(contentsOf: #"{"minor":\#(minor),"currency":"#.utf8)
        text.append(contentsOf: (currency.map { "\"\($0)\"" } ?? "null").utf8)
        text.append(contentsOf: ",\"exponent\":\(exponent)}".utf8)
    }
}
