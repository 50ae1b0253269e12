import Fleet
import FoundationEssentials
import Model
import Planning

extension Session {
    /// What `certificates check` alone can be asked for.
    package struct CertificateCheckOptions: Hashable, Sendable {
        /// `HOST:PORT` or `PROXY=HOST:PORT`: where a proxy's clients connect.
        package var places: [String] = []

        package init() {}
    }

    /// `apus certificates check`: holds the desired version against each proxy's memory and, where it is known
    /// where clients connect, against what a real handshake shows.
    package func checkCertificates(
        _ checking: CertificateCheckOptions
    ) async throws -> CommandStatus {
        let places = try wirePlaces(checking.places)
        var rows: [CertificateTruth] = []
        var unreachable = 0
        for fleet in try await selectedFleets().fleets {
            let fleet = await fleet.resolved(from: certificates)
            guard !fleet.certificates.isEmpty else { continue }
            let scope = ObservationScope(fleet)
            for target in fleet.proxies.sorted(by: { $0.name < $1.name }) {
                do throws(FleetError) {
                    let seen = try await reconciliation.observer.observe(target, scope)
                    let place = places[target.name.text] ?? places[""]
                    rows += await truths(of: fleet, on: seen, at: place)
                } catch {
                    unreachable += 1
                    console.fail("\(error)")
                }
            }
        }
        tell(rows)
        if unreachable > 0 { return .error }
        return rows.allSatisfy { $0.difference == nil } ? .ok : .error
    }

    private func truths(
        of fleet: DesiredFleet,
        on proxy: ObservedProxy,
        at place: WireProbe.Place?
    ) async -> [CertificateTruth] {
        var rows: [CertificateTruth] = []
        for certificate in fleet.certificates {
            let live = proxy.certificates.certificates[certificate.name]
            var truth = CertificateTruth(
                certificate: certificate.name.text,
                proxy: proxy.name.text,
                desired: certificate.issued?.fingerprint.sha1,
                memory: live?.sha1
            )
            if case .unavailable(let reason) = certificate.content { truth.problem = reason }
            // Who asks for a wildcard asks for one of its names.
            let name = certificate.issued?.names.first ?? certificate.dnsNames.first
            if let place, let name, !certificate.lines.isEmpty {
                let host = name.hasPrefix("*.") ? "apus-check" + name.dropFirst() : name
                do throws(WireProbe.Failure) {
                    truth.wire = try await WireProbe().sha1(at: place, servedTo: host)
                } catch {
                    truth.problem = error.description
                }
            }
            rows.append(truth)
        }
        return rows
    }

    private func wirePlaces(_ texts: [String]) throws -> [String: WireProbe.Place] {
        var places: [String: WireProbe.Place] = [:]
        for text in texts {
            let parts = text.split(separator: "=", maxSplits: 1)
            guard let last = parts.last, let place = WireProbe.Place(last) else {
                console.fail(
                    "--connect takes HOST:PORT or PROXY=HOST:PORT, not \(VisibleText.quoted(text))"
                )
                throw Ended(.error)
            }
            places[parts.count == 2 ? String(parts[0]) : ""] = place
        }
        return places
    }

    private func tell(_ rows: [CertificateTruth]) {
        let differing = rows.filter { $0.difference != nil }
        guard options.format == .text else {
            let text = rows.map { (try? StateDatabase.encoded($0)) ?? "" }
            console.out(
                options.format == .ndjson
                    ? text.map { $0 + "\n" }.joined()
                    : "[\n" + text.joined(separator: ",\n") + "\n]\n"
            )
            return
        }
        let lines = differing.map { row in
            var line = StyledText(VisibleText.escape(row.certificate.unicodeScalars), .strong)
            line.append("  on \(row.proxy)  ", .faint)
            line.append(VisibleText.escape((row.difference ?? "").unicodeScalars), .error)
            return line
        }
        let isWired = rows.contains { $0.wire != nil }
        let what = isWired ? "memory and wire" : "memory (name --connect to look at the wire)"
        var last = StyledText()
        if differing.isEmpty {
            last.append("All equal: ", .good)
            last.append("\(rows.count) of \(rows.count) in desired state, \(what)")
        } else {
            last.append("\(differing.count) of \(rows.count) differ", .error)
        }
        console.show(lines + [last])
    }
}

/// What one certificate is in each place where it could be another one: SHA-1 of the leaf.
struct CertificateTruth: Encodable, Hashable {
    let certificate: String
    let proxy: String
    let desired: String?
    let memory: String?
    /// What a handshake showed; nil when none was made.
    var wire: String?
    /// Why something is not known.
    var problem: String?

    /// Which place differs from what is desired, in words; nil when all that are known are equal.
    var difference: String? {
        guard let desired else {
            return problem.map { "desired is not known: \($0)" } ?? "desired is not known"
        }
        let short = CertificateFingerprint.short(desired)
        guard let memory else { return "memory has none, desired is \(short)" }
        if memory != desired {
            return "memory has \(CertificateFingerprint.short(memory)), desired is \(short)"
        }
        if let wire, wire != desired {
            return
                "wire shows \(CertificateFingerprint.short(wire)), memory and desired are \(short)"
        }
        return wire == nil ? problem.map { "wire is not known: \($0)" } : nil
    }
}
