import CProxyShims
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
        case .ring: preconditionFailure("a ring is no socket")
        case .inet(let endpoint):
            address = SocketAddress(endpoint)
            isStream = false
            descriptor = Self.open(address.domain)
            connect()
        case .unix(let path):
            address = SocketAddress(.unix(path))
            isStream = false
            descriptor = Self.open(AF_UNIX)
            connect()
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

    /// In one call, over a connected socket: no route or path is looked up for each line. A server that went
    /// away and came back is found again because a socket that reports an error is connected once more.
    private func sendDatagrams(_ lines: [Range<Int>], _ bytes: ByteSlice) -> Int {
        guard let base = unsafe bytes.base else { return 0 }
        var taken = 0
        var mayConnect = true
        while taken < lines.count {
            let sent = unsafe lines.withUnsafeBytes { stretches in
                // A range of integers is frozen as its two bounds, which is what the shim reads.
                let stretches = unsafe stretches.bindMemory(to: proxy_stretch.self)
                return unsafe proxy_send_datagrams(
                    descriptor,
                    base,
                    stretches.baseAddress?.advanced(by: taken),
                    Int32(lines.count - taken)
                )
            }
            if sent > 0 {
                taken += Int(sent)
            } else if mayConnect, sent != -EAGAIN {
                mayConnect = false
                // What it was connected to, and from which address, is forgotten first.
                var nowhere = sockaddr()
                _ = unsafe Glibc.connect(
                    descriptor,
                    &nowhere,
                    socklen_t(MemoryLayout<sockaddr>.size)
                )
                connect()
            } else {
                break
            }
        }
        return taken
    }

    /// Sets where datagrams go; that nobody listens there yet shows when they are sent.
    private func connect() {
        _ = unsafe address.withSocketAddress { name, length in
            unsafe Glibc.connect(descriptor, name, length)
        }
    }
}
