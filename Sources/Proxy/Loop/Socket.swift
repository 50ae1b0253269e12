import CProxyShims
import Glibc

/// What the kernel said when a socket could not be had: the call, the address and the reason.
package struct SocketError: Error, Equatable, CustomStringConvertible {
    package let call: String
    package let address: String
    package let code: Int32

    package init(call: String, address: String, code: Int32) {
        self.call = call
        self.address = address
        self.code = code
    }

    package var description: String {
        "cannot \(call) \(address): \(Self.text(code))"
    }

    /// What the system says of an error number.
    package static func text(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
}

/// The one owner of a descriptor; closes it when it goes.
package struct Socket: ~Copyable {
    package let descriptor: Descriptor

    /// Takes ownership.
    package init(owning descriptor: Descriptor) { self.descriptor = descriptor }

    deinit { descriptor.close() }

    /// Gives ownership to the caller.
    package consuming func release() -> Descriptor {
        let descriptor = descriptor
        discard self
        return descriptor
    }

    /// A non-blocking stream socket on its way to `address`: connected or connecting.
    package static func connect(to address: SocketAddress) throws(SocketError) -> Socket {
        let started = Descriptor.connect(to: address)
        guard case .success(let descriptor, _) = started else {
            throw SocketError(call: "connect to", address: address.description, code: started.code)
        }
        return Socket(owning: descriptor)
    }

    /// The address the kernel chose, after binding to port 0.
    package var localAddress: SocketAddress { descriptor.localAddress }
}

extension Descriptor {
    /// The address a socket is bound to; none when it is no socket. A unix path is not told.
    package var localAddress: SocketAddress {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe getsockname(number, address, &length)
            }
        }
        return result == 0 ? SocketAddress(storage) : SocketAddress()
    }
}

/// How starting a connection went.
package enum ConnectStart: BitwiseCopyable {
    case success(Descriptor, isConnected: Bool)
    case failure(Int32)

    /// The process or the machine has no more sockets or ports; the server had no part in it.
    package var isExhausted: Bool {
        [EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL].contains(code)
    }

    package var code: Int32 {
        if case .failure(let code) = self { return code }
        return 0
    }
}

extension Descriptor {
    /// Starts a non-blocking connection; the caller owns the descriptor.
    package static func connect(to address: SocketAddress) -> ConnectStart {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let number = socket(address.domain, type, 0)
        guard number >= 0 else { return .failure(errno) }
        let descriptor = Descriptor(number)
        if address.isInternet { descriptor.setNoDelay() }
        let result = unsafe address.withSocketAddress { pointer, length in
            unsafe Glibc.connect(number, pointer, length)
        }
        if result == 0 { return .success(descriptor, isConnected: true) }
        let code = errno
        if code == EINPROGRESS { return .success(descriptor, isConnected: false) }
        descriptor.close()
        return .failure(code)
    }

    /// How an accept came out.
    package enum Accepted: BitwiseCopyable {
        case connection(Descriptor)
        case none
        case failed(Int32)
    }

    /// Accepts one connection, non-blocking, and says where it comes from.
    @inline(__always)
    package func accept(from peer: inout SocketAddress) -> Accepted {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let number = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe proxy_accept(self.number, address, &length)
            }
        }
        if number >= 0 {
            peer = SocketAddress(storage)
            return .connection(Descriptor(number))
        }
        return number == -EAGAIN || number == -EINTR ? .none : .failed(-number)
    }
}
