import Glibc

/// A socket that accepts connections.
package struct SocketListener: ~Copyable {
    package let socket: Socket

    package var descriptor: Descriptor { socket.descriptor }
    /// With the real port when it was bound to port 0.
    package var address: SocketAddress { socket.localAddress }

    private init(owning descriptor: Descriptor) { socket = Socket(owning: descriptor) }

    /// Gives ownership of the descriptor to the caller.
    package consuming func release() -> Descriptor {
        socket.release()
    }

    /// Listens on an address; several listeners may share it (`SO_REUSEPORT`), one a worker.
    package static func listen(
        on address: SocketAddress,
        backlog: Int32 = 4096
    ) throws(SocketError) -> SocketListener {
        let listener = SocketListener(owning: try bound(to: address))
        guard Glibc.listen(listener.descriptor.number, backlog) == 0 else {
            throw SocketError(call: "listen on", address: address.description, code: errno)
        }
        return listener
    }

    /// Listens on a unix socket at `path`, replacing what was there in one step as HAProxy does: bound under
    /// a name of its own, given its mode, then renamed.
    package static func listen(path: String, mode: UInt32?) throws(SocketError) -> SocketListener {
        let temporary = "\(path).\(getpid()).tmp"
        _ = unsafe unlink(temporary)
        let name = RawText.make(temporary)
        defer { name.free() }
        var address = SocketAddress()
        address.family = .unix
        address.path = name
        let listener = SocketListener(owning: try bound(to: address))
        func failure(_ call: String) -> SocketError {
            let code = errno
            _ = unsafe unlink(temporary)
            return SocketError(call: call, address: path, code: code)
        }
        if let mode, unsafe chmod(temporary, mode_t(mode)) != 0 {
            throw failure("change the mode of")
        }
        guard Glibc.listen(listener.descriptor.number, 1024) == 0 else {
            throw failure("listen on")
        }
        guard unsafe rename(temporary, path) == 0 else { throw failure("create") }
        return listener
    }

    private static func bound(to address: SocketAddress) throws(SocketError) -> Descriptor {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let number = Glibc.socket(address.domain, type, 0)
        guard number >= 0 else {
            throw SocketError(call: "make a socket for", address: address.description, code: errno)
        }
        let descriptor = Descriptor(number)
        if address.isInternet {
            descriptor.setOption(SOL_SOCKET, SO_REUSEADDR, 1)
            descriptor.setOption(SOL_SOCKET, SO_REUSEPORT, 1)
            // Accepted sockets inherit it, which saves a call for each.
            descriptor.setNoDelay()
        }
        let result = unsafe address.withSocketAddress { pointer, length in
            unsafe bind(number, pointer, length)
        }
        guard result == 0 else {
            let code = errno
            descriptor.close()
            throw SocketError(call: "bind", address: address.description, code: code)
        }
        return descriptor
    }
}
