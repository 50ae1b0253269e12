import Glibc
package import Model

extension SocketAddress {
    /// IPv4, e.g. `SocketAddress(ipv4: 0x7f00_0001, port: 80)`.
    package init(ipv4 bits: UInt32, port: UInt16) {
        self.init()
        family = .ipv4
        low = UInt64(bits)
        self.port = port
    }

    /// An endpoint as sockets take it; the path's bytes are the caller's to free.
    package init(_ endpoint: Endpoint) {
        self.init()
        switch endpoint {
        case .ipv4(let address, let port):
            self.init(ipv4: address.bits, port: port)
        case .ipv6(let address, let port):
            family = .ipv6
            high = address.high
            low = address.low
            self.port = port
        case .unix(let name):
            family = .unix
            path = .make(name)
        case .abstract(let name):
            family = .abstract
            path = .make(name)
        }
    }

    init(_ storage: sockaddr_storage) {
        self.init()
        let domain = Int32(storage.ss_family)
        var storage = storage
        unsafe withUnsafePointer(to: &storage) { pointer in
            let raw = unsafe UnsafeRawPointer(pointer)
            switch domain {
            case AF_INET:
                let address = unsafe raw.load(as: sockaddr_in.self)
                family = .ipv4
                port = UInt16(bigEndian: address.sin_port)
                low = UInt64(UInt32(bigEndian: address.sin_addr.s_addr))
            case AF_INET6:
                family = .ipv6
                port = UInt16(bigEndian: unsafe raw.load(as: sockaddr_in6.self).sin6_port)
                high = UInt64(
                    bigEndian: unsafe raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
                )
                low = UInt64(
                    bigEndian: unsafe raw.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
                )
            case AF_UNIX: family = .unix
            default: family = .none
            }
        }
    }

    var isInternet: Bool { family == .ipv4 || family == .ipv6 }

    var domain: Int32 {
        switch family {
        case .ipv4: AF_INET
        case .ipv6: AF_INET6
        case .unix, .abstract: AF_UNIX
        case .none: AF_UNSPEC
        }
    }

    func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result
    {
        var storage = sockaddr_storage()
        let length = unsafe withUnsafeMutableBytes(of: &storage) { bytes in unsafe fill(bytes) }
        return unsafe withUnsafePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe body(address, socklen_t(length))
            }
        }
    }

    private func fill(_ bytes: UnsafeMutableRawBufferPointer) -> Int {
        unsafe bytes.storeBytes(of: sa_family_t(domain), as: sa_family_t.self)
        switch family {
        case .ipv4:
            unsafe bytes.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
            unsafe bytes.storeBytes(of: UInt32(low).bigEndian, toByteOffset: 4, as: UInt32.self)
            return MemoryLayout<sockaddr_in>.size
        case .ipv6:
            unsafe bytes.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
            unsafe bytes.storeBytes(of: high.bigEndian, toByteOffset: 8, as: UInt64.self)
            unsafe bytes.storeBytes(of: low.bigEndian, toByteOffset: 16, as: UInt64.self)
            return MemoryLayout<sockaddr_in6>.size
        case .unix, .abstract:
            let offset = family == .abstract ? 3 : 2
            let count = min(path.count, 107)
            for index in 0..<count {
                unsafe bytes.storeBytes(
                    of: path[index],
                    toByteOffset: offset + index,
                    as: UInt8.self
                )
            }
            return family == .abstract ? offset + count : MemoryLayout<sockaddr_un>.size
        case .none: return MemoryLayout<sa_family_t>.size
        }
    }
}

extension SocketAddress: CustomStringConvertible {
    /// As `Endpoint` prints it.
    package var description: String {
        switch family {
        case .none: "-"
        case .ipv4: Endpoint.ipv4(IPv4Address(bits: UInt32(low)), port: port).description
        case .ipv6: Endpoint.ipv6(IPv6Address(high: high, low: low), port: port).description
        case .unix, .abstract:
            (family == .unix ? "unix@" : "abns@")
                + String(decoding: path.indices.map { path[$0] }, as: UTF8.self)
        }
    }
}
