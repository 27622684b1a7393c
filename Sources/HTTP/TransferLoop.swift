import Core
import Synchronization

/// Runs transfers on one thread of its own.
///
/// Who asks puts a prepared handle into the inbox with a token and waits; the thread is the only owner of what runs.
/// A cancel is a message too: starts are applied before cancels and unknown tokens are ignored, so whichever way a
/// race goes, a cancel comes after its start.
final class TransferLoop: Sendable {
    /// How a transfer left the loop.
    enum End: Sendable {
        /// By itself, well or not.
        case finished(TransferCode)
        /// Its task was cancelled, or the loop was closed.
        case cancelled
        /// The loop itself cannot go on.
        case broken
    }

    private struct Start: Sendable {
        var token: UInt
        var handle: EasyHandle
        var receiver: Receiver
    }

    /// Who learns of a transfer's end.
    private enum Receiver: Sendable {
        /// Who waits for all of it.
        case caller(CheckedContinuation<End, Never>)
        /// Who takes the body while it comes.
        case channel(BodyChannel)

        func ended(_ end: End) {
            switch self {
            case .caller(let continuation): continuation.resume(returning: end)
            case .channel(let channel): channel.ended(end)
            }
        }
    }

    private struct Inbox: Sendable {
        /// Nil once the thread has given it up: nobody may wake it after that.
        var multi: MultiHandle?
        var lastToken: UInt = 0
        var starts: [Start] = []
        var cancels: [UInt] = []
        /// Bytes of bodies that were taken, and make room for others.
        var grants: [(token: UInt, count: Int)] = []
        var isClosing = false
        var isEnded = false
        var closers: [CheckedContinuation<Void, Never>] = []

        var isEmpty: Bool { starts.isEmpty && cancels.isEmpty && grants.isEmpty && !isClosing }
    }

    private let inbox: Locked<Inbox>

    /// A loop whose thread runs until `close` or `requestClose`.
    init(multi: MultiHandle) throws(HTTPError) {
        inbox = Locked(Inbox(multi: multi))
        let isStarted = LoopThread.start { [self] in
            run(multi)
            // The connections are closed by now: `run` held the last reference to the multi handle.
            let closers = inbox.withLock { inbox in
                inbox.isEnded = true
                defer { inbox.closers = [] }
                return inbox.closers
            }
            for closer in closers { closer.resume() }
        }
        guard isStarted else { throw HTTPError(.protocolError, "no thread could be started for HTTP") }
    }

