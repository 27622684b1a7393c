import Configuration

/// What the manual page knows beyond the commands: the variables and files that are read and written.
extension CommandTree {
    /// Variables that no option names.
    static let variables = [
        (
            "SLUICE_STATE_KEY",
            "The key that seals what the state keeps of a credential, where neither --state-key nor the file gives one."
        ),
        (
            "\(KafkaClientSettings.environmentPrefix)…",
            "A setting of the Kafka client: SLUICE_KAFKA_SASL_PASSWORD is sasl.password. The file and --kafka-set beat it."
        ),
        (
            "SLUICE_CRASH_AT",
            "For tests of crashes: POINT, POINT:COUNT or POINT:COUNT:freeze ends or stops the process there. A wrong one "
                + "lists the points."
        ),
        (
            "SLUICE_POOLS",
            "How many runs of each pool go on at once, NAME=SLOTS,NAME=SLOTS; --pool beats it, pool by pool."
        ),
        ("https_proxy, all_proxy, no_proxy", "The proxy to the API, where --proxy and the file say none."),
        ("HOME", "Where the user's lock and cache folders are."),
        ("XDG_STATE_HOME", "In place of ~/.local/state, for the lock folder."),
        ("XDG_CACHE_HOME", "In place of ~/.cache, for the cache folder."),
        ("TMPDIR", "Where temporary folders are made, in place of /tmp."),
        ("TZDIR", "The time zone database, in place of /usr/share/zoneinfo."),
        ("PATH", "Where the program of an exec: reference is looked for."),
        (
            "NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID",
            "How systemd wants to be told that the daemon is ready and alive."
        ),
        ("USER, LOGNAME", "Who asks a daemon for something, for its log of changes."),
        ("TERM", "With dumb, nothing is redrawn and nothing wrapped."),
        ("NO_COLOR", "Where it is not empty, nothing is coloured."),
        ("COLUMNS, LINES", "The size of a terminal that does not know it itself."),
    ]

    /// What is read and written, beside what options and references name.
    static let files = [
        (
            "PREFIX/share/sluice/extractors/NAME/extractor.yaml",
            "The extractors that ship, where PREFIX/bin/sluice is; read, unless --extractors names other folders. In a "
                + "checkout, its extractors folder."
        ),
        (
            "NAME/schemas/STREAM.json, NAME/fixtures/STREAM.json",
            "What an extractor's records look like, and what was recorded for its tests; extractor record writes the latter."
        ),
        (
            "/var/lib/sluice/locks, $XDG_STATE_HOME/sluice/locks, ~/.local/state/sluice/locks, /tmp/sluice-UID/locks",
            "This host's account locks: the first that can be written to, or the folder of --lock-folder."
        ),
        (
            "$XDG_CACHE_HOME/sluice, ~/.cache/sluice, /tmp/sluice-UID/cache",
            "Copies of what is remembered of records, which may be deleted while nothing runs: the first that can be "
                + "written to, or the folder of --cache-folder."
        ),
        (
            "DIR/STREAM.jsonl, DIR/.sluice",
            "With --to DIR: the events, and the state (state.json, versions.N.jsonl, cache, lock)."
        ),
        (
            "FILE, FILE.versions.N.jsonl, FILE.cache, FILE.lock",
            "With --to stdout --state FILE: the state, and what belongs to it."
        ),
        ("$TMPDIR/sluice-demo.XXXXXX", "What sluice demo writes, and removes at its end."),
        ("/usr/share/zoneinfo", "The time zone database of the package tzdata."),
    ]
}
