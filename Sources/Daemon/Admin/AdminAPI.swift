import Core
import JSON
import Web

/// The paths of the API, and what each of them does with the daemon.
struct AdminAPI: Sendable {
    static let base = "/api/v1"
    /// The most schedules or runs of an answer.
    static let pageLimit = 1000

    let control: any DaemonControl
    let feed: ChangeFeed

    /// All of them; the document, which tells of all, is the last one.
    var routes: [AdminRoute] {
        let routes =
            statusRoutes + scheduleRoutes + runRoutes + topicRoutes + catalogRoutes + commandRoutes
            + backfillRoutes
            + stateRoutes
            + probeRoutes
        return routes + [documentRoute(of: routes)]
    }

    // MARK: Answers

    static func answer<Value>(_ shape: Shape<Value>, _ about: String, status: Int = 200) -> AdminRoute.Answer
    {
        AdminRoute.Answer(
            status: status,
            about: about,
            mediaType: "application/json",
            schema: shape.reference
        )
    }

    static func problem(_ status: Int, _ about: String) -> AdminRoute.Answer {
        AdminRoute.Answer(
            status: status,
            about: about,
            mediaType: AdminProblem.mediaType,
            schema: AdminProblem.shape.reference
        )
    }

    static func json(_ value: JSONValue, status: Int = 200) -> WebResponse {
        var response = WebResponse.json(value.bytes(), status: status)
        response.headers.append("Cache-Control", "no-store")
        return response
    }

    static func plain(_ text: [UInt8], type: String) -> WebResponse {
        WebResponse(
            status: 200,
            headers: ["Content-Type": type, "Cache-Control": "no-store"],
            body: .bytes(text)
        )
    }

    // MARK: Parameters

    static func variable(_ name: String, _ about: String) -> AdminRoute.Parameter {
        AdminRoute.Parameter(name: name, isInPath: true, schema: SchemaKind.text, about: about)
    }

    static func query(_ name: String, _ schema: JSONValue, _ about: String) -> AdminRoute.Parameter {
        AdminRoute.Parameter(name: name, isInPath: false, schema: schema, about: about)
    }

    static func count(_ name: String, usual: Int, most: Int, _ about: String) -> AdminRoute.Parameter {
        query(
            name,
            ["type": "integer", "minimum": 1, "maximum": .number(most), "default": .number(usual)],
            about
        )
    }

    // MARK: Things that are not there

    static func unknownSchedule(_ id: String) -> AdminProblem {
        AdminProblem(
            .unknownSchedule,
            "there is no schedule '\(id)'",
            remedy: "GET \(base)/schedules lists those that there are"
        )
    }

    static func unknownRun(_ id: String) -> AdminProblem {
        AdminProblem(
            .unknownRun,
            "the run '\(id)' is not known, or not any more",
            remedy: "GET \(base)/runs lists those that are; the topic of runs has older ones"
        )
    }

    /// Something that the daemon could not do, since what it needs is away.
    static func unavailable(_ error: any Error, remedy: String) -> AdminProblem {
        guard let error = error as? any SluiceError else {
            return AdminProblem(.unavailable, "\(error)", remedy: remedy)
        }
        let code = AdminProblem.Code.unavailable
        return AdminProblem(status: code.status, code: error.codeText, detail: error.message, remedy: remedy)
    }
}
