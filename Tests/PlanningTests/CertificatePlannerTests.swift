import Model
import Planning
import Simulation
import Testing

struct CertificatePlannerTests {
    private let list = Build.file("edge.crtlist")

    /// A proxy with list `edge.crtlist`, whose first line is `default.pem`, and these certificates in it.
    private func proxy(_ held: [String: String?]) -> ObservedProxy {
        var proxy = Build.proxy(Build.haproxy26)
        proxy.backends = [:]
        var lines = [ObservedCertificateLine(number: 1, line: Build.line("default.pem"))]
        for (name, digit) in held.sorted(by: { $0.key < $1.key }) {
            let status: ObservedCertificate.Status = digit == nil ? .empty : .used
            proxy.certificates.certificates[Build.file(name)] = ObservedCertificate(
                status,
                sha1: digit.map { Build.sha1($0) }
            )
            guard digit != nil else { continue }
            lines.append(ObservedCertificateLine(number: lines.count + 2, line: Build.line(name)))
        }
        proxy.certificates.lists[list] = lines
        return proxy
    }

    private func plan(
        _ certificates: [DesiredCertificate],
        on proxy: ObservedProxy,
        formerly: [DesiredCertificate] = [],
        _ change: (inout DesiredFleet) -> Void = { _ in }
    ) -> ProxyPlan {
        var fleet = Build.fleet(certificates: certificates)
        change(&fleet)
        var options = Planner.Options()
        if !formerly.isEmpty { options.previous = Build.fleet(certificates: formerly) }
        return Planner.planProxy(fleet, observed: proxy, options: options)
    }

    private func update(_ from: String?, _ to: String, isNew: Bool = false) -> CertificateUpdate {
        CertificateUpdate(
            from: from.map { Build.sha1($0) },
            to: Build.issued(to),
            isNew: isNew
        )
    }

