/// How many digits a currency has behind its point, by ISO 4217 and, where it differs, by one service.
package struct CurrencyTable: Hashable, Sendable {
    /// ISO 4217, of the currencies that have not two.
    private static let iso: [String: Int] = [
        "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0,
        "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
        "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
        "CLF": 4, "UYW": 4,
    ]

    /// In how many digits a service counts a currency's smallest unit, where that is not ISO's.
    package var units: [String: Int]

    /// A table with a service's own.
    package init(units: [String: Int] = [:]) { self.units = units }

    /// The digits of a currency, by its code in capital letters.
    package static func digits(_ code: String) -> Int { iso[code] ?? 2 }

    /// In how many digits the service counts the smallest unit of a currency.
    package func unitDigits(_ code: String) -> Int { units[code] ?? Self.digits(code) }
}
