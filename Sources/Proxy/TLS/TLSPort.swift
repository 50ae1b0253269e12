import COpenSSL

/// A worker's way to OpenSSL: bytes in, bytes out, no sockets; every session of the worker shares its buffers.
///
/// Sound because one thread uses it, sessions look at its memory only during the calls below, and the worker
/// frees every session before the port.
@safe struct TLSPort: BitwiseCopyable {
    /// How opening received bytes came out; what they held is in `opened`.
    enum Outcome: BitwiseCopyable {
        /// All of it was used; more is needed for more.
        case pending
        /// The peer said that nothing follows.
        case ended
        case failed
    }

    /// What a read brought, sealed; used up before the next read.
    var arrived = ScratchBuffer(capacity: 65_536)
    /// What was in it; a record begun before may add one record's worth.
    var opened = ScratchBuffer(capacity: 98_304)
    private let io: UnsafeMutablePointer<tls_io>
    /// Looked at by the callbacks of contexts.
    private let scene: UnsafeMutablePointer<TLSScene>
    private let method: OpaquePointer
    /// A message and its records' overhead, behind what a handshake has to say.
    private static let outputCapacity = 262_144

    init() {
        unsafe io = ZeroedMemory.allocate(1, of: tls_io.self)
        unsafe scene = .allocate(capacity: 1)
        unsafe scene.initialize(to: TLSScene())
        unsafe io.pointee.output = ZeroedMemory.allocate(Self.outputCapacity, of: UInt8.self)
        unsafe io.pointee.output_capacity = Self.outputCapacity
        guard let method = unsafe tls_io_method() else { preconditionFailure("no memory for TLS") }
        unsafe self.method = method
    }

    /// Gives the buffers back, once every session was freed.
    func destroy() {
        arrived.free()
        opened.free()
        unsafe ZeroedMemory.free(io.pointee.output)
        unsafe ZeroedMemory.free(io)
        unsafe scene.pointee.free()
        unsafe scene.deallocate()
        unsafe BIO_meth_free(method)
    }

    /// A session for a client of a bind; nil without memory.
    func accept(_ bind: TLSBindSnapshot) -> TLSSession? {
        guard let context = unsafe bind.context,
            let session = unsafe tls_session(context, method, io, scene)
        else { return nil }
        unsafe SSL_set_accept_state(session)
        return unsafe TLSSession(session: session)
    }

    /// A session with a server, which is asked for `name` unless that is empty; nil without memory.
    ///
    /// It goes on with the session of the connection before to `slot`, if that is given.
    func connect(_ server: TLSServerSnapshot, name: ByteSlice, slot: UInt32? = nil) -> TLSSession? {
        guard let context = unsafe server.context,
            let session = unsafe tls_session(context, method, io, scene)
        else { return nil }
        unsafe SSL_set_connect_state(session)
        if unsafe !self.name(session, server, name) {
            unsafe SSL_free(session)
            return nil
        }
        if let slot {
            unsafe scene.pointee.resume(session, key: TLSScene.key(of: server, slot: slot))
        }
        return unsafe TLSSession(session: session)
    }

    /// A certificate has to be for the name that was asked for, else for the one of `verifyhost`, as in HAProxy;
    /// false when it has to be for a name that cannot be one.
    private func name(
        _ session: OpaquePointer,
        _ server: TLSServerSnapshot,
        _ name: ByteSlice
    ) -> Bool {
        if let start = unsafe name.base, !name.isEmpty {
            let verifies: Int32 = server.isVerified ? 1 : 0
            return unsafe tls_session_name(session, start, name.count, verifies) == 1
                || !server.isVerified
        }
        guard let verified = unsafe server.verifiedName.slice.base else { return true }
        return unsafe verified.withMemoryRebound(to: CChar.self, capacity: 1) {
            unsafe SSL_set1_host(session, $0) == 1
        }
    }

    /// The same for a context of its own.
    func connect(_ context: TLSContext, name: String = "") -> TLSSession? {
        guard let session = unsafe tls_session(context.context, method, io, scene) else {
            return nil
        }
        unsafe SSL_set_connect_state(session)
        let bytes = Array(name.utf8)
        unsafe tls_session_name(session, bytes, bytes.count, 0)
        return unsafe TLSSession(session: session)
    }

    func free(_ session: TLSSession) {
        guard let session = unsafe session.session else { return }
        // A session that ends in whatever way stays good for being resumed.
        unsafe SSL_set_shutdown(session, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN)
        unsafe SSL_free(session)
    }

    /// Opens what is in `arrived`, doing the handshake first; what is to be sent meanwhile is in `sealed`.
    ///
    /// A handshake finds its certificate in `bind`, which is the one of the snapshot at hand.
    mutating func open(_ session: TLSSession, bind: TLSBindSnapshot) -> Outcome {
        opened.clear()
        guard let session = unsafe session.session else { return .failed }
        let bytes = arrived.bytes
        unsafe scene.pointee.bind = bind
        unsafe io.pointee.output_count = 0
        unsafe io.pointee.input = bytes.base
        unsafe io.pointee.input_count = bytes.count
        ERR_clear_error()
        while opened.room > 0 {
            let count = unsafe SSL_read(session, opened.base + opened.count, Int32(opened.room))
            if count > 0 {
                opened.grow(by: Int(count))
                continue
            }
            switch unsafe SSL_get_error(session, count) {
            case SSL_ERROR_WANT_READ: return .pending
            case SSL_ERROR_ZERO_RETURN: return .ended
            default:
                unsafe TLSSession(session: session).note(.handshake, code: ERR_peek_error())
                ERR_clear_error()
                return .failed
            }
        }
        return .failed
    }

    /// Seals a message into `sealed`; false when the session is broken.
    @inline(__always)
    func seal(_ bytes: ByteSlice, for session: TLSSession) -> Bool {
        unsafe io.pointee.output_count = 0
        return sealMore(bytes, for: session)
    }

    /// The same behind what is already in `sealed`.
    func sealMore(_ bytes: ByteSlice, for session: TLSSession) -> Bool {
        guard let session = unsafe session.session, let base = unsafe bytes.base else {
            return bytes.isEmpty
        }
        var sent = 0
        while sent < bytes.count {
            let count = unsafe SSL_write(session, base + sent, Int32(bytes.count - sent))
            guard count > 0 else {
                ERR_clear_error()
                return false
            }
            sent += Int(count)
        }
        return true
    }

    /// Seals the message that nothing follows (`close_notify`), once.
    func sealEnd(of session: TLSSession) {
        unsafe io.pointee.output_count = 0
        guard let session = unsafe session.session, unsafe SSL_is_init_finished(session) == 1,
            unsafe SSL_get_shutdown(session) & SSL_SENT_SHUTDOWN == 0
        else { return }
        unsafe SSL_shutdown(session)
        ERR_clear_error()
    }

    /// What the last call above left to be sent, valid until the next.
    var sealed: ByteSlice {
        unsafe ByteSlice(base: io.pointee.output, count: io.pointee.output_count)
    }
}
