import Model

/// Plans the certificates of one proxy: what is in its memory first, then the lists that name it, removals last.
///
/// Versions are compared by the leaf's SHA-1, which is all that a proxy tells.
struct CertificatePlanner {
    let fleet: DesiredFleet
    /// As the revisions declared them that the proxy was given.
    let former: [DesiredCertificate]
    let observed: ObservedCertificates
    let commandLimit: Int
    private(set) var remarks: [Remark] = []
    /// The step that puts a certificate into memory.
    private var stored: [CertificateFileName: Int] = [:]
    /// What a transaction of someone else asks every other one to come after.
    private var afterTransaction: [Int] = []
    /// The number of each list's first line.
    private let firsts: [CertificateFileName: Int]
    /// Lists that the proxy does not have and that were remarked upon.
    private var missing: Set<CertificateFileName> = []

    init(
        _ fleet: DesiredFleet,
        former: [DesiredCertificate],
        on proxy: ObservedProxy
    ) {
        self.fleet = fleet
        self.former = former
        observed = proxy.certificates
        commandLimit = proxy.capabilities.commandLimit
        firsts = proxy.certificates.lists.compactMapValues { $0.lazy.map(\.number).min() }
    }

    mutating func plan(_ order: inout StepOrder) {
        let stores = fleet.certificates.compactMap { certificate in
            update(of: certificate).map { (certificate, $0) }
        }
        plan(stores, &order)
        let earlier = Dictionary(former.map { ($0.name, $0) }) { first, _ in first }
        let rows = observed.lists.mapValues { Dictionary(grouping: $0, by: \.line.certificate) }
        for certificate in fleet.certificates {
            planLines(of: certificate, formerly: earlier[certificate.name], rows, &order)
        }
        let declared = Set(fleet.certificates.map(\.name))
        for certificate in former where !declared.contains(certificate.name) {
            retire(certificate, rows, &order)
        }
        if !fleet.certificates.isEmpty { remarkOnStrangers(declared) }
    }

    private typealias Rows = [CertificateFileName: [CertificateFileName: [ObservedCertificateLine]]]

    // MARK: Memory

    /// Nil when the proxy holds what is wanted, or when what is wanted cannot be put there.
    private mutating func update(of certificate: DesiredCertificate) -> CertificateUpdate? {
        let live = observed.certificates[certificate.name]
        switch certificate.content {
        case .unasked:
            if live?.sha1 == nil { postpone(certificate, "nobody was asked which version is new") }
            return nil
        case .unavailable(let reason):
            if live?.sha1 == nil {
                postpone(certificate, reason)
            } else {
                let message = "certificate \(certificate.name) stays as it is: \(reason)"
                remarks.append(Remark(.warning, message, origin: certificate.origin))
            }
            return nil
        case .issued(let issued):
            guard live?.sha1 != issued.fingerprint.sha1 else { return nil }
            let size = issued.payloadSize + certificate.name.text.utf8.count
            guard size + Self.overhead <= commandLimit else {
                let message =
                    "certificate \(certificate.name) has \(issued.payloadSize) bytes, and a command "
                    + "of this proxy holds at most \(commandLimit); put it on its disk"
                remarks.append(Remark(.needsRestart, message, origin: certificate.origin))
                return nil
            }
            return CertificateUpdate(from: live?.sha1, to: issued, isNew: live == nil)
        }
    }

    /// The words around name and payload, and what HAProxy keeps free in its buffer.
    private static let overhead = 64

    private mutating func postpone(_ certificate: DesiredCertificate, _ reason: String) {
        let message = "certificate \(certificate.name) is not there yet: \(reason)"
        remarks.append(Remark(.postponed, message, origin: certificate.origin))
    }

    private mutating func plan(
        _ stores: [(DesiredCertificate, CertificateUpdate)],
        _ order: inout StepOrder
    ) {
        var stores = stores
        if let transaction = observed.transaction, let first = stores.first {
            let same = stores.firstIndex { certificate, update in
                certificate.name == transaction.certificate && update.to.sha1 == transaction.sha1
            }
            if let same {
                // Left by a pass that was cut off, or begun by someone who wants the same: goes on from there.
                let (certificate, update) = stores.remove(at: same)
                store(certificate, update, &order)
                afterTransaction = [stored[certificate.name]].compactMap(\.self)
            } else {
                let change = Change.abortTransaction(transaction, after: fleet.transactionGrace)
                afterTransaction = [order.add(change, origin: first.0.origin)]
            }
        }
        for pair in stores { store(pair.0, pair.1, &order) }
    }

