import JSON
import Web

/// What other programs watch: health, readiness, metrics, and the document of the API.
extension AdminAPI {
    var probeRoutes: [AdminRoute] {
        [
            AdminRoute(
                "GET",
                "/healthz",
                "getHealth",
                "Whether the scheduler's loop is alive; if not, it is to be restarted.",
                answers: [
                    Self.answer(DaemonShapes.health, "It is."),
                    Self.answer(DaemonShapes.health, "It is not.", status: 503),
                ],
                isOpen: true
            ) { [control] _ async throws(AdminProblem) in
                Self.report([Self.loopCheck(await control.isAlive())])
            },
            AdminRoute(
                "GET",
                "/readyz",
                "getReadiness",
                "Whether runs can begin.",
                answers: [
                    Self.answer(DaemonShapes.health, "They can."),
                    Self.answer(DaemonShapes.health, "They can not.", status: 503),
                ],
                isOpen: true
            ) { [control] _ async throws(AdminProblem) in
                let reasons = await control.unreadiness()
                let ready = reasons.map { HealthReport.Check(name: "ready", isFine: false, detail: $0) }
                return Self.report(
                    [Self.loopCheck(await control.isAlive())]
                        + (ready.isEmpty ? [.init(name: "ready", isFine: true)] : ready)
                )
            },
            AdminRoute(
                "GET",
                "/metrics",
                "getMetrics",
                "Metrics, as Prometheus reads them.",
                answers: [
                    .init(
                        status: 200,
                        about: "The text format, version 0.0.4.",
                        mediaType: "text/plain",
                        schema: SchemaKind.text
                    )
                ]
            ) { [control] _ async throws(AdminProblem) in
                Self.plain(await control.metrics(), type: "text/plain; version=0.0.4; charset=utf-8")
            },
        ]
    }

    /// The document tells of itself, too.
    func documentRoute(of routes: [AdminRoute]) -> AdminRoute {
        var route = AdminRoute(
            "GET",
            "\(Self.base)/openapi.json",
            "getDocument",
            "This document: OpenAPI 3.1.",
            answers: [
                .init(
                    status: 200,
                    about: "The document.",
                    mediaType: "application/json",
                    schema: ["type": "object"]
                )
            ],
            isOpen: true
        ) { _ async throws(AdminProblem) in Self.json([:]) }
        let bytes = OpenAPIDocument(routes: routes + [route]).json.bytes()
        route.respond = { _ async throws(AdminProblem) in
            Self.plain(bytes, type: "application/json")
        }
        return route
    }

    private static func loopCheck(_ isAlive: Bool) -> HealthReport.Check {
        HealthReport.Check(
            name: "loop",
            isFine: isAlive,
            detail: isAlive ? nil : "the scheduler has not looked at its clock lately: restart the daemon"
        )
    }

    private static func report(_ checks: [HealthReport.Check]) -> WebResponse {
        let report = HealthReport(checks: checks)
        return json(DaemonShapes.health.json(report), status: report.isFine ? 200 : 503)
    }
}
