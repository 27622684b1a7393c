import Core

/// A running transfer whose body is taken while it comes.
struct StreamedTransfer: Sendable {
    let address: HTTPAddress
    private let request: HTTPRequest
    private let settings: CurlTransport.Settings
    private let handle: EasyHandle
    private let loop: TransferLoop
    private let channel = BodyChannel()
    private let token: UInt
    private let giveBack: @Sendable (EasyHandle) -> Void

    /// Starts it; `giveBack` gets the handle once the transfer has ended by itself.
    init(
        _ handle: EasyHandle,
        _ request: HTTPRequest,
        _ address: HTTPAddress,
        _ settings: CurlTransport.Settings,
        _ loop: TransferLoop,
        giveBack: @escaping @Sendable (EasyHandle) -> Void
    ) {
        self.handle = handle
        self.request = request
        self.address = address
        self.settings = settings
        self.loop = loop
        self.giveBack = giveBack
        token = loop.stream(handle, to: channel)
    }

    /// The answer's head.
    ///
    /// Throws where there is no answer.
    func head() async throws -> BodyChannel.Head {
        let head = await withTaskCancellationHandler {
            await channel.head()
        } onCancel: {
            cancel()
        }
        if let head { return head }
        if case .end(let end) = await channel.next() { try check(end) }
        preconditionFailure("an answer that came has a head")
    }

    /// What came of the body since the last call, or the end.
    func next() async -> BodyChannel.Portion {
        await withTaskCancellationHandler {
            await channel.next()
        } onCancel: {
            cancel()
        }
    }

    /// Throws what the transfer ended with, unless all of it came.
    func check(_ end: TransferLoop.End) throws {
        switch end {
        case .cancelled: throw CancellationError()
        case .broken:
            throw HTTPError(.protocolError, "\(address.logged): libcurl's loop failed; restart the program")
        case .finished(let code):
            // The loop has let go of it.
            defer { giveBack(handle) }
            if let error = handle.failure(code, request, address, settings) { throw error }
        }
    }

    /// Lets so many more bytes come.
    func grant(_ count: Int) { loop.grant(count, to: token) }

    /// Gives it up, if it still runs.
    func cancel() { loop.cancel(token) }
}
