import CommandLine
import Core

/// Where the schema registry is, by the commands that publish and by those that look at it beforehand.
extension CommandTree {
    static let registryOptions = [
        Option(
            "registry-url",
            value: "ADDRESS",
            help:
                "The schema registry that must know the schemas of what is published; values then stand in Confluent's wire "
                + "format. Without it, there is none.",
            heading: "Schema registry",
            environment: "SLUICE_REGISTRY_URL"
        ),
        Option(
            "registry-user",
            value: "NAME",
            help: "The name that it is told.",
            heading: "Schema registry",
            environment: "SLUICE_REGISTRY_USER"
        ),
        Option(
            "registry-password",
            value: "REFERENCE",
            help: "Its password, as env:NAME, file:PATH or exec:COMMAND.",
            heading: "Schema registry",
            environment: "SLUICE_REGISTRY_PASSWORD"
        ),
        Option(
            "registry-ca-file",
            value: "FILE",
            help: "PEM file of the authorities that its certificate is checked by, in place of the system's.",
            heading: "Schema registry",
            environment: "SLUICE_REGISTRY_CA_FILE",
            completion: .files
        ),
        Option(
            "registry-subjects",
            value: "RULE",
            help:
                "What a schema is called there: TOPIC-value, its title, or TOPIC-TITLE. Without it, topic.",
            heading: "Schema registry",
            choices: SubjectNaming.allCases.map(\.rawValue),
            environment: "SLUICE_REGISTRY_SUBJECTS"
        ),
        Option(
            "registry-auto-register",
            value: "TRUE|FALSE",
            help:
                "Whether a schema that the registry lacks is registered; else its stream stops. Without it, true.",
            heading: "Schema registry",
            environment: "SLUICE_REGISTRY_AUTO_REGISTER"
        ),
    ]
}