    private mutating func store(
        _ certificate: DesiredCertificate,
        _ update: CertificateUpdate,
        _ order: inout StepOrder
    ) {
        stored[certificate.name] = order.add(
            .storeCertificate(certificate.name, update),
            origin: certificate.origin,
            after: afterTransaction
        )
    }

    // MARK: Lists

    private mutating func planLines(
        of certificate: DesiredCertificate,
        formerly: DesiredCertificate?,
        _ rows: Rows,
        _ order: inout StepOrder
    ) {
        let isHeld =
            stored[certificate.name] != nil
            || observed.certificates[certificate.name]?.sha1 != nil
        var lists = Set(certificate.lines.map(\.list))
        lists.formUnion(formerly?.lines.map(\.list) ?? [])
        for list in lists.sorted() {
            let wanted = certificate.lines.filter { $0.list == list }
            guard observed.lists[list] != nil else {
                if let line = wanted.first, missing.insert(list).inserted {
                    let message = "crt-list \(list) is not on the proxy; name it in the boot file"
                    remarks.append(Remark(.needsRestart, message, origin: line.origin))
                }
                continue
            }
            guard isHeld else { continue }
            var surplus = rows[list]?[certificate.name] ?? []
            var absent: [DesiredCertificateLine] = []
            for line in wanted {
                if let index = surplus.firstIndex(where: { $0.line.shows(line.line) }) {
                    surplus.remove(at: index)
                } else {
                    absent.append(line)
                }
            }
            change(list, absent, surplus, of: certificate, &order)
        }
    }

    /// New lines before old ones go, so that no name is without a certificate in between.
    private mutating func change(
        _ list: CertificateFileName,
        _ absent: [DesiredCertificateLine],
        _ surplus: [ObservedCertificateLine],
        of certificate: DesiredCertificate,
        _ order: inout StepOrder
    ) {
        let fixed = surplus.contains { isDefault($0, in: list) }
        if fixed {
            let message =
                "certificate \(certificate.name) is the default of binds with crt-list \(list): "
                + "what its first line says changes with a restart"
            remarks.append(Remark(.needsRestart, message, origin: certificate.origin))
            // Two lines for the same names would serve whichever is found.
            guard absent.isEmpty else { return }
        }
        var after = [stored[certificate.name]].compactMap(\.self)
        for line in absent {
            let change = Change.addCertificateLine(list, line.line)
            after = [order.add(change, origin: line.origin, after: after)]
        }
        for row in surplus where !isDefault(row, in: list) {
            let change = Change.deleteCertificateLine(list, row.line, number: row.number)
            order.add(change, origin: certificate.origin, after: after)
        }
    }

    /// The first line gives a bind its default certificate, which cannot leave (HAProxy 2.4+).
    private func isDefault(_ row: ObservedCertificateLine, in list: CertificateFileName) -> Bool {
        !fleet.listsWithoutDefault.contains(list) && row.number == firsts[list]
    }

    // MARK: Removal

    private mutating func retire(
        _ certificate: DesiredCertificate,
        _ rows: Rows,
        _ order: inout StepOrder
    ) {
        guard let live = observed.certificates[certificate.name] else { return }
        var after: [Int] = []
        var isFixed = false
        for list in observed.lists.keys.sorted() {
            for row in rows[list]?[certificate.name] ?? [] {
                guard !isDefault(row, in: list) else {
                    let message =
                        "certificate \(certificate.name) is the default of binds with crt-list "
                        + "\(list) and cannot leave without a restart"
                    remarks.append(Remark(.needsRestart, message, origin: certificate.origin))
                    isFixed = true
                    continue
                }
                let change = Change.deleteCertificateLine(list, row.line, number: row.number)
                after.append(order.add(change, origin: certificate.origin))
            }
        }
        guard !isFixed else { return }
        guard live.status != .used || !after.isEmpty else {
            let message =
                "certificate \(certificate.name) is still used by what the boot file says; "
                + "it goes with a restart"
            remarks.append(Remark(.needsRestart, message, origin: certificate.origin))
            return
        }
        let change = Change.deleteCertificate(certificate.name, was: live.sha1)
        order.add(change, origin: certificate.origin, after: after)
    }

    private mutating func remarkOnStrangers(_ declared: Set<CertificateFileName>) {
        let former = Set(former.map(\.name.text))
        let others = observed.others.filter { !former.contains($0) }
        guard !others.isEmpty else { return }
        remarks.append(Remark(.unmanaged, "certificates left alone: \(Remark.list(others))"))
    }
}

extension CertificateLine {
    /// Whether this is how a proxy shows a line that was given as `wanted`.
    fileprivate func shows(_ wanted: CertificateLine) -> Bool {
        filters == wanted.filters && options.shows(wanted.options)
    }
}
