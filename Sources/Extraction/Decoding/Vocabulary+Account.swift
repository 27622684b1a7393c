/// The keys of logins, limits and quotas.
extension Vocabulary {
    private static let plainValues = FieldForm.map(.template)

    private static let login: [FieldGroup.Field] = [
        .init("headers", .map(.template), "Headers of the login's request."),
        .init("token", .path, "Where the answer has the token; access_token without it."),
        .init(
            "header",
            .group("auth.value"),
            "The header that carries it, over token; Authorization: Bearer without it."
        ),
        .init("expires_in", .duration, "How long it lives, where the answer does not say."),
        .init("expires_field", .path, "Where the answer says for how many seconds; expires_in without it."),
        .init("early", .duration, "So long before its end another one is asked for; 60s without it."),
        .init("learns", .map(.path), "What else the answer tells: login.NAME in base_url."),
    ]

    static let oauth = FieldGroup(
        "auth.oauth",
        [
            .init(
                "grant",
                .word(["refresh_token", "client_credentials", "jwt_bearer"]),
                isRequired: true,
                "What the token is asked for with."
            ),
            .init("token_url", .template, isRequired: true, "A path on the API's host, or a whole address."),
            .init("client_id", .template, "The client's id."),
            .init("client_secret", .template, "Its secret, taken from a setting."),
            .init("client_auth", .word(["body", "basic"]), "Where id and secret stand; body without it."),
            .init("refresh_token", .template, "The refresh token, taken from a setting."),
            .init("rotates", .template, "Whether each use gives another refresh token, which is kept."),
            .init("scope", .template, "What is asked for."),
            .init(
                "body",
                .word(LoginDefinition.Form.allCases.map(\.rawValue)),
                "The form of the body; form without it."
            ),
            .init("extra", plainValues, "Further parameters."),
            .init("jwt", .group("auth.oauth.jwt"), "The signed statement of grant: jwt_bearer."),
        ] + login
    )

    static let assertion = FieldGroup(
        "auth.oauth.jwt",
        [
            .init("key", .template, isRequired: true, "The RSA key in PEM form, taken from a setting."),
            .init("passphrase", .template, "Its passphrase, taken from a setting."),
            .init("key_id", .template, "Which of the issuer's keys it is (kid)."),
            .init("issuer", .template, isRequired: true, "The claim iss."),
            .init("subject", .template, isRequired: true, "The claim sub."),
            .init("audience", .template, isRequired: true, "The claim aud."),
            .init("lifetime", .duration, "30s to 1h; 180s without it."),
            .init("claims", plainValues, "Further claims."),
        ]
    )

    static let session = FieldGroup(
        "auth.session",
        [
            .init("post", .template, isRequired: true, "A path on the API's host, or a whole address."),
            .init("body", plainValues, isRequired: true, "What is posted, a credential among it."),
            .init(
                "format",
                .word(LoginDefinition.Form.allCases.map(\.rawValue)),
                "The form of the body; json without it."
            ),
        ]
            + login.map { field in
                var field = field
                if field.name == "token" { field.isRequired = true }
                return field
            }
    )

    // MARK: Limits

    static let shrink = FieldGroup(
        "shrink",
        [
            .init("param", .text, isRequired: true, "The parameter with the number of records."),
            .init("min", .count, isRequired: true, "It is never less than this."),
        ]
    )

    static let limit = FieldGroup(
        "limit",
        [
            .init("rate", .template, isRequired: true, "20/s, 700/min or 1000/h, until an answer says more."),
            .init("share", .template, "How much of it is used, as 80%; the rest is left to others."),
            .init(
                "headers",
                .either([.group("limit.headers"), .list(.group("limit.headers"))]),
                "The headers that tell of it; of several families the first that an answer has."
            ),
        ]
    )

    private static let header = FieldForm.either([.text, .group("header_field")])

    static let limitHeaders = FieldGroup(
        "limit.headers",
        [
            .init("limit", header, "The header with the number of requests."),
            .init("remaining", header, "The header with what is left of them."),
            .init(
                "reset",
                .either([.text, .group("reset_field")]),
                "The header that says when they are back."
            ),
            .init("interval_milliseconds", header, "The header with the length of the window."),
        ]
    )

    private static let headerFields: [FieldGroup.Field] = [
        .init("header", .text, isRequired: true, "The header's name."),
        .init("field", .text, "One field of what it holds."),
    ]

    static let headerField = FieldGroup("header_field", headerFields)

    static let resetField = FieldGroup(
        "reset_field",
        headerFields + [
            .init("format", .word(ResetField.Format.allCases.map(\.rawValue)), "How the time is written.")
        ]
    )

    static let quota = FieldGroup(
        "quota",
        [
            .init("daily", .template, "Requests a day, where no header says."),
            .init("headers", .group("quota.headers"), "The headers that tell of it."),
            .init("reserve", .text, "What is not touched, as 10%, which it is without it."),
            .init(
                "resets",
                .group("quota.resets"),
                "When the count begins anew; a day after each request without it."
            ),
        ]
    )

    static let quotaHeaders = FieldGroup(
        "quota.headers",
        [
            .init("limit", header, "The header with the number of requests a day."),
            .init("remaining", header, "The header with what is left of them."),
            .init("usage", header, "A header such as 18/5000, which says both."),
        ]
    )

    static let quotaReset = FieldGroup(
        "quota.resets",
        isChoice: true,
        [
            .init("midnight", .template, "At midnight of UTC, or of an offset such as -05:00."),
            .init("header", .either([.text, .group("reset_field")]), "When a header says."),
        ]
    )

    static let limitGroups = [limit, limitHeaders, headerField, resetField, quota, quotaHeaders, quotaReset]
}
