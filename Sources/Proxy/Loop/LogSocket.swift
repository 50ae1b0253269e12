import Glibc
import Model

/// Where log lines leave the process: a datagram socket or an inherited descriptor, never blocking.
struct LogSocket {
    /// Lines that one call to the kernel takes.
    static let batch = 64

    private let descriptor: Int32
    private let isStream: Bool
    private let address: SocketAddress

    init(_ target: LogTarget.Address) {
        switch target {
        case .descriptor(let number):
            descriptor = number
            isStream = true
            address = SocketAddress()
            Descriptor(number).setNonBlocking()
        case .inet(let endpoint):
            address = SocketAddress(endpoint)
            isStream = false
            descriptor = Self.open(address.domain)
        case .unix(let path):
            address = SocketAddress(.unix(path))
            isStream = false
            descriptor = Self.open(AF_UNIX)
        }
    }

    private static func open(_ domain: Int32) -> Int32 {
        let type = Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        return socket(domain, type, 0)
    }

    func close() {
        if !isStream, descriptor >= 0 { _ = Glibc.close(descriptor) }
        address.path.free()
    }

    /// Sends lines, each a stretch of `bytes`; how many were taken.
    func send(_ lines: [Range<Int>], of bytes: ByteSlice) -> Int {
        guard descriptor >= 0 else { return 0 }
        return isStream ? write(lines, bytes) : sendDatagrams(lines, bytes)
    }

    /// One line a call: a pipe takes up to 4096 bytes whole or not at all, so workers' lines do not mix.
    private func write(_ lines: [Range<Int>], _ bytes: ByteSlice) -> Int {
        var taken = 0
        for line in lines {
            let slice = bytes[line]
            guard let base = unsafe slice.base else { continue }
            if unsafe Glibc.write(descriptor, base, slice.count) == slice.count { taken += 1 }
        }
        return taken
    }

    /// The address goes with each, so that a server that comes back is found again.
    private func sendDatagrams(_ lines: [Range<Int>], _ bytes: ByteSlice) -> Int {
        unsafe address.withSocketAddress { name, length in
            var taken = 0
            for line in lines {
                let slice = bytes[line]
                guard let base = unsafe slice.base else { continue }
                let flags = Int32(MSG_DONTWAIT | MSG_NOSIGNAL)
                let sent = unsafe sendto(descriptor, base, slice.count, flags, name, length)
                if sent == slice.count { taken += 1 }
            }
            return taken
        }
    }
}
