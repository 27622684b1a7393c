import Web

/// Finds out who answers a request, and dresses the answer.
struct AdminRouter: Sendable {
    private let gate: AdminGate
    private let routes: [AdminRoute]
    private let page: @Sendable () -> PageFiles
    private let gzip = GzipEncoder()

    init(gate: AdminGate, routes: [AdminRoute], page: @escaping @Sendable () -> PageFiles) {
        self.gate = gate
        self.routes = routes
        self.page = page
    }

    func answer(_ request: WebRequest) -> WebAnswer {
        do throws(AdminProblem) {
            return try choose(request)
        } catch {
            return .response(dressed(error.response, for: request))
        }
    }

    private func choose(_ request: WebRequest) throws(AdminProblem) -> WebAnswer {
        let isReading = request.method == "GET" || request.method == "HEAD"
        let method = isReading ? "GET" : request.method
        let segments = request.segments
        let fitting = routes.lazy.compactMap { route in route.match(segments).map { (route, $0) } }
        guard let (route, values) = fitting.first(where: { $0.0.method == method }) else {
            // Whoever is not let in learns nothing of the paths that there are.
            let file = isReading ? page().answer(request) : nil
            _ = try gate.admit(request, isOpen: file != nil)
            if let file { return .response(dressed(file, for: request)) }
            throw unanswered(request, allowed: fitting.map(\.0.method))
        }
        let by = try gate.admit(request, isOpen: route.isOpen)
        let asked = AdminRequest(web: request, values: values, by: by)
        return .deferred {
            do throws(AdminProblem) {
                return dressed(try await route.respond(asked), for: request)
            } catch {
                return dressed(error.response, for: request)
            }
        }
    }

    private func unanswered(_ request: WebRequest, allowed: some Collection<String>) -> AdminProblem {
        guard let method = allowed.first else {
            return AdminProblem(
                .unknownPath,
                "there is nothing at \(request.path)",
                remedy: "\(AdminAPI.base)/openapi.json lists what there is"
            )
        }
        var problem = AdminProblem(
            .wrongMethod,
            "\(request.path) does not answer to \(request.method)",
            remedy: "ask with \(method)"
        )
        problem.headers.append(("Allow", method == "GET" ? "GET, HEAD" : method))
        return problem
    }

    private func dressed(_ response: WebResponse, for request: WebRequest) -> WebResponse {
        var response = gzip.encode(response, for: request)
        response.headers.append("X-Content-Type-Options", "nosniff")
        response.headers.append("Referrer-Policy", "no-referrer")
        return response
    }
}
