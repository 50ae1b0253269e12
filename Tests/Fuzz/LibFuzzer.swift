import CFuzzer
import Synchronization

/// LLVM's libFuzzer feeding one target: mutations that reach new code are kept and mutated again.
///
/// `make fuzz` links it and compiles everything with its counters and AddressSanitizer.
package enum LibFuzzer {
    /// libFuzzer calls back without a context, so the target of the process is kept here.
    private static let target = Mutex<FuzzTarget?>(nil)

    /// Runs with libFuzzer's own options and folders; its status, nil where it is not linked in.
    ///
    /// A crash ends the process.
    package static func run(_ target: FuzzTarget, options: [String]) -> Int32? {
        Self.target.withLock { $0 = target }
        let words = (["apus-fuzz"] + options).joined(separator: "\n")
        let status = unsafe apus_fuzz(words) { bytes, count in
            // Sound: libFuzzer's buffer of `count` bytes is ours until we return, and is copied first.
            let input = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
            LibFuzzer.target.withLock { $0 }?.run(input)
            return 0
        }
        return status < 0 ? nil : status
    }
}