    @Test func `a new certificate is stored and then listed`() {
        let plan = plan(
            [Build.certificate("a.pem", "a", in: ["edge.crtlist": "[alpn h2]"])],
            on: proxy([:])
        )
        #expect(
            plan.steps.map(\.change) == [
                .storeCertificate(Build.file("a.pem"), update(nil, "a", isNew: true)),
                .addCertificateLine(list, Build.line("a.pem", "[alpn h2]")),
            ]
        )
        #expect(plan.steps[1].after == [1])
    }

    @Test func `one of an earlier attempt that stayed empty is filled`() {
        let plan = plan([Build.certificate("a.pem", "a")], on: proxy(["a.pem": nil]))
        #expect(
            plan.steps.map(\.change) == [
                .storeCertificate(Build.file("a.pem"), update(nil, "a"))
            ]
        )
    }

    @Test func `a renewal leaves lists alone, and what is equal costs nothing`() {
        let wanted = [
            Build.certificate("a.pem", "b", in: ["edge.crtlist": ""]),
            Build.certificate("c.pem", "c", in: ["edge.crtlist": ""]),
        ]
        let plan = plan(wanted, on: proxy(["a.pem": "a", "c.pem": "c"]))
        #expect(
            plan.steps.map(\.change) == [
                .storeCertificate(Build.file("a.pem"), update("a", "b"))
            ]
        )
        #expect(self.plan(wanted, on: proxy(["a.pem": "b", "c.pem": "c"])).steps.isEmpty)
    }

    @Test func `changed options: the new line comes before the old one goes`() {
        let plan = plan(
            [Build.certificate("a.pem", "a", in: ["edge.crtlist": "[alpn h2]"])],
            on: proxy(["a.pem": "a"])
        )
        #expect(
            plan.steps.map(\.change) == [
                .addCertificateLine(list, Build.line("a.pem", "[alpn h2]")),
                .deleteCertificateLine(list, Build.line("a.pem"), number: 3),
            ]
        )
        #expect(plan.steps[1].after == [1])
    }

    @Test func `what nobody declares any more leaves its lists and then the memory`() {
        let former = Build.certificate("a.pem", nil, in: ["edge.crtlist": ""])
        let plan = plan([], on: proxy(["a.pem": "a"]), formerly: [former])
        #expect(
            plan.steps.map(\.change) == [
                .deleteCertificateLine(list, Build.line("a.pem"), number: 3),
                .deleteCertificate(Build.file("a.pem"), was: Build.sha1("a")),
            ]
        )
        #expect(plan.steps[1].after == [1])
        #expect(self.plan([], on: proxy([:]), formerly: [former]).steps.isEmpty)
    }

    @Test func `the default of a list stays unless every bind does without`() {
        let former = Build.certificate("default.pem", nil, in: ["edge.crtlist": ""])
        var proxy = proxy([:])
        proxy.certificates.certificates[Build.file("default.pem")] = ObservedCertificate(
            .used,
            sha1: Build.sha1("d")
        )
        let kept = plan([], on: proxy, formerly: [former])
        #expect(kept.steps.isEmpty)
        #expect(kept.remarks.map(\.kind) == [.needsRestart])
        let gone = plan([], on: proxy, formerly: [former]) { $0.listsWithoutDefault = [list] }
        #expect(gone.steps.count == 2)
        // Other options on its line: neither a second line nor a hole.
        let other = Build.certificate("default.pem", "d", in: ["edge.crtlist": "[alpn h2]"])
        let changed = plan([other], on: proxy)
        #expect(changed.steps.isEmpty)
        #expect(changed.remarks.map(\.kind) == [.needsRestart])
    }

    @Test func `a certificate that the boot file uses elsewhere stays`() {
        let former = Build.certificate("a.pem", nil)
        var proxy = proxy(["a.pem": "a"])
        proxy.certificates.lists = [:]
        let plan = plan([], on: proxy, formerly: [former])
        #expect(plan.steps.isEmpty)
        #expect(plan.remarks.map(\.kind) == [.needsRestart])
    }

    @Test func `what the source cannot give is left as it is and said`() {
        var missing = Build.certificate("a.pem", nil, in: ["edge.crtlist": ""])
        missing.content = .unavailable("the file is gone")
        let absent = plan([missing], on: proxy([:]))
        #expect(absent.steps.isEmpty)
        #expect(absent.remarks.map(\.kind) == [.postponed])
        let held = plan([missing], on: proxy(["a.pem": "a"]))
        #expect(held.steps.isEmpty)
        #expect(held.remarks.map(\.kind) == [.warning])
        #expect(held.remarks.first?.message.contains("the file is gone") == true)
    }

    @Test func `what does not fit a command is said before anything is sent`() {
        var certificate = Build.certificate("a.pem", "a", in: ["edge.crtlist": ""])
        var issued = Build.issued("a")
        issued.payloadSize = 17_000
        certificate.content = .issued(issued)
        let plan = plan([certificate], on: proxy([:]))
        #expect(plan.steps.isEmpty)
        #expect(plan.remarks.map(\.kind) == [.needsRestart])
    }

    @Test func `another's transaction is given time, and everything waits for its end`() {
        var proxy = proxy(["a.pem": "a", "b.pem": "b"])
        let other = CertificateTransaction(Build.file("x.pem"), sha1: Build.sha1("f"))
        proxy.certificates.transaction = other
        let wanted = [Build.certificate("a.pem", "1"), Build.certificate("b.pem", "2")]
        let plan = plan(wanted, on: proxy) { $0.transactionGrace = Milliseconds(7) }
        #expect(plan.steps.first?.change == .abortTransaction(other, after: Milliseconds(7)))
        #expect(plan.steps.dropFirst().allSatisfy { $0.after == [1] })
        #expect(plan.steps.count == 3)
        // Whoever changes nothing has nothing to do with it.
        let same = [Build.certificate("a.pem", "a"), Build.certificate("b.pem", "b")]
        #expect(self.plan(same, on: proxy).steps.isEmpty)
    }

    @Test func `a transaction that brings what is wanted is gone on with`() {
        var proxy = proxy(["a.pem": "a", "b.pem": "b"])
        proxy.certificates.transaction = CertificateTransaction(
            Build.file("b.pem"),
            sha1: Build.sha1("2")
        )
        let wanted = [Build.certificate("a.pem", "1"), Build.certificate("b.pem", "2")]
        let plan = plan(wanted, on: proxy)
        #expect(plan.steps.map { $0.change.certificate?.text } == ["b.pem", "a.pem"])
        #expect(plan.steps[1].after == [1])
    }

    @Test func `a list that the proxy lacks needs another boot file`() {
        let plan = plan(
            [Build.certificate("a.pem", "a", in: ["none.crtlist": ""])],
            on: proxy(["a.pem": "a"])
        )
        #expect(plan.steps.isEmpty)
        #expect(plan.remarks.map(\.kind) == [.needsRestart])
    }

    /// Any state that a crash may leave leads to the same end, by steps that no proxy refuses.
    @Test(arguments: 0..<200)
    func `whatever a proxy holds, the plan brings about what is wanted`(number: Int) {
        var generator = Seed(UInt64(number)).generator
        let names = ["a.pem", "b.pem", "c.pem"]
        let conditions = ["", "[alpn h2]", "[verify none]"]
        var proxy = proxy([:])
        for name in names where Bool.random(using: &generator) {
            let digit = ["1", "2"].randomElement(using: &generator) ?? "1"
            let isEmpty = Int.random(in: 0..<4, using: &generator) == 0
            proxy.certificates.certificates[Build.file(name)] = ObservedCertificate(
                isEmpty ? .empty : .unused,
                sha1: isEmpty ? nil : Build.sha1(digit)
            )
            guard !isEmpty else { continue }
            for condition in conditions where Bool.random(using: &generator) {
                let number = (proxy.certificates.lists[list]?.count ?? 0) + 10
                proxy.certificates.lists[list]?.append(
                    ObservedCertificateLine(number: number, line: Build.line(name, condition))
                )
                proxy.certificates.certificates[Build.file(name)]?.status = .used
            }
        }
        if Bool.random(using: &generator) {
            proxy.certificates.transaction = CertificateTransaction(
                Build.file(names.randomElement(using: &generator) ?? "a.pem"),
                sha1: Build.sha1("2")
            )
        }
        var wanted: [DesiredCertificate] = []
        var former: [DesiredCertificate] = []
        for name in names {
            let condition = conditions.randomElement(using: &generator) ?? ""
            let certificate = Build.certificate(name, "2", in: ["edge.crtlist": condition])
            former.append(certificate)
            if Bool.random(using: &generator) { wanted.append(certificate) }
        }
        var fleet = Build.fleet(certificates: wanted)
        fleet.transactionGrace = Milliseconds(1)
        var options = Planner.Options()
        options.previous = Build.fleet(certificates: former)
        let plan = Planner.planProxy(fleet, observed: proxy, options: options)
        var effect = PlanEffect(proxy)
        for step in plan.steps {
            effect.apply(step.change)
            // A crash here: the next pass must end where this one would.
            let rest = Planner.planProxy(fleet, observed: effect.proxy, options: options)
            var after = PlanEffect(effect.proxy)
            for step in rest.steps { after.apply(step.change) }
            #expect(after.refused == [])
            let last = Planner.planProxy(fleet, observed: after.proxy, options: options)
            #expect(last.steps.map(\.change) == [])
        }
        #expect(effect.refused == [])
        let held = effect.proxy.certificates.certificates.filter { $0.value.sha1 != nil }
        #expect(Set(held.keys) == Set(wanted.map(\.name)))
    }
}
