import Synchronization

/// What a `ring` section says (configuration.txt §3.9).
package struct RingConfiguration: Hashable, Sendable {
    package let name: String
    package var about: String
    package var format = LogLineFormat.raw
    /// Bytes of all lines together.
    package var size = 16_384
    /// Longer lines are cut.
    package var maxlen = 16_384

    package init(name: String) {
        self.name = name
        about = name
    }
}

/// Log lines kept in memory, the oldest forgotten for the newest: where `ring@` logs go and `show events` looks.
///
/// Workers put all lines of a turn in under one lock; whoever reads copies what is there and never holds them up longer.
package final class LogRing: Sendable {
    private struct Content {
        /// The byte at position `p` lies at `p % size`.
        var bytes: [UInt8]
        /// Where the oldest whole line begins, and where the next one will.
        var start = 0
        var end = 0
    }

    package let configuration: RingConfiguration
    private let content: Mutex<Content>

    package init(_ configuration: RingConfiguration) {
        self.configuration = configuration
        content = Mutex(Content(bytes: Array(repeating: 0, count: configuration.size)))
    }

    /// Adds whole lines, each ending with a newline; one that alone is greater than the ring is left out.
    ///
    /// - Returns: How many were added.
    package func append(_ lines: [[UInt8]]) -> Int {
        content.withLock { content in
            var added = 0
            for line in lines where line.count <= content.bytes.count {
                Self.append(line, to: &content)
                added += 1
            }
            return added
        }
    }

    private static func append(_ line: [UInt8], to content: inout Content) {
        let size = content.bytes.count
        let newEnd = content.end + line.count
        while content.start < newEnd - size {
            let newline = (content.start..<content.end).first {
                content.bytes[$0 % size] == UInt8(ascii: "\n")
            }
            content.start = newline.map { $0 + 1 } ?? content.end
        }
        for (offset, byte) in line.enumerated() {
            content.bytes[(content.end + offset) % size] = byte
        }
        content.end = newEnd
    }

    /// Where what comes next will be.
    private var end: Int { content.withLock { $0.end } }

    /// What has come since `position`, and where to go on; what was forgotten meanwhile is skipped.
    private func read(from position: Int) -> (text: [UInt8], next: Int) {
        content.withLock { content in
            let size = content.bytes.count
            let from = max(position, content.start)
            return ((from..<content.end).map { content.bytes[$0 % size] }, content.end)
        }
    }

    /// Reads a ring from some point on, each line once.
    package final class Reader: Sendable, Hashable {
        private let ring: LogRing
        private let position: Atomic<Int>

        /// Begins with the oldest line that is there, or after the newest.
        package init(_ ring: LogRing, skipsOld: Bool) {
            self.ring = ring
            position = Atomic(skipsOld ? ring.end : 0)
        }

        /// What came since the last call.
        package func take() -> String {
            let (text, next) = ring.read(from: position.load(ordering: .relaxed))
            position.store(next, ordering: .relaxed)
            return String(decoding: text, as: UTF8.self)
        }

        /// Each is its own.
        package static func == (left: Reader, right: Reader) -> Bool { left === right }
        package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
    }
}
