import Web

extension WebQuery {
    /// The last value of exactly that name: which counts where a name is given twice.
    func last(_ name: String) -> String? { items.last { $0.name == name }?.value }
}
