extension AccountFile {
    /// Whether it says how the account is reached, and does not only name it.
    package var declaresAccount: Bool { !settings.isEmpty || !connection.isEmpty || !stateKeys.isEmpty }

    /// Whether both say the same of the account, wherever it stands in them.
    package func declaresSame(as other: AccountFile) -> Bool {
        let pairs = [
            (settings, other.settings), (connection, other.connection), (stateKeys, other.stateKeys),
        ]
        return topicTemplate?.text == other.topicTemplate?.text && envelope?.text == other.envelope?.text
            && entities?.text == other.entities?.text
            && (joinKeys?.saysSame(as: other.joinKeys) ?? (other.joinKeys == nil))
            && pairs.allSatisfy { mine, others in
                Dictionary(mine.map { ($0.name, $0.value) }) { $1 }
                    == Dictionary(others.map { ($0.name, $0.value) }) { $1 }
            }
    }

    /// The file with what another one says of the account.
    package func declared(by other: AccountFile) -> AccountFile {
        var file = self
        file.settings = other.settings
        file.settingsPlace = other.settingsPlace
        file.connection = other.connection
        file.stateKeys = other.stateKeys
        file.onDrift = onDrift ?? other.onDrift
        file.deadLetters = deadLetters ?? other.deadLetters
        file.stewardship = stewardship.orElse(other.stewardship)
        file.privacy = privacy ?? other.privacy
        file.topicTemplate = topicTemplate ?? other.topicTemplate
        file.envelope = envelope ?? other.envelope
        file.entities = entities ?? other.entities
        file.joinKeys = joinKeys ?? other.joinKeys
        return file
    }
}
