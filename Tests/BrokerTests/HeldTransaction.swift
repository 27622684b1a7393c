import Core
import Dispatch
import Kafka

/// A producer whose transactions stop at some of their steps, and go on when they may.
final class HeldTransaction: Sendable {
    let producer: TransactionalProducer
    private let arrivals: AsyncStream<Void>
    private let mayGoOn: DispatchSemaphore

    init(
        _ id: String,
        at steps: Set<TransactionStep> = [.stateProduced],
        settings: KafkaSettings? = nil,
        transactionTimeout: Duration = .seconds(15),
        abortable: Duration = .seconds(10)
    ) async throws {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        let semaphore = DispatchSemaphore(value: 0)
        arrivals = stream
        mayGoOn = semaphore
        producer = try TransactionalProducer(
            settings: settings ?? TestBroker.settings,
            transactionalID: id,
            transactionTimeout: transactionTimeout,
            abortable: abortable,
            onStep: { step in
                guard steps.contains(step) else { return }
                continuation.yield()
                semaphore.wait()
            }
        )
        try await producer.initTransactions(deadline: .seconds(30))
    }

    /// Returns once it stands at the next of the steps.
    func stands() async { for await _ in arrivals { return } }

    func goOn() { mayGoOn.signal() }
}
