import Model
import Planning
import RuntimeAPI

extension ApplyRun {
    /// Puts one version of a certificate into the proxy's memory: a transaction of its own, ended whatever happens.
    ///
    /// Each command waits for the reply to the one before: `commit` must never find what somebody else has set.
    mutating func storeCertificate(_ id: Int) async throws {
        guard case .storeCertificate(let name, let update) = steps[id - 1].change else { return }
        let payload: String
        do throws(CertificatePayloadError) {
            payload = try await self.payload(of: name, update)
        } catch {
            ledger.settle(id, .failed(client.error(.withheld("certificate \(name): \(error)"))))
            return
        }
        if update.isNew, let complaint = try await tell(id, .new(name.text)) {
            ledger.settle(id, .failed(complaint))
            return
        }
        if let complaint = try await tell(id, .set(name.text), payload: payload) {
            // Whatever is under change now is somebody else's.
            if update.isNew { _ = try await tell(id, .delete(name.text)) }
            ledger.settle(id, .failed(complaint))
            return
        }
        guard let complaint = try await tell(id, .commit(name.text)) else {
            ledger.settle(id, .done)
            return
        }
        _ = try await tell(id, .abort(name.text))
        if update.isNew { _ = try await tell(id, .delete(name.text)) }
        ledger.settle(id, .failed(complaint))
    }

    /// Key and chain without the empty lines that would end them early, if they fit a command.
    private func payload(
        of name: CertificateFileName,
        _ update: CertificateUpdate
    ) async throws(CertificatePayloadError) -> String {
        guard let certificates else {
            throw CertificatePayloadError("no store of keys was given to this command")
        }
        let text = try await certificates.payload(of: name, update.to)
        let lines = text.utf8.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
            .filter { line in line.contains { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
            }
        guard !lines.isEmpty else { throw CertificatePayloadError("the store gave nothing") }
        let size = lines.reduce(0) { $0 + $1.count + 1 } + name.text.utf8.count + 64
        guard size <= client.capabilities.commandLimit else {
            throw CertificatePayloadError(
                "\(size) bytes do not fit a command of \(client.capabilities.commandLimit)"
            )
        }
        return lines.map { String(Substring($0)) }.joined(separator: "\n")
    }

    /// Sends one command; the complaint in its reply, or throws when there is none.
    private mutating func tell(
        _ id: Int,
        _ command: CertificateCommand,
        payload: String? = nil
    ) async throws -> FleetError? {
        let replies = await client.exchange([(.certificate(command), payload: payload)])
        guard let reply = replies.answered.first else {
            try lose(id, replies.failure)
            return nil
        }
        guard !reply.text.contains(command.success) || reply.text.contains("Can't ") else {
            return nil
        }
        return client.rejection(of: .certificate(command), reply.text)
    }
}

extension CertificateCommand {
    /// What the reply holds when it worked: a severity alone does not tell (HAProxy 2.6 to 3.3).
    fileprivate var success: String {
        switch self {
        case .new: "New empty certificate store"
        case .set: "for certificate "
        case .commit: "Success!"
        case .abort: "Transaction aborted"
        case .delete: "' deleted!"
        default: ""
        }
    }
}
