import Testing

@testable import Proxy

@Suite struct ByteQueueTests {
    @Test(arguments: [UInt64(1), 2, 3, 4]) func `a queue gives back what was put in, in order`(
        _ seed: UInt64
    ) {
        var random = WorkerRandom(seed: seed)
        let pool = BufferPool()
        defer { pool.destroy() }
        var queues = [ByteQueue](repeating: ByteQueue(), count: 5)
        var models = [[UInt8]](repeating: [], count: 5)
        for _ in 0..<3000 {
            let index = Int.random(in: 0..<5, using: &random)
            if Bool.random(using: &random) {
                let count = Int.random(in: 0...3000, using: &random)
                let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
                bytes.span.withSlice { queues[index].append($0, from: pool) }
                models[index] += bytes
            } else {
                let count = Int.random(in: 0...models[index].count, using: &random)
                queues[index].removeFirst(count, to: pool)
                models[index].removeFirst(count)
            }
            #expect(queues[index].count == models[index].count)
            if Int.random(in: 0..<50, using: &random) == 0 {
                #expect(queues[index].bytes.array == models[index])
            }
        }
        for index in queues.indices { queues[index].clear(to: pool) }
    }

    @Test func `an empty queue owns no memory and can be used again`() {
        let pool = BufferPool()
        defer { pool.destroy() }
        var queue = ByteQueue()
        for text in ["a", "bc", "def"] {
            Array(text.utf8).span.withSlice { queue.append($0, from: pool) }
            #expect(queue.bytes.array == Array(text.utf8))
            queue.removeFirst(text.utf8.count, to: pool)
            #expect(queue.isEmpty)
            #expect(queue.bytes.isEmpty)
        }
    }
}
