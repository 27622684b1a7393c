package import Core

/// Which of many schedules wants to look at the clock next: a heap, so that ten thousand sleep at the cost of one.
package struct WakeQueue<ID: Hashable & Comparable & Sendable>: Sendable {
    private struct Entry {
        var time: Instant
        var id: ID

        /// Those of one time come in the order of their ids.
        static func < (left: Entry, right: Entry) -> Bool {
            left.time == right.time ? left.id < right.id : left.time < right.time
        }
    }

    private var heap: [Entry] = []
    private var places: [ID: Int] = [:]

    /// An empty queue.
    package init() {}

    package var count: Int { heap.count }

    /// The earliest time that something waits for.
    package var next: Instant? { heap.first?.time }

    /// Says when an id wants to be woken; nil takes it out.
    package mutating func set(_ id: ID, _ time: Instant?) {
        switch (places[id], time) {
        case (nil, nil): return
        case (nil, let time?):
            heap.append(Entry(time: time, id: id))
            places[id] = heap.count - 1
            rise(heap.count - 1)
        case (let place?, let time?):
            heap[place].time = time
            rise(place)
            sink(places[id] ?? place)
        case (let place?, nil): remove(place)
        }
    }

    /// Takes out the first id whose time has come; nil where none has.
    package mutating func popDue(_ now: Instant) -> ID? {
        guard let first = heap.first, first.time <= now else { return nil }
        remove(0)
        return first.id
    }

    private mutating func remove(_ place: Int) {
        places[heap[place].id] = nil
        let last = heap.removeLast()
        guard place < heap.count else { return }
        heap[place] = last
        places[last.id] = place
        rise(place)
        sink(places[last.id] ?? place)
    }

    private mutating func rise(_ start: Int) {
        var place = start
        while place > 0, heap[place] < heap[(place - 1) / 2] {
            swap(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private mutating func sink(_ start: Int) {
        var place = start
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < heap.count && heap[child] < heap[least]
            {
                least = child
            }
            guard least != place else { return }
            swap(place, least)
            place = least
        }
    }

    private mutating func swap(_ left: Int, _ right: Int) {
        heap.swapAt(left, right)
        places[heap[left].id] = left
        places[heap[right].id] = right
    }
}
