package import Core

/// An extractor's definition that does not hold, or an API that did not answer as the definition says.
package struct ExtractionError: SluiceError {
    /// The kinds of failure.
    package struct Code: Hashable, Sendable {
        fileprivate enum Kind: String, CaseIterable {
            case badDefinition = "extraction.bad_definition"
            case unknownExtractor = "extraction.unknown_extractor"
            case unknownStream = "extraction.unknown_stream"
            case badSetting = "extraction.bad_setting"
            case badBookmark = "extraction.bad_bookmark"
            case refusedCredentials = "extraction.refused_credentials"
            case refused = "extraction.refused"
            case credentialLost = "extraction.credential_lost"
            case badLogin = "extraction.bad_login"
            case quotaSpent = "extraction.quota_spent"
            case unavailable = "extraction.unavailable"
            case status = "extraction.status"
            case gaveUp = "extraction.gave_up"
            case forbiddenHost = "extraction.forbidden_host"
            case badRedirect = "extraction.bad_redirect"
            case badPage = "extraction.bad_page"
            case missingKey = "extraction.missing_key"
            case noProgress = "extraction.no_progress"
            case ignoredFilter = "extraction.ignored_filter"
            case noSince = "extraction.no_since"
            case placeLost = "extraction.place_lost"
            case feedExpired = "extraction.feed_expired"
            case windowTooLarge = "extraction.window_too_large"
            case tooManyChildren = "extraction.too_many_children"
            case tooManyValues = "extraction.too_many_values"
            case badObject = "extraction.bad_object"
        }
        fileprivate let kind: Kind

        /// The definition has problems: all of them are in `problems`.
        package static let badDefinition = Code(kind: .badDefinition)
        /// No folder of that name where extractors are looked for.
        package static let unknownExtractor = Code(kind: .unknownExtractor)
        /// The extractor has no stream of that name.
        package static let unknownStream = Code(kind: .unknownStream)
        /// The definition's templates cannot be filled from the account's settings.
        package static let badSetting = Code(kind: .badSetting)
        /// A page token of the state that the stream's paging cannot use.
        package static let badBookmark = Code(kind: .badBookmark)
        /// The API does not accept the credentials: no stream could do better.
        package static let refusedCredentials = Code(kind: .refusedCredentials)
        /// An answer that the definition declares fatal for the run, other than refused credentials.
        package static let refused = Code(kind: .refused)
        /// A token that replaces another one was lost on its way: somebody must authorise again.
        package static let credentialLost = Code(kind: .credentialLost)
        /// A login whose answer has no token.
        package static let badLogin = Code(kind: .badLogin)
        /// The day's requests are spent, up to the reserve that is left to others.
        package static let quotaSpent = Code(kind: .quotaSpent)
        /// These credentials may not read the stream, or the API does not have it.
        package static let unavailable = Code(kind: .unavailable)
        /// A status that no rule can do anything about.
        package static let status = Code(kind: .status)
        /// All tries are spent, or the API asks to wait longer than a run may.
        package static let gaveUp = Code(kind: .gaveUp)
        /// An address outside the extractor's hosts (I6).
        package static let forbiddenHost = Code(kind: .forbiddenHost)
        /// Redirects without an end, or without an address.
        package static let badRedirect = Code(kind: .badRedirect)
        /// A page that is cut, is no JSON or lacks what the definition names.
        package static let badPage = Code(kind: .badPage)
        /// A record without its key.
        package static let missingKey = Code(kind: .missingKey)
        /// A page or a page token that comes again (I2).
        package static let noProgress = Code(kind: .noProgress)
        /// An entry or a record outside what was asked for (I2).
        package static let ignoredFilter = Code(kind: .ignoredFilter)
        /// The stream has no parameter to begin at a time.
        package static let noSince = Code(kind: .noSince)
        /// The API does not know the place in a list any more: it must be begun again.
        package static let placeLost = Code(kind: .placeLost)
        /// The feed no longer has what follows the bookmark: only a list can close the gap.
        package static let feedExpired = Code(kind: .feedExpired)
        /// A window of a feed has more entries than are held at once: ask for a smaller one (I7).
        package static let windowTooLarge = Code(kind: .windowTooLarge)
        /// One parent has more children than are held at once (I7).
        package static let tooManyChildren = Code(kind: .tooManyChildren)
        /// What a stream discovers is more than is held for a run (I7).
        package static let tooManyValues = Code(kind: .tooManyValues)
        /// An object of the account that no stream can be named after, or asked for.
        package static let badObject = Code(kind: .badObject)

        /// Every code's text form.
        package static var allTexts: [String] { Kind.allCases.map(\.rawValue) }
    }

    package var code: Code
    package var message: String
    /// The stream that was being read, where there is one.
    package var stream: String?
    /// What is wrong with a definition, in the order of the file; empty for every other code.
    package var problems: [DefinitionProblem]

    /// An error with its kind and one line of text.
    package init(_ code: Code, _ message: String, stream: String? = nil, problems: [DefinitionProblem] = []) {
        self.code = code
        self.message = message
        self.stream = stream
        self.problems = problems
    }

    package var codeText: String { code.kind.rawValue }

    package var recovery: Recovery {
        switch code.kind {
        case .unavailable: .streamUnavailable
        case .unknownStream, .status, .gaveUp, .forbiddenHost, .badRedirect, .badPage, .missingKey,
            .noProgress, .badBookmark, .ignoredFilter, .noSince, .placeLost, .feedExpired, .windowTooLarge,
            .tooManyChildren, .tooManyValues, .badObject:
            .failStream
        case .badDefinition, .unknownExtractor, .badSetting, .refusedCredentials, .refused,
            .credentialLost, .badLogin, .quotaSpent:
            .failRun
        }
    }

    package var exitCode: ExitCode {
        switch code.kind {
        case .badDefinition, .unknownExtractor, .unknownStream, .badSetting, .badBookmark, .forbiddenHost,
            .noSince:
            .configuration
        case .refusedCredentials, .refused, .gaveUp, .credentialLost, .badLogin, .quotaSpent: .environment
        case .unavailable: .partial
        case .status, .badRedirect, .badPage, .missingKey, .noProgress, .ignoredFilter, .placeLost,
            .feedExpired,
            .windowTooLarge, .tooManyChildren, .tooManyValues, .badObject:
            .failed
        }
    }
}

extension ExtractionError {
    /// All problems of a definition as one error: its message is the first, `report` has each on a line.
    init(problems: [DefinitionProblem]) {
        let first = problems.first?.description ?? "the definition is empty"
        let others = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
        self.init(.badDefinition, first + others, problems: problems)
    }

    /// What a terminal shows: for a definition every problem on a line of its own, else the message.
    package var report: String {
        problems.isEmpty ? message : problems.map(\.description).joined(separator: "\n")
    }
}
