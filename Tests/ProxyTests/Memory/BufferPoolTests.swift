import Testing

@testable import Proxy

@Suite struct BufferPoolTests {
    @Test(arguments: [(1, 0), (512, 0), (513, 1), (1024, 1), (1025, 2), (65_536, 7), (65_537, 8)])
    func `sizes are rounded up to powers of two`(_ length: Int, _ expected: Int) {
        #expect(BufferPool.sizeClass(for: length) == expected)
    }
}
