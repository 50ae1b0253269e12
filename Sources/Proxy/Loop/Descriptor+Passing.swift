import CProxyShims
import Glibc
package import Model

/// Descriptors on their way from process to process over a unix socket.
extension Descriptor {
    /// How many go with one message: what HAProxy sends at a time is one less.
    package static let passedAtOnce = 253

    /// Sends bytes, all of them in one message, with descriptors the receiver gets copies of.
    package func send(_ bytes: [UInt8], passing descriptors: [Descriptor]) -> Bool {
        let numbers = descriptors.map(\.number)
        let sent = unsafe proxy_send_descriptors(
            number,
            numbers,
            Int32(numbers.count),
            bytes,
            bytes.count
        )
        return sent == bytes.count
    }

    /// Receives what there is, with its descriptors, which are closed on exec; nil when it fails or ends.
    package func receive(passed: inout [Descriptor], atMost limit: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: limit)
        var numbers = [Int32](repeating: -1, count: Self.passedAtOnce)
        var count: Int32 = 0
        let received = unsafe proxy_receive_descriptors(
            number,
            &numbers,
            &count,
            &bytes,
            bytes.count
        )
        passed += numbers.prefix(Int(count)).map(Descriptor.init)
        return received > 0 ? Array(bytes.prefix(received)) : nil
    }

    /// Makes calls wait, no longer than `limit` each.
    package func setBlocking(within limit: Milliseconds) {
        _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) & ~O_NONBLOCK)
        var time = timeval(
            tv_sec: limit.count / 1000,
            tv_usec: limit.count % 1000 * 1000
        )
        let size = socklen_t(MemoryLayout<timeval>.size)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            _ = unsafe setsockopt(number, SOL_SOCKET, option, &time, size)
        }
    }

    /// Whether a program that is started gets it.
    package func setInherited(_ isInherited: Bool) {
        _ = fcntl(number, F_SETFD, isInherited ? 0 : FD_CLOEXEC)
    }

    /// Two ends of a stream between processes; nil when there are no more descriptors.
    package static func pair() -> (Descriptor, Descriptor)? {
        var numbers: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &numbers) == 0 else { return nil }
        return (Descriptor(numbers[0]), Descriptor(numbers[1]))
    }
}
