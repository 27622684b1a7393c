extension StreamDefinition {
    /// Whether its reading can begin at a time: windows and tokens do by themselves, a list by a parameter.
    package var beginsAtTime: Bool {
        switch (parent?.definition ?? self).progress {
        case .window, .token: true
        case .list, .full: since != nil
        }
    }
}
