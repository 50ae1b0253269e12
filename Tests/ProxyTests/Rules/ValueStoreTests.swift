import Testing

@testable import Proxy

@Suite struct ValueStoreTests {
    @Test func `values are kept by key, replaced, forgotten and bounded`() {
        let pool = BufferPool()
        var arena = Arena(capacity: 65_536)
        var store = ValueStore()
        defer {
            store.clear(to: pool)
            arena.free()
            pool.destroy()
        }
        let scope = Int32(VariableScope.request.rawValue) << 16
        store.set(1, to: Sample(ByteSlice("one")), pool: pool, arena: &arena)
        store.set(scope | 2, to: Sample(42), pool: pool, arena: &arena)
        #expect(store.value(of: 1).bytes.text == "one")
        #expect(store.value(of: scope | 2).integer == 42)
        store.set(1, to: Sample(ByteSlice("another")), pool: pool, arena: &arena)
        #expect(store.value(of: 1).bytes.text == "another")
        store.removeAll(.request, pool: pool, arena: &arena)
        #expect(!store.value(of: scope | 2).isPresent && store.value(of: 1).isPresent)
        store.set(1, to: Sample(), pool: pool, arena: &arena)
        #expect(!store.value(of: 1).isPresent)
        let large = [UInt8](repeating: 65, count: 12_000)
        let first = large.span.withSlice { store.set(3, to: Sample($0), pool: pool, arena: &arena) }
        let second = large.span.withSlice {
            store.set(4, to: Sample($0), pool: pool, arena: &arena)
        }
        #expect(first && !second && !store.value(of: 4).isPresent)
    }

    @Test func `an arena that is full says so and keeps what fitted`() {
        var arena = Arena(capacity: 8)
        defer { arena.free() }
        arena.append("12345")
        arena.append("678901")
        #expect(arena.isFull && arena.slice(from: 0).text == "12345")
        arena.reset()
        arena.append(decimal: -9)
        #expect(!arena.isFull && arena.slice(from: 0).text == "-9")
    }
}