    /// Runs a prepared transfer.
    ///
    /// When this returns, the handle is the caller's again.
    func transfer(_ handle: EasyHandle, isCancellable: Bool = true) async -> End {
        let token = newToken()
        handle.setToken(token)
        defer { order() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isAccepted = post { inbox in
                    inbox.starts.append(Start(token: token, handle: handle, receiver: .caller(continuation)))
                }
                guard isAccepted else { return continuation.resume(returning: .cancelled) }
                // A cancel from before the start was in the inbox may have been taken out already as unknown.
                if isCancellable, Task.isCancelled { cancel(token) }
            }
        } onCancel: {
            if isCancellable { cancel(token) }
        }
    }

    /// Starts a prepared transfer whose body goes to a channel while it comes; its token.
    ///
    /// When the channel has ended, the handle is the caller's again.
    func stream(_ handle: EasyHandle, to channel: BodyChannel) -> UInt {
        let token = newToken()
        handle.setToken(token)
        let isAccepted = post { inbox in
            inbox.starts.append(Start(token: token, handle: handle, receiver: .channel(channel)))
        }
        if !isAccepted { channel.ended(.cancelled) }
        return token
    }

    /// Ends a transfer as cancelled, if it runs.
    func cancel(_ token: UInt) { _ = post { $0.cancels.append(token) } }

    /// Lets so many more bytes of a body come.
    func grant(_ count: Int, to token: UInt) { _ = post { $0.grants.append((token, count)) } }

    private func newToken() -> UInt {
        inbox.withLock { inbox in
            inbox.lastToken += 1
            return inbox.lastToken
        }
    }

    /// Ends all transfers as cancelled and the thread with them, and waits for that.
    func close() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isEnded = inbox.withLock { inbox in
                if !inbox.isEnded { inbox.closers.append(continuation) }
                return inbox.isEnded
            }
            if isEnded { continuation.resume() } else { requestClose() }
        }
    }

    /// Asks the thread to end, without waiting.
    func requestClose() { _ = post { $0.isClosing = true } }

    /// Changes the inbox and wakes the thread; false once the loop takes no more.
    private func post(_ change: (inout Inbox) -> Void) -> Bool {
        inbox.withLock { inbox in
            guard let multi = inbox.multi, !inbox.isClosing else { return false }
            let wasEmpty = inbox.isEmpty
            change(&inbox)
            // Under the lock, so that it cannot come after the handle's end. It is one write to a socket pair, and
            // only where the thread may not know yet that there is something for it.
            if wasEmpty { multi.wake() }
            return true
        }
    }

    /// Tells ThreadSanitizer that what the thread did to a handle comes before what its caller does next.
    ///
    /// A continuation that is resumed before it is waited for puts the two in order, but its runtime does not say so.
    private func order() {
        #if TSAN
            inbox.withLock { _ in }
        #endif
    }

    // MARK: On the thread

    private func run(_ multi: MultiHandle) {
        var running: [UInt: Start] = [:]
        var streams: [UInt: BodyChannel] = [:]
        var isBroken = false
        while true {
            let (starts, cancels, grants, isClosing) = inbox.withLock { inbox in
                defer {
                    inbox.starts = []
                    inbox.cancels = []
                    inbox.grants = []
                }
                return (inbox.starts, inbox.cancels, inbox.grants, inbox.isClosing)
            }
            for start in starts {
                if multi.add(start.handle) {
                    running[start.token] = start
                    if case .channel(let channel) = start.receiver { streams[start.token] = channel }
                } else {
                    start.receiver.ended(.broken)
                }
            }
            for token in cancels { end(token, as: .cancelled, in: &running, multi) }
            for (token, count) in grants where running[token]?.handle.allow(count) == false {
                end(token, as: .broken, in: &running, multi)
            }
            if isClosing || isBroken { break }
            isBroken = !multi.perform()
            // Outside libcurl's callbacks, in which nothing locks.
            for (token, channel) in streams {
                guard let handle = running[token]?.handle else {
                    streams[token] = nil
                    continue
                }
                if let arrived = handle.takeArrived() { channel.arrived(arrived.head, arrived.bytes) }
            }
            while let (token, code) = multi.nextFinished() {
                end(token, as: .finished(code), in: &running, multi)
            }
            // Newer versions of `perform` swallow a pending wakeup: the inbox decides, and the wait has an end.
            if !isBroken, inbox.withLock({ $0.isEmpty }) { isBroken = !multi.poll(milliseconds: 1000) }
        }
        let late = inbox.withLock { inbox in
            inbox.isClosing = true
            inbox.multi = nil
            defer { inbox.starts = [] }
            return inbox.starts
        }
        for token in running.keys.sorted() {
            end(token, as: isBroken ? .broken : .cancelled, in: &running, multi)
        }
        for start in late { start.receiver.ended(isBroken ? .broken : .cancelled) }
    }

    private func end(_ token: UInt, as end: End, in running: inout [UInt: Start], _ multi: MultiHandle) {
        guard let transfer = running.removeValue(forKey: token) else { return }
        multi.remove(transfer.handle)
        if case .finished(.done) = end, case .channel(let channel) = transfer.receiver,
            transfer.handle.hasHead, let head = transfer.handle.takeHead()
        {
            // An answer without a body.
            channel.arrived(head, [])
        }
        order()
        transfer.receiver.ended(end)
    }
}
