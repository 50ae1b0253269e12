import Fleet
import Model
import Planning
import Simulation
import Synchronization
import Testing

@testable import Controller

/// Looking at many certificates on many proxies when nothing is to be done.
@Suite struct CertificateCostTests {
    /// Proxies that all hold the same and say so by the same digest.
    private final class Proxies: RuntimeTransport {
        let list = "edge.crtlist"
        let count: Int
        let asked = Mutex(0)
        private let names: String
        private let lines: String

        init(certificates count: Int) {
            self.count = count
            names = "# filename\n" + (0..<count).map { "c\($0).pem\n" }.joined()
            lines =
                "# edge.crtlist\ndefault.pem:1\n"
                + (0..<count).map { "c\($0).pem:\($0 + 2)\n" }.joined()
        }

        func connect(
            to address: RuntimeAddress,
            within limit: Duration
        ) async throws(TransportError) -> any RuntimeConnection { Connection(self) }

        static func sha1(_ number: Int) -> String {
            let digits = String(number, radix: 16, uppercase: true)
            return String(repeating: "0", count: 40 - digits.count) + digits
        }

        func reply(to command: String) -> String {
            asked.withLock { $0 += 1 }
            switch command {
            case "show info":
                return "Name: apus-proxy\nVersion: 3.2.0-apus\nPid: 7\nStart_time_sec: 1\n"
            case "help": return "  show info\n  show state digest [<proxy>|-]\n"
            case "show backend": return "# name\n"
            case "dump stats-file": return "#be guid,stot,\n"
            case "show ssl cert": return names
            case "show ssl crt-list -n edge.crtlist": return lines
            case let text where text.hasPrefix("show state digest"):
                let whole = "# digest kind name\n00000000000000aa process -\n"
                return text.hasSuffix("-") ? whole : whole + "00000000000000aa certificates -\n"
            case let text where text.hasPrefix("show servers state"):
                return
                    "1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port\n"
            case let text where text.hasPrefix("show stat"):
                return "# pxname,svname,scur,slim,status,bck,\n"
            case let text where text.hasPrefix("show ssl cert c"):
                let number =
                    Int(text.dropFirst("show ssl cert c".count).dropLast(".pem".count)) ?? 0
                return
                    "Filename: c\(number).pem\nStatus: Used\nSHA1 FingerPrint: \(Self.sha1(number))\n"
            default: return ""
            }
        }
    }

    private final class Connection: RuntimeConnection {
        private let proxies: Proxies
        private let state = Mutex((input: [UInt8](), output: [UInt8]()))

        init(_ proxies: Proxies) { self.proxies = proxies }

        func send(_ bytes: [UInt8], within limit: Duration) async throws(TransportError) {
            state.withLock { state in
                state.input += bytes
                while let end = state.input.firstIndex(of: 10) {
                    let line = String(decoding: state.input[..<end], as: UTF8.self)
                    state.input.removeSubrange(...end)
                    var reply = proxies.reply(to: line)
                    while reply.last == "\n" { reply.removeLast() }
                    state.output += "\(reply)\(reply.isEmpty ? "" : "\n")\n> ".utf8
                }
            }
        }

        func receive(within limit: Duration) async throws(TransportError) -> [UInt8] {
            let bytes = state.withLock { state in
                defer { state.output = [] }
                return state.output
            }
            guard !bytes.isEmpty else { throw .timedOut }
            return bytes
        }

        func close() async {}
    }

    private func fleet(proxies: Int, certificates: Int) throws -> DesiredFleet {
        let origin = Origin(file: "tls.yaml", line: 1, column: 1)
        var fleet = DesiredFleet(
            name: try FleetName("edge"),
            proxies: try (0..<proxies).map {
                ProxyTarget(name: try ProxyName("lb\($0)"), runtime: .unix("run/lb\($0).sock"))
            },
            origin: origin
        )
        let list = try CertificateFileName("edge.crtlist")
        fleet.certificates = try (0..<certificates).map { number in
            let name = try CertificateFileName("c\(number).pem")
            var certificate = DesiredCertificate(
                name: name,
                document: "c\(number)",
                source: .files(certificate: "a", key: "b"),
                origin: origin
            )
            let sha256 = Proxies.sha1(number) + String(repeating: "0", count: 24)
            let digest = try #require(
                CertificateFingerprint(sha256: sha256, sha1: Proxies.sha1(number))
            )
            certificate.content = .issued(IssuedCertificate(digest))
            let line = CertificateLine(name)
            certificate.lines = [DesiredCertificateLine(list: list, line: line, origin: origin)]
            return certificate
        }.sorted { $0.name < $1.name }
        return fleet
    }

    /// Two commands a proxy, whatever the number of certificates.
    @Test func `proxies that tell a digest are not asked for certificates again`() async throws {
        let proxies = Proxies(certificates: 40)
        let reconciliation = Reconciliation(transport: proxies, clock: ContinuousClock())
        let goal = Reconciliation.Goal(
            try fleet(proxies: 20, certificates: 40),
            revision: Revision(commit: "a", tree: "b")
        )
        let first = await reconciliation.plan(goal)
        #expect(first.unreachable.isEmpty)
        #expect(first.plan.isEmpty)
        proxies.asked.withLock { $0 = 0 }
        let second = await reconciliation.plan(goal)
        #expect(second.plan.isEmpty && second.unreachable.isEmpty)
        // Opening takes two more than looking.
        #expect(proxies.asked.withLock { $0 } <= 20 * 4)
    }
}
