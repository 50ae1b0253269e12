import Model
import Planning
import RuntimeAPI

extension Observer {
    /// Reads certificates and their lists; nothing is sent for a scope without certificates.
    ///
    /// The names come first: only of those that are there is more asked.
    static func certificates(
        _ client: RuntimeClient,
        _ scope: ObservationScope,
        _ memory: ObservationMemory?
    ) async throws(FleetError) -> ObservedCertificates {
        guard !scope.certificates.isEmpty || !scope.certificateLists.isEmpty else {
            return ObservedCertificates()
        }
        var commands: [RuntimeCommand] = [.certificate(.show(nil))]
        commands += scope.certificateLists.map {
            .certificate(.showList($0.text, isNumbered: true))
        }
        var texts = try await texts(of: commands, client)
        let table: CertificateTable
        do {
            table = try CertificateTable.parse(texts.first ?? "")
        } catch {
            throw client.unreadable(error)
        }
        let present = Set(table.names)
        let names = scope.certificates.filter { present.contains($0.text) }
        var wanted = names.map { RuntimeCommand.certificate(.show($0.text)) }
        if let name = table.transaction { wanted.append(.certificate(.show("*\(name)"))) }
        texts += try await self.texts(of: wanted, client)
        if let known = memory?.certificates(scope, texts) { return known }
        var reading = CertificateReading(names: names, table: table)
        do {
            let lists = texts[1...].prefix(scope.certificateLists.count)
            for (list, text) in zip(scope.certificateLists, lists) {
                try reading.add(list, text)
            }
        } catch {
            throw client.unreadable(error)
        }
        reading.addDetails(texts.dropFirst(1 + scope.certificateLists.count))
        memory?.remember(reading.certificates, scope, texts)
        return reading.certificates
    }

    /// As many at once as the client sends before it reads.
    private static func texts(
        of commands: [RuntimeCommand],
        _ client: RuntimeClient
    ) async throws(FleetError) -> [String] {
        var texts: [String] = []
        texts.reserveCapacity(commands.count)
        while texts.count < commands.count {
            let chunk = commands[texts.count...].prefix(client.limits.batch)
            let replies = try await client.replies(to: chunk.map { ($0, payload: nil) })
            for (command, reply) in zip(chunk, replies) {
                if reply.text.hasPrefix("Permission denied")
                    || reply.text.hasPrefix("Unknown command")
                {
                    throw client.rejection(of: command, reply.text)
                }
                texts.append(reply.text)
            }
        }
        return texts
    }
}

/// Puts together what a proxy tells of certificates.
private struct CertificateReading {
    private(set) var certificates = ObservedCertificates()
    private let names: [CertificateFileName]
    private let transaction: CertificateFileName?

    init(names: [CertificateFileName], table: CertificateTable) {
        self.names = names
        transaction = table.transaction.flatMap { try? CertificateFileName($0) }
        let asked = Set(names.map(\.text))
        certificates.others = table.names.filter { !asked.contains($0) }.sorted()
    }

    mutating func add(_ list: CertificateFileName, _ text: String) throws(TableError) {
        // A list that the proxy does not have is absent, which the planner reports.
        guard text.hasPrefix("# ") else { return }
        certificates.lists[list] = try CertificateListTable.parse(text).rows.compactMap { row in
            guard let name = try? CertificateFileName(row.certificate) else { return nil }
            // Options of a newer proxy than this program knows make a line that equals no other.
            let options = try? CertificateOptions(parsing: row.options)
            let filters = options == nil ? row.filters + ["[\(row.options)]"] : row.filters
            return ObservedCertificateLine(
                number: row.number,
                line: CertificateLine(
                    name,
                    options: options ?? CertificateOptions(),
                    filters: filters
                )
            )
        }
    }

    /// One text a name, then that of the transaction.
    mutating func addDetails(_ texts: ArraySlice<String>) {
        for (name, text) in zip(names, texts) {
            // One that was deleted since its name was read is absent.
            guard let details = CertificateDetails.parse(text) else { continue }
            var status = ObservedCertificate.Status(rawValue: details.status) ?? .used
            if details.sha1 == nil { status = .empty }
            var certificate = ObservedCertificate(status, sha1: details.sha1)
            certificate.serial = details.serial
            certificate.notAfter = details.notAfter
            certificate.names = details.names
            certificate.algorithm = details.algorithm
            certificates.certificates[name] = certificate
        }
        guard let transaction else { return }
        let sha1 =
            texts.count > names.count ? CertificateDetails.parse(texts.last ?? "")?.sha1 : nil
        certificates.transaction = CertificateTransaction(transaction, sha1: sha1)
    }
}
