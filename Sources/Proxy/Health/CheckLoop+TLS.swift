/// Checks of servers that speak TLS: the handshake comes before the script.
extension CheckLoop {
    /// Goes on with a handshake by what has arrived; the script begins once it is over.
    mutating func shakeHands(_ id: CheckTarget.ID, _ descriptor: Descriptor, now: Int64) {
        guard let session = checks[id]?.tls else { return }
        let outcome = port.open(session, bind: TLSBindSnapshot())
        let sealed = port.sealed
        let isSent = sealed.isEmpty || descriptor.send(sealed) == .bytes(sealed.count)
        guard isSent, outcome != .failed else {
            follow(fail(id, .layer6InvalidResponse), of: id, now: now)
            return
        }
        if session.isEstablished { follow(advance(id), of: id, now: now) }
    }

    /// What is in the bytes that have arrived.
    mutating func opened(_ id: CheckTarget.ID, isLast: inout Bool) -> [UInt8] {
        guard !isLast, let session = checks[id]?.tls else { return [] }
        let outcome = port.open(session, bind: TLSBindSnapshot())
        if outcome != .pending { isLast = true }
        return port.opened.bytes.array
    }

    /// Sends a piece of the script, sealed where the server speaks TLS; false when it does not go out at once.
    func send(_ bytes: ByteSlice, of id: CheckTarget.ID, over descriptor: Descriptor) -> Bool {
        guard let session = checks[id]?.tls, session.isPresent else {
            return descriptor.send(bytes) == .bytes(bytes.count)
        }
        guard port.seal(bytes, for: session) else { return false }
        return descriptor.send(port.sealed) == .bytes(port.sealed.count)
    }

    /// By reset, so that thousands of checks leave no sockets in TIME_WAIT.
    mutating func disconnect(_ id: CheckTarget.ID) {
        checks[id]?.descriptor?.close(byReset: true)
        checks[id]?.descriptor = nil
        guard let session = checks[id]?.tls, session.isPresent else { return }
        port.free(session)
        checks[id]?.tls = TLSSession()
    }
}
