import CProxyShims
import Glibc

/// What one receive or send came to.
package enum Transfer: Equatable, BitwiseCopyable {
    /// More than zero bytes.
    case bytes(Int)
    case wouldBlock
    /// The peer will send nothing more (receive only).
    case end
    /// The connection is lost; the errno.
    case failed(Int32)
}

/// A descriptor as a plain number, for tables that own many; `Socket` owns a single one.
package struct Descriptor: BitwiseCopyable, Equatable, Sendable {
    package let number: Int32

    package init(_ number: Int32) { self.number = number }

    @inline(__always)
    func receive(into memory: UnsafeMutablePointer<UInt8>, capacity: Int) -> Transfer {
        let received = unsafe proxy_receive(number, memory, capacity)
        if received > 0 { return .bytes(received) }
        if received == 0 { return .end }
        let code = Int32(truncatingIfNeeded: -received)
        return code == EAGAIN || code == EINTR ? .wouldBlock : .failed(code)
    }

    /// Receives behind what `buffer` holds.
    @inline(__always)
    package func receive(into buffer: inout ScratchBuffer) -> Transfer {
        let result = unsafe receive(into: buffer.base + buffer.count, capacity: buffer.room)
        if case .bytes(let count) = result { buffer.grow(by: count) }
        return result
    }

    /// The same, at most `limit` bytes.
    @inline(__always)
    package func receive(into buffer: inout ScratchBuffer, limit: Int) -> Transfer {
        let room = min(limit, buffer.room)
        let result = unsafe receive(into: buffer.base + buffer.count, capacity: room)
        if case .bytes(let count) = result { buffer.grow(by: count) }
        return result
    }

    /// Sends what the socket takes; never raises SIGPIPE.
    @inline(__always)
    package func send(_ slice: ByteSlice) -> Transfer {
        guard let base = unsafe slice.base else { return .bytes(0) }
        let sent = unsafe proxy_send(number, base, slice.count)
        if sent >= 0 { return .bytes(sent) }
        let code = Int32(truncatingIfNeeded: -sent)
        return code == EAGAIN || code == EINTR ? .wouldBlock : .failed(code)
    }

    /// Sends two stretches as one, without copying them together.
    package func send(_ first: ByteSlice, _ second: ByteSlice) -> Transfer {
        guard let head = unsafe first.base, let tail = unsafe second.base else {
            return send(first.isEmpty ? second : first)
        }
        // The kernel only reads through these pointers.
        var parts = unsafe (
            iovec(iov_base: UnsafeMutableRawPointer(mutating: head), iov_len: first.count),
            iovec(iov_base: UnsafeMutableRawPointer(mutating: tail), iov_len: second.count)
        )
        let sent = unsafe withUnsafeMutablePointer(to: &parts) { pointer in
            unsafe pointer.withMemoryRebound(to: iovec.self, capacity: 2) { vector in
                var message = unsafe msghdr()
                unsafe message.msg_iov = vector
                unsafe message.msg_iovlen = 2
                return unsafe sendmsg(number, &message, Int32(MSG_NOSIGNAL))
            }
        }
        if sent >= 0 { return .bytes(sent) }
        let code = errno
        return code == EAGAIN || code == EINTR ? .wouldBlock : .failed(code)
    }

    /// Whether an idle connection still stands: nothing to read and no end.
    package var isQuiet: Bool {
        var byte: UInt8 = 0
        let seen = unsafe recv(number, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
        return seen < 0 && errno == EAGAIN
    }

    /// The error that a finished `connect` left, 0 for none.
    package var pendingError: Int32 {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return unsafe getsockopt(number, SOL_SOCKET, SO_ERROR, &code, &length) == 0 ? code : errno
    }

    /// Tells the peer that nothing more will come.
    package func shutdownSending() { _ = shutdown(number, Int32(SHUT_WR)) }

    /// Closes; a close by reset discards what the peer has not read.
    package func close(byReset: Bool = false) {
        if byReset {
            var off = linger(l_onoff: 1, l_linger: 0)
            _ = unsafe setsockopt(
                number,
                SOL_SOCKET,
                SO_LINGER,
                &off,
                socklen_t(MemoryLayout<linger>.size)
            )
        }
        _ = Glibc.close(number)
    }

    /// Makes a listening socket turn clients away; `listenAgain` ends it.
    func refuse() { _ = shutdown(number, Int32(SHUT_RD)) }

    /// Lets clients in again after `refuse`.
    func listenAgain(backlog: Int32) { _ = listen(number, backlog) }

    /// For descriptors that were inherited.
    package func setNonBlocking() {
        _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK)
    }

    /// Another descriptor of the same thing, closed on exec; its flags that say non-blocking are shared.
    package func duplicate() throws(SocketError) -> Descriptor {
        let copy = fcntl(number, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else {
            throw SocketError(call: "use", address: "fd@\(number)", code: errno)
        }
        return Descriptor(copy)
    }

    /// Whether it is a socket that accepts connections.
    package var isListening: Bool {
        var answer: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return unsafe getsockopt(number, SOL_SOCKET, SO_ACCEPTCONN, &answer, &length) == 0
            && answer != 0
    }

    /// Sends small segments at once.
    package func setNoDelay() { setOption(Int32(IPPROTO_TCP), TCP_NODELAY, 1) }

    /// Lets the kernel probe an idle connection.
    package func setKeepAlive() { setOption(SOL_SOCKET, SO_KEEPALIVE, 1) }

    /// The type of service of IPv4, or the traffic class of IPv6 (RFC 2474).
    func setTrafficClass(_ value: Int32) {
        setOption(Int32(IPPROTO_IP), IP_TOS, value)
        setOption(Int32(IPPROTO_IPV6), IPV6_TCLASS, value)
    }

    /// What firewalls and routes of this machine know packets by; needs privileges.
    func setMark(_ value: Int32) { setOption(SOL_SOCKET, SO_MARK, value) }

    /// Lets the end of the connection go unnoticed by the peer: nothing is sent any more, or, without
    /// privileges, nothing that gets beyond the next router.
    func silence() {
        setOption(Int32(IPPROTO_IP), IP_TTL, 1)
        setOption(Int32(IPPROTO_IPV6), IPV6_UNICAST_HOPS, 1)
        setOption(Int32(IPPROTO_TCP), TCP_REPAIR, 1)
    }

    func setOption(_ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        _ = unsafe setsockopt(number, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
